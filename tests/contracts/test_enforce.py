"""Frames held to their contracts, and contracts that hold together."""

import pytest
from pyspark.sql import functions as F

from harmnet.contracts import TABLES, check_key, conform
from harmnet.contracts.model import Column, Table, TableClass
from harmnet.errors import HarmnetError
from typed_rows import frame_of

TIES = Table(
    "ties",
    TableClass.RESULT,
    "one row per pair",
    ("src", "dst"),
    (
        Column("src", "bigint", "One.", nominal=True),
        Column("dst", "bigint", "The other.", nominal=True),
        Column("records", "array<struct<ref:string,n:int>>", "Records."),
        Column("day", "date", "Day."),
    ),
)


def test_the_columns_are_those_declared_in_their_order_and_no_other(spark):
    frame = spark.range(1).select(
        F.current_date().alias("day"),
        F.lit("x").alias("more"),
        F.array(F.struct(F.lit("r").alias("ref"), F.lit(1).alias("n"))).alias("records"),
        F.lit(2).cast("bigint").alias("dst"),
        F.lit(1).cast("bigint").alias("src"),
    )
    assert conform(frame, TIES).columns == ["src", "dst", "records", "day"]
    named = frame.withColumns({"src": F.lit("N1"), "dst": F.lit("N2")})
    assert dict(conform(named, TIES, published=True).dtypes)["src"] == "string"
    with pytest.raises(HarmnetError, match="column src is bigint, declared string"):
        conform(frame, TIES, published=True)


def test_every_column_that_is_missing_or_of_another_type_is_named_at_once(spark):
    frame = frame_of(spark, {"src": "int", "records": "array<struct<ref:string,n:bigint>>", "day": "date"}, [])
    with pytest.raises(HarmnetError) as refused:
        conform(frame, TIES)
    assert refused.value.problems == [
        "ties: column src is int, declared bigint",
        "ties: column dst is missing",
        "ties: column records is array<struct<ref:string,n:bigint>>, declared array<struct<ref:string,n:int>>",
    ]


def test_a_key_that_stands_twice_stops_with_the_smallest_one_and_null_is_a_value(spark):
    columns = {"src": "bigint", "dst": "bigint", "day": "date"}

    def rows(*pairs):
        return frame_of(spark, columns, [{"src": src, "dst": dst} for src, dst in pairs])

    check_key(rows((1, 2), (1, 3), (2, 3), (None, 2), (1, None)), TIES)
    with pytest.raises(HarmnetError) as refused:
        check_key(rows((5, 6), (1, 2), (5, 6), (3, 4), (1, 2), (5, 6)), TIES)
    assert str(refused.value) == (
        'ties: 2 key(s) stand more than once, the first {"src":1,"dst":2}; declared one row per pair'
    )
    with pytest.raises(HarmnetError, match="1 key"):
        check_key(rows((None, 2), (None, 2)), TIES)
    with pytest.raises(HarmnetError, match='"src":1'):
        check_key(rows((1, 2), (1, 3)), TIES, key=("src",))


def test_a_table_cannot_declare_a_key_it_does_not_have_or_a_column_twice():
    column = Column("a", "string", "A.")
    with pytest.raises(ValueError, match="key columns not declared: b"):
        Table("t", TableClass.WORK, "one row per b", ("b",), (column,))
    with pytest.raises(ValueError, match="a column is declared twice"):
        Table("t", TableClass.WORK, "one row per a", ("a",), (column, column))


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_table_says_what_a_row_and_each_of_its_columns_is(table):
    assert table.grain.startswith("one row per")
    assert table.key
    assert all(column.meaning.endswith(".") for column in table), [column.name for column in table]


def test_weights_and_harm_are_whole_millionths_in_every_table():
    micro = [(table.name, column) for table in TABLES.values() for column in table if column.name.endswith("_micro")]
    assert len(micro) > 20
    assert [(name, column.name) for name, column in micro if (column.type, column.unit) != ("bigint", "micro")] == []
