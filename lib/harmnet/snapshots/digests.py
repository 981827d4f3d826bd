"""Digest of a table's rows, whatever their order and however Spark divides them.

leaf          SHA-256 of one row as text in UTF-8: for each column in order its type's letter, then
                s  a text: its length in bytes, `:`, the text
                i  an integer: the number, `;`
                d  a date: YYYY-MM-DD, `;`
                t  an instant: microseconds since 1970-01-01T00:00:00Z, `;`
                f  a double: 12 significant digits as d.ddddddddddde+dd, `;`
                b  true or false, `;`
                a  a list: the number of its values, `:`, then each value as length, `:`, text
              and a null has `~` where its length or value would stand.
bucket        the leaves with one first byte; its digest is the SHA-256 of them, sorted. A leaf that stands twice counts
              twice; a bucket without leaves has the SHA-256 of nothing.
table digest  SHA-256 of the 256 bucket digests in order.

Rows become leaves in Spark and buckets in Arrow; no more than 256 digests a table ever reach the driver.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    DataType,
    DateType,
    DoubleType,
    IntegralType,
    StringType,
    TimestampType,
)

from harmnet.contracts import Table, published_type

BUCKETS = 256
LEAF_BYTES = 32
NULL = "~"


def _together(buckets: dict[int, bytes]) -> str:
    """Table digest (hex) of the digests of the buckets that are not empty."""
    empty = hashlib.sha256().digest()
    return hashlib.sha256(b"".join(buckets.get(bucket, empty) for bucket in range(BUCKETS))).hexdigest()


EMPTY_DIGEST = _together({})
"""The digest of a table without rows."""


def canonical_json(value: Any) -> str:
    """JSON with one spelling, to be hashed: keys sorted, no white space, characters as themselves."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digested_columns(table: Table) -> tuple[tuple[str, str], ...]:
    """(name, type once published) of the columns that a table's digest covers, in order."""
    return tuple((column.name, published_type(column)) for column in table if column.name not in table.undigested)


def table_digest(df: DataFrame, table: Table) -> tuple[int, str]:
    """Rows of the frame, and the digest (hex) of the columns that the table's contract declares."""
    return frame_digest(_declared(df, table))


def table_digests(frames: Sequence[tuple[DataFrame, Table]]) -> list[tuple[int, str]]:
    """The same for several frames, in one pass: small tables cost no more than one."""
    return frame_digests([_declared(df, table) for df, table in frames])


def frame_digest(df: DataFrame) -> tuple[int, str]:
    """Rows of a frame and the digest (hex) of all its columns in their order. One pass over the frame."""
    return frame_digests([df])[0]


def frame_digests(frames: Sequence[DataFrame]) -> list[tuple[int, str]]:
    """Rows and digest of each of these frames."""
    if not frames:
        return []
    numbered = (df.select(F.lit(number).alias("frame"), row_leaf(df).alias("leaf")) for number, df in enumerate(frames))
    found = _digest_numbered(reduce(DataFrame.unionByName, numbered))
    return [found.get(number, (0, EMPTY_DIGEST)) for number in range(len(frames))]


def digests_by(df: DataFrame, number: str, columns: Sequence[str]) -> dict[int, tuple[int, str]]:
    """Rows and digest of these columns for each value of the column `number`. One pass over the frame."""
    leaf = row_leaf(df.select(*columns)).alias("leaf")
    return _digest_numbered(df.select(F.col(number).cast("int").alias("frame"), leaf))


def _digest_numbered(leaves: DataFrame) -> dict[int, tuple[int, str]]:
    """Rows and digest of the leaves with each number. `leaves`: frame (int), leaf."""
    packed = leaves.mapInArrow(_pack, "slot int, leaves binary")
    slots = packed.repartition("slot").mapInArrow(_digest_slots, "slot int, rows bigint, digest binary").collect()
    rows: dict[int, int] = {}
    digests: dict[int, dict[int, bytes]] = {}
    for row in slots:
        frame, bucket = divmod(row["slot"], BUCKETS)
        rows[frame] = rows.get(frame, 0) + row["rows"]
        digests.setdefault(frame, {})[bucket] = bytes(row["digest"])
    return {frame: (rows[frame], _together(digests[frame])) for frame in rows}


def _declared(df: DataFrame, table: Table) -> DataFrame:
    return df.select(*(name for name, _ in digested_columns(table)))


