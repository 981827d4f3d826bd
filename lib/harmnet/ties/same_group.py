"""Both listed members of one group at overlapping times, neither listed as exploited."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.config import Tie
from harmnet.involvements import is_offender_side
from harmnet.record_kinds import record_kind
from harmnet.ties.shapes import Context, Pairs, as_pairs


def pairs(involvements: DataFrame, *, tie: Tie, context: Context) -> Pairs:
    """One row per group and pair whose memberships overlap; n = everyone ever listed and not exploited."""
    members = involvements.where((F.col("source_system") == "groups") & is_offender_side()).select(
        F.col("event_id").alias("record_ref"),
        "idx",
        "kind",
        "event_date",
        "quality_micro",
        record_kind(),
        "handling",
        F.coalesce("from_date", F.lit("0001-01-01").cast("date")).alias("since"),
        F.coalesce("to_date", F.lit("9999-12-31").cast("date")).alias("until"),
    )
    sizes = members.groupBy("record_ref").agg(
        F.count_distinct("idx").alias("n"),
        F.min("kind").alias("group_kind"),
        F.bit_or("handling").alias("group_handling"),
    )
    hubs = sizes.where(F.col("n") > tie.max_people).select("record_ref", "n")
    small = sizes.where(F.col("n").between(2, tie.max_people))
    one = members.join(small, on="record_ref", how="inner")
    other = members.select(
        "record_ref", *(F.col(name).alias(f"other_{name}") for name in ("idx", "event_date", "since", "until"))
    )
    overlap = F.greatest("since", "other_since") < F.least("until", "other_until")
    met = one.join(other, on="record_ref", how="inner").where((F.col("idx") < F.col("other_idx")) & overlap)
    found = met.groupBy("record_ref", F.col("idx").alias("src"), F.col("other_idx").alias("dst")).agg(
        F.max(F.greatest("event_date", "other_event_date")).alias("event_date"),
        F.min("group_kind").alias("kind"),
        F.min("quality_micro").alias("quality_micro"),
        F.min("record_kind").alias("record_kind"),
        F.min("n").alias("n"),
        F.bit_or("group_handling").alias("handling"),
    )
    return Pairs(as_pairs(found), hubs)
