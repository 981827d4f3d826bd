"""Ingest: what the force delivers becomes one numbered batch of raw rows, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.config import Settings
from harmnet.contracts.registry import RAW_BATCHES
from harmnet.errors import HarmnetError
from harmnet.ingest.batches import (
    Batch,
    BatchTable,
    batches_up_to,
    delete_rows,
    digested_raw,
    read_batches,
    reserve_batch_id,
    vanished_keys,
    visible_rows,
)
from harmnet.ingest.mapping import read_mappings
from harmnet.ingest.parcels import THREADS, Bench, Delivered, unpack_extracts, unpack_tables
from harmnet.snapshots.digests import frame_digests
from harmnet.snapshots.lock import check_held, writer_lock
from harmnet.snapshots.run_events import RunLog
from harmnet.storage import Lake

__all__ = ["Batch", "BatchTable", "IngestResult", "batches_up_to", "ingest", "visible_rows"]

MODES = ("DELTA", "FULL")


@dataclass(frozen=True)
class IngestResult:
    """The batch received, or the one that holds the same already; rows per raw table, DELETE rows included."""

    batch_id: int
    already_there: bool
    rows: dict[str, int]


def ingest(
    lake: Lake,
    settings: Settings,
    *,
    extracts: str | None = None,
    mode: str = "DELTA",
    received_at: datetime | None = None,
    progress: Callable[[str], None] = print,
) -> IngestResult:
    """Receive one batch: from a folder of extracts, or without one from the tables of conf/sources.yml.

    FULL says that the delivered tables are complete: keys that are current and not among them become DELETE rows.
    Raises HarmnetError with every fault of the batch, one a line; then no row and no batch was written. The same
    content in the same mode again is the batch of before.
    """
    if mode not in MODES:
        raise HarmnetError(f"mode {mode!r} is not known: use {' or '.join(MODES)}")
    sources, mappings = settings.sources, read_mappings(settings.sources)
    received_at = received_at or datetime.now(UTC)
    if received_at.tzinfo is None:
        received_at = received_at.replace(tzinfo=UTC)
    with writer_lock(lake, purpose="ingest") as owner, tempfile.TemporaryDirectory(prefix="harmnet-") as temporary:
        _sweep(lake)
        bench = Bench(lake, ("_work", f"ingest-{owner.token}"), Path(temporary))
        try:
            if extracts is None:
                parcel = unpack_tables(bench, sources, mappings, progress)
            else:
                parcel = unpack_extracts(bench, extracts, sources, mappings, progress)
            batches, digest = read_batches(lake), _digest(mode, parcel.digests)
            for batch in batches:
                if batch.digest == digest:
                    progress(f"already received as batch {batch.batch_id}: nothing was changed")
                    return IngestResult(batch.batch_id, True, {table.table_name: table.rows for table in batch.tables})
            batch = Batch(0, received_at, mode, parcel.origin, digest, ())
            return _receive(bench, batch, parcel.deliver(), batches, progress)
        finally:
            _sweep(lake)


def _receive(
    bench: Bench, batch: Batch, delivered: list[Delivered], before: list[Batch], progress: Callable[[str], None]
) -> IngestResult:
    """Append the rows of a batch, then the one row that makes it exist."""
    counts = _counts(delivered)
    gone, vanished = _vanished(bench, delivered, before) if batch.mode == "FULL" else (None, {})
    batch_id = reserve_batch_id(bench.lake, before)

    def rows_of(part: Delivered) -> DataFrame:
        more = vanished.get(part.table.name, 0)
        if gone is None or not more:
            return part.rows
        after = counts.get(part.table.name, (0, 0, 0))[0]
        return part.rows.unionByName(delete_rows(gone, part.table, after_row=after))

    def append(part: Delivered) -> BatchTable:
        name = part.table.name
        rows, deletes, repeated = counts.get(name, (0, 0, 0))
        more = vanished.get(name, 0)
        if rows + more:
            numbered = rows_of(part).withColumn("batch_id", F.lit(batch_id).cast("bigint"))
            bench.lake.append_raw(numbered, part.table)
        return BatchTable(name, rows + more, deletes + more, repeated, part.digest, part.version, part.files)

    def digests() -> list[tuple[int, str]]:
        return frame_digests([rows_of(part).select(*digested_raw(part.table)) for part in delivered])

    tables = []
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        waiting = pool.submit(digests)
        for table in pool.map(append, delivered):
            told = f"{table.rows:,} rows, {table.deletes:,} of them DELETE; {table.repeated_keys:,} keys more than once"
            progress(f"{table.table_name}: {told}")
            tables.append(table)
        tables = [
            replace(table, rows_digest=digest) for table, (_, digest) in zip(tables, waiting.result(), strict=True)
        ]
    check_held(bench.lake)
    received = replace(batch, batch_id=batch_id, tables=tuple(tables))
    bench.lake.append_registry([received.as_row()], RAW_BATCHES)
    log = RunLog(bench.lake)
    log.add("INGESTED", detail=received.as_event())
    log.flush()
    progress(f"received as batch {batch_id}")
    return IngestResult(batch_id, False, {table.table_name: table.rows for table in tables})


def _vanished(bench: Bench, delivered: list[Delivered], before: list[Batch]) -> tuple[DataFrame | None, dict[str, int]]:
    """Keys that a FULL batch no longer has, kept in the work folder, and how many per raw table."""
    gone = vanished_keys(
        bench.lake, [batch.batch_id for batch in before], [(part.table, part.rows) for part in delivered]
    )
    if gone is None:
        return None, {}
    kept = bench.keep(gone, "vanished")
    return kept, {row["table_name"]: row["count"] for row in kept.groupBy("table_name").count().collect()}


def _counts(delivered: list[Delivered]) -> dict[str, tuple[int, int, int]]:
    """Raw table -> rows, DELETE rows, keys that stand more than once; a table without rows is not there."""
    keys = reduce(
        DataFrame.unionByName,
        (part.rows.select(F.lit(part.table.name).alias("table_name"), "source_key", "op") for part in delivered),
    )
    is_delete = F.when(F.col("op") == "DELETE", 1).otherwise(0)
    sums = (F.count("*").alias("rows"), F.sum(is_delete).alias("deletes"))
    per_key = keys.groupBy("table_name", "source_key").agg(*sums)
    repeated = F.when(F.col("rows") > 1, 1).otherwise(0)
    found = per_key.groupBy("table_name").agg(F.sum("rows"), F.sum("deletes"), F.sum(repeated)).collect()
    return {row[0]: (row[1], row[2], row[3]) for row in found}


def _digest(mode: str, digests: dict[str, str]) -> str:
    content = json.dumps({"mode": mode, "tables": digests}, sort_keys=True)
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def _sweep(lake: Lake) -> None:
    """Remove what an ingest leaves to work on, that of dead runs too: the writer lock is held."""
    for name in lake.names("_work"):
        if name.startswith("ingest-"):
            lake.delete("_work", name)
