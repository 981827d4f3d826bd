"""Shared a prison cell for min_nights or more, summed over their stays in that cell."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from harmnet.config import Tie
from harmnet.record_kinds import record_kind
from harmnet.ties.shapes import Context, Pairs, as_pairs


def pairs(involvements: DataFrame, *, tie: Tie, context: Context) -> Pairs:
    """One row per cell and pair; the event is their last shared night. Too many = people in the cell at one time."""
    spans = spans_in_cells(involvements, as_of=context.as_of)
    crowded = most_at_once(spans)
    hubs = crowded.where(F.col("n") > tie.max_people)
    calm = spans.join(hubs.select("record_ref"), on="record_ref", how="left_anti")
    other = calm.select(
        "record_ref", *(F.col(name).alias(f"other_{name}") for name in ("idx", "since", "until", "handling"))
    )
    start, end = F.greatest("since", "other_since"), F.least("until", "other_until")
    met = calm.join(other, on="record_ref", how="inner").where((F.col("idx") < F.col("other_idx")) & (start < end))
    shared = met.groupBy("record_ref", F.col("idx").alias("src"), F.col("other_idx").alias("dst")).agg(
        F.sum(F.datediff(end, start)).alias("nights"),
        F.date_sub(F.max(end), 1).alias("event_date"),
        F.min("quality_micro").alias("quality_micro"),
        F.min("record_kind").alias("record_kind"),
        F.bit_or(F.col("handling").bitwiseOR(F.col("other_handling"))).alias("handling"),
    )
    return Pairs(as_pairs(shared.where(F.col("nights") >= F.lit(tie.min_nights))), hubs)


def spans_in_cells(involvements: DataFrame, *, as_of: date) -> DataFrame:
    """One row per cell, person and unbroken span [since, until): overlapping records count a night once."""
    stays = involvements.where((F.col("source_system") == "prison") & F.col("credible")).select(
        F.col("event_id").alias("record_ref"),
        "idx",
        "quality_micro",
        record_kind(),
        "handling",
        F.col("from_date").alias("since"),
        F.least(F.coalesce("to_date", F.lit(as_of)), F.lit(as_of)).alias("until"),
    )
    stays = stays.where(F.col("since") < F.col("until"))
    order = Window.partitionBy("record_ref", "idx").orderBy("since", "until")
    reached = F.max("until").over(order.rowsBetween(Window.unboundedPreceding, -1))
    starts = stays.withColumn("starts", F.coalesce(F.col("since") > reached, F.lit(True)).cast("int"))
    numbered = starts.withColumn("span", F.sum("starts").over(order.rowsBetween(Window.unboundedPreceding, 0)))
    return numbered.groupBy("record_ref", "idx", "span").agg(
        F.min("since").alias("since"),
        F.max("until").alias("until"),
        F.min("quality_micro").alias("quality_micro"),
        F.min("record_kind").alias("record_kind"),
        F.bit_or("handling").alias("handling"),
    )


def most_at_once(spans: DataFrame) -> DataFrame:
    """record_ref, n: the largest number of people in the cell on one night."""
    moves = spans.select("record_ref", F.col("since").alias("day"), F.lit(1).alias("change")).unionByName(
        spans.select("record_ref", F.col("until").alias("day"), F.lit(-1).alias("change"))
    )
    daily = moves.groupBy("record_ref", "day").agg(F.sum("change").alias("change"))
    order = Window.partitionBy("record_ref").orderBy("day").rowsBetween(Window.unboundedPreceding, 0)
    inside = daily.withColumn("inside", F.sum("change").over(order))
    return inside.groupBy("record_ref").agg(F.max("inside").cast("int").alias("n"))
