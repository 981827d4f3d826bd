"""A lake with the ten people's records and two snapshots written by hand, to look corrections up in."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from small_world import FIRST, SECOND, published_frame

from harmnet.config import load_settings
from harmnet.contracts import TABLES
from harmnet.snapshots import manifest
from harmnet.snapshots.lock import writer_lock
from harmnet.snapshots.manifest import Entry
from harmnet.snapshots.recipe import pin
from harmnet.storage import Lake
from lakes import receive

EXTRACTS = Path(__file__).parents[1] / "golden" / "extracts"


@pytest.fixture(scope="session")
def small_world(spark, tmp_path_factory):
    """The lake of tests/corrections/small_world.py. Read only: `lake` is a copy to write to."""
    lake, settings = Lake(spark, str(tmp_path_factory.mktemp("corrections") / "lake")), load_settings()
    receive(lake, settings, EXTRACTS)
    for day, tables in ((29, FIRST), (30, SECOND)):
        with writer_lock(lake, purpose="test"):
            recipe = pin(lake, settings, as_of=date(2026, 6, day), known_at=None)
            for name, rows in tables.items():
                lake.write_result(published_frame(spark, TABLES[name], rows), TABLES[name], recipe.snapshot_id)
            entries = [Entry(name, len(rows), f"{day}{name}", (("theme", "string"),)) for name, rows in tables.items()]
            manifest.commit(lake, recipe, entries)
    return lake


@pytest.fixture
def lake(small_world, spark, tmp_path):
    """A copy of the small world's lake, to register corrections in."""
    shutil.copytree(small_world.root, tmp_path / "lake")
    return Lake(spark, str(tmp_path / "lake"))
