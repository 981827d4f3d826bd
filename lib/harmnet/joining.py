"""How the smaller side of a join gets to the larger one."""

from __future__ import annotations

import re
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from harmnet.errors import HarmnetError

_BYTES_PER_ROW = 1000
"""Of memory for each row that every executor holds: about 100 in its table, the rest for making and sending it."""
_UNITS = {"b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


def to_everyone(frame: DataFrame, rows: int | None = None) -> DataFrame:
    """The frame, with the hint that every executor gets all of it, where driver and executors have memory for it.

    Then the other side of its join stays where it is. `rows`: how many it has, where that is known already. For few
    and short columns.
    """
    rows = frame.count() if rows is None else rows
    return F.broadcast(frame) if rows <= most_rows(frame.sparkSession) else frame


def most_rows(spark: SparkSession) -> int:
    """Rows that every executor may hold beside its work."""
    jvm: Any = spark._jvm
    heap = int(jvm.java.lang.Runtime.getRuntime().maxMemory())
    conf = spark.sparkContext.getConf()
    if not conf.get("spark.master", "").startswith("local"):
        heap = min(heap, _in_bytes(conf.get("spark.executor.memory", "1g")))
    return heap // _BYTES_PER_ROW


def _in_bytes(size: str) -> int:
    """A size as Spark writes it: a whole number and b, k, m, g or t, a b behind it or not; megabytes without."""
    found = re.fullmatch(r"\s*(\d+)([bkmgt]?)b?\s*", size.lower())
    if found is None:
        raise HarmnetError(f"spark.executor.memory is {size!r}: give a whole number and m or g, such as 4g")
    return int(found[1]) * _UNITS[found[2] or "m"]
