"""Rows that the driver has, as a frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType


def local_rows(spark: SparkSession, rows: Iterable[Sequence[Any]], schema: str | StructType) -> DataFrame:
    """The rows as a frame of this schema, in their order; the values are part of its plan.

    A frame of plain Python rows is read by tasks in Python, each time it is used, and these workers are others than
    those of the stages: some 6 s of processor time in a refresh of ten people.
    """
    columns = list(zip(*rows, strict=True))
    if not columns:
        jvm: Any = spark._jvm
        types = jvm.org.apache.spark.sql.types
        parsed = types.StructType.fromDDL(schema) if isinstance(schema, str) else types.DataType.fromJson(schema.json())
        classic: Any = spark
        return DataFrame(classic._jsparkSession.createDataFrame(jvm.java.util.ArrayList(), parsed), spark)
    # Of objects: a column with nothing in some rows keeps its whole numbers whole.
    values = {place: pd.Series(column, dtype=object) for place, column in enumerate(columns)}
    return spark.createDataFrame(pd.DataFrame(values), schema)
