"""Every measure of a person in both scopes: the theme's whole graph (FULL) and their own network (IMMEDIATE).

Whole components go to a task, and each is worked out by itself, so the rows are the same however components are spread
over tasks. IMMEDIATE is measured on the network alone: ties that leave it are not there. PageRank and core numbers
in FULL are the engine's; in IMMEDIATE they are found in the network by itself (harmnet.graph says how).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame

from harmnet.graph.centrality import Paths, articulation_points, core_numbers, shortest_paths
from harmnet.graph.contract import NETWORK, TOLERANCE
from harmnet.graph.kernel import Array, Graphs, components, pagerank
from harmnet.graph.native import BATCH_ROWS, GraphRows
from harmnet.graph.weighted import SEED, Part

EXACT, NOT_COMPUTED, SAMPLED_SOURCES = "EXACT", "NOT_COMPUTED", "SAMPLED_SOURCES"
COLUMNS = {
    "theme": "string",
    "scope": "string",
    "idx": "bigint",
    NETWORK: "string",
    "degree": "bigint",
    "strength_micro": "bigint",
    "pagerank": "double",
    "betweenness": "double",
    "harmonic": "double",
    "kcore": "int",
    "articulation": "boolean",
    "networks_touched": "bigint",
    "path_method": "string",
    "betweenness_error": "double",
    "harmonic_error": "double",
    "path_seed": "bigint",
}


@dataclass(frozen=True)
class HowMeasured:
    """What decides how the measures are made."""

    damping: float
    exact_up_to: int
    sampled_sources: int
    without_paths: tuple[str, ...]
    """Themes whose shortest paths are not computed."""


def measures(vertices: DataFrame, edges: DataFrame, how: HowMeasured) -> DataFrame:
    """COLUMNS, one row per theme, scope and vertex; vertices without a network have no IMMEDIATE row.

    From vertices (theme, idx, component_idx, network, pagerank, kcore) and edges (theme, src, dst, weight_micro).
    """

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        table = measured(batches, how)
        if table is not None:
            yield from table.to_batches(BATCH_ROWS)

    component = vertices.select("theme", vertices["idx"].alias("src"), "component_idx")
    rows = vertices.withColumnRenamed("idx", "src").unionByName(
        edges.select("theme", "src", "dst", "weight_micro").join(component, on=["theme", "src"], how="inner"),
        allowMissingColumns=True,
    )
    tasks = rows.sparkSession.sparkContext.defaultParallelism
    schema = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    return rows.repartition(tasks, "theme", "component_idx").mapInArrow(task, schema)


def measured(batches: Iterable[pa.RecordBatch], how: HowMeasured) -> pa.Table | None:
    """The rows of some whole components, from rows as `measures` sends them in any order; None for no rows."""
    read = GraphRows.read(batches)
    if read is None:
        return None
    full = Graphs.build(read.vertices, read.edges)
    label = read.label[full.order]
    whole = _Scope(
        "FULL",
        full,
        np.unique(components(full), return_inverse=True)[1],
        read.rows["pagerank"].to_numpy()[full.order],
        read.rows["kcore"].to_numpy()[full.order],
        np.ones(len(label), bool),
    )
    own = Graphs.build(read.vertices, read.edges, read.label)
    network = read.networks(own)
    ranks = pagerank(own, network, network, damping=how.damping, tolerance=TOLERANCE)
    immediate = _Scope("IMMEDIATE", own, network, ranks, None, label >= 0)
    touched = _networks_touched(full, label)
    return pa.concat_tables([_rows(scope, read, touched, how) for scope in (whole, immediate)])


@dataclass(frozen=True)
class _Scope:
    """The graphs of a scope, their connected parts as codes from 0, PageRank, core numbers (None: not known yet), and
    who has a row."""

    name: str
    graphs: Graphs
    part: Array
    pagerank: Array
    kcore: Array | None
    kept: Array


def _rows(scope: _Scope, read: GraphRows, touched: Array, how: HowMeasured) -> pa.Table:
    graphs, whole = scope.graphs, Part.of_matrix(scope.graphs.adjacency)
    without = np.isin(graphs.theme, [read.themes.index(name).as_py() for name in how.without_paths])
    paths = _paths(whole, scope.part, ~without, how)
    method = np.where(without, NOT_COMPUTED, np.where(paths.estimated, SAMPLED_SOURCES, EXACT))
    label = read.label[graphs.order]
    values = {
        "theme": read.themes.take(pa.array(graphs.theme)),
        "scope": pa.repeat(scope.name, len(label)),
        "idx": pa.array(graphs.idx),
        NETWORK: read.labels.take(pa.array(label, mask=label < 0)),
        "degree": pa.array(np.diff(graphs.adjacency.indptr), pa.int64()),
        "strength_micro": pa.array(graphs.strength.astype(np.int64)),
        "pagerank": pa.array(scope.pagerank),
        "betweenness": pa.array(paths.betweenness, mask=without),
        "harmonic": pa.array(paths.harmonic, mask=without),
        "kcore": pa.array(core_numbers(graphs.adjacency) if scope.kcore is None else scope.kcore),
        "articulation": pa.array(articulation_points(whole)),
        "networks_touched": pa.array(touched),
        "path_method": pa.array(method),
        "betweenness_error": pa.array(paths.betweenness_error, mask=without),
        "harmonic_error": pa.array(paths.harmonic_error, mask=without),
        "path_seed": pa.array(np.full(len(label), SEED), mask=~paths.estimated),
    }
    return pa.table(values).filter(pa.array(scope.kept))


def _paths(whole: Part, part: Array, wanted: Array, how: HowMeasured) -> Paths:
    """Paths of the wanted vertices, zeros for the others; `wanted` are whole parts."""
    inner = wanted[whole.src]
    sought = Part(whole.vertices, whole.src[inner], whole.dst[inner], whole.weight[inner])
    return shortest_paths(sought, part, exact_up_to=how.exact_up_to, sampled_sources=how.sampled_sources)


def _networks_touched(graphs: Graphs, label: Array) -> Array:
    """Distinct networks that each vertex is in or tied to."""
    matrix, size = graphs.adjacency, len(label)
    vertex = np.concatenate((np.arange(size), np.repeat(np.arange(size), np.diff(matrix.indptr))))
    network = np.concatenate((label, label[matrix.indices])).astype(np.int64)
    names = int(label.max(initial=0)) + 1
    pairs = np.unique(vertex[network >= 0] * names + network[network >= 0])
    return np.bincount(pairs // names, minlength=size)
