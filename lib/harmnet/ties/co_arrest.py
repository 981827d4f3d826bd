"""Arrested together: detained under one arrest reference."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.config import Tie
from harmnet.involvements import is_offender_side
from harmnet.ties.shapes import people_on_records


def people(involvements: DataFrame, *, tie: Tie) -> DataFrame:
    """One row per arrest and person detained under it."""
    return people_on_records(involvements.where((F.col("source_system") == "custody") & is_offender_side()))
