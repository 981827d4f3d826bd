"""Lakes for tests: what a test needs to take extracts to a published snapshot, and to read it back as plain rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from harmnet.config import Settings, load_settings
from harmnet.contracts import TABLES
from harmnet.ingest import ingest
from harmnet.refresh import refresh
from harmnet.snapshots.manifest import Snapshot
from harmnet.storage import Lake

AS_OF = date(2026, 6, 30)


@dataclass(frozen=True)
class Published:
    """A lake with a published snapshot, the settings it was made with and what the run said."""

    lake: Lake
    settings: Settings
    snapshot: Snapshot
    said: list[str]
    extracts: Path | None = None

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Rows of a result table of the snapshot."""
        return [row.asDict() for row in self.lake.read_result(TABLES[table], self.snapshot.snapshot_id).collect()]


def receive(lake: Lake, settings: Settings, *extracts: Path) -> None:
    """Ingest each folder as a batch."""
    for folder in extracts:
        ingest(lake, settings, extracts=str(folder), progress=lambda _: None)


def publish_lake(
    spark: SparkSession, root: Path, *extracts: Path, conf: Path | None = None, as_of: date = AS_OF
) -> Published:
    """A new lake with one batch per extract folder, refreshed as of the day."""
    lake, settings, said = Lake(spark, str(root)), load_settings(conf), []
    receive(lake, settings, *extracts)
    snapshot = refresh(lake, settings, as_of=as_of, progress=said.append)
    return Published(lake, settings, snapshot, said, extracts[0])
