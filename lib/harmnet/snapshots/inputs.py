"""The inputs a recipe was pinned to: are the batches and the parent still what they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pyspark.sql import functions as F

from harmnet.contracts.raw import RAW_TABLES
from harmnet.ingest.batches import Batch, digested_raw, read_batches
from harmnet.snapshots import manifest
from harmnet.snapshots.chain import Event
from harmnet.snapshots.digests import EMPTY_DIGEST, digests_by
from harmnet.snapshots.recipe import Recipe
from harmnet.snapshots.tied import detail
from harmnet.storage import Lake


class Changed(NamedTuple):
    """An input that is not what it was, and whether an event says that it was erased."""

    what: str
    erased: bool


def changed_inputs(lake: Lake, recipe: Recipe, events: Sequence[Event]) -> list[Changed]:
    """The inputs of a recipe that are not what it was pinned to any more; none when it can be run again.

    A batch counts as erased when an event ERASED names it (`batches` in its detail), a parent when it was retired.
    """
    erased = {
        batch_id for event in events if event["event"] == "ERASED" for batch_id in detail(event).get("batches", [])
    }
    batches = {batch.batch_id: batch for batch in read_batches(lake)}
    found = []
    for pinned in recipe.body["batches"]:
        batch_id, batch = pinned["batch_id"], batches.get(pinned["batch_id"])
        if batch is None:
            found.append(Changed(f"batch {batch_id} is not in raw_batches any more", batch_id in erased))
        elif batch.digest != pinned["digest"]:
            found.append(Changed(f"batch {batch_id} is another one than was pinned", batch_id in erased))
    there = [batches[batch_id] for batch_id in recipe.batch_ids if batch_id in batches]
    found += [Changed(what, batch_id in erased) for batch_id, what in _changed_rows(lake, there)]
    return found + _changed_parent(lake, recipe)


def _changed_rows(lake: Lake, batches: Sequence[Batch]) -> list[tuple[int, str]]:
    """(batch, what is wrong) for each raw table whose rows are not those that were received. One pass over each."""
    found = []
    for table in RAW_TABLES:
        received = {
            batch.batch_id: (of.rows, of.rows_digest)
            for batch in batches
            for of in batch.tables
            if of.table_name == table.name and of.rows_digest is not None
        }
        rows = lake.read_raw(table) if received else None
        now: dict[int, tuple[int, str]] = {}
        if rows is not None:
            wanted = rows.where(F.col("batch_id").isin(list(received)))
            now = digests_by(wanted, "batch_id", digested_raw(table))
        for batch_id, (count, digest) in received.items():
            left, stored = now.get(batch_id, (0, EMPTY_DIGEST))
            if stored != digest:
                found.append(
                    (batch_id, f"batch {batch_id}: {table.name} has {left:,} rows, not the {count:,} received")
                )
    return sorted(found)


def _changed_parent(lake: Lake, recipe: Recipe) -> list[Changed]:
    if recipe.parent is None:
        return []
    parent = {found.snapshot_id: found for found in manifest.snapshots(lake)}.get(recipe.parent)
    if parent is None:
        return [Changed(f"parent {recipe.parent} is not in snapshot_manifest any more", False)]
    if parent.retired:
        return [Changed(f"parent {recipe.parent} was retired: {parent.reason}", True)]
    if parent.content_hash != recipe.body["parent"]:
        return [Changed(f"parent {recipe.parent} has another content than was pinned", False)]
    return []
