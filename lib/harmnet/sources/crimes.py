"""Crimes and non-crime incidents."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.sources.checks import Rules
from harmnet.sources.rows import source_rows

RULES = {
    "crimes": Rules(event_date=("occurred_from", "recorded_at"), spans=(("occurred_from", "occurred_to"),)),
    "crime_people": Rules(parent=("crime_ref", "crimes")),
}


def involve(crimes: DataFrame, crime_people: DataFrame) -> DataFrame:
    """One row per person, crime and role."""
    rows = crime_people.join(crimes, on="crime_ref", how="inner")
    return source_rows(
        rows,
        person_ref=F.col("person_ref"),
        source_system="crimes",
        event_kind=F.when(F.coalesce(F.col("is_crime"), F.lit(True)), F.lit("CRIME")).otherwise(F.lit("NON_CRIME")),
        event_id=F.col("crime_ref"),
        record_ref=F.col("crime_ref"),
        role=F.col("role"),
        status=F.col("status"),
        event_date=F.coalesce(F.col("occurred_from"), F.col("recorded_at")).cast("date"),
        crime_ref=F.col("crime_ref"),
        offence_code=F.col("offence_code"),
        offence_code_system=F.col("offence_code_system"),
        flags=F.col("flags"),
        words=F.col("words"),
        area_code=F.col("area_code"),
    )
