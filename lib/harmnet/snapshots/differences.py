"""Where two frames of one table differ: the first keys, and the columns that are not the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame, Row

from harmnet.snapshots.digests import row_leaf

FIRST = 3
_ABSENT = "no such row"


@dataclass(frozen=True)
class Difference:
    """A table that differs: in what, and the first rows of it, each its key and what is published and derived there."""

    table_name: str
    what: str
    rows: tuple[str, ...] = ()


def difference(name: str, what: str, published: DataFrame, derived: DataFrame, key: Sequence[str]) -> Difference:
    """The difference of two frames with the same columns: the first FIRST keys, in order, on which rows differ.

    `key`: the columns that name a row. Rows are the same when their leaves are, as in the digest of a table.
    """
    one, other = (frame.withColumn("_leaf", row_leaf(frame)) for frame in (published, derived))
    only_one = _first(one.join(other.select("_leaf"), on="_leaf", how="left_anti"), key)
    only_other = _first(other.join(one.select("_leaf"), on="_leaf", how="left_anti"), key)
    # The smallest keys of both together are among the smallest of each.
    keys = sorted({*only_one, *only_other}, key=_order)[:FIRST]
    return Difference(name, what, tuple(_told(key, of, only_one.get(of), only_other.get(of)) for of in keys))


def _first(rows: DataFrame, key: Sequence[str]) -> dict[tuple[Any, ...], Row]:
    found = rows.drop("_leaf").orderBy(*key).limit(FIRST).collect()
    return {tuple(row[column] for column in key): row for row in found}


def _order(key: tuple[Any, ...]) -> tuple[tuple[bool, Any], ...]:
    """Nulls first, as Spark sorts them."""
    return tuple((value is not None, value if value is not None else 0) for value in key)


def _told(key: Sequence[str], of: tuple[Any, ...], one: Row | None, other: Row | None) -> str:
    named = ", ".join(f"{column}={value}" for column, value in zip(key, of, strict=True))
    if one is None or other is None:
        sides = (_ABSENT if row is None else "a row" for row in (one, other))
        return f"{named}: published {next(sides)}, derived {next(sides)}"
    unlike = [column for column in one.asDict() if one[column] != other[column]]
    told = "; ".join(f"{column}: published {one[column]}, derived {other[column]}" for column in unlike)
    return f"{named}: {told}"
