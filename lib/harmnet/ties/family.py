"""Recorded as family or partners. Never fades, and never makes anyone a member of an offender network."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.config import Tie
from harmnet.ties.shapes import people_on_records


def people(involvements: DataFrame, *, tie: Tie) -> DataFrame:
    """Two rows per credible association of kind FAMILY or PARTNER."""
    related = (F.col("source_system") == "associations") & F.col("role").isin("FAMILY", "PARTNER") & F.col("credible")
    return people_on_records(involvements.where(related))
