"""On the offender side of two different records with the same victim, close in time, in the offence groups of conf."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.config import Tie
from harmnet.involvements import is_offender_side, is_victim_side
from harmnet.ties.shapes import Context, Pairs, as_pairs, sides_of_records


def pairs(involvements: DataFrame, *, tie: Tie, context: Context) -> Pairs:
    """One row per pair of records and pair of offenders."""
    wanted = F.array(*(F.lit(group) for group in tie.offence_groups or ()))
    flags = F.array(*(F.lit(flag) for flag in tie.flags or ()))
    rows = involvements.where(
        F.col("source_system").isin("crimes", "intelligence") & (is_offender_side() | is_victim_side())
    ).join(F.broadcast(context.offence_groups), on=["offence_code", "offence_code_system"], how="left")
    in_group = F.coalesce(F.arrays_overlap("groups", wanted), F.lit(False))
    flagged = F.coalesce(F.arrays_overlap("flags", flags), F.lit(False))
    records = sides_of_records(rows.where(in_group | flagged))
    hubs = records.where(F.col("people") > tie.max_people).select("record_ref", F.col("people").alias("n"))
    by_victim = records.where(F.col("people") <= tie.max_people).withColumn("victim", F.explode("victims"))
    columns = ["source_system", "record_ref", "event_date", "quality_micro", "record_kind", "handling", "offenders"]
    one = by_victim.select("victim", *columns)
    other = by_victim.select("victim", *(F.col(name).alias(f"other_{name}") for name in columns))
    earlier_in_order = F.struct("record_ref", "source_system") < F.struct(
        F.col("other_record_ref").alias("record_ref"), F.col("other_source_system").alias("source_system")
    )
    close = F.abs(F.datediff("event_date", "other_event_date")) <= F.lit(tie.max_days_between)
    met = (
        one.join(other, on="victim", how="inner")
        .where(earlier_in_order & close)
        .withColumn("a", F.explode("offenders"))
        .withColumn("b", F.explode("other_offenders"))
        .where((F.col("a") != F.col("b")) & (F.col("a") != F.col("victim")) & (F.col("b") != F.col("victim")))
    )
    found = met.groupBy(
        F.concat_ws("|", "record_ref", "other_record_ref").alias("record_ref"),
        "source_system",
        "other_source_system",
        F.least("a", "b").alias("src"),
        F.greatest("a", "b").alias("dst"),
    ).agg(
        F.max(F.greatest("event_date", "other_event_date")).alias("event_date"),
        F.min(F.least("quality_micro", "other_quality_micro")).alias("quality_micro"),
        F.min(F.least("record_kind", "other_record_kind")).alias("record_kind"),
        F.bit_or(F.col("handling").bitwiseOR(F.col("other_handling"))).alias("handling"),
    )
    return Pairs(as_pairs(found), hubs)
