"""Frames that Spark keeps beside its work (localCheckpoint), and letting go of them: each takes room from the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pyspark.sql import DataFrame, SparkSession


def let_go(frame: DataFrame) -> None:
    """Drop the rows of a frame that localCheckpoint returned; nobody may read it again."""
    frame._jdf.queryExecution().logical().rdd().unpersist(False)


@contextmanager
def none_left(spark: SparkSession) -> Iterator[None]:
    """Drop what the block kept, also where it raises."""
    before = _kept(spark)
    try:
        yield
    finally:
        for number, rdd in _kept(spark).items():
            if number not in before:
                rdd.unpersist(False)


def _kept(spark: SparkSession) -> dict[int, Any]:
    return dict(spark._jsc.getPersistentRDDs())
