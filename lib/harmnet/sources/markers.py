"""Warning markers and safeguarding assessments. The kind of marker is the role."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.sources.checks import Rules
from harmnet.sources.rows import source_rows

RULES = {"markers": Rules(event_date=("set_at",), open_ends=("cleared_at",))}


def involve(markers: DataFrame) -> DataFrame:
    """One row per marker."""
    return source_rows(
        markers,
        person_ref=F.col("person_ref"),
        source_system="markers",
        event_kind="MARKER",
        event_id=F.col("marker_ref"),
        record_ref=F.col("marker_ref"),
        role=F.upper("kind"),
        kind=F.upper("kind"),
        event_date=F.col("set_at").cast("date"),
        from_date=F.col("set_at").cast("date"),
        to_date=F.col("cleared_at").cast("date"),
        words=F.col("words"),
    )
