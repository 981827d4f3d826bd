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
from harmnet.snapshots.lock import check_held
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
    reason: str | None = None
    """Why it was withdrawn or retired."""
    retired: bool = False
    """Its rows were removed by retention."""

    @property
    def is_shown(self) -> bool:
        """Neither withdrawn nor retired: readers may be shown it without asking for it."""
        return not (self.withdrawn or self.retired)

    @property
    def place(self) -> tuple[date, int, int]:
        """What ranks snapshots: of those that are shown the largest is the current one."""
        return self.as_of, self.known_at, self.published_seq

    def as_event(self) -> dict[str, Any]:
        """What the event PUBLISHED says of the snapshot: its content hash, and the SHA-256 (hex) of its manifest."""
        names = ("snapshot_id", "known_at", "published_seq", "recipe_hash", "parent")
        fixed = {name: getattr(self, name) for name in names} | {"tables": [asdict(entry) for entry in self.tables]}
        fixed |= {"as_of": self.as_of.isoformat(), "content_hash": content_hash(self.tables)}
        manifest_hash = hashlib.sha256(canonical_json(fixed).encode("utf-8")).hexdigest()
        return {"content_hash": self.content_hash, "manifest": manifest_hash}


def content_hash(entries: Iterable[Entry]) -> str:
    """SHA-256 (hex) over name, columns and digest of the tables, sorted by name: the same wherever a run took place."""
    content = [[entry.table_name, entry.columns, entry.digest] for entry in _by_name(entries)]
    return hashlib.sha256(canonical_json(content).encode("utf-8")).hexdigest()


def snapshots(lake: Lake) -> list[Snapshot]:
    """Every published snapshot, withdrawn and retired ones too, oldest first by the order of publication."""
    if not lake.has_table(SNAPSHOT_MANIFEST):
        return []
    ended = _ended(lake)
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
            ("WITHDRAWN", snapshot_id) in ended,
            _by_name(tables[snapshot_id]),
            ended.get(("WITHDRAWN", snapshot_id), ended.get(("RETIRED", snapshot_id))),
            ("RETIRED", snapshot_id) in ended,
        )
        for snapshot_id, row in heads.items()
    ]
    return sorted(found, key=lambda snapshot: snapshot.published_seq)


def current(lake: Lake) -> Snapshot | None:
    """The snapshot readers see unless they name one: the largest (as_of, known_at, published_seq) that is shown."""
    return max((found for found in snapshots(lake) if found.is_shown), key=lambda found: found.place, default=None)


def named(lake: Lake, snapshot_id: str) -> Snapshot:
    """The published snapshot of that id. Raises HarmnetError when there is none, or when its rows were removed."""
    known = {snapshot.snapshot_id: snapshot for snapshot in snapshots(lake)}
    if snapshot_id not in known:
        raise HarmnetError(f"{lake.root}: no snapshot {snapshot_id}; there are {', '.join(known) or 'none'}")
    if known[snapshot_id].retired:
        raise HarmnetError(f"{lake.root}: the rows of snapshot {snapshot_id} were removed: {known[snapshot_id].reason}")
    return known[snapshot_id]


def find(lake: Lake, recipe_hash: str) -> Snapshot | None:
    """The snapshot that a recipe made; None when it was not published."""
    return next((found for found in snapshots(lake) if found.recipe_hash == recipe_hash), None)


def parent_of(lake: Lake, *, as_of: date, known_at: int) -> Snapshot | None:
    """The snapshot that a run with this as_of and known_at follows: the largest that is shown and lies below it."""
    below = [found for found in snapshots(lake) if found.is_shown and found.place[:2] < (as_of, known_at)]
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
    check_held(lake)
    lake.append_registry(rows, SNAPSHOT_MANIFEST)
    return snapshot


def _ended(lake: Lake) -> dict[tuple[str, str], str | None]:
    """(WITHDRAWN or RETIRED, snapshot id) -> the reason given."""
    events = lake.read_registry(RUN_EVENTS).where(F.col("event").isin("WITHDRAWN", "RETIRED"))
    told = events.select("event", "snapshot_id", F.get_json_object("detail", "$.reason").alias("reason"))
    return {(row["event"], row["snapshot_id"]): row["reason"] for row in told.collect()}


def _by_name(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.table_name))
