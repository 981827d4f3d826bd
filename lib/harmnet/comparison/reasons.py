"""Why a person's place changed: their own records, records of those they are tied to, ties that faded, hits too old."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.comparison.people import JOINED, LEFT, MOVED
from harmnet.comparison.records import CORRECTED_RECORD, NEW_RECORD

DECAYED_TIE, OUT_OF_WINDOW = "DECAYED_TIE", "OUT_OF_WINDOW"
_COLUMNS = ("nominal_id", "theme", "only", "reason", "what")


def by_record(touched: DataFrame) -> DataFrame:
    """The reasons that are records about the person. `touched`: nominal_id, reason, what."""
    return _reasons(touched, only=None)


def tie_changes(before: DataFrame, after: DataFrame, *, cut: int) -> DataFrame:
    """Ties whose weight or records differ: src, dst, relation, more, fewer (records), lighter, below_cut.

    Each frame: src, dst, relation, weight_micro, records. below_cut: of at least `cut` before and of less after.
    """
    pairs = before.alias("a").join(after.alias("b"), on=["src", "dst", "relation"], how="full")
    zero = F.lit(0)
    was, now = (F.coalesce(f"{side}.weight_micro", zero) for side in "ab")
    had, has = (F.coalesce(f"{side}.records", zero) for side in "ab")
    return pairs.select(
        "src",
        "dst",
        "relation",
        (has > had).alias("more"),
        (has < had).alias("fewer"),
        (now < was).alias("lighter"),
        ((was >= cut) & (now < cut)).alias("below_cut"),
    ).where("more OR fewer OR lighter")


def by_tie(ties: DataFrame, touched: DataFrame, *, older: bool) -> DataFrame:
    """The reasons that are ties: new or corrected records of the other person, and, when `older`, decay.

    A tie with more records and someone with a new record at an end is NEW_RECORD for both; one with fewer, or lighter,
    and a corrected record is CORRECTED_RECORD; a lighter one without either is DECAYED_TIE: for JOINED and LEFT only
    where it fell below the cut.
    """
    own = touched.groupBy("nominal_id").agg(
        F.bool_or(F.col("reason") == NEW_RECORD).alias("new"),
        F.bool_or(F.col("reason") == CORRECTED_RECORD).alias("corrected"),
    )
    rows = ties
    for end in ("src", "dst"):
        named = [F.col(name).alias(f"{end}_{name}") for name in ("new", "corrected")]
        rows = rows.join(own.select(F.col("nominal_id").alias(end), *named), on=end, how="left")
    no = F.lit(False)
    new = F.coalesce("src_new", no) | F.coalesce("dst_new", no)
    corrected = F.coalesce("src_corrected", no) | F.coalesce("dst_corrected", no)
    reason = (
        F.when(F.col("more") & new, F.lit(NEW_RECORD))
        .when((F.col("fewer") | F.col("lighter")) & corrected, F.lit(CORRECTED_RECORD))
        .when(F.lit(older) & F.col("lighter") & ~new & ~corrected, F.lit(DECAYED_TIE))
    )
    faded = (F.col("reason") == DECAYED_TIE) & ~F.col("below_cut")
    rows = rows.withColumn("reason", reason).where(F.col("reason").isNotNull())
    rows = rows.withColumn("only", F.when(faded, F.lit(MOVED)).otherwise(F.lit(f"{JOINED} {LEFT} {MOVED}")))
    ends = [
        rows.select(
            F.col(one).alias("nominal_id"), "only", "reason", F.concat(F.lit("tie to "), F.col(other)).alias("what")
        )
        for one, other in (("src", "dst"), ("dst", "src"))
    ]
    return ends[0].unionByName(ends[1]).withColumn("theme", F.lit(None).cast("string")).select(*_COLUMNS)


def out_of_window(before: DataFrame, after: DataFrame, touched: DataFrame) -> DataFrame:
    """Hits that counted and do not any more though no record of the person was corrected: OUT_OF_WINDOW, in the theme.

    Each frame: theme, rule, nominal_id, source_system, record_ref, counted.
    """
    key = ["theme", "rule", "nominal_id", "source_system", "record_ref"]
    counted = [frame.where("counted").select(*key).distinct() for frame in (before, after)]
    corrected = touched.where(F.col("reason") == CORRECTED_RECORD).select("nominal_id").distinct()
    gone = counted[0].join(counted[1], on=key, how="left_anti").join(corrected, on="nominal_id", how="left_anti")
    what = F.concat_ws(" ", F.lit("rule"), "rule", "record_ref")
    rows = gone.select("nominal_id", "theme", F.lit(OUT_OF_WINDOW).alias("reason"), what.alias("what"))
    return rows.withColumn("only", F.lit(None).cast("string")).select(*_COLUMNS)


def together(found: Sequence[DataFrame]) -> DataFrame:
    """All reasons in one frame, each once."""
    return reduce(DataFrame.unionByName, found).distinct()


def _reasons(rows: DataFrame, *, only: str | None) -> DataFrame:
    nothing = {"theme": F.lit(None).cast("string"), "only": F.lit(only).cast("string")}
    return rows.withColumns(nothing).select(*_COLUMNS)
