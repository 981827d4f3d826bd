"""The native engine: every graph at once in one executor task, by SciPy. harmnet.graph has the mathematics.

The kernel (`Graphs`, `components`, `pagerank`) is NumPy and SciPy alone. Its answer is the same bit for bit whatever
the order or the partitions of its input: vertices are sorted by theme and idx, each row of the matrix by column, sums
run in that order on one thread, and y of a component is reached without looking at any other one, so that it can be
kept as long as the component is untouched.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from harmnet.errors import HarmnetError
from harmnet.graph.contract import NETWORK, RESULT_COLUMNS

Array = np.ndarray[Any, Any]

MAX_BLOCKS = 20
BATCH_ROWS = 100_000
BYTES_PER_VERTEX, BYTES_PER_EDGE, BYTES_OF_PYTHON = 120, 150, 200 * 2**20


@dataclass(frozen=True)
class Graphs:
    """Several graphs as one block-diagonal matrix: vertices in order of theme code and idx, positions in that order.

    `order` names the row that each vertex came from; `adjacency` is symmetric, float64 weights, columns sorted;
    `strength` is the sum of a row, 0 for an isolated vertex.
    """

    order: Array
    theme: Array
    idx: Array
    adjacency: sparse.csr_array
    strength: Array

    @classmethod
    def build(
        cls, vertices: tuple[Array, Array], edges: tuple[Array, Array, Array, Array], label: Array | None = None
    ) -> Graphs:
        """From vertices (theme code, idx) and edges (theme code, src, dst, weight_micro), rows in any order.

        With a `label` for each vertex, edges between two labels or at a label below 0 are left out. ValueError when an
        edge ends at no vertex or is given twice.
        """
        order = np.lexsort((vertices[1], vertices[0]))
        theme, idx = vertices[0][order], vertices[1][order]
        edge_theme, src, dst, weight_micro = edges
        rows, columns = (_positions(theme, idx, edge_theme, end) for end in (src, dst))
        if label is not None:
            label = label[order]
            inside = (label[rows] == label[columns]) & (label[rows] >= 0)
            rows, columns, weight_micro = rows[inside], columns[inside], weight_micro[inside]
        weights = (weight_micro.astype(np.float64), (rows, columns))
        upper = sparse.coo_array(weights, shape=(len(idx), len(idx))).tocsr()
        if upper.nnz != len(rows):
            raise ValueError("an edge is given more than once")
        adjacency = (upper + upper.T.tocsr()).tocsr()
        adjacency.sort_indices()
        return cls(order, theme, idx, adjacency, adjacency.sum(axis=1))


def _positions(theme: Array, idx: Array, edge_theme: Array, ends: Array) -> Array:
    """Where the ends of the edges stand among the sorted vertices."""
    found = np.full(len(ends), -1, np.int32)
    for code in np.unique(edge_theme):
        first, last = np.searchsorted(theme, [code, code + 1])
        here = edge_theme == code
        found[here] = first + _look_up(idx[first:last], ends[here]) if last > first else -1
    if (found < 0).any():
        raise ValueError(f"edge at idx {ends[found < 0].min()}, which is no vertex of its theme")
    return found


def _look_up(names: Array, wanted: Array) -> Array:
    """Positions of `wanted` among sorted names; far below 0 where it is not there."""
    nowhere = np.int32(-(2**31))
    low, span = int(names[0]), int(names[-1] - names[0]) + 1
    inside = (wanted >= low) & (wanted < low + span)
    if span > 16 * (len(names) + len(wanted)):
        at = np.searchsorted(names, wanted).clip(max=len(names) - 1)
        return np.where(names[at] == wanted, at, nowhere)
    table = np.full(span, nowhere, np.int32)
    table[names - low] = np.arange(len(names), dtype=np.int32)
    return np.where(inside, table[np.where(inside, wanted - low, 0)], nowhere)


def components(graphs: Graphs) -> Array:
    """Position of the first vertex of each vertex's component, which is the one with the smallest idx."""
    count, labels = connected_components(graphs.adjacency, directed=False)
    first = np.empty(count, np.int64)
    # Of several values for one place NumPy keeps the last: backwards, the first position.
    first[labels[::-1]] = np.arange(len(labels) - 1, -1, -1)
    return first[labels]


