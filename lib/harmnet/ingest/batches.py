"""Batches: which exist, what rows they hold, and the number of the next one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import reduce
from itertools import takewhile
from typing import Any

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from harmnet.contracts.model import Table
from harmnet.contracts.raw import LIST
from harmnet.contracts.registry import RAW_BATCHES
from harmnet.errors import HarmnetError
from harmnet.ingest.keys import without_spaces
from harmnet.snapshots.digests import canonical_json
from harmnet.storage import Lake

_IDS = ("registry", "batch_ids")


@dataclass(frozen=True)
class BatchFile:
    """A file of a delivered table; `sha256` is None for the files of a force's own table, which are not hashed."""

    name: str
    bytes: int
    sha256: str | None


@dataclass(frozen=True)
class BatchTable:
    """What a batch holds of one raw table: rows, DELETE rows among them, keys that stand more than once."""

    table_name: str
    rows: int
    deletes: int
    repeated_keys: int
    digest: str
    version: str | None
    files: tuple[BatchFile, ...]
    rows_digest: str | None = None
    """Digest of the raw rows; None in a batch from before it was kept."""


@dataclass(frozen=True)
class Batch:
    """One row of raw_batches. `received_at` is in UTC."""

    batch_id: int
    received_at: datetime
    mode: str
    origin: str
    digest: str
    tables: tuple[BatchTable, ...]

    def as_row(self) -> dict[str, Any]:
        """The batch as a row for raw_batches."""
        return asdict(self)

    def as_event(self) -> dict[str, Any]:
        """What the event INGESTED says of the batch: its number and digest, and the SHA-256 (hex) of its whole row."""
        row = canonical_json(self.as_row() | {"received_at": self.received_at.isoformat()})
        row_hash = hashlib.sha256(row.encode("utf-8")).hexdigest()
        return {"batch_id": self.batch_id, "digest": self.digest, "row": row_hash}


def read_batches(lake: Lake) -> list[Batch]:
    """Every batch that exists, by number; none for a new lake."""
    if not lake.has_table(RAW_BATCHES):
        return []
    rows = lake.read_registry(RAW_BATCHES).withColumn("micros", F.unix_micros("received_at")).collect()
    return [_batch(row.asDict(recursive=True)) for row in sorted(rows, key=lambda row: row["batch_id"])]


def batches_up_to(lake: Lake, known_at: int | datetime | None) -> list[Batch]:
    """The batches known at batch `known_at`, or by that instant (None: all), by number; at least one.

    By an instant are known the batches before the first that was received later: what comes afterwards changes nothing.
    Raises HarmnetError when there is none such.
    """
    batches = read_batches(lake)
    if not batches:
        raise HarmnetError(f"no batch in {lake.root}; run harmnet ingest")
    if known_at is None:
        return batches
    if isinstance(known_at, datetime):
        known = list(takewhile(lambda batch: batch.received_at <= known_at, batches))
        if not known:
            first = batches[0].received_at.isoformat(timespec="seconds")
            raise HarmnetError(
                f"no batch in {lake.root} was received by {known_at.isoformat()}; the first came at {first}"
            )
        return known
    if known_at not in {batch.batch_id for batch in batches}:
        there = ", ".join(str(batch.batch_id) for batch in batches[-10:])
        raise HarmnetError(f"no batch {known_at} in {lake.root}; the last ones are {there}")
    return [batch for batch in batches if batch.batch_id <= known_at]


def visible_rows(lake: Lake, table: Table, batch_ids: Sequence[int]) -> DataFrame | None:
    """The rows that these batches brought to a raw table, keys without spaces; None when it never had any.

    Rows of a run that died before its batch existed stand in the table too: they belong to no batch and never show.
    """
    rows = lake.read_raw(table)
    if rows is None:
        return None
    brought = rows.where(F.col("batch_id").isin(list(batch_ids)))
    return brought.withColumn("source_key", without_spaces(F.col("source_key")))


def digested_raw(table: Table) -> tuple[str, ...]:
    """Columns of a raw table that the digest of a batch's rows covers."""
    return ("row_no", "op", "source_key", *table.names)


def reserve_batch_id(lake: Lake, batches: Sequence[Batch]) -> int:
    """The next batch's number, taken for good: a run that dies later leaves a gap, never a number used twice."""
    taken = [int(name) for name in lake.names(*_IDS) if name.isdigit()]
    batch_id = max([0, *taken, *(batch.batch_id for batch in batches)]) + 1
    while not lake.create_text("", *_IDS, f"{batch_id:08d}"):
        batch_id += 1
    return batch_id


def vanished_keys(
    lake: Lake, batch_ids: Sequence[int], delivered: Sequence[tuple[Table, DataFrame]]
) -> DataFrame | None:
    """Keys current after these batches and absent from what is delivered: one row per raw table and key.

    Columns table_name, source_key, `values` (of the key columns) and `place` (from 1 within the table, in key order).
    None when nothing was delivered for these tables yet.
    """
    before, now = [], []
    for table, rows in delivered:
        known = visible_rows(lake, table, batch_ids)
        if known is None:
            continue
        name = F.lit(table.name).alias("table_name")
        values = F.array(*table.key).alias("values")
        before.append(known.select(name, "source_key", F.struct("batch_id", "row_no", "op", values).alias("row")))
        now.append(rows.select(name, "source_key"))
    if not before:
        return None
    last = reduce(DataFrame.unionByName, before).groupBy("table_name", "source_key").agg(F.max("row").alias("row"))
    current = last.where(F.col("row.op") != "DELETE")
    gone = current.join(reduce(DataFrame.unionByName, now), on=["table_name", "source_key"], how="left_anti")
    place = F.row_number().over(Window.partitionBy("table_name").orderBy("source_key"))
    return gone.select("table_name", "source_key", F.col("row.values").alias("values"), place.alias("place"))


def delete_rows(vanished: DataFrame, table: Table, *, after_row: int) -> DataFrame:
    """The DELETE rows for a table's vanished keys, numbered on from `after_row`: key columns, every other one null."""
    columns = [
        (F.col("values")[table.key.index(column.name)] if column.name in table.key else F.lit(None))
        .cast("array<string>" if column.type == LIST else "string")
        .alias(column.name)
        for column in table
    ]
    row_no = (F.col("place") + F.lit(after_row)).cast("bigint").alias("row_no")
    return vanished.where(F.col("table_name") == table.name).select(
        row_no, F.lit("DELETE").alias("op"), "source_key", *columns
    )


def _batch(row: dict[str, Any]) -> Batch:
    tables = tuple(
        BatchTable(**{**table, "files": tuple(BatchFile(**file) for file in table["files"])}) for table in row["tables"]
    )
    received_at = datetime.fromtimestamp(row["micros"] / 1_000_000, UTC)
    return Batch(row["batch_id"], received_at, row["mode"], row["origin"], row["digest"], tables)
