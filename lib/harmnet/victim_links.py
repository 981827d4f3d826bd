"""Who may control someone exploited who is on no list: "we know the child, not the line".

weight of a pair = sum of its edges in the relations of conf, HARM only towards the one who was harmed; where there is
none, record_weight for each credible record the two share. Over one person between: floor(smaller of the two / 2).
"""

from __future__ import annotations

from collections.abc import Collection

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from harmnet.at_risk import latest
from harmnet.config import Safeguarding, VictimLinks, to_micro
from harmnet.corrections.holding import NOBODY, Held, only_free

_KEY = ["idx", "theme", "controller_id"]


def people_without_list(
    flags: DataFrame, signals: DataFrame, reasons: DataFrame, victims: DataFrame, *, conf: VictimLinks
) -> DataFrame:
    """idx of the people whose controllers are looked for: exploited or victims of the themes of conf, on no list now.

    Being listed under any role counts as a known line or group, once the listing is open and not ended.
    """
    by_reason = reasons.where(F.col("reason").isin(*conf.reasons)).select("idx")
    by_theme = victims.where(F.col("theme").isin(*conf.themes)).select("idx")
    by_flag = flags.where(F.col("reason").isin(*conf.reasons)).select(F.col("nominal_id").alias("idx"))
    listed = signals.where((F.col("signal") == "LISTED") & ~F.col("ended")).select("idx")
    wanted = by_reason.unionByName(by_theme).unionByName(by_flag).distinct()
    return wanted.join(listed, on="idx", how="left_anti")


def build(
    wanted: DataFrame,
    members: DataFrame,
    edges: DataFrame,
    shared: DataFrame,
    *,
    conf: Safeguarding,
    held: Held = NOBODY,
) -> DataFrame:
    """One row per person of `wanted`, theme and controller, at most `most` each: the nearest way between the two.

    `members`: theme, network_id, idx of the graphs of the themes; `shared`: rows of harmnet.shared_records. Nobody whom
    corrections hold out of the theme stands between the two.
    """
    links, own = conf.victim_links, wanted.select("idx")
    towards = ties_towards(edges, {*links.relations, *links.first_step})
    first = towards.join(own, on="idx", how="left_semi").localCheckpoint()
    direct = pair_weights(first.where(F.col("relation").isin(*links.relations)))
    records = records_of_pairs(shared.join(own, on="idx", how="left_semi"), conf=conf)
    near = direct.join(records, on=["idx", "other"], how="full")
    by_record = F.col("credible_records") * to_micro(links.record_weight)
    near = near.select(
        "idx",
        F.col("other").alias("controller_id"),
        F.lit(None).cast("bigint").alias("via_id"),
        F.coalesce("relations", F.array(F.lit("RECORD"))).alias("relations"),
        F.coalesce("weight_micro", by_record).cast("bigint").alias("weight_micro"),
        F.coalesce("records", F.array().cast("array<string>")).alias("records"),
        F.coalesce("records_count", F.lit(0)).cast("bigint").alias("records_count"),
        (F.col("weight_micro").isNull() & (F.col("credible_records") == 0)).alias("uncorroborated"),
        F.coalesce("handling", F.lit(0)).bitwiseOR(F.coalesce("record_handling", F.lit(0))).alias("handling"),
    )
    in_theme = members.withColumnRenamed("idx", "controller_id")
    onward = (
        towards.where(F.col("relation").isin(*links.relations))
        .join(first.select(F.col("other").alias("idx")).distinct(), on="idx", how="left_semi")
        .join(in_theme.select(F.col("controller_id").alias("other")).distinct(), on="other", how="left_semi")
    )
    found = near.unionByName(two_steps(pair_weights(first), pair_weights(onward)))
    placed = found.join(in_theme, on="controller_id", how="inner")
    return ranked(only_free(placed, held, person="via_id"), most=links.most)


def ties_towards(edges: DataFrame, relations: Collection[str]) -> DataFrame:
    """Edges from both ends: idx, other, relation, weight_micro, handling; HARM only where other harmed idx."""
    ends = F.array(
        F.struct(F.col("src").alias("idx"), F.col("dst").alias("other"), F.col("dst_to_src_micro").alias("harm")),
        F.struct(F.col("dst").alias("idx"), F.col("src").alias("other"), F.col("src_to_dst_micro").alias("harm")),
    )
    rows = edges.where(F.col("relation").isin(*sorted(relations))).select("*", F.explode(ends).alias("end"))
    weight = F.when(F.col("relation") == "HARM", F.col("end.harm")).otherwise(F.col("weight_micro"))
    return rows.select("end.idx", "end.other", "relation", weight.alias("weight_micro"), "handling").where(
        F.col("weight_micro") > 0
    )


