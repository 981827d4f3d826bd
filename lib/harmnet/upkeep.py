"""Upkeep of a lake's Delta tables: what is removed, what is put together, what is no longer needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from harmnet.parallel import each
from harmnet.storage import Lake

AT_ONCE = 3
MEBI = 1024 * 1024
SMALL_FILE, LARGE_FILE = 64 * MEBI, 128 * MEBI
"""Files smaller than the first are put together, up to the second: a file is hashed in the memory of one task."""

_RESULTS = "results"
_FOLDERS = ("raw", _RESULTS, "registry")


def delta_tables(lake: Lake) -> list[str]:
    """Every Delta table of the lake as folder/name."""
    return [
        f"{folder}/{name}" for folder in _FOLDERS for name in lake.names(folder) if lake.holds_commits(folder, name)
    ]


def result_files(lake: Lake) -> dict[str, list[str]]:
    """The files that result tables consist of now, by snapshot id: paths below the lake's root, sorted."""
    found: dict[str, list[str]] = {}
    for table in delta_tables(lake):
        if table.startswith(f"{_RESULTS}/"):
            for path in lake.files_of(lake.spark.read.format("delta").load(lake.path(table))):
                snapshot_id = path.split("/")[2].removeprefix("snapshot_id=")
                found.setdefault(snapshot_id, []).append(path)
    return {snapshot_id: sorted(paths) for snapshot_id, paths in found.items()}


def remove_snapshots(lake: Lake, snapshot_ids: Sequence[str], tables: Iterable[str]) -> None:
    """Remove the rows of these snapshots from result tables (by name): whole partitions, no file is rewritten."""
    wanted = ", ".join(f"'{snapshot_id}'" for snapshot_id in sorted(snapshot_ids))
    for table in sorted(set(tables)):
        lake.spark.sql(f"DELETE FROM delta.`{lake.path(_RESULTS, table)}` WHERE snapshot_id IN ({wanted})")


def compact(lake: Lake, tables: Iterable[str]) -> None:
    """Put small files of tables together, within each partition. The rows stay the same."""
    sizes = {"minFileSize": SMALL_FILE, "maxFileSize": LARGE_FILE}
    with _set(lake, {f"spark.databricks.delta.optimize.{name}": str(size) for name, size in sizes.items()}):
        each(lambda table: lake.spark.sql(f"OPTIMIZE delta.`{lake.path(table)}`"), tables, at_once=AT_ONCE)


def vacuum(lake: Lake, tables: Iterable[str], *, hours: int) -> None:
    """Delete files that tables have not needed for so many hours."""
    each(
        lambda table: lake.spark.sql(f"VACUUM delta.`{lake.path(table)}` RETAIN {hours} HOURS"), tables, at_once=AT_ONCE
    )


@contextmanager
def _set(lake: Lake, settings: dict[str, str]) -> Iterator[None]:
    before: dict[str, str | None] = {key: lake.spark.conf.get(key, None) for key in settings}
    for key, value in settings.items():
        lake.spark.conf.set(key, value)
    try:
        yield
    finally:
        for key, old in before.items():
            if old is None:
                lake.spark.conf.unset(key)
            else:
                lake.spark.conf.set(key, old)
