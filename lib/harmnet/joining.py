"""How the smaller side of a join gets to the larger one."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from harmnet.memory import heap_memory

_BYTES_PER_ROW = 1000
"""Of memory for each row that every executor holds: about 100 in its table, the rest for making and sending it."""


def to_everyone(frame: DataFrame, rows: int | None = None) -> DataFrame:
    """The frame, with the hint that every executor gets all of it, where driver and executors have memory for it.

    Then the other side of its join stays where it is. `rows`: how many it has, where that is known already. For few
    and short columns.
    """
    rows = frame.count() if rows is None else rows
    return F.broadcast(frame) if rows <= most_rows(frame.sparkSession) else frame


def most_rows(spark: SparkSession) -> int:
    """Rows that every executor may hold beside its work."""
    return heap_memory(spark) // _BYTES_PER_ROW
