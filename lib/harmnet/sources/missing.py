"""Missing episodes: the person who was missing, and who was found with them."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.sources.checks import Rules
from harmnet.sources.rows import source_rows

RULES = {
    "missing_episodes": Rules(event_date=("missing_from",), spans=(("missing_from", "returned_at"),)),
    "missing_people": Rules(parent=("episode_ref", "missing_episodes")),
}


def involve(missing_episodes: DataFrame, missing_people: DataFrame) -> DataFrame:
    """One row per person, episode and role; the missing person has role MISSING."""
    subjects = missing_episodes.withColumn("role", F.lit("MISSING"))
    others = missing_people.join(missing_episodes.drop("person_ref"), on="episode_ref", how="inner")
    rows = subjects.unionByName(others.select(subjects.columns))
    return source_rows(
        rows,
        person_ref=F.col("person_ref"),
        source_system="missing",
        event_kind="EPISODE",
        event_id=F.col("episode_ref"),
        record_ref=F.col("episode_ref"),
        role=F.col("role"),
        kind=F.col("risk_level"),
        event_date=F.col("missing_from").cast("date"),
        flags=F.col("flags"),
        words=F.col("words"),
        area_code=F.col("found_area"),
    )
