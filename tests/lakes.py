"""Lakes for tests: what a test needs to take extracts to a published snapshot, and to read it back as plain rows."""

from __future__ import annotations

import csv
import fcntl
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from harmnet.config import Settings, load_settings
from harmnet.contracts import TABLES
from harmnet.ingest import ingest
from harmnet.one_stage import pin_recipe, run_named
from harmnet.refresh import refresh
from harmnet.snapshots import manifest
from harmnet.snapshots.manifest import Snapshot
from harmnet.snapshots.recipe import Recipe, load_recipe
from harmnet.stages import STAGE_NAMES, WRITTEN_BY
from harmnet.storage import Lake

AS_OF = date(2026, 6, 30)
GOLDEN = Path(__file__).parent / "golden" / "extracts"


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

    def truth(self, name: str) -> list[dict[str, str]]:
        """Rows of a file of truth/ of the fictional force it was made from."""
        assert self.extracts is not None
        with (self.extracts / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def nominals_of_people(self) -> dict[str, set[str]]:
        """person_id of truth/ -> the nominals their references were linked to."""
        linked = {row["person_ref"]: row["nominal_id"] for row in self.rows("people")}
        return {
            row["person_id"]: {linked[ref] for ref in row["person_refs"].split(";") if ref in linked}
            for row in self.truth("people")
        }


@dataclass(frozen=True)
class Derived:
    """A lake in which some stages of a recipe have run; nothing is published."""

    lake: Lake
    settings: Settings
    recipe: Recipe

    def work(self, name: str) -> DataFrame:
        """A table as its stage wrote it: people are idx."""
        return self.lake.read_work(self.recipe.recipe_hash, WRITTEN_BY[name], TABLES[name])

    def names(self) -> dict[int, str]:
        """idx -> nominal_id."""
        return {row["idx"]: row["nominal_id"] for row in self.work("nominal_ids").collect()}

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Rows of a table, people by nominal_id as they would be published."""
        names, people = self.names(), TABLES[name].nominal_columns
        return [row.asDict() | {column: names[row[column]] for column in people} for row in self.work(name).collect()]


def derive_lake(
    spark: SparkSession, root: Path, *extracts: Path, until: str, conf: Path | None = None, as_of: date = AS_OF
) -> Derived:
    """A new lake with one batch per extract folder, and its stages run up to one of them: quicker than publishing."""
    return derive_more(Lake(spark, str(root)), load_settings(conf), *extracts, until=until, conf=conf, as_of=as_of)


def derive_more(
    lake: Lake, settings: Settings, *extracts: Path, until: str, conf: Path | None = None, as_of: date = AS_OF
) -> Derived:
    """The same in a lake that is there: one more batch per extract folder, then the stages up to one of them."""
    receive(lake, settings, *extracts)
    pinned = pin_recipe(lake, conf, as_of=as_of, known_at=None)
    for name in STAGE_NAMES[1 : STAGE_NAMES.index(until) + 1]:
        run_named(lake, name, pinned, progress=lambda _: None)
    return Derived(lake, settings, load_recipe(lake, pinned))


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


def published_once(spark: SparkSession, folder: Path, make: Callable[[Path], Path]) -> Published:
    """The lake of that folder, published by whichever process of the run asks first; the others wait, and share it.

    `make` writes or names the extracts, given the folder.
    """
    told = folder / "told.json"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            extracts = make(folder)
            published = publish_lake(spark, folder / "lake", extracts)
            told.write_text(json.dumps([published.said, str(extracts)]), encoding="utf-8")
    said, where = json.loads(told.read_text(encoding="utf-8"))
    lake = Lake(spark, str(folder / "lake"))
    snapshot = manifest.current(lake)
    assert snapshot is not None
    return Published(lake, load_settings(), snapshot, said, Path(where))


def copy_of(published: Published, root: Path) -> Published:
    """A copy of a published lake, for a test that writes; nobody has read anything there yet."""
    shutil.copytree(published.lake.root, root, ignore=shutil.ignore_patterns("access*"))
    return replace(published, lake=Lake(published.lake.spark, str(root)))
