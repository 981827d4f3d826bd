"""The stage `measure`: each person's place in the graph, in the theme's whole graph and in their own network."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet.contracts.results import GRAPH_EDGES, GRAPH_VERTICES, NETWORK_MEMBERS, NOMINAL_MEASURES
from harmnet.graph import degrees
from harmnet.stage_io import StageIO

_SIGNIFICANT = 12
_BUILT = ("theme", "scope", "nominal_id", "network_id", "degree", "strength_micro", "pagerank")


def run(io: StageIO) -> None:
    """Degree, strength and PageRank in both scopes."""
    rows = nominal_measures(io.read(GRAPH_VERTICES), io.read(GRAPH_EDGES), io.read(NETWORK_MEMBERS))
    io.write(rows, NOMINAL_MEASURES)


def significant(value: Column) -> Column:
    """A double to 12 significant digits."""
    return F.format_string(f"%.{_SIGNIFICANT - 1}e", value).cast("double")


def nominal_measures(measured: DataFrame, edges: DataFrame, members: DataFrame) -> DataFrame:
    """The nominal_measures table.

    A network is a whole component, so degree and strength are the same in both scopes, and PageRank within it is the
    person's share of the network's part of the whole (harmnet.graph says why).
    """
    tied = degrees(measured.select("theme", "idx"), edges.select("theme", "src", "dst", "weight_micro"))
    ids = members.select("theme", F.col("nominal_id").alias("idx"), "network_id")
    full = measured.join(tied, on=["theme", "idx"], how="inner").join(ids, on=["theme", "idx"], how="inner")
    # Whole multiples of 1e-24 add up the same in any order; doubles do not.
    exact = F.col("pagerank").cast("decimal(38,24)")
    sums = (
        full.where(F.col("network_id").isNotNull())
        .groupBy("theme", "network_id")
        .agg(F.sum(exact).cast("double").alias("network_pagerank"))
    )
    immediate = full.join(sums, on=["theme", "network_id"], how="inner").withColumn(
        "pagerank", F.col("pagerank") / F.col("network_pagerank")
    )
    rows = full.withColumn("scope", F.lit("FULL")).unionByName(
        immediate.drop("network_pagerank").withColumn("scope", F.lit("IMMEDIATE"))
    )
    return rows.select(
        "theme",
        "scope",
        F.col("idx").alias("nominal_id"),
        "network_id",
        "degree",
        "strength_micro",
        significant(F.col("pagerank")).alias("pagerank"),
        *(F.lit(None).cast(column.type).alias(column.name) for column in NOMINAL_MEASURES if column.name not in _BUILT),
    )
