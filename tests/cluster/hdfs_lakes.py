"""Lakes on HDFS: copied, and held to what the local file system gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from harmnet.config import Settings
from harmnet.snapshots import manifest
from harmnet.snapshots.manifest import Snapshot
from harmnet.sql import query
from harmnet.storage import Lake

JUNE, JULY = date(2026, 6, 30), date(2026, 7, 31)
READ = "SELECT * FROM edges ORDER BY src, dst, relation"


@dataclass(frozen=True)
class Expected:
    """The settings, and the lake and the snapshot of June that follow from them on the local file system."""

    settings: Settings
    lake: Lake
    june: Snapshot


def published(lake: Lake) -> list[tuple[str, str]]:
    """Snapshot id and content hash of every snapshot, oldest first."""
    return [(one.snapshot_id, one.content_hash) for one in manifest.snapshots(lake)]


def told(*snapshots: Snapshot) -> list[tuple[str, str]]:
    """The same of snapshots at hand."""
    return [(one.snapshot_id, one.content_hash) for one in snapshots]


def served(lake: Lake) -> tuple[Any, Any]:
    """The current snapshot, and a table as a reader sees it."""
    current = manifest.current(lake)
    return current and told(current), query(lake, READ)


def is_locked(lake: Lake) -> bool:
    """Whether somebody holds the writer lock."""
    return lake.exists("registry", "writer.lock")
