"""Intelligence reports, graded in one of two schemes."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.sources.checks import Rules
from harmnet.sources.rows import source_rows

RULES = {
    "intelligence": Rules(event_date=("created_at",)),
    "intelligence_people": Rules(parent=("report_ref", "intelligence")),
}


def involve(intelligence: DataFrame, intelligence_people: DataFrame) -> DataFrame:
    """One row per person, report and role."""
    rows = intelligence_people.join(intelligence, on="report_ref", how="inner")
    return source_rows(
        rows,
        person_ref=F.col("person_ref"),
        source_system="intelligence",
        event_kind="REPORT",
        event_id=F.col("report_ref"),
        record_ref=F.col("report_ref"),
        role=F.col("role"),
        event_date=F.col("created_at").cast("date"),
        flags=F.col("flags"),
        words=F.col("words"),
        grading_scheme=F.col("grading_scheme"),
        source_grade=F.col("source_grade"),
        information_grade=F.col("information_grade"),
        handling_code=F.col("handling_code"),
        action_code=F.col("action_code"),
        sanitisation_code=F.col("sanitisation_code"),
        derived_from=F.col("derived_from"),
    )