def solve_y(graphs: Graphs, part: Array, *, damping: float, tolerance: float) -> Array:
    """y of each vertex, with no residual above `tolerance`; `part` are codes, and no edge joins two parts.

    y of a part depends on nothing else: iteration goes on only in parts that need it. Raises HarmnetError when
    MAX_BLOCKS blocks of rounds do not get there.
    """
    y = np.where(graphs.strength > 0, 1.0 / (1.0 - damping), 1.0)
    pending: Array | slice = slice(None)
    adjacency = graphs.adjacency
    for _ in range(MAX_BLOCKS):
        y[pending], residual = _block(adjacency, graphs.strength[pending], y[pending], damping)
        # The y of a hub is large, and cannot be told closer than its last bits.
        unfinished = residual > np.maximum(tolerance, 8 * np.spacing(y[pending]))
        if not unfinished.any():
            return y
        pending = np.flatnonzero(np.isin(part, part[pending][unfinished]))
        adjacency = graphs.adjacency[pending][:, pending]
    raise HarmnetError(
        f"native: PageRank left a residual of {residual.max():.1e}, tolerance {tolerance:.1e}: raise the tolerance"
    )


def pagerank(graphs: Graphs, scope: Array, part: Array, *, damping: float, tolerance: float) -> Array:
    """Ranks that sum to 1 over each scope, in order of position; scopes are codes from 0, and hold whole parts."""
    y = solve_y(graphs, part, damping=damping, tolerance=tolerance)
    isolated = graphs.strength == 0
    alone, tied = np.bincount(scope, isolated), np.bincount(scope, ~isolated)
    return y / (alone + tied / (1.0 - damping))[scope]


def rounds_of_a_block(damping: float) -> int:
    """Rounds that shrink an error by the precision of a double."""
    squeeze = damping / (1.0 + math.sqrt(1.0 - damping**2))
    return math.ceil(math.log(np.finfo(np.float64).eps) / math.log(squeeze))


def _block(adjacency: sparse.csr_array, strength: Array, y: Array, damping: float) -> tuple[Array, Array]:
    """y after a block of Chebyshev rounds from a cold start at `y`, and the size of its residual."""
    inverse = np.divide(1.0, strength, out=np.zeros_like(strength), where=strength > 0)
    before, weight = y, 1.0
    for number in range(rounds_of_a_block(damping)):
        step = 1.0 + damping * (adjacency @ (y * inverse))
        before, y = y, before + weight * (step - before)
        weight = 2.0 / (2.0 - damping**2) if number == 0 else 4.0 / (4.0 - damping**2 * weight)
    return y, np.abs(1.0 + damping * (adjacency @ (y * inverse)) - y)


def memory_needed(vertex_count: int, edge_count: int) -> int:
    """Bytes that the Python process of the one task takes at its peak, as measured for each vertex and edge."""
    return BYTES_OF_PYTHON + vertex_count * BYTES_PER_VERTEX + edge_count * BYTES_PER_EDGE


