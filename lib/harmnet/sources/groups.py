"""Listed groups and their members."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.sources.checks import Rules
from harmnet.sources.rows import source_rows

RULES = {
    "groups": Rules(event_date=("confirmed_at", "from_date"), open_ends=("to_date",), spans=(("from_date", "to_date"),))
}


def involve(groups: DataFrame) -> DataFrame:
    """One row per membership."""
    return source_rows(
        groups,
        person_ref=F.col("person_ref"),
        source_system="groups",
        event_kind="GROUP",
        event_id=F.col("group_ref"),
        record_ref=F.col("group_ref"),
        role=F.col("role"),
        kind=F.col("group_kind"),
        event_date=F.coalesce("confirmed_at", "from_date"),
        from_date=F.col("from_date"),
        to_date=F.col("to_date"),
    )
