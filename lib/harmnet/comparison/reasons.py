"""Why a person's place changed: their own records, records of those they are tied to, ties that faded, hits too old."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.comparison.people import JOINED, LEFT, MOVED
from harmnet.comparison.records import CORRECTED_RECORD, NEW_RECORD, OF_SEVERAL

DECAYED_TIE, OUT_OF_WINDOW = "DECAYED_TIE", "OUT_OF_WINDOW"
_COLUMNS = ("nominal_id", "theme", "only", "reason", "what")


def by_record(touched: DataFrame) -> DataFrame:
    """The reasons that are records about the person. `touched`: nominal_id, reason, what."""
    return _reasons(touched, only=None)


def tie_changes(before: DataFrame, after: DataFrame, *, cut: int) -> DataFrame:
    """Ties that differ: src, dst, relation, more and fewer (records), redated, lighter, below_cut.

    Each frame: src, dst, relation, weight_micro, records, first_date, last_date. redated: in both, with other dates.
    below_cut: weight of at least `cut` before and of less after.
    """
    pairs = before.alias("a").join(after.alias("b"), on=["src", "dst", "relation"], how="full")
    zero = F.lit(0)
    was, now = (F.coalesce(f"{side}.weight_micro", zero) for side in "ab")
    had, has = (F.coalesce(f"{side}.records", zero) for side in "ab")
    dates = [F.col(f"a.{name}") != F.col(f"b.{name}") for name in ("first_date", "last_date")]
    return pairs.select(
        "src",
        "dst",
        "relation",
        (has > had).alias("more"),
        (has < had).alias("fewer"),
        F.coalesce(dates[0] | dates[1], F.lit(False)).alias("redated"),
        (now < was).alias("lighter"),
        ((was >= cut) & (now < cut)).alias("below_cut"),
    ).where("more OR fewer OR redated OR lighter")


def by_tie(ties: DataFrame, touched: DataFrame, *, older: bool) -> DataFrame:
    """The reasons that are ties: new or corrected records behind them and, when `older`, decay.

    NEW_RECORD for both ends: more records, and a new one about someone at an end. CORRECTED_RECORD: weaker, fewer
    records or other dates, and one corrected record about both; or the last two, and a corrected record of one person
    at an end. DECAYED_TIE: any other that is lighter; for JOINED and LEFT only where it fell below the cut.
    """
    rows = _with_ends(ties, touched)
    other_records = F.col("fewer") | F.col("redated")
    corrected = (F.col("shared") & (F.col("lighter") | other_records)) | (F.col("corrected") & other_records)
    reason = (
        F.when(F.col("more") & F.col("new"), F.lit(NEW_RECORD))
        .when(corrected, F.lit(CORRECTED_RECORD))
        .when(F.lit(older) & F.col("lighter"), F.lit(DECAYED_TIE))
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


def _with_ends(ties: DataFrame, touched: DataFrame) -> DataFrame:
    """Adds new, corrected (a record of one person, at an end) and shared (one corrected record is about both ends)."""
    is_corrected = F.col("reason") == CORRECTED_RECORD
    of_several = F.substring_index("what", " ", 1).isin(*OF_SEVERAL)
    own = touched.groupBy("nominal_id").agg(
        F.bool_or(F.col("reason") == NEW_RECORD).alias("new"),
        F.bool_or(is_corrected & ~of_several).alias("corrected"),
        F.array_sort(F.collect_set(F.when(is_corrected, F.col("what")))).alias("what"),
    )
    for end in ("src", "dst"):
        named = [F.col(name).alias(f"{end}_{name}") for name in ("new", "corrected", "what")]
        ties = ties.join(own.select(F.col("nominal_id").alias(end), *named), on=end, how="left")
    no = F.lit(False)
    either = {name: F.coalesce(f"src_{name}", no) | F.coalesce(f"dst_{name}", no) for name in ("new", "corrected")}
    return ties.withColumns(either | {"shared": F.coalesce(F.arrays_overlap("src_what", "dst_what"), no)})


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
