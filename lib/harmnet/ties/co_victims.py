"""Both victims of one crime."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.config import Tie
from harmnet.involvements import is_victim_side
from harmnet.ties.shapes import people_on_records


def people(involvements: DataFrame, *, tie: Tie) -> DataFrame:
    """One row per crime and victim."""
    return people_on_records(involvements.where((F.col("source_system") == "crimes") & is_victim_side()))
