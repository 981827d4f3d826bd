"""Whole numbers to the text of the extracts, a column at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from harmnet.synthetic.clock import FIRST_DAY, MINUTES, as_date
from harmnet.synthetic.draws import Ints
from harmnet.synthetic.layout import NONE

_LAST_WRITTEN = FIRST_DAY + 30 * 366


def _bytes_of(texts: list[str]) -> np.ndarray:
    """One row of bytes per text; all texts are equally long."""
    return np.frombuffer("".join(texts).encode("ascii"), dtype=np.uint8).reshape(len(texts), -1)


_TIMES = _bytes_of([f"T{minute // 60:02d}:{minute % 60:02d}:00Z" for minute in range(MINUTES)])
_DATES = _bytes_of([as_date(day).isoformat() for day in range(FIRST_DAY, _LAST_WRITTEN)])


def _fixed(characters: np.ndarray, missing: np.ndarray) -> pa.Array:
    """Text from a row of bytes each; null where missing."""
    n, width = characters.shape
    ends = np.arange(n + 1, dtype=np.int32) * np.int32(width)
    texts = pa.StringArray.from_buffers(n, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(characters)))
    return pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), texts) if missing.any() else texts


def numbered(prefix: str, numbers: Ints, digits: int) -> pa.Array:
    """Prefix and number in a fixed count of digits; null for -1."""
    missing = numbers == NONE
    left = np.where(missing, 0, numbers).astype(np.int64)
    characters = np.empty((len(numbers), len(prefix) + digits), dtype=np.uint8)
    characters[:, : len(prefix)] = np.frombuffer(prefix.encode("ascii"), dtype=np.uint8)
    for place in range(digits - 1, -1, -1):
        characters[:, len(prefix) + place] = left % 10 + ord("0")
        left //= 10
    return _fixed(characters, missing)


def days(values: Ints) -> pa.Array:
    """YYYY-MM-DD of day numbers inside the records' own time; null for -1."""
    missing = values == NONE
    return _fixed(_DATES[np.where(missing, FIRST_DAY, values) - FIRST_DAY], missing)


def minutes(values: Ints) -> pa.Array:
    """YYYY-MM-DDTHH:MM:SSZ of minutes since 1970-01-01; null for -1."""
    missing = values == NONE
    known = np.where(missing, FIRST_DAY * MINUTES, values).astype(np.int64)
    return _fixed(np.hstack([_DATES[known // MINUTES - FIRST_DAY], _TIMES[known % MINUTES]]), missing)


def dates(values: Ints) -> pa.Array:
    """YYYY-MM-DD of any day numbers (births lie before 1970)."""
    return pa.array(values.astype("datetime64[D]")).cast(pa.string())


def taken(pool: pa.Array, places: Ints) -> pa.Array:
    """The texts at the places; null for -1."""
    return pool.take(pa.array(places, pa.int32(), mask=places == NONE))


def replaced(column: pa.Array, places: Sequence[int], texts: list[str | None]) -> pa.Array:
    """The column with other texts at some places (in rising order)."""
    mask = np.zeros(len(column), dtype=bool)
    mask[list(places)] = True
    return pc.replace_with_mask(column, pa.array(mask), pa.array(texts, pa.string()))
