"""Prison: stays in a cell. The event is the cell."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet.sources.checks import OPEN_YEAR, Rules, read_instant
from harmnet.sources.rows import source_rows


def _end_unreadable() -> Column:
    # A stay whose end cannot be read must not count as still open: it would be shared with everyone who came after.
    raw = F.trim(F.col("_raw_to_date"))
    return F.col("to_date").isNull() & (raw != "") & ~F.coalesce(F.year(read_instant(raw)) >= OPEN_YEAR, F.lit(False))


RULES = {
    "prison_stays": Rules(
        event_date=("from_date",),
        open_ends=("to_date",),
        quarantine={"BAD_END_DATE": _end_unreadable},
        spans=(("from_date", "to_date"),),
    )
}


def involve(prison_stays: DataFrame) -> DataFrame:
    """One row per stay."""
    return source_rows(
        prison_stays,
        person_ref=F.col("person_ref"),
        source_system="prison",
        event_kind="STAY",
        event_id=F.concat_ws("/", "prison", "cell"),
        record_ref=F.col("stay_ref"),
        role="PRISONER",
        event_date=F.col("from_date"),
        from_date=F.col("from_date"),
        to_date=F.col("to_date"),
        release_due=F.col("release_due"),
    )
