"""Records that someone at risk and a member of a network both stand on, whatever their roles and the record's grade.

A tie needs roles that say something about two people; a child only mentioned on a report about a member has none.
"""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.at_risk import source

# A cell is shared by people who never met, a marker is of one person.
_SHARED = ("crimes", "intelligence", "custody", "missing", "groups", "associations")
_RECORD = ["source_system", "event_id"]


def shared_records(involvements: DataFrame, at_risk: DataFrame, members: DataFrame, *, max_people: int) -> DataFrame:
    """One row per person at risk, member and record: idx, role, member, member_side, and the record's own columns.

    `at_risk`: idx; `members`: idx. A record with more than `max_people` of both together says nothing about any two of
    them; a listed group names each one and always does.
    """
    people = (
        at_risk.select("idx", F.lit(True).alias("at_risk"), F.lit(False).alias("member"))
        .unionByName(members.select("idx", F.lit(False).alias("at_risk"), F.lit(True).alias("member")))
        .groupBy("idx")
        .agg(F.max("at_risk").alias("at_risk"), F.max("member").alias("member"))
    )
    shared = involvements.where(F.col("source_system").isin(*_SHARED))
    # Most records have no member on them: they go before anything is collected.
    with_member = shared.join(members.select("idx").distinct(), on="idx", how="left_semi").select(*_RECORD).distinct()
    rows = shared.join(with_member, on=_RECORD, how="left_semi").join(people, on="idx", how="inner")
    one = F.struct("idx", "role", source().alias("source"), "event_date", "credible")
    records = rows.groupBy(*_RECORD).agg(
        F.count_distinct("idx").alias("people"),
        F.collect_set(F.when(F.col("at_risk"), one)).alias("theirs"),
        F.collect_set(F.when(F.col("member"), F.struct("idx", "side"))).alias("members"),
        F.bit_or("handling").alias("handling"),
    )
    told = (F.col("people") <= max_people) | (F.col("source_system") == "groups")
    pairs = (
        records.where(told & (F.size("theirs") > 0) & (F.size("members") > 0))
        .withColumn("one", F.explode("theirs"))
        .withColumn("other", F.explode("members"))
        .where(F.col("one.idx") != F.col("other.idx"))
    )
    return pairs.select(
        "one.idx",
        "one.role",
        F.col("other.idx").alias("member"),
        F.col("other.side").alias("member_side"),
        "source_system",
        "one.source",
        "one.event_date",
        "one.credible",
        "handling",
    )
