"""A refresh for which there is no disk is refused before it begins, with the figures."""

import os
import shutil
from collections import namedtuple

import pytest

from harmnet import room
from harmnet.config import load_operating, load_settings
from harmnet.config.operating import Room
from harmnet.errors import HarmnetError
from harmnet.ingest.batches import read_batches
from harmnet.one_stage import pin_recipe
from harmnet.refresh import refresh
from harmnet.snapshots.recipe import load_recipe
from harmnet.storage import Lake
from lakes import AS_OF, GOLDEN, receive

GIB = 2**30
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(scope="module")
def received(spark, tmp_path_factory):
    """A lake with the ten people's batch and a pinned recipe; no work has begun."""
    lake = Lake(spark, str(tmp_path_factory.mktemp("room") / "lake"))
    receive(lake, load_settings(), GOLDEN)
    return lake, load_recipe(lake, pin_recipe(lake, None, as_of=AS_OF, known_at=None))


@pytest.fixture
def disks(monkeypatch):
    """Sets what is free for the lake and for Spark, GiB, and whether both are one disk."""

    def set_to(lake, spark, *, one):
        monkeypatch.setattr(Lake, "free_bytes", lambda _: int(lake * GIB))
        monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, int(spark * GIB)))
        monkeypatch.setattr(room, "_same_disk", lambda *_: one)

    return set_to


def rows_in(lake):
    return sum(table.rows for batch in read_batches(lake) for table in batch.tables)


def test_the_file_system_says_what_is_left(received):
    lake, _ = received
    found = os.statvfs(lake.local_path())
    assert abs(lake.free_bytes() - found.f_bavail * found.f_frsize) < GIB


@pytest.mark.parametrize(
    ("free", "one", "fits"),
    [
        ((4, 2), False, True),
        ((3.99, 2), False, False),
        ((4, 1.99), False, False),
        ((6, 6), True, True),
        ((5.99, 5.99), True, False),
    ],
)
def test_what_does_not_fit_is_refused_and_what_does_is_not(received, disks, free, one, fits):
    lake, recipe = received
    disks(*free, one=one)
    each = GIB // rows_in(lake)
    needs = Room(lake_bytes_per_row=4 * each, local_bytes_per_row=2 * each)
    if fits:
        room.check_room(lake, recipe, needs)
    else:
        with pytest.raises(HarmnetError, match=rf"^refresh: {rows_in(lake):,} delivered rows need some [\d.]+ GiB"):
            room.check_room(lake, recipe, needs)


def test_nothing_is_begun_and_work_that_has_begun_goes_on(received, disks):
    lake, recipe = received
    disks(0, 0, one=True)
    asked = load_operating()
    assert asked.room.lake_bytes_per_row * asked.room.local_bytes_per_row > 0
    with pytest.raises(HarmnetError, match=r"GiB of disk for the lake and Spark's folder and 0\.0 GiB are free in "):
        refresh(lake, load_settings(), as_of=AS_OF, operating=asked, progress=lambda _: None)
    assert not lake.exists("_work", recipe.recipe_hash)
    assert not lake.exists("registry", "writer.lock")
    room.check_room(lake, recipe, Room(lake_bytes_per_row=0, local_bytes_per_row=0))
    lake.write_text("", "_work", recipe.recipe_hash, "begun")
    room.check_room(lake, recipe, asked.room)
