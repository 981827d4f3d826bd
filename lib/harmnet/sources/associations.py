"""Associations someone recorded between two named people."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.sources.checks import Rules
from harmnet.sources.rows import source_rows

RULES = {"associations": Rules(event_date=("recorded_at",))}


def involve(associations: DataFrame) -> DataFrame:
    """Two rows per association, one for each of the two people; the kind of association is the role."""
    # Some systems record a person as their own associate.
    others = associations.where(F.col("person_ref") != F.col("other_person_ref"))
    others = others.withColumn("person_ref", F.col("other_person_ref"))
    rows = associations.unionByName(others)
    return source_rows(
        rows,
        person_ref=F.col("person_ref"),
        source_system="associations",
        event_kind="ASSOCIATION",
        event_id=F.col("association_ref"),
        record_ref=F.col("association_ref"),
        role=F.col("kind"),
        kind=F.col("kind"),
        event_date=F.col("recorded_at").cast("date"),
        flags=F.col("flags"),
        times=F.greatest(F.coalesce(F.col("times"), F.lit(1)), F.lit(1)),
        grading_scheme=F.col("grading_scheme"),
        source_grade=F.col("source_grade"),
        information_grade=F.col("information_grade"),
        handling_code=F.col("handling_code"),
        action_code=F.col("action_code"),
        sanitisation_code=F.col("sanitisation_code"),
    )
