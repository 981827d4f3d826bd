"""The extracts as files: CSV, JSON lines and Parquet, a bounded number of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from harmnet.contracts.raw import RAW_TABLES
from harmnet.synthetic import render
from harmnet.synthetic.draws import Ints
from harmnet.synthetic.frames import Frame
from harmnet.synthetic.layout import LAYOUT, NONE, Day, Kind, Many, Minute, Number, Person, Ref, Text
from harmnet.synthetic.records import Records, people_columns
from harmnet.synthetic.world import World

_JSON_LINES = ("intelligence", "intelligence_people")
_ROWS_AT_ONCE = 500_000
_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t"))


def write_extracts(world: World, records: Records, out: Path) -> dict[str, int]:
    """Write every table below `out`; rows written per table."""
    pool = pa.array(world.texts.all, pa.string())
    written = {}
    for table in RAW_TABLES:
        name = table.source
        if name == "people":
            total = len(records.person)
            chunks = (people_columns(world, records, rows) for rows in _chunks(np.arange(total)))
        else:
            frame = world.frames[name]
            total = len(frame.order)
            chunks = (columns_of(world, records, pool, frame, rows) for rows in _chunks(frame.order))
        lists = [column.name for column in table if column.type == "array<string>"]
        _write(out, name, chunks, lists, parquet=name in world.size.parquet)
        written[name] = total
    return written


def columns_of(world: World, records: Records, pool: pa.Array, frame: Frame, rows: Ints) -> dict[str, pa.Array]:
    """The columns of some rows of a table, as text; a list is its items joined with `;`."""
    columns = {}
    for name, kind in LAYOUT[frame.name].items():
        column = _column(world, records, pool, frame.name, kind, frame[name][rows], rows)
        columns[name] = _spoilt(frame, name, column, rows)
    return columns


def _column(
    world: World, records: Records, pool: pa.Array, table: str, kind: Kind, values: Ints, rows: Ints
) -> pa.Array:
    match kind:
        case Text() | Many():
            return render.taken(pool, values)
        case Minute():
            return render.minutes(values)
        case Day():
            return render.days(values)
        case Number():
            return pa.array(values, mask=values == NONE).cast(pa.string())
        case Person():
            return records.of_rows(kind.system, values, rows)
        case Ref():
            return render.numbered(kind.prefix, number_of(world, table, kind, values, rows), kind.digits)


def number_of(world: World, table: str, ref: Ref, values: Ints, rows: Ints) -> Ints:
    """Numbers that stand in a table's references: its own rows' numbers, or those of the rows it names."""
    if ref.of == table:
        return world.frames[table].number[rows]
    if ref.of not in world.frames:
        return values
    return np.where(values == NONE, NONE, world.frames[ref.of].number[values])


def _spoilt(frame: Frame, name: str, column: pa.Array, rows: Ints) -> pa.Array:
    wrong = {row: text for (row, column_name), text in frame.wrong.items() if column_name == name}
    places = np.flatnonzero(np.isin(rows, list(wrong))).tolist() if wrong else []
    return render.replaced(column, places, [wrong[int(rows[place])] for place in places]) if places else column


def _chunks(rows: Ints) -> Iterator[Ints]:
    for start in range(0, max(len(rows), 1), _ROWS_AT_ONCE):
        yield rows[start : start + _ROWS_AT_ONCE]


def _write(out: Path, name: str, chunks: Iterator[dict[str, pa.Array]], lists: list[str], *, parquet: bool) -> None:
    if name in _JSON_LINES:
        with (out / f"{name}.jsonl").open("wb") as file:
            for columns in chunks:
                file.write(_json_lines(columns, lists))
    elif parquet:
        schema = None
        for columns in chunks:
            table = pa.table({key: _as_list(column) if key in lists else column for key, column in columns.items()})
            if schema is None:
                schema = table.schema
                writer = pq.ParquetWriter(out / f"{name}.parquet", schema, compression="zstd")
            writer.write_table(table.cast(schema), row_group_size=_ROWS_AT_ONCE)
        writer.close()
    else:
        with pa.OSFile(str(out / f"{name}.csv"), "wb") as file:
            for turn, columns in enumerate(chunks):
                pcsv.write_csv(pa.table(columns), file, pcsv.WriteOptions(include_header=turn == 0))


def _as_list(column: pa.Array) -> pa.Array:
    return pc.split_pattern(column, ";")


def _json_lines(columns: dict[str, pa.Array], lists: list[str]) -> bytes:
    """One object a line; a missing value is left out."""
    parts = []
    for name, column in columns.items():
        text = column
        for plain, escaped in _ESCAPES:
            text = pc.replace_substring(text, plain, escaped)
        start, end = ('["', '"]') if name in lists else ('"', '"')
        if name in lists:
            text = pc.replace_substring(text, ";", '","')
        pair = pc.binary_join_element_wise(f', "{name}": {start}', pc.binary_join_element_wise(text, end, ""), "")
        parts.append(pc.fill_null(pair, ""))
    lines = pc.binary_join_element_wise(*parts, "")
    # The first pair brings a comma and a space too many.
    lines = pc.binary_join_element_wise("{", pc.utf8_slice_codeunits(lines, 2), "}\n", "")
    return b"".join(chunk for chunk in [pa.array(lines).buffers()[2].to_pybytes()]) if len(lines) else b""
