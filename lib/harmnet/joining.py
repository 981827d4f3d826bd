"""How the smaller side of a join gets to the larger one, and what need not be worked out row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import and_

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


def by_combination(rows: DataFrame, columns: Sequence[str], derive: Callable[[DataFrame], DataFrame]) -> DataFrame:
    """The rows, each with every row that `derive` makes of its values of `columns`, which are codes: millions of rows
    have the same few combinations, and what follows from one is worked out once. Rows of which nothing is made go.

    `derive` is given each combination once and leaves its columns there.
    """
    derived = derive(rows.select(*columns).distinct())
    names = {name: f"_of_{name}" for name in columns}
    derived = to_everyone(derived.withColumnsRenamed(names).localCheckpoint())
    same = reduce(and_, (rows[name].eqNullSafe(derived[of]) for name, of in names.items()))
    return rows.join(derived, on=same, how="inner").drop(*names.values())
