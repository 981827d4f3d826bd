"""How many people the flags of safeguarding concern: by reason, in the whole force too, and by home area."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet.at_risk import MARKER
from harmnet.contracts.results import FULL_NETWORK
from harmnet.contracts.safeguarding import SAFEGUARDING_AREA_COUNTS, SAFEGUARDING_COUNTS


def by_reason(
    flags: DataFrame, signals: DataFrame, reasons: DataFrame, victims: DataFrame, *, first_run: bool
) -> DataFrame:
    """The safeguarding_counts table: nobody with a reason is lost between the force and the flags."""
    unnamed = signals.where(F.col("signal").startswith(MARKER)).select("idx", F.col("signal").alias("reason"))
    theme_victims = victims.select("idx", F.lit("THEME_VICTIM").alias("reason"))
    everyone = reasons.select("idx", "reason").unionByName(theme_victims).unionByName(unnamed).distinct()
    near_theme = (F.col("theme") != FULL_NETWORK) & (F.col("part") != "NOT_TIED")
    flagged = flags.groupBy(F.col("nominal_id").alias("idx"), "reason").agg(
        F.max(near_theme).alias("near"),
        F.max(F.col("newness") == "NEW").alias("new"),
        F.min("uncorroborated").alias("uncorroborated"),
    )
    rows = everyone.join(flagged, on=["idx", "reason"], how="full").groupBy("reason")
    counted = rows.agg(
        F.count("*").alias("people"),
        F.count("near").alias("flagged"),
        F.count_if("near").alias("in_or_tied"),
        F.count_if(F.col("near").isNull()).alias("not_flagged"),
        _unless(first_run, F.count_if("new")).alias("new_people"),
        F.count_if("uncorroborated").alias("uncorroborated"),
    )
    return counted.select(*SAFEGUARDING_COUNTS.names)


def by_area(flags: DataFrame, *, first_run: bool) -> DataFrame:
    """The safeguarding_area_counts table."""
    new = F.col("newness") == "NEW"
    counted = flags.groupBy("theme", "area_code").agg(
        F.count_distinct("nominal_id").alias("people"),
        F.count_distinct(F.when(F.col("is_child"), F.col("nominal_id"))).alias("children"),
        F.count("*").alias("flags"),
        _unless(first_run, F.count_distinct(F.when(new, F.col("nominal_id")))).alias("new_people"),
        _unless(first_run, F.count_if(new)).alias("new_flags"),
        F.bit_or("handling").alias("handling"),
    )
    return counted.select(*SAFEGUARDING_AREA_COUNTS.names)


def _unless(first_run: bool, count: Column) -> Column:
    """The count; null where no parent says what is new."""
    return F.lit(None).cast("bigint") if first_run else count
