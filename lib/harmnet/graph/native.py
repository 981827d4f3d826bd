"""The native engine: every graph at once in one executor task, by NumPy and SciPy, through Arrow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.resource import ResourceProfile
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.errors import HarmnetError
from harmnet.graph.centrality import core_numbers
from harmnet.graph.contract import NETWORK, RESULT_COLUMNS, check_graph
from harmnet.graph.executor import in_one_task
from harmnet.graph.kernel import Array, Graphs, components, pagerank

BATCH_ROWS = 100_000
BYTES_PER_VERTEX, BYTES_PER_EDGE, BYTES_OF_PYTHON = 170, 230, 200 * 2**20
ARROW_TYPES = {"string": pa.string(), "int": pa.int32(), "bigint": pa.int64(), "double": pa.float64()}
FAULT = "fault"
"""In what the task returns: why there is no answer, in a row of its own; null in the rows of an answer."""

Batches = Iterable[pa.RecordBatch]


def memory_needed(vertex_count: int, edge_count: int) -> int:
    """Bytes that the Python process of the one task takes at its peak, as measured for each vertex and edge."""
    return BYTES_OF_PYTHON + vertex_count * BYTES_PER_VERTEX + edge_count * BYTES_PER_EDGE


def analyse(
    vertices: DataFrame,
    edges: DataFrame,
    *,
    work_dir: str,
    damping: float,
    tolerance: float,
    executor: ResourceProfile | None = None,
) -> DataFrame:
    """Native engine of `harmnet.graph.analyse`: runs at once; what comes back is read from work_dir/analyse."""

    def solve(batches: Batches) -> pa.Table | None:
        return solve_full(batches, damping=damping, tolerance=tolerance)

    path = f"{work_dir}/analyse/result"
    answer = _in_one_task(_rows(vertices, edges), solve, RESULT_COLUMNS, path, executor)
    return _without_faults(answer, vertices, edges)


def _rows(vertices: DataFrame, edges: DataFrame) -> DataFrame:
    """Vertices and edges in one frame, so that both reach one task: a vertex is a row without dst."""
    none = F.lit(None).cast("bigint")
    of_vertices = vertices.select("theme", F.col("idx").alias("src"), none.alias("dst"), none.alias("weight_micro"))
    of_edges = edges.select("theme", "src", "dst", "weight_micro")
    return of_vertices.unionByName(of_edges, allowMissingColumns=True)


def _in_one_task(
    rows: DataFrame,
    solve: Callable[[Batches], pa.Table | None],
    columns: dict[str, str],
    path: str,
    executor: ResourceProfile | None,
) -> DataFrame:
    """Writes what `solve` makes of all the rows, and reads it back."""
    schema = {**columns, FAULT: "string"}

    def task(batches: Batches) -> Iterator[pa.RecordBatch]:
        # An exception would reach the user as two stack traces.
        try:
            table, fault = solve(batches), None
        except HarmnetError as error:
            table, fault = (
                pa.table({name: pa.nulls(1, ARROW_TYPES[kind]) for name, kind in columns.items()}),
                str(error),
            )
        if table is not None:
            yield from table.append_column(FAULT, pa.array([fault] * len(table), pa.string())).to_batches(BATCH_ROWS)

    answer = in_one_task(rows, task, ", ".join(f"{name} {kind}" for name, kind in schema.items()), executor)
    answer.write.mode("overwrite").parquet(path)
    return rows.sparkSession.read.parquet(path)


def _without_faults(answer: DataFrame, vertices: DataFrame, edges: DataFrame) -> DataFrame:
    faults = [row[FAULT] for row in answer.where(F.col(FAULT).isNotNull()).collect()]
    if faults:
        check_graph(vertices, edges)
        raise HarmnetError(faults)
    return answer.drop(FAULT)


def solve_full(batches: Batches, *, damping: float, tolerance: float) -> pa.Table | None:
    """The whole of `analyse`, from batches of `_rows` in any order; by theme and idx. None for no rows."""
    read = GraphRows.read(batches)
    if read is None:
        return None
    graphs = Graphs.build(read.vertices, read.edges)
    first = components(graphs)
    ranks = pagerank(graphs, graphs.theme, first, damping=damping, tolerance=tolerance)
    cores = core_numbers(graphs.adjacency)
    columns = {"idx": graphs.idx, "component_idx": graphs.idx[first], "pagerank": ranks, "kcore": cores}
    return pa.table({"theme": read.themes.take(pa.array(graphs.theme)), **columns})


@dataclass(frozen=True)
class GraphRows:
    """What a task was sent: codes into `themes` (byte order) and `labels`; label -1 is a vertex without a network.

    `rows` are the vertices as they came, with whatever other columns they have, in the order of `vertices`.
    """

    themes: pa.Array
    labels: pa.Array
    vertices: tuple[Array, Array]
    edges: tuple[Array, Array, Array, Array]
    label: Array
    rows: pa.Table

    @classmethod
    def read(cls, batches: Batches) -> GraphRows | None:
        """From the batches of `_rows`; None when there is no row."""
        received = list(batches)
        table = pa.Table.from_batches(received) if received else None
        if not table:
            return None
        if table["theme"].null_count or table["src"].null_count:
            raise HarmnetError("graph: a vertex or an edge without theme, idx or src")
        themes, theme = _encoded(table["theme"])
        vertex = table["dst"].is_null()
        is_vertex = vertex.to_numpy()
        edges = table.filter(pc.invert(vertex)).select(["src", "dst", "weight_micro"])
        table = table.filter(vertex)
        if edges["weight_micro"].null_count or table["weight_micro"].null_count < len(table):
            raise HarmnetError("graph: an edge without dst or weight")
        labels, label = _encoded(table[NETWORK]) if NETWORK in table.column_names else (pa.array([]), np.array([]))
        return cls(
            themes,
            labels,
            (theme[is_vertex], table["src"].to_numpy()),
            (theme[~is_vertex], *(column.to_numpy() for column in edges.columns)),
            label,
            table,
        )

    def networks(self, graphs: Graphs) -> Array:
        """Codes from 0 of theme and network, in order of position; one code for everyone without a network."""
        label = self.label[graphs.order]
        names = graphs.theme.astype(np.int64) * len(self.labels) + label
        return np.unique(np.where(label < 0, -1, names), return_inverse=True)[1]


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
