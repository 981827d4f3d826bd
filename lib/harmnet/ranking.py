"""The stage `rank`: priorities of networks and people, as a sum of parts that anyone can add up.

part = weight x percentile, percentile = share of the others in the theme that have a strictly smaller value, so equal
values have equal percentiles. Both in micro-units, rounded down. Ties in the score end in the id.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from harmnet.config import MICRO, to_micro
from harmnet.contracts.linked import INVOLVEMENTS, NOMINALS
from harmnet.contracts.results import (
    NETWORK_HARM,
    NETWORK_PARTS,
    NETWORK_PRIORITIES,
    NETWORKS,
    NOMINAL_HARM,
    NOMINAL_MEASURES,
    NOMINAL_PARTS,
    NOMINAL_PRIORITIES,
)
from harmnet.involvements import is_offender_side
from harmnet.stage_io import StageIO

_SCOPES = {"theme_harm": "THEME", "all_harm": "ALL"}


def run(io: StageIO) -> None:
    """Rank the networks and the people of every theme."""
    rows = network_values(io.read(NETWORKS), io.read(NETWORK_HARM))
    io.write(
        rank(rows, io.settings.ranking.networks, NETWORK_PARTS, "network_id").select(*NETWORK_PRIORITIES.names),
        NETWORK_PRIORITIES,
    )
    offenders = io.read(INVOLVEMENTS).where(is_offender_side())
    people = nominal_values(io.read(NOMINAL_MEASURES), io.read(NOMINAL_HARM), offenders, io.read(NOMINALS))
    ranked = rank(people, io.settings.ranking.nominals, NOMINAL_PARTS, "nominal_id")
    io.write(ranked.select(*NOMINAL_PRIORITIES.names), NOMINAL_PRIORITIES)


def network_values(networks: DataFrame, harm: DataFrame) -> DataFrame:
    """theme, network_id and the value of every part: harm (Cambridge index), weight of ties, last tie, size."""
    rows = networks.join(_harm(harm, "network_id", "cchi_micro"), on=["theme", "network_id"], how="left")
    return rows.select(
        "theme",
        "network_id",
        *(F.coalesce(name, F.lit(0)).alias(name) for name in _SCOPES),
        F.col("weight_micro").alias("centrality"),
        F.unix_date("last_date").alias("recency"),
        F.col("size"),
    )


def nominal_values(measures: DataFrame, harm: DataFrame, offenders: DataFrame, nominals: DataFrame) -> DataFrame:
    """theme, nominal_id, network_id, is_child and every part's value, for people with a credible offender-side role.

    No one under the age of criminal responsibility at every such event has such a role, so none is ranked.
    """
    keys = ["theme", "nominal_id"]
    immediate = measures.where(F.col("scope") == "IMMEDIATE").select(
        *keys, F.col("pagerank").alias("centrality_immediate")
    )
    last = offenders.groupBy(F.col("idx").alias("nominal_id")).agg(F.max(F.unix_date("event_date")).alias("recency"))
    rows = (
        measures.where(F.col("scope") == "FULL")
        .select(*keys, "network_id", F.col("pagerank").alias("centrality_full"))
        .join(last, on="nominal_id", how="inner")
        .join(immediate, on=keys, how="left")
        .join(_harm(harm, "nominal_id", "cchi_full_micro"), on=keys, how="left")
        .join(nominals.select("nominal_id", "is_child"), on="nominal_id", how="inner")
    )
    return rows.select(
        *keys,
        "network_id",
        "is_child",
        *(F.coalesce(name, F.lit(0)).alias(name) for name in _SCOPES),
        "centrality_full",
        F.coalesce("centrality_immediate", F.lit(0.0)).alias("centrality_immediate"),
        "recency",
    )


def _harm(harm: DataFrame, key: str, value: str) -> DataFrame:
    """theme, key, and one column per crime scope: harm over all statuses."""
    return harm.groupBy("theme", key).agg(
        *(
            F.sum(F.when(F.col("crime_scope") == scope, F.col(value)).otherwise(F.lit(0))).alias(name)
            for name, scope in _SCOPES.items()
        )
    )


def rank(values: DataFrame, weights: Mapping[str, Decimal], parts: tuple[str, ...], key: str) -> DataFrame:
    """The values with `<part>_micro` per part, score and rank within the theme; `key` breaks ties."""
    for name in parts:
        values = values.withColumn(f"{name}_micro", floor_div(percentile(name) * to_micro(weights[name]), F.lit(MICRO)))
    score: Column = F.lit(0).cast("bigint")
    for name in parts:
        score = score + F.col(f"{name}_micro")
    order = Window.partitionBy("theme").orderBy(F.desc("score"), key)
    return values.withColumn("score", score).withColumn("rank", F.row_number().over(order).cast("bigint"))


def percentile(name: str) -> Column:
    """Share of the others in the theme with a strictly smaller value, in micro-units; 0 when there are no others."""
    smaller = (F.rank().over(Window.partitionBy("theme").orderBy(name)) - 1).cast("bigint")
    others = F.count("*").over(Window.partitionBy("theme")) - 1
    return F.when(others > 0, floor_div(smaller * MICRO, others)).otherwise(F.lit(0))


def floor_div(value: Column, by: Column) -> Column:
    """Whole part of a quotient of integers (bigint)."""
    return F.call_function("div", value.cast("bigint"), by.cast("bigint"))
