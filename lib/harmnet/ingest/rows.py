"""Delivered values to raw rows: every value as text, codes mapped, the record's key. One function for every origin."""

from __future__ import annotations

from collections.abc import Mapping as Names

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from harmnet.contracts.model import Column, Table
from harmnet.contracts.raw import DATE, INSTANT, LIST
from harmnet.ingest.keys import source_key
from harmnet.ingest.mapping import OP, Mapping

OPS = ("UPSERT", "DELETE")
_LIST_SEPARATOR = ";"
# Beyond this a double no longer holds every integer.
_EXACT = 2.0**53


def raw_schema(table: Table) -> pa.Schema:
    """Arrow schema of `raw_rows`: op, source_key, then the table's own columns, all text or lists of text."""
    own = [pa.field(column.name, pa.list_(pa.string()) if column.type == LIST else pa.string()) for column in table]
    return pa.schema([pa.field(OP, pa.string()), pa.field("source_key", pa.string()), *own])


def raw_ddl(table: Table) -> str:
    """The same as a Spark schema."""
    own = (f"`{column.name}` {'array<string>' if column.type == LIST else 'string'}" for column in table)
    return ", ".join(("op string", "source_key string", *own))


def raw_rows(batch: pa.RecordBatch, found: Names[str, str], mapping: Mapping) -> pa.RecordBatch:
    """The raw rows of a batch of delivered rows, one for one, in `raw_schema`.

    `found` is raw column -> delivered column. A value without a text form raises pyarrow.ArrowInvalid; `why_not_text`
    tells beforehand which types have none.
    """
    columns: dict[str, pa.Array] = {}
    for column in mapping.table:
        codes = mapping.codes.get(column.name, {})
        values = batch.column(found[column.name]) if column.name in found else None
        if values is None:
            values = pa.array([mapping.constants.get(column.name)] * batch.num_rows, pa.string())
        columns[column.name] = _list(values, codes) if column.type == LIST else _mapped(_text(values, column), codes)
    op = pa.nulls(batch.num_rows, pa.string())
    if OP in found:
        op = _mapped(_text(batch.column(found[OP])), mapping.codes.get(OP, {}))
    rows = {
        OP: op.fill_null("UPSERT"),
        "source_key": source_key([columns[name] for name in mapping.table.key]),
        **columns,
    }
    return pa.RecordBatch.from_pydict(rows, schema=raw_schema(mapping.table))


def why_not_text(type_: pa.DataType, column: Column | None) -> str | None:
    """Why values of an Arrow type cannot stand in a raw column (None: op), in words; None when they can."""
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):
        if column is None or column.type != LIST:
            return f"is a list ({type_}), expected one value"
        type_ = type_.value_type
    is_plain = (
        pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_boolean(type_)
        or pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_)
        or pa.types.is_date(type_) or pa.types.is_timestamp(type_) or pa.types.is_null(type_)
        or pa.types.is_binary(type_) or pa.types.is_large_binary(type_)
    )  # fmt: skip
    return None if is_plain else f"has type {type_}, expected text, a number, a date, a timestamp or a boolean"


def _text(values: pa.Array, column: Column | None = None) -> pa.Array:
    """Values as text; empty text is null. Dates and instants in the form that the column's type is read in."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    type_ = values.type
    if pa.types.is_timestamp(type_) or pa.types.is_date(type_):
        # A day kept as midnight is still a day where the contract wants one.
        read_as = column.type if column is not None else ""
        day_only = read_as == DATE or (read_as != INSTANT and pa.types.is_date(type_))
        values = _instant_text(values, "%Y-%m-%d" if day_only else "%Y-%m-%dT%H:%M:%SZ")
    elif pa.types.is_floating(type_):
        values = _float_text(values)
    return _or_null(values.cast(pa.string()))


def _instant_text(values: pa.Array, form: str) -> pa.Array:
    if pa.types.is_date(values.type):
        return pc.strftime(values.cast(pa.date32()).cast(pa.timestamp("s")), format=form)
    whole = pc.floor_temporal(values, unit="second").cast(pa.timestamp("s", values.type.tz))
    return pc.strftime(whole.cast(pa.timestamp("s")), format=form)


def _float_text(values: pa.Array) -> pa.Array:
    """Whole numbers without a point: a count that passed through a double column is 3, not 3.0 or 1e+07."""
    doubles = values.cast(pa.float64())
    whole = pc.and_(pc.equal(doubles, pc.floor(doubles)), pc.less(pc.abs(doubles), _EXACT)).fill_null(False)
    integers = pc.if_else(whole, doubles, 0.0).cast(pa.int64()).cast(pa.string())
    return pc.if_else(whole, integers, values.cast(pa.string()))


def _mapped(values: pa.Array, codes: Names[str, str]) -> pa.Array:
    """Values with the force's codes replaced by ours ('' for none); one that is not listed stays as it is."""
    if not codes:
        return values
    place = pc.index_in(values, value_set=pa.array(list(codes), pa.string()))
    return _or_null(pc.coalesce(pa.array(list(codes.values()), pa.string()).take(place), values))


def _or_null(values: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)


def _list(values: pa.Array, codes: Names[str, str]) -> pa.Array:
    """Lists of text from lists or from text like `A;B`; empty items go, an empty list is null."""
    if not (pa.types.is_list(values.type) or pa.types.is_large_list(values.type)):
        values = pc.split_pattern(_text(values), _LIST_SEPARATOR)
    items = _text(values.flatten())
    rows = pc.list_parent_indices(values)
    kept = pc.is_valid(items)
    items, rows = items.filter(kept), rows.filter(kept)
    counts = np.bincount(rows.to_numpy(zero_copy_only=False), minlength=len(values))
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), _mapped(items, codes), mask=pa.array(counts == 0))
