"""The missing person and someone found with them, or two people found with them."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.config import Tie
from harmnet.ties.shapes import people_on_records


def people(involvements: DataFrame, *, tie: Tie) -> DataFrame:
    """One row per episode and person missing or found."""
    found = (F.col("source_system") == "missing") & F.col("role").isin("MISSING", "FOUND_WITH")
    return people_on_records(involvements.where(found))