def analyse(vertices: DataFrame, edges: DataFrame, *, work_dir: str, damping: float, tolerance: float) -> DataFrame:
    """Native engine of `harmnet.graph.analyse`; the graphs must keep the rules of `check_graph`."""

    def task(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from analyse_batches(batches, damping=damping, tolerance=tolerance)

    return _in_one_task(_rows(vertices, edges), task, RESULT_COLUMNS)


def pagerank_within(
    vertices: DataFrame, edges: DataFrame, *, work_dir: str, damping: float, tolerance: float
) -> DataFrame:
    """Native engine of `harmnet.graph.pagerank_within`; the graphs must keep the rules of `check_graph`."""

    def task(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from pagerank_within_batches(batches, damping=damping, tolerance=tolerance)

    labels = dict(vertices.dtypes)[NETWORK]
    columns = {"theme": "string", "idx": "bigint", NETWORK: labels, "pagerank": "double"}
    return _in_one_task(_rows(vertices, edges, label=True), task, columns)


def _rows(vertices: DataFrame, edges: DataFrame, *, label: bool = False) -> DataFrame:
    """Vertices and edges in one frame, so that both reach one task: a vertex is a row without dst."""
    none = F.lit(None).cast("bigint")
    labelled = [NETWORK] if label else []
    of_vertices = vertices.select(
        "theme", F.col("idx").alias("src"), none.alias("dst"), none.alias("weight_micro"), *labelled
    )
    of_edges = edges.select("theme", "src", "dst", "weight_micro")
    return of_vertices.unionByName(of_edges, allowMissingColumns=True)


def _in_one_task(rows: DataFrame, task: Any, columns: dict[str, str]) -> DataFrame:
    # coalesce(1) would run the stage before it in one task too.
    return rows.repartition(1).mapInArrow(task, ", ".join(f"{name} {kind}" for name, kind in columns.items()))


def analyse_batches(batches: Iterator[pa.RecordBatch], *, damping: float, tolerance: float) -> Iterator[pa.RecordBatch]:
    """The whole of `analyse`, from Arrow batches of vertices and edges to batches in order of theme and idx."""
    read = _Arrays.read(batches)
    if read is None:
        return
    graphs = Graphs.build(read.vertices, read.edges)
    first = components(graphs)
    ranks = pagerank(graphs, graphs.theme, first, damping=damping, tolerance=tolerance)
    columns = {"idx": graphs.idx, "component_idx": graphs.idx[first], "pagerank": ranks}
    yield from pa.table({"theme": read.themes.take(pa.array(graphs.theme)), **columns}).to_batches(BATCH_ROWS)


def pagerank_within_batches(
    batches: Iterator[pa.RecordBatch], *, damping: float, tolerance: float
) -> Iterator[pa.RecordBatch]:
    """The whole of `pagerank_within`, from Arrow batches of vertices with `network` and edges."""
    read = _Arrays.read(batches)
    if read is None:
        return
    graphs = Graphs.build(read.vertices, read.edges, read.label)
    label = read.label[graphs.order]
    names = graphs.theme.astype(np.int64) * len(read.labels) + label
    scope = np.unique(np.where(label < 0, -1, names), return_inverse=True)[1]
    ranks = pagerank(graphs, scope, scope, damping=damping, tolerance=tolerance)
    kept = label >= 0
    columns = {
        "theme": read.themes.take(pa.array(graphs.theme[kept])),
        "idx": graphs.idx[kept],
        NETWORK: read.labels.take(pa.array(label[kept])),
        "pagerank": ranks[kept],
    }
    yield from pa.table(columns).to_batches(BATCH_ROWS)


@dataclass(frozen=True)
class _Arrays:
    """What the task was sent: codes into `themes` (byte order) and `labels`; label -1 is a vertex without a network."""

    themes: pa.Array
    labels: pa.Array
    vertices: tuple[Array, Array]
    edges: tuple[Array, Array, Array, Array]
    label: Array

    @classmethod
    def read(cls, batches: Iterator[pa.RecordBatch]) -> _Arrays | None:
        """From the batches of `_rows`; None when there is no row."""
        received = list(batches)
        table = pa.Table.from_batches(received) if received else None
        if not table:
            return None
        themes, theme = _encoded(table["theme"])
        vertex = table["dst"].is_null()
        is_vertex = vertex.to_numpy()
        edges = table.filter(pc.invert(vertex)).select(["src", "dst", "weight_micro"])
        table = table.filter(vertex)
        labels, label = _encoded(table[NETWORK]) if NETWORK in table.column_names else (pa.array([]), np.array([]))
        return cls(
            themes,
            labels,
            (theme[is_vertex], table["src"].to_numpy()),
            (theme[~is_vertex], *(column.to_numpy() for column in edges.columns)),
            label,
        )


def _encoded(column: pa.ChunkedArray) -> tuple[pa.Array, Array]:
    """The distinct values in byte order, and each row's code into them, -1 for null."""
    encoded = column.dictionary_encode().unify_dictionaries().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order) + 1, np.int32)
    rank[order], rank[-1] = np.arange(len(order)), -1
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return encoded.dictionary.take(pa.array(order)), rank[codes]
