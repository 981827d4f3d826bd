"""Rows of the driver as a frame: the same as Spark makes of plain rows, and no task in Python reads them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pyspark.sql import SparkSession
from pyspark.sql.types import LongType, StringType, StructField, StructType

from harmnet.local_rows import local_rows

pytestmark = pytest.mark.engine35

SCHEMA = (
    "text string, small int, large bigint, share double, yes boolean, day date, at timestamp, exact decimal(12,6), "
    "raw binary, words array<string>, parts array<struct<name:string,sizes:array<bigint>>>"
)
FULL = (
    *("é'\"\\ \n", -1, 2**62 + 1, 0.1, True, date(1899, 12, 31), datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)),
    *(Decimal("0.5"), b"\0\xff", ["", None], [{"name": "a", "sizes": [1, None]}, {"name": None, "sizes": []}]),
)
BARE = (None,) * len(FULL)
EMPTY = ("", 0, 0, 0.0, False, date(9999, 12, 31), datetime(1, 1, 1, tzinfo=UTC), Decimal(0), b"", [], [])
ROWS = [FULL, BARE, EMPTY, BARE, FULL]


def shown(frame):
    return [
        row["shown"] for row in frame.selectExpr("to_json(struct(*), map('ignoreNullFields', 'false')) shown").collect()
    ]


@pytest.mark.parametrize("rows", [ROWS, [BARE], [FULL]], ids=["mixed", "nothing but null", "one"])
def test_they_are_what_spark_makes_of_plain_rows(spark: SparkSession, rows) -> None:
    plain = spark.createDataFrame(rows, SCHEMA)
    frame = local_rows(spark, iter(rows), SCHEMA)
    assert frame.schema == plain.schema
    assert shown(frame) == shown(plain)


def test_there_may_be_none(spark: SparkSession) -> None:
    typed = StructType([StructField("text", StringType()), StructField("n", LongType())])
    for schema in (SCHEMA, typed):
        frame = local_rows(spark, [], schema)
        assert frame.schema == spark.createDataFrame([], schema).schema
        assert frame.collect() == []


def test_no_task_in_python_reads_them(spark: SparkSession) -> None:
    for rows in (ROWS, []):
        plan = local_rows(spark, rows, SCHEMA)._jdf.queryExecution().executedPlan().toString()
        assert "LocalTableScan" in plan
        assert "RDD" not in plan


@pytest.mark.filterwarnings("ignore:createDataFrame attempted Arrow")
def test_rows_of_unequal_length_and_values_of_another_type_are_refused(spark: SparkSession) -> None:
    with pytest.raises(ValueError, match="shorter"):
        local_rows(spark, [(1, 2), (1,)], "a int, b int")
    with pytest.raises(Exception, match=r"(?i)int"):
        local_rows(spark, [("x",)], "a int").collect()
