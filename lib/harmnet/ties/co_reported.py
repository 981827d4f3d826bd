"""Both subject or associate on one credible intelligence report."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.config import Tie
from harmnet.involvements import is_offender_side
from harmnet.ties.shapes import people_on_records


def people(involvements: DataFrame, *, tie: Tie) -> DataFrame:
    """One row per credible report and person on its offender side."""
    return people_on_records(involvements.where((F.col("source_system") == "intelligence") & is_offender_side()))