def row_leaf(df: DataFrame) -> Column:
    """The leaf (32 bytes) of each row over all columns of the frame in their order; never null."""
    parts: list[str] = []
    between = ""
    for field in df.schema.fields:
        name = "`" + field.name.replace("`", "``") + "`"
        letter, end, values = _encoded(name, field.dataType, field.name)
        parts += [f"'{between}{letter}'", *values]
        between = end
    # One expression as text: to put it together column by column is a thousand calls into the JVM.
    return F.expr(f"unhex(sha2(concat({', '.join([*parts, repr(between)])}), 256))")


def _encoded(value: str, type_: DataType, name: str) -> tuple[str, str, list[str]]:
    """A column's letter, the text that ends it, and what stands between them: SQL expressions."""
    if isinstance(type_, ArrayType):
        count = f"cast(if({value} is null, null, size({value})) as string)"
        text = _text("item", type_.elementType, name)[1]
        each = f"transform({value}, item -> concat(cast(octet_length({text}) as string), ':', {text}))"
        return "a", "", [_or_null(count), "':'", f"coalesce(array_join({each}, '', '{NULL}'), '')"]
    letter, text = _text(value, type_, name)
    if letter == "s":
        return letter, "", [_or_null(f"cast(octet_length({text}) as string)"), "':'", f"coalesce({text}, '')"]
    return letter, ";", [_or_null(text)]


def _text(value: str, type_: DataType, name: str) -> tuple[str, str]:
    """A type's letter and the value's one textual form; null stays null."""
    if isinstance(type_, StringType):
        return "s", value
    if isinstance(type_, IntegralType):
        return "i", f"cast({value} as string)"
    if isinstance(type_, DateType):
        return "d", f"cast({value} as string)"
    if isinstance(type_, TimestampType):
        return "t", f"cast(unix_micros({value}) as string)"
    if isinstance(type_, BooleanType):
        return "b", f"cast({value} as string)"
    if isinstance(type_, DoubleType):
        # -0.0 equals 0.0 and prints otherwise; format_string of a null is the text "null".
        return "f", f"if({value} is null, null, format_string('%.11e', if({value} = 0, 0.0D, {value})))"
    raise TypeError(f"column {name}: no digest is defined for {type_.simpleString()}")


def _or_null(text: str) -> str:
    return f"coalesce({text}, '{NULL}')"


def _pack(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Number of the frame and a leaf, one a row -> a row per slot with its leaves end to end: few rows to send on.

    A slot is a bucket of a frame: 256 x the frame's number + the leaf's first byte.
    """
    for batch in batches:
        if batch.num_rows == 0:
            continue
        leaves = _bytes(batch.column(1)).reshape(-1, LEAF_BYTES)
        slots = batch.column(0).to_numpy() * BUCKETS + leaves[:, 0]
        present, counts = np.unique(slots, return_counts=True)
        ends = np.concatenate([[0], np.cumsum(counts) * LEAF_BYTES]).astype(np.int32)
        together = leaves[np.argsort(slots, kind="stable")]
        packed = pa.Array.from_buffers(
            pa.binary(), len(present), [None, pa.py_buffer(ends.tobytes()), pa.py_buffer(together.tobytes())]
        )
        yield pa.RecordBatch.from_arrays([pa.array(present, pa.int32()), packed], ["slot", "leaves"])


def _digest_slots(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """All packed leaves of some slots -> one row per slot: rows and digest of its sorted leaves."""
    held: dict[int, list[bytes]] = {}
    for batch in batches:
        for slot, leaves in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist()):
            held.setdefault(slot, []).append(leaves)
    slots = sorted(held)
    rows, digests = [], []
    for slot in slots:
        leaves = np.sort(np.frombuffer(b"".join(held.pop(slot)), dtype=f"S{LEAF_BYTES}"))
        rows.append(len(leaves))
        digests.append(hashlib.sha256(leaves.tobytes()).digest())
    columns = [pa.array(slots, pa.int32()), pa.array(rows, pa.int64()), pa.array(digests, pa.binary())]
    yield pa.RecordBatch.from_arrays(columns, ["slot", "rows", "digest"])


def _bytes(column: pa.Array) -> np.ndarray:
    """The values of a binary column without nulls, end to end."""
    offsets = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
    return np.frombuffer(column.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
