"""Disk for a refresh: looked at before the work, so that what cannot end is not begun."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from harmnet.config.operating import Room
from harmnet.errors import HarmnetError
from harmnet.ingest.batches import batches_up_to
from harmnet.snapshots.recipe import Recipe
from harmnet.storage import Lake

_GIB = 2**30


def check_room(lake: Lake, recipe: Recipe, room: Room) -> None:
    """Raises HarmnetError, with the figures, when there is less disk than the rows known to the recipe will take.

    Bytes a row: operating.room. Disk of the lake is what its file system says is left, by HDFS's copies of each block;
    on one machine also that of Spark's own folder where it has one alone, and both together where they are one disk. A
    recipe whose work has begun is let go on.
    """
    if lake.exists("_work", recipe.recipe_hash):
        return
    rows = sum(table.rows for batch in batches_up_to(lake, recipe.known_at) for table in batch.tables)
    needs = [("the lake", lake.root, lake.free_bytes(), rows * room.lake_bytes_per_row)]
    folder = _spark_folder(lake)
    if folder is not None:
        own = rows * room.local_bytes_per_row
        beside = lake.local_path()
        if beside is not None and _same_disk(beside, folder):
            needs = [("the lake and Spark's folder", lake.root, needs[0][2], needs[0][3] + own)]
        else:
            needs.append(("Spark's folder", str(folder), shutil.disk_usage(folder).free, own))
    for what, where, free, needed in needs:
        if needed > free:
            raise HarmnetError(
                f"refresh: {rows:,} delivered rows need some {needed / _GIB:.1f} GiB of disk for {what} and "
                f"{free / _GIB:.1f} GiB are free in {where}: make room there (harmnet maintain), or correct room in "
                "conf/operating.yml"
            )


def _spark_folder(lake: Lake) -> Path | None:
    """The one folder where Spark on one machine keeps what it sorts and sends around; None where there are several."""
    conf = lake.spark.sparkContext.getConf()
    if not conf.get("spark.master", "").startswith("local"):
        return None
    named = os.environ.get("SPARK_LOCAL_DIRS") or conf.get("spark.local.dir") or "/tmp"
    return None if "," in named else Path(named)


def _same_disk(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev
