"""Who is in a network: what their removal costs, their harm, and whether a plan may name them; and who is tied."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.attributes import signal_facts
from harmnet.config import Attributes, Dismantling, to_micro
from harmnet.contracts.results import FULL_NETWORK

KEY = ["theme", "network_id"]


@dataclass(frozen=True)
class Known:
    """Tables that say something about people, in WORK form or as published: nominal_id is of one type in all."""

    nominals: DataFrame
    signals: DataFrame
    flags: DataFrame
    theme_members: DataFrame
    harm: DataFrame


def people_of(members: DataFrame, known: Known, *, conf: Dismantling, attributes: Attributes, cost: str) -> DataFrame:
    """theme, network_id, nominal_id, cost_micro, harm_micro, eligible, in_prison, release_due: one row per member.

    `members`: theme, network_id, nominal_id. `cost` is one of conf.costs.
    """
    price = conf.costs[cost]
    in_prison = F.coalesce("in_prison", F.lit(False))
    about = known.nominals.select(
        "nominal_id",
        F.coalesce("is_child", F.lit(False)).alias("is_child"),
        in_prison.alias("in_prison"),
        F.when(in_prison, F.col("release_due")).alias("release_due"),
    )
    every_crime = known.harm.where(F.col("crime_scope") == "ALL").groupBy("theme", "nominal_id")
    harm = every_crime.agg(F.sum(f"{conf.harm}_micro").alias("harm_micro"))
    rows = members.join(about, on="nominal_id", how="left")
    rows = rows.join(harm, on=["theme", "nominal_id"], how="left")
    rows = rows.join(spared(known, conf=conf, attributes=attributes), on="nominal_id", how="left")
    rows = rows.join(victims(known.theme_members), on=["theme", "nominal_id"], how="left")
    no = F.coalesce("is_child", F.lit(True)) | F.col("spared").isNotNull() | F.col("victim").isNotNull()
    return rows.select(
        *KEY,
        "nominal_id",
        F.when(F.col("in_prison"), to_micro(price.in_prison)).otherwise(to_micro(price.at_liberty)).alias("cost_micro"),
        F.coalesce("harm_micro", F.lit(0)).alias("harm_micro"),
        (~no).alias("eligible"),
        F.coalesce("in_prison", F.lit(False)).alias("in_prison"),
        "release_due",
    )


def spared(known: Known, *, conf: Dismantling, attributes: Attributes) -> DataFrame:
    """nominal_id, spared: whoever is flagged for a reason of conf.not_eligible in any theme, or was exploited."""
    flagged = known.flags.where(F.col("reason").isin(*conf.not_eligible)).select("nominal_id")
    exploited = signal_facts(known.signals, conf=attributes).where("exploited").select("nominal_id")
    return flagged.unionByName(exploited).distinct().withColumn("spared", F.lit(True))


def victims(theme_members: DataFrame) -> DataFrame:
    """theme, nominal_id, victim: victims of a theme who are not involved in it, and once more for the full network."""
    found = theme_members.where("victim_only").select("theme", "nominal_id")
    anywhere = found.select(F.lit(FULL_NETWORK).alias("theme"), "nominal_id")
    return found.unionByName(anywhere).distinct().withColumn("victim", F.lit(True))


def ties_of(members: DataFrame, edges: DataFrame) -> DataFrame:
    """theme, network_id, src, dst: ties of a theme's graph between two members of one network."""
    ends = edges.select("theme", "src", "dst")
    for end in ("src", "dst"):
        named = members.select("theme", F.col("nominal_id").alias(end), F.col("network_id").alias(f"{end}_network"))
        ends = ends.join(named, on=["theme", end], how="inner")
    inside = ends.where(F.col("src_network") == F.col("dst_network"))
    return inside.select("theme", F.col("src_network").alias("network_id"), "src", "dst")