def pair_weights(ties: DataFrame) -> DataFrame:
    """One row per idx and other: weight_micro over the relations, relations (sorted), handling."""
    return ties.groupBy("idx", "other").agg(
        F.sum("weight_micro").alias("weight_micro"),
        F.array_sort(F.collect_set("relation")).alias("relations"),
        F.bit_or("handling").alias("handling"),
    )


def records_of_pairs(shared: DataFrame, *, conf: Safeguarding) -> DataFrame:
    """One row per idx and other: records, records_count, credible_records, record_handling.

    Not where the other is a victim, and not the record that says they are family.
    """
    apart = (F.col("member_side") == "VICTIM") | F.col("role").isin("FAMILY", "PARTNER")
    record = F.struct("event_date", "source")
    rows = shared.where(~F.coalesce(apart, F.lit(False))).groupBy("idx", F.col("member").alias("other"))
    found = rows.agg(
        F.collect_set(record).alias("all_records"),
        F.count_distinct(F.when(F.col("credible"), F.col("source"))).alias("credible_records"),
        F.bit_or("handling").alias("record_handling"),
    )
    return found.select(
        "idx",
        "other",
        latest(F.col("all_records"), conf.records_listed).alias("records"),
        F.size("all_records").alias("records_count"),
        "credible_records",
        "record_handling",
    )


def two_steps(first: DataFrame, second: DataFrame) -> DataFrame:
    """idx, controller_id, via_id, relations of both steps, weight_micro, handling."""
    onward = second.select(
        F.col("idx").alias("other"),
        F.col("other").alias("controller_id"),
        F.col("weight_micro").alias("onward_micro"),
        F.col("relations").alias("onward_relations"),
        F.col("handling").alias("onward_handling"),
    )
    rows = first.join(onward, on="other", how="inner").where(F.col("idx") != F.col("controller_id"))
    return rows.select(
        "idx",
        "controller_id",
        F.col("other").alias("via_id"),
        F.array_sort(F.array_union("relations", "onward_relations")).alias("relations"),
        F.expr("least(weight_micro, onward_micro) div 2").alias("weight_micro"),
        F.array().cast("array<string>").alias("records"),
        F.lit(0).cast("bigint").alias("records_count"),
        F.lit(False).alias("uncorroborated"),
        F.col("handling").bitwiseOR(F.col("onward_handling")).alias("handling"),
    )


def ranked(found: DataFrame, *, most: int) -> DataFrame:
    """One row per person, theme and controller, with rank and controllers: a direct tie before any way round."""
    best = Window.partitionBy(*_KEY).orderBy(F.col("via_id").isNotNull(), F.desc("weight_micro"), "via_id")
    rows = found.withColumn("way", F.row_number().over(best)).where(F.col("way") == 1)
    order = Window.partitionBy("idx").orderBy(
        F.desc("weight_micro"), F.col("via_id").isNotNull(), "theme", "controller_id"
    )
    counted = rows.withColumn("controllers", F.count("*").over(Window.partitionBy("idx")))
    kept = counted.withColumn("rank", F.row_number().over(order).cast("bigint")).where(F.col("rank") <= most)
    return kept.withColumnRenamed("idx", "nominal_id")


def with_controllers(links: DataFrame, nominals: DataFrame, theme_members: DataFrame) -> DataFrame:
    """Adds controller_is_child and controller_victim: a controller may be a victim too."""
    ages = nominals.select(F.col("nominal_id").alias("controller_id"), F.col("is_child").alias("controller_is_child"))
    victims = theme_members.select(
        "theme", F.col("nominal_id").alias("controller_id"), F.col("victim").alias("controller_victim")
    )
    rows = links.join(ages, on="controller_id", how="inner").join(victims, on=["theme", "controller_id"], how="left")
    return rows.withColumn("controller_victim", F.coalesce("controller_victim", F.lit(False)))
