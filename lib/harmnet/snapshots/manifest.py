"""The manifest: a snapshot exists if and only if its one commit is here; everything else was written before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.contracts import Table
from harmnet.contracts.registry import RUN_EVENTS, SNAPSHOT_MANIFEST
from harmnet.errors import HarmnetError
from harmnet.snapshots.digests import canonical_json, digested_columns
from harmnet.snapshots.lock import check_writer
from harmnet.storage import Lake

if TYPE_CHECKING:
    from harmnet.snapshots.recipe import Recipe


@dataclass(frozen=True)
class Entry:
    """One published table: its rows, their digest, and the ordered (name, type) of the columns the digest covers."""

    table_name: str
    rows: int
    digest: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Snapshot:
    """A published snapshot: what it follows from, the order it came in, and its tables by name."""

    snapshot_id: str
    as_of: date
    known_at: int
    published_seq: int
    recipe_hash: str
    content_hash: str
    parent: str | None
    withdrawn: bool
    tables: tuple[Entry, ...]

    @property
    def place(self) -> tuple[date, int, int]:
        """What ranks snapshots: of those not withdrawn the largest is the current one."""
        return self.as_of, self.known_at, self.published_seq

    def as_event(self) -> dict[str, Any]:
        """What the event PUBLISHED says of the snapshot: its content hash, and the SHA-256 (hex) of its manifest."""
        fixed = asdict(self) | {
            "as_of": self.as_of.isoformat(),
            "withdrawn": None,
            "content_hash": content_hash(self.tables),
        }
        manifest_hash = hashlib.sha256(canonical_json(fixed).encode("utf-8")).hexdigest()
        return {"content_hash": self.content_hash, "manifest": manifest_hash}


def content_hash(entries: Iterable[Entry]) -> str:
    """SHA-256 (hex) over name, columns and digest of the tables, sorted by name: the same wherever a run took place."""
    content = [[entry.table_name, entry.columns, entry.digest] for entry in _by_name(entries)]
    return hashlib.sha256(canonical_json(content).encode("utf-8")).hexdigest()


def snapshots(lake: Lake) -> list[Snapshot]:
    """Every published snapshot, withdrawn ones too, oldest first by the order of publication."""
    if not lake.has_table(SNAPSHOT_MANIFEST):
        return []
    withdrawn = _withdrawn(lake)
    tables: dict[str, list[Entry]] = {}
    heads = {}
    for row in lake.read_registry(SNAPSHOT_MANIFEST).collect():
        columns = tuple((name, type_) for name, type_ in json.loads(row["columns"]))
        tables.setdefault(row["snapshot_id"], []).append(Entry(row["table_name"], row["rows"], row["digest"], columns))
        heads[row["snapshot_id"]] = row
    found = [
        Snapshot(
            snapshot_id,
            row["as_of"],
            row["known_at"],
            row["published_seq"],
            row["recipe_hash"],
            row["content_hash"],
            row["parent"],
            snapshot_id in withdrawn,
            _by_name(tables[snapshot_id]),
        )
        for snapshot_id, row in heads.items()
    ]
    return sorted(found, key=lambda snapshot: snapshot.published_seq)


def current(lake: Lake) -> Snapshot | None:
    """The snapshot readers see unless they name one: the largest (as_of, known_at, published_seq) not withdrawn."""
    return max((found for found in snapshots(lake) if not found.withdrawn), key=lambda found: found.place, default=None)


def find(lake: Lake, recipe_hash: str) -> Snapshot | None:
    """The snapshot that a recipe made; None when it was not published."""
    return next((found for found in snapshots(lake) if found.recipe_hash == recipe_hash), None)


def parent_of(lake: Lake, *, as_of: date, known_at: int) -> Snapshot | None:
    """The snapshot that a run with this as_of and known_at follows: the largest not withdrawn that lies below it."""
    below = [found for found in snapshots(lake) if not found.withdrawn and found.place[:2] < (as_of, known_at)]
    return max(below, key=lambda found: found.place, default=None)


def read_table(lake: Lake, snapshot_id: str, table: Table) -> DataFrame | None:
    """Rows of a published snapshot's table; None when the snapshot has no such table or not all of its columns."""
    entry = (F.col("snapshot_id") == snapshot_id) & (F.col("table_name") == table.name)
    found = lake.read_registry(SNAPSHOT_MANIFEST).where(entry).select("columns").collect()
    if not found or not set(digested_columns(table)) <= {
        (name, kind) for name, kind in json.loads(found[0]["columns"])
    }:
        return None
    return lake.read_result(table, snapshot_id)


def commit(lake: Lake, recipe: Recipe, entries: Iterable[Entry]) -> Snapshot:
    """Make the recipe's snapshot exist, in one append; the snapshot that is there when it was published before.

    Raises HarmnetError, and commits nothing, when there is no table or the writer lock was lost meanwhile.
    """
    tables = _by_name(entries)
    if not tables:
        raise HarmnetError(f"{lake.root}: snapshot {recipe.snapshot_id} has no table; nothing was published")
    before = snapshots(lake)
    for found in before:
        if found.recipe_hash == recipe.recipe_hash:
            return found
    seq = max((found.published_seq for found in before), default=0) + 1
    snapshot = Snapshot(
        recipe.snapshot_id,
        recipe.as_of,
        recipe.known_at,
        seq,
        recipe.recipe_hash,
        content_hash(tables),
        recipe.parent,
        False,
        tables,
    )
    rows = [
        {
            "snapshot_id": snapshot.snapshot_id,
            "table_name": entry.table_name,
            "rows": entry.rows,
            "digest": entry.digest,
            "columns": canonical_json(entry.columns),
            "as_of": snapshot.as_of,
            "known_at": snapshot.known_at,
            "published_seq": seq,
            "recipe_hash": snapshot.recipe_hash,
            "content_hash": snapshot.content_hash,
            "parent": snapshot.parent,
        }
        for entry in tables
    ]
    check_writer(lake)
    lake.append_registry(rows, SNAPSHOT_MANIFEST)
    return snapshot


def _withdrawn(lake: Lake) -> set[str]:
    if not lake.has_table(RUN_EVENTS):
        return set()
    events = lake.read_registry(RUN_EVENTS).where("event = 'WITHDRAWN'").select("snapshot_id")
    return {row["snapshot_id"] for row in events.collect()}


def _by_name(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.table_name))
