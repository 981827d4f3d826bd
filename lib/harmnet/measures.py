"""The stage `measure`: each person's place in the graph, in the theme's whole graph and in their own network."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet.config import Graph
from harmnet.contracts.results import FULL_NETWORK, GRAPH_EDGES, GRAPH_VERTICES, NETWORK_MEMBERS, NOMINAL_MEASURES
from harmnet.graph.scopes import HowMeasured, measures
from harmnet.stage_io import StageIO

_SIGNIFICANT = 12


def run(io: StageIO) -> None:
    """Degree, strength, PageRank, shortest paths, cores and articulation points in both scopes."""
    rows = nominal_measures(
        io.read(GRAPH_VERTICES), io.read(GRAPH_EDGES), io.read(NETWORK_MEMBERS), graph=io.settings.graph
    )
    io.write(rows, NOMINAL_MEASURES)


def significant(value: Column) -> Column:
    """A double to 12 significant digits; null stays null."""
    return F.when(value.isNotNull(), F.format_string(f"%.{_SIGNIFICANT - 1}e", value).cast("double"))


def nominal_measures(measured: DataFrame, edges: DataFrame, members: DataFrame, *, graph: Graph) -> DataFrame:
    """The nominal_measures table.

    The full network has no shortest paths: one run from one person of a million takes a second, and it needs a million.
    """
    networks = members.select("theme", F.col("nominal_id").alias("idx"), F.col("network_id").alias("network"))
    vertices = measured.join(networks, on=["theme", "idx"], how="inner")
    how = HowMeasured(graph.damping, graph.exact_up_to, graph.sampled_sources, without_paths=(FULL_NETWORK,))
    rows = measures(
        vertices.select("theme", "idx", "component_idx", "network", "pagerank", "kcore"),
        edges.select("theme", "src", "dst", "weight_micro"),
        how,
    )
    rows = rows.withColumnsRenamed({"idx": "nominal_id", "network": "network_id"})
    return rows.select(
        *(
            significant(F.col(column.name)).alias(column.name) if column.type == "double" else column.name
            for column in NOMINAL_MEASURES
        )
    )
