from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmnet.contracts.model import Table
from harmnet.contracts.raw import CRIME_PEOPLE, CRIMES, PEOPLE
from harmnet.ingest.mapping import Mapping
from harmnet.ingest.rows import raw_rows, why_not_text

NOON = datetime(2024, 2, 29, 12, 0, 0, 999_999, tzinfo=UTC)


def _rows(table: Table, delivered: dict[str, pa.Array], **mapping: Any) -> list[dict[str, Any]]:
    """Raw rows of some delivered columns; those left out are null."""
    given_ = Mapping(table, {}, mapping.get("codes", {}), mapping.get("constants", {}))
    count = len(next(iter(delivered.values())))
    empty = {name: pa.nulls(count) for name in table.names if name not in delivered and name not in given_.constants}
    batch = pa.RecordBatch.from_pydict({**delivered, **empty})
    return raw_rows(batch, {name: name for name in batch.schema.names}, given_).to_pylist()


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("dob", pa.array([date(2001, 2, 3)]), "2001-02-03"),
        ("dob", pa.array([datetime(2001, 2, 3, tzinfo=UTC)], pa.timestamp("us")), "2001-02-03"),
        ("dob", pa.array(["03/02/2001"]), "03/02/2001"),
        ("address", pa.array([date(2001, 2, 3)]), "2001-02-03"),
        ("address", pa.array([True]), "true"),
        ("address", pa.array([Decimal("4.10")]), "4.10"),
        ("address", pa.array([7], pa.int8()), "7"),
        ("address", pa.array([10_000_000.0]), "10000000"),
        ("address", pa.array([4.1]), "4.1"),
        ("address", pa.array([b"12 High St"]), "12 High St"),
        ("address", pa.array(["12 High St"]).dictionary_encode(), "12 High St"),
        ("address", pa.array([""]), None),
        ("address", pa.array([None], pa.float64()), None),
    ],
)
def test_a_value_of_any_type_becomes_the_text_that_is_read_back(column: str, value: pa.Array, text: str | None) -> None:
    assert _rows(PEOPLE, {column: value})[0][column] == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (pa.array([NOON], pa.timestamp("us", "UTC")), "2024-02-29T12:00:00Z"),
        (pa.array([NOON], pa.timestamp("ns", "Asia/Tokyo")), "2024-02-29T12:00:00Z"),
        (pa.array([datetime(1965, 1, 1, 23, 59, 59, 1, UTC)], pa.timestamp("us")), "1965-01-01T23:59:59Z"),
        (pa.array([date(2024, 2, 29)]), "2024-02-29T00:00:00Z"),
        (pa.array(["2024-02-29T12:00:00Z"]), "2024-02-29T12:00:00Z"),
    ],
)
def test_an_instant_is_written_in_utc_to_the_second_and_a_day_as_its_midnight(value: pa.Array, text: str) -> None:
    assert _rows(CRIMES, {"occurred_from": value})[0]["occurred_from"] == text


@pytest.mark.parametrize(
    ("value", "items"),
    [
        (pa.array(["KNIFE;CSE"]), ["KNIFE", "CSE"]),
        (pa.array(["KNIFE;"]), ["KNIFE"]),
        (pa.array([["KNIFE", None, "CSE"]]), ["KNIFE", "CSE"]),
        (pa.array([[]], pa.list_(pa.string())), None),
        (pa.array([[1, 2]]), ["1", "2"]),
        (pa.array([";"]), None),
        (pa.array([None], pa.string()), None),
    ],
)
def test_a_list_comes_from_text_or_from_an_array(value: pa.Array, items: list[str] | None) -> None:
    assert _rows(CRIMES, {"flags": value})[0]["flags"] == items


def test_lists_stay_with_their_rows() -> None:
    flags = pa.array([None, ["A"], [], ["B", "C"]])
    assert [row["flags"] for row in _rows(CRIMES, {"flags": flags})] == [None, ["A"], None, ["B", "C"]]


def test_codes_are_mapped_one_that_is_not_listed_stays_and_an_empty_target_is_none() -> None:
    codes = {"sex": {"1": "M", "2": "F", "9": ""}, "op": {"D": "DELETE"}}
    delivered = {"sex": pa.array([1, 2, 9, 5, None]), "op": pa.array(["D", None, "", "U", "DELETE"])}
    rows = _rows(PEOPLE, delivered, codes=codes)
    assert [row["sex"] for row in rows] == ["M", "F", None, "5", None]
    assert [row["op"] for row in rows] == ["DELETE", "UPSERT", "UPSERT", "U", "DELETE"]


def test_codes_of_a_list_are_mapped_item_by_item() -> None:
    rows = _rows(CRIMES, {"flags": pa.array(["KN;X"])}, codes={"flags": {"KN": "KNIFE"}})
    assert rows[0]["flags"] == ["KNIFE", "X"]


def test_a_constant_stands_in_every_row() -> None:
    rows = _rows(PEOPLE, {"person_ref": pa.array(["P1", "P2"])}, constants={"source_system": "PINS"})
    assert [row["source_system"] for row in rows] == ["PINS", "PINS"]


def test_the_key_joins_its_columns_after_codes_with_null_as_empty_and_signs_escaped() -> None:
    delivered = {
        "crime_ref": pa.array(["C1", "a|b", "c\\"]),
        "person_ref": pa.array(["P1", None, "d"]),
        "role": pa.array(["S", "S", "S"]),
    }
    rows = _rows(CRIME_PEOPLE, delivered, codes={"role": {"S": "SUSPECT"}})
    assert [row["source_key"] for row in rows] == ["C1|P1|SUSPECT", "a\\|b||SUSPECT", "c\\\\|d|SUSPECT"]


def test_spaces_around_a_reference_make_no_other_key_and_stay_in_the_row() -> None:
    references = ["C1", " C1", "C1  ", "C 1", "  "]
    rows = _rows(CRIMES, {"crime_ref": pa.array(references)})
    assert [row["source_key"] for row in rows] == ["C1", "C1", "C1", "C 1", ""]
    assert [row["crime_ref"] for row in rows] == references


KEYS = st.tuples(*[st.text(alphabet="ab|\\", min_size=1, max_size=4)] * 3)


@given(st.lists(KEYS, min_size=2, max_size=20, unique=True))
def test_different_keys_never_share_a_source_key(keys: list[tuple[str, str, str]]) -> None:
    columns = [pa.array(column) for column in zip(*keys)]
    rows = _rows(CRIME_PEOPLE, dict(zip(("crime_ref", "person_ref", "role"), columns)))
    assert len({row["source_key"] for row in rows}) == len(keys)


def test_types_without_a_text_form_are_named() -> None:
    flags, address = CRIMES.column("flags"), PEOPLE.column("address")
    assert why_not_text(pa.list_(pa.string()), flags) is None
    assert "is a list" in str(why_not_text(pa.list_(pa.string()), address))
    assert "struct" in str(why_not_text(pa.struct([("a", pa.int8())]), address))
    assert "struct" in str(why_not_text(pa.list_(pa.struct([("a", pa.int8())])), flags))
