"""One on the offender side and one a victim of the same crime or report. Directed: offender to victim."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.config import Tie
from harmnet.involvements import is_offender_side, is_victim_side
from harmnet.ties.shapes import Context, Pairs, as_pairs, sides_of_records


def pairs(involvements: DataFrame, *, tie: Tie, context: Context) -> Pairs:
    """One row per record and pair across its two sides; two people who are both on both sides are one pair."""
    records = sides_of_records(
        involvements.where(
            F.col("source_system").isin("crimes", "intelligence") & (is_offender_side() | is_victim_side())
        )
    )
    crowded = F.col("people") > tie.max_people
    both_sides = (F.size("offenders") > 0) & (F.size("victims") > 0)
    # Read twice, by hubs and by pairs; most records have people on one side alone.
    records = records.where(crowded | both_sides).localCheckpoint()
    hubs = records.where(crowded).select("record_ref", F.col("people").alias("n"))
    crossed = (
        records.where(~crowded)
        .withColumn("offender", F.explode("offenders"))
        .withColumn("victim", F.explode("victims"))
        .where(F.col("offender") != F.col("victim"))
    )
    mutual = F.array_contains("offenders", F.col("victim")) & F.array_contains("victims", F.col("offender"))
    one_row = crossed.withColumn("mutual", mutual).where(~F.col("mutual") | (F.col("offender") < F.col("victim")))
    found = one_row.withColumns(
        {
            "src": F.least("offender", "victim"),
            "dst": F.greatest("offender", "victim"),
            "src_harmed_dst": F.col("mutual") | (F.col("offender") < F.col("victim")),
            "dst_harmed_src": F.col("mutual") | (F.col("offender") > F.col("victim")),
        }
    )
    return Pairs(as_pairs(found), hubs)
