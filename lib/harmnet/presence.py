"""Where in the themes a person at risk stands: in a network, tied to one, or flagged without a tie."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.at_risk import OF_YOUTH, AtRisk, system
from harmnet.contracts.results import FULL_NETWORK

PLACE = ("theme", "network_id", "idx")
_RECORDS = "array<struct<event_date:date,source:string>>"


def places(at_risk: DataFrame, members: DataFrame, edges: DataFrame, shared: DataFrame) -> DataFrame:
    """One row per theme, network and person at risk who is a vertex there or tied to one by an edge or a record.

    part, relations, weight_micro, tie_credible, shared (array of event_date and source), roles, systems and
    credible_systems of those records, handling. `members`: theme, network_id (null for people in no network), idx.
    """
    own = members.join(at_risk, on="idx", how="left_semi").withColumn("member", F.lit(True))
    ends = F.array(
        F.struct(F.col("src").alias("idx"), F.col("dst").alias("other")),
        F.struct(F.col("dst").alias("idx"), F.col("src").alias("other")),
    )
    tied = edges.select(F.explode(ends).alias("end"), "relation", "weight_micro", "handling").select("end.*", "*")
    beside = members.withColumnRenamed("idx", "other")
    by_edge = tied.join(at_risk, on="idx", how="left_semi").join(beside, on="other", how="inner")
    by_edge = by_edge.select(*PLACE, "relation", "weight_micro", "handling", F.lit(True).alias("credible"))
    by_record = shared.withColumnRenamed("member", "other").join(beside, on="other", how="inner")
    by_record = by_record.select(
        *PLACE, system().alias("system"), "source", "role", "event_date", "credible", "handling"
    )
    rows = own.unionByName(by_edge, allowMissingColumns=True).unionByName(by_record, allowMissingColumns=True)
    record = F.when(F.col("source").isNotNull(), F.struct("event_date", "source"))
    found = rows.groupBy(*PLACE).agg(
        F.when(F.max("member"), F.lit("MEMBER")).otherwise(F.lit("TIED")).alias("part"),
        F.array_sort(F.collect_set("relation")).alias("relations"),
        F.coalesce(F.max("weight_micro"), F.lit(0)).alias("weight_micro"),
        (F.coalesce(F.max("member"), F.lit(False)) | F.coalesce(F.max("credible"), F.lit(False))).alias("tie_credible"),
        F.collect_set(record).alias("shared"),
        F.collect_set("role").alias("roles"),
        F.collect_set("system").alias("systems"),
        F.collect_set(F.when(F.col("credible"), F.col("system"))).alias("credible_systems"),
        F.coalesce(F.bit_or("handling"), F.lit(0)).alias("handling"),
    )
    by_record_alone = (F.size("relations") == 0) & (F.size("shared") > 0)
    return found.withColumn(
        "relations", F.when(by_record_alone, F.array(F.lit("RECORD"))).otherwise(F.col("relations"))
    )


def far_places(near: DataFrame, vertices: DataFrame, people: AtRisk, *, untied_victims: tuple[str, ...]) -> DataFrame:
    """The same columns for who is tied to no one of a theme and is flagged all the same.

    Victims (credible) of the themes `untied_victims`, of other themes with a reason of their own; children in the full
    network; anyone under ten recorded as an offender.
    """
    other = people.reasons.select("idx", F.lit(True).alias("other_reason")).distinct()
    victims = people.victims.where("credible").join(near, on=["theme", "idx"], how="left_anti")
    victims = victims.join(other, on="idx", how="left").where(
        F.col("theme").isin(*untied_victims) | F.col("other_reason")
    )
    young = people.reasons.where(F.col("reason").isin(*OF_YOUTH))
    full = vertices.where(F.col("theme") == FULL_NETWORK)
    in_full = full.join(young, on="idx", how="left_semi")
    acted = young.where((F.col("reason") == "UNDER_10") & (F.size("records") > 0)).select("idx").distinct()
    alone = acted.join(near, on="idx", how="left_anti").join(full, on="idx", how="left_anti")
    none = F.lit(None).cast("string").alias("network_id")
    rows = (
        victims.select("theme", none, "idx", F.lit("NOT_TIED").alias("part"))
        .unionByName(in_full.select(*PLACE, F.lit("MEMBER").alias("part")))
        .unionByName(alone.select(F.lit(FULL_NETWORK).alias("theme"), none, "idx", F.lit("NOT_TIED").alias("part")))
    )
    texts = F.array().cast("array<string>")
    return rows.select(
        *PLACE,
        "part",
        texts.alias("relations"),
        F.lit(0).cast("bigint").alias("weight_micro"),
        F.lit(True).alias("tie_credible"),
        F.array().cast(_RECORDS).alias("shared"),
        texts.alias("roles"),
        texts.alias("systems"),
        texts.alias("credible_systems"),
        F.lit(0).alias("handling"),
    )
