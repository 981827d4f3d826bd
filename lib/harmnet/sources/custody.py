"""Custody: detentions. People detained under one arrest_ref were arrested together."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from harmnet.sources.checks import Rules
from harmnet.sources.rows import source_rows

RULES = {"custody": Rules(event_date=("detained_at",), spans=(("detained_at", "released_at"),))}

# How the end of a detention reads as a status on the person.
_STATUS = {
    "CHARGED": "CHARGED",
    "CONVICTED": "CONVICTED",
    "NFA": "NO_FURTHER_ACTION",
    "NO_FURTHER_ACTION": "NO_FURTHER_ACTION",
}


def involve(custody: DataFrame) -> DataFrame:
    """One row per detention; the event is the arrest, dated by its earliest detention."""
    arrest = Window.partitionBy("event_id")
    rows = custody.withColumn("event_id", F.coalesce("arrest_ref", "custody_ref"))
    rows = rows.withColumns(
        {
            "arrest_date": F.min(F.col("detained_at").cast("date")).over(arrest),
            "arrest_crime": F.min("crime_ref").over(arrest),
        }
    )
    status = F.create_map(*(F.lit(item) for pair in _STATUS.items() for item in pair))
    return source_rows(
        rows,
        person_ref=F.col("person_ref"),
        source_system="custody",
        event_kind="ARREST",
        event_id=F.col("event_id"),
        record_ref=F.col("custody_ref"),
        role="DETAINEE",
        status=F.coalesce(status[F.upper("disposal")], F.lit("SUSPECTED")),
        event_date=F.col("arrest_date"),
        crime_ref=F.col("arrest_crime"),
        offence_code=F.col("offence_code"),
        offence_code_system=F.col("offence_code_system"),
        flags=F.col("flags"),
        words=F.col("words"),
    )
