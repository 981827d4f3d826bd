"""Who joined, left or moved rank between two snapshots, theme by theme."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

JOINED, LEFT, MOVED = "JOINED", "LEFT", "MOVED"
RECORDS = 3
"""Records told behind each reason."""
OTHERS = "OTHERS"
"""No record, tie or hit of the person's own changed: other people's did, and ranks are relative."""


def changes(before: DataFrame, after: DataFrame) -> DataFrame:
    """One row per theme and person whose place changed: theme, nominal_id, change, network and rank in both, parts.

    Each frame: theme, nominal_id, network_id, rank, and the parts of the score (`..._micro`), one row per theme and
    person. JOINED: in a network of the second alone; LEFT: of the first alone; MOVED: any other whose rank differs.
    `parts`: names of the parts of the score that differ, null where the person was ranked in one alone.
    """
    parts = [name for name in before.columns if name.endswith("_micro")]
    old, new = (frame.withColumn("there", F.lit(True)).alias(name) for frame, name in ((before, "a"), (after, "b")))
    both = old.join(new, on=["theme", "nominal_id"], how="full")
    was, now = F.col("a.network_id").isNotNull(), F.col("b.network_id").isNotNull()
    change = (
        F.when(now & ~was, F.lit(JOINED))
        .when(was & ~now, F.lit(LEFT))
        .when(~F.col("a.rank").eqNullSafe(F.col("b.rank")), F.lit(MOVED))
    )
    unlike = [F.when(F.col(f"a.{name}") != F.col(f"b.{name}"), F.lit(name.removesuffix("_micro"))) for name in parts]
    differ = F.filter(F.array(*unlike), lambda name: name.isNotNull())
    ranked = F.col("a.rank").isNotNull() & F.col("b.rank").isNotNull()
    return both.select(
        "theme",
        "nominal_id",
        change.alias("change"),
        F.col("a.network_id").alias("network_before"),
        F.col("b.network_id").alias("network_after"),
        F.col("a.rank").alias("rank_before"),
        F.col("b.rank").alias("rank_after"),
        F.when(ranked, differ).alias("parts"),
    ).where(F.col("change").isNotNull())


def with_reasons(changed: DataFrame, found: DataFrame, *, general: Sequence[str]) -> DataFrame:
    """Adds why (sorted words: the reasons found for the person, or OTHERS) and records (the first behind each reason).

    `found`: nominal_id, theme (null: of any), only (the change it explains; null: each), reason, what. `general` may
    stand behind each change, and is added to all.
    """
    fits = (
        (F.col("p.nominal_id") == F.col("r.nominal_id"))
        & (F.col("r.theme").isNull() | (F.col("r.theme") == F.col("p.theme")))
        & (F.col("r.only").isNull() | F.col("r.only").contains(F.col("p.change")))
    )
    pairs = changed.alias("p").join(found.alias("r"), on=fits, how="inner")
    pairs = pairs.select("p.theme", "p.nominal_id", "reason", "what").distinct()
    order = Window.partitionBy("theme", "nominal_id", "reason").orderBy("what")
    record = F.concat_ws(": ", "reason", "what")
    some = pairs.withColumn("record", F.when(F.row_number().over(order) <= RECORDS, record))
    per_person = some.groupBy("theme", "nominal_id").agg(
        F.collect_set("reason").alias("own"), F.array_sort(F.collect_set("record")).alias("records")
    )
    own = F.coalesce("own", F.array().cast("array<string>"))
    why = F.when(F.size(own) == 0, F.array(F.lit(OTHERS))).otherwise(own)
    always = F.array(*(F.lit(word) for word in general)).cast("array<string>")
    return changed.join(per_person, on=["theme", "nominal_id"], how="left").select(
        *changed.columns,
        F.array_sort(F.concat(why, always)).alias("why"),
        F.coalesce("records", F.array().cast("array<string>")).alias("records"),
    )


def first(told: DataFrame, top: int) -> DataFrame:
    """The rows of at most `top` people per theme and change: the highest rank in either snapshot first."""
    rank: Column = F.least("rank_before", "rank_after")
    order = Window.partitionBy("theme", "change").orderBy(F.asc_nulls_last(rank), "nominal_id")
    numbered = told.withColumn("_place", F.row_number().over(order)).where(F.col("_place") <= top)
    return numbered.orderBy("theme", "change", "_place").drop("_place")
