"""Records that someone at risk and a member of a network both stand on, whatever their roles and the record's grade.

A tie needs roles that say something about two people; a child only mentioned on a report about a member has none.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet.at_risk import source
from harmnet.joining import to_everyone

# A cell is shared by people who never met, a marker is of one person.
_SHARED = ("crimes", "intelligence", "custody", "missing", "groups", "associations")
_RECORD = ["source_system", "event_id"]


def record_number() -> Column:
    """A number for a record: equal where system and event are, and hardly ever where they are not."""
    return F.xxhash64(*_RECORD)


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
    shared = involvements.where(F.col("source_system").isin(*_SHARED)).withColumn("number", record_number())
    # Most records have no member on them: they go before anything is sent. One that has the number of another by chance
    # stays until its members are looked for.
    with_member = shared.join(members.select("idx").distinct(), on="idx", how="left_semi").select("number").distinct()
    rows = shared.join(to_everyone(with_member.localCheckpoint()), on="number", how="left_semi")
    rows = rows.join(to_everyone(people.localCheckpoint()), on="idx", how="inner")
    one = F.struct("idx", "role", source().alias("source"), "event_date", "credible")
    records = rows.groupBy(*_RECORD).agg(
        F.size(F.collect_set("idx")).alias("people"),
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
