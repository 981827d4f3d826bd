"""A table's digest follows from its rows alone, and from all of them."""

import hashlib
import itertools
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from harmnet.contracts import Column, Table, TableClass
from harmnet.snapshots.digests import digested_columns, frame_digest, row_leaf, table_digest

SCHEMA = (
    "text string, number bigint, small int, day date, at timestamp, share double, known boolean, words array<string>"
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def text_of(letter: str, value: Any) -> str:
    if letter == "t":
        return str((value - EPOCH) // timedelta(microseconds=1))
    if letter == "f":
        return "%.11e" % (value + 0.0)
    if letter == "b":
        return "true" if value else "false"
    return str(value)


def leaf(row: tuple[Any, ...], letters: str) -> bytes:
    """The leaf of a row by the text of docs/snapshots.md, in plain Python."""
    written = ""
    for letter, value in zip(letters, row, strict=True):
        written += letter
        if letter == "s":
            written += "~:" if value is None else f"{len(value.encode())}:{value}"
        elif letter == "a":
            written += "~:" if value is None else f"{len(value)}:"
            for item in value or []:
                written += "~" if item is None else f"{len(item.encode())}:{item}"
        else:
            written += "~;" if value is None else f"{text_of(letter, value)};"
    return hashlib.sha256(written.encode()).digest()


def leaves(frame: DataFrame) -> list[bytes]:
    return sorted(bytes(row[0]) for row in frame.select(row_leaf(frame)).collect())


def digest(rows: list[tuple[Any, ...]], letters: str) -> str:
    found = [leaf(row, letters) for row in rows]
    buckets = [hashlib.sha256(b"".join(sorted(x for x in found if x[0] == bucket))) for bucket in range(256)]
    return hashlib.sha256(b"".join(bucket.digest() for bucket in buckets)).hexdigest()


ROWS = [
    ("Ærø", 1, 2, date(2026, 6, 30), datetime(2026, 6, 30, 23, 30, 0, 1, tzinfo=UTC), 0.125, True, ["a", "b"]),
    ("", 0, 0, date(1900, 1, 1), EPOCH, 0.0, False, []),
    (None,) * 8,
    ("null", -(2**63), -1, date(2024, 2, 29), EPOCH - timedelta(microseconds=1), -1.23456789012e-7, None, [None]),
    ("~", 2**63 - 1, None, None, None, 9.87654321099e21, True, ["", "~", None]),
]


@pytest.mark.engine35
def test_the_digest_is_that_of_a_plain_python_reading_of_its_definition(spark: SparkSession) -> None:
    assert frame_digest(spark.createDataFrame(ROWS, SCHEMA)) == (5, digest(ROWS, "siidtfba"))


def test_the_worked_example_of_the_docs_holds(spark: SparkSession) -> None:
    row = spark.createDataFrame(
        [("N1", 1_000_000, date(2026, 6, 30), None, ["co_arrest"])],
        "a string, b bigint, c date, d string, e array<string>",
    )
    written = "s2:N1i1000000;d2026-06-30;s~:a1:9:co_arrest"
    rows, found = frame_digest(row)
    docs = Path(__file__).parents[2].joinpath("docs", "snapshots.md").read_text()
    assert rows == 1
    assert all(shown in docs for shown in (written, hashlib.sha256(written.encode()).hexdigest(), found))


def test_a_table_without_rows_has_the_digest_of_256_empty_buckets(spark: SparkSession) -> None:
    empty = spark.createDataFrame([], SCHEMA)
    assert frame_digest(empty) == (0, hashlib.sha256(hashlib.sha256(b"").digest() * 256).hexdigest())
    assert frame_digest(spark.createDataFrame(ROWS, SCHEMA).where("number = 77")) == frame_digest(empty)


def test_a_row_that_stands_twice_counts_twice(spark: SparkSession) -> None:
    once, twice, thrice = (frame_digest(spark.createDataFrame(ROWS[:1] * n, SCHEMA)) for n in (1, 2, 3))
    assert (once[0], twice[0], thrice[0]) == (1, 2, 3)
    assert len({once[1], twice[1], thrice[1]}) == 3


def test_every_single_change_of_a_value_changes_a_leaf(spark: SparkSession) -> None:
    frame = spark.createDataFrame(ROWS, SCHEMA)
    changed = {
        "text": F.concat("text", F.lit(" ")),
        "number": F.col("number") + F.when(F.col("number") == 1, 1).otherwise(0),
        "small": F.coalesce("small", F.lit(0)),
        "day": F.date_add("day", 1),
        "at": F.col("at") + F.expr("interval 1 microsecond"),
        "share": F.col("share") * 1.00000000001,
        "known": ~F.col("known"),
        "words": F.reverse("words"),
    }
    found = [leaves(frame)] + [leaves(frame.withColumn(name, value)) for name, value in changed.items()]
    assert all(one != other for one, other in itertools.combinations(found, 2))


def test_two_columns_that_change_places_change_the_digest(spark: SparkSession) -> None:
    frame = spark.createDataFrame([("a", "b")], "x string, y string")
    assert frame_digest(frame) != frame_digest(frame.select("y", "x"))


def test_a_value_that_moves_to_another_row_changes_the_digest(spark: SparkSession) -> None:
    apart = spark.createDataFrame([("a", 1), ("b", 2)], "x string, y int")
    moved = spark.createDataFrame([("a", 2), ("b", 1)], "x string, y int")
    assert frame_digest(apart) != frame_digest(moved)


def test_rows_that_look_alike_once_joined_never_share_a_leaf(spark: SparkSession) -> None:
    tricky = [None, "", "~", ":", ";", "s", "0:", "1:a", "~:", "s~:", "a", "as0:", "null"]
    pairs = [(x, y) for x in tricky for y in tricky]
    lists: list[list[str | None] | None] = [
        None,
        [],
        [None],
        [""],
        ["~"],
        ["", ""],
        ["a", "b"],
        ["ab"],
        ["a1:b"],
        ["0:"],
    ]
    assert all_differ(spark, [(*pair, None) for pair in pairs], "x string, y string, z array<string>")
    assert all_differ(spark, list(itertools.product(lists, lists)), "x array<string>, y array<string>")


def all_differ(spark: SparkSession, rows: list[tuple[Any, ...]], schema: str) -> bool:
    return len(set(leaves(spark.createDataFrame(rows, schema)))) == len(rows)


TEXT = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6)
ROW = st.tuples(
    TEXT,
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.integers(-(2**31), 2**31 - 1),
    st.none() | st.dates(date(1583, 1, 1)),
    st.none() | st.integers(-(10**15), 10**15).map(lambda micros: EPOCH + timedelta(microseconds=micros)),
    st.none()
    | st.floats(1e-300, 1e300).map(lambda x: float(f"{x:.11e}"))
    | st.floats(-1, 0).map(lambda x: round(x, 9)),
    st.none() | st.booleans(),
    st.none() | st.lists(TEXT, max_size=3),
)


def test_any_row_has_the_leaf_of_its_definition(spark: SparkSession) -> None:
    rows: list[tuple[Any, ...]] = []

    @given(ROW)
    @hypothesis_settings(max_examples=400, phases=(Phase.explicit, Phase.generate))
    def draw(row: tuple[Any, ...]) -> None:
        rows.append(row)

    draw()
    frame = spark.createDataFrame([(*row, number) for number, row in enumerate(rows)], f"{SCHEMA}, row_no int")
    found = frame.select("row_no", row_leaf(frame.drop("row_no"))).collect()
    assert [rows[number] for number, made in found if bytes(made) != leaf(rows[number], "siidtfba")] == []
    assert len(found) == len(rows) >= 400


def test_a_double_is_read_to_twelve_significant_digits(spark: SparkSession) -> None:
    doubles = [0.1 + 0.2, 0.3, 0.300000000001, -0.0, 0.0, math.inf, -math.inf, math.nan]
    found = leaves(spark.createDataFrame([(value,) for value in doubles], "x double"))
    assert len(set(found)) == len(doubles) - 2
    assert set(found) >= {leaf((0.3,), "f"), leaf((0.0,), "f")}


def test_columns_outside_the_contract_and_undigested_ones_do_not_count(spark: SparkSession) -> None:
    columns = (Column("who", "bigint", "", nominal=True), Column("n", "int", ""), Column("note", "string", ""))
    table = Table("t", TableClass.RESULT, "one row per who", ("who",), columns, undigested=("note",))
    frame = spark.createDataFrame([("N1", 1, "x", "y")], "who string, n int, note string, more string")
    assert digested_columns(table) == (("who", "string"), ("n", "int"))
    assert table_digest(frame, table) == (1, digest([("N1", 1)], "si"))


def test_a_column_type_without_a_definition_is_refused(spark: SparkSession) -> None:
    with pytest.raises(TypeError, match="column x: no digest is defined for map<string,int>"):
        frame_digest(spark.createDataFrame([({"a": 1},)], "x map<string,int>"))


@pytest.fixture
def many(spark: SparkSession) -> DataFrame:
    """1,200 rows of every type, some of them equal."""
    number = F.col("id") % 1000
    return spark.range(1200).select(
        F.concat(F.lit("N"), number).alias("text"),
        number.alias("number"),
        F.when(number % 7 != 0, number.cast("int")).alias("small"),
        F.date_add(F.lit("2020-01-01").cast("date"), number.cast("int")).alias("day"),
        F.timestamp_micros(number * 3_600_000_001).alias("at"),
        (number.cast("double") / 8).alias("share"),
        (number % 2 == 0).alias("known"),
        F.when(number % 3 != 0, F.array(F.lit("ä"), number.cast("string"))).alias("words"),
    )


@pytest.fixture
def conf(spark: SparkSession) -> Iterator[Any]:
    """Sets session settings, and puts back what was there."""
    before: dict[str, str] = {}

    def change(**settings: str) -> None:
        for name, value in settings.items():
            key = name.replace("__", ".")
            before.setdefault(key, spark.conf.get(key))
            spark.conf.set(key, value)

    yield change
    for key, value in before.items():
        spark.conf.set(key, value)


@pytest.mark.parametrize(
    ("partitions", "adaptive", "zone", "batch"),
    [
        (1, "true", "UTC", "100000"),
        (2, "false", "Pacific/Auckland", "100000"),
        (7, "false", "America/St_Johns", "10"),
        pytest.param(200, "true", "Asia/Kathmandu", "100000", marks=pytest.mark.slow),
    ],
)
def test_layout_order_and_session_do_not_change_the_digest(
    many: DataFrame, conf: Any, partitions: int, adaptive: str, zone: str, batch: str
) -> None:
    expected = frame_digest(many.coalesce(1))
    conf(
        spark__sql__shuffle__partitions=str(partitions),
        spark__sql__adaptive__enabled=adaptive,
        spark__sql__session__timeZone=zone,
        spark__sql__execution__arrow__maxRecordsPerBatch=batch,
    )
    shuffled = many.repartition(partitions, F.xxhash64("text", F.lit(partitions))).sortWithinPartitions(F.hash("text"))
    assert shuffled.rdd.getNumPartitions() == partitions
    assert frame_digest(shuffled) == expected
    assert expected[0] == 1200


@pytest.mark.parametrize("tag", ["tr-TR", "ar-EG-u-nu-arab", "de-DE"])
def test_the_locale_of_the_machine_does_not_change_the_digest(spark: SparkSession, many: DataFrame, tag: str) -> None:
    expected = frame_digest(many)
    locale = spark._jvm.java.util.Locale  # type: ignore[union-attr]
    before = locale.getDefault()
    try:
        locale.setDefault(locale.forLanguageTag(tag))
        assert frame_digest(many) == expected
    finally:
        locale.setDefault(before)
