"""Delivered files as Arrow batches: CSV, JSON lines and Parquet, streamed, every faulty row named."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from harmnet.contracts.raw import LIST
from harmnet.ingest.faults import Faults
from harmnet.ingest.mapping import OP, Mapping, Match, match
from harmnet.ingest.rows import why_not_text

FORMATS = ("csv", "jsonl", "parquet")
_BLOCK = 8 << 20
_LINES = 50_000
_ROWS = 100_000


@dataclass
class Part:
    """One delivered file. `shown` is its address as the user knows it."""

    name: str
    shown: str
    path: Path
    kind: str
    skipped: list[int] = field(default_factory=list)
    """Numbers of the rows left out because they cannot be read."""

    def row(self, index: int) -> str:
        """Where the record of that index (from 0, skipped ones not counted) stands in the file."""
        first = 2 if self.kind == "csv" else 1
        left_out = np.asarray(self.skipped) - np.arange(len(self.skipped)) - first
        number = first + index + int(np.searchsorted(left_out, index, side="right"))
        return f"line {number}" if self.kind == "jsonl" else f"row {number}"


def header(part: Part, mapping: Mapping, faults: Faults) -> Match | None:
    """Columns of a CSV or Parquet file, matched; None when they have faults (noted), and for JSON lines."""
    if part.kind == "jsonl":
        return None
    try:
        found = _csv_header(part) if part.kind == "csv" else _parquet_header(part, mapping)
    except (pa.ArrowException, OSError) as error:
        faults.add(part.shown, f"is not a readable Parquet file ({error}): deliver it again")
        return None
    names, wrong = found
    twice = sorted({name for name in names if names.count(name) > 1})
    wrong += [f"column {name} stands twice in the header: keep one" for name in twice]
    matched = match(mapping, names)
    wrong += matched.faults(mapping.table, names)
    faults.add(part.shown, *wrong)
    return None if wrong else matched


def _csv_header(part: Part) -> tuple[list[str], list[str]]:
    with part.path.open("rb") as file:
        line = file.readline(_BLOCK).decode("utf-8-sig", errors="replace")
    return next(csv.reader([line]), []), []


def _parquet_header(part: Part, mapping: Mapping) -> tuple[list[str], list[str]]:
    schema = pq.read_schema(part.path)
    columns = {name: raw for raw, name in match(mapping, schema.names).found.items()}
    wrong = []
    for entry in schema:
        raw = columns.get(entry.name)
        why = why_not_text(entry.type, None if raw == OP else mapping.table.column(raw)) if raw else None
        if why:
            wrong.append(f"column {entry.name} {why}: deliver it as such")
    return list(schema.names), wrong


def read_csv(part: Part, found: dict[str, str], faults: Faults) -> Iterator[pa.RecordBatch]:
    """Batches of the wanted columns as text; rows with more or fewer fields than the header are noted and left out."""

    def skip(row: Any) -> str:
        part.skipped.append(row.number)
        fields = f"{row.actual_columns} field{'' if row.actual_columns == 1 else 's'}"
        faults.add(part.shown, f"row {row.number}: has {fields}, the header has {row.expected_columns}: mend the row")
        return "skip"

    names = list(dict.fromkeys(found.values()))
    yield from pyarrow.csv.open_csv(
        part.path,
        # With threads pyarrow cannot tell the number of a bad row.
        read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=_BLOCK),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True, invalid_row_handler=skip),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={name: pa.string() for name in names},
            include_columns=names,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def read_parquet(part: Part, found: dict[str, str], faults: Faults) -> Iterator[pa.RecordBatch]:
    """Batches of the wanted columns in their own types."""
    # Old writers keep instants in 96 bits, which as nanoseconds cannot hold the year 9999.
    with pq.ParquetFile(part.path, coerce_int96_timestamp_unit="us") as file:
        yield from file.iter_batches(batch_size=_ROWS, columns=list(dict.fromkeys(found.values())))


@dataclass
class JsonLines:
    """Reader of JSON lines for one table; over all its files it keeps which keys were seen."""

    mapping: Mapping
    seen: set[str] = field(default_factory=set)

    def read(self, part: Part, faults: Faults) -> Iterator[tuple[pa.RecordBatch, dict[str, str]]]:
        """Batches as text and lists of text, with their columns; lines that are no objects are noted and left out."""
        found = {**self.mapping.wanted, OP: self.mapping.op_column}
        with part.path.open("rb") as file:
            number, before = 1, 0
            while lines := list(islice(file, _LINES)):
                if number == 1:
                    lines[0] = lines[0].removeprefix(b"\xef\xbb\xbf")
                rows = [row for row in _objects(lines, number, part, faults) if row is not None]
                self.seen.update(*rows)
                columns = {
                    name: _column([row.get(name) for row in rows], raw in self.lists, _note(part, faults, name, before))
                    for raw, name in found.items()
                }
                number, before = number + len(lines), before + len(rows)
                yield pa.RecordBatch.from_pydict(columns), found

    @property
    def lists(self) -> set[str]:
        """Raw columns that hold lists."""
        return {column.name for column in self.mapping.table if column.type == LIST}


def _note(part: Part, faults: Faults, name: str, before: int) -> Callable[[int, str], None]:
    return lambda index, what: faults.add(part.shown, f"{part.row(before + index)}: {name} {what}")


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


# Numbers stay the text they are written as: offence code 4.10 is not 4.1.
_decode = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_refuse).decode


def _objects(lines: list[bytes], first: int, part: Part, faults: Faults) -> list[dict[str, Any] | None]:
    rows: list[dict[str, Any] | None] = []
    for number, line in enumerate(lines, start=first):
        try:
            row = _decode(line.decode("utf-8"))
            what = None if type(row) is dict else "is not a JSON object"
        except (ValueError, RecursionError) as error:
            row, what = None, f"is not JSON ({str(error).splitlines()[0]})"
        if what:
            part.skipped.append(number)
            faults.add(part.shown, f"line {number}: {what}: each line must be one object")
        rows.append(None if what else row)
    return rows


def _column(values: list[Any], is_list: bool, note: Callable[[int, str], None]) -> pa.Array:
    """One column of decoded JSON as text or lists of text; a value of another shape is noted and left out."""
    plain = {str, type(None)}
    if is_list:
        values = [_items(value) for value in values]
        kinds = set(map(type, chain.from_iterable(value for value in values if value)))
        if not kinds <= plain:
            values = [value and [_scalar(item, index, note) for item in value] for index, value in enumerate(values)]
    elif not set(map(type, values)) <= plain:
        values = [_scalar(value, index, note) for index, value in enumerate(values)]
    type_ = pa.list_(pa.string()) if is_list else pa.string()
    try:
        return pa.array(values, type_)
    except UnicodeEncodeError:
        return pa.array([_encodable(value, index, note) for index, value in enumerate(values)], type_)


def _items(value: Any) -> list[Any] | None:
    if value is None or type(value) is list:
        return value
    return value.split(";") if type(value) is str else [value]


def _scalar(value: Any, index: int, note: Callable[[int, str], None]) -> str | None:
    if type(value) is bool:
        return "true" if value else "false"
    if value is None or type(value) is str:
        return value
    note(index, f"holds an {'array' if type(value) is list else 'object'}: give one value")
    return None


def _encodable(value: Any, index: int, note: Callable[[int, str], None]) -> Any:
    try:
        "".join(item for item in (value if type(value) is list else [value]) if item).encode("utf-8")
    except UnicodeEncodeError:
        note(index, "holds half a character (a lone \\ud800 to \\udfff escape): mend the text")
        return None
    return value
