"""Maintain: a lake is kept in order without a row of a snapshot changing.

In this order, under the writer lock: old snapshots are retired; rows that no snapshot has are removed; small files are
put together; where that gave a snapshot other files, its rows are held to its manifest and the new files are recorded;
files that nothing needs are deleted, and so is work of finished runs. The event MAINTAINED says what was done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from harmnet import upkeep
from harmnet.config import Maintenance
from harmnet.errors import HarmnetError
from harmnet.snapshots import manifest
from harmnet.snapshots.chain import read_events
from harmnet.snapshots.lock import writer_lock
from harmnet.snapshots.manifest import Snapshot
from harmnet.snapshots.recipe import last_pinned
from harmnet.snapshots.run_events import RunLog
from harmnet.snapshots.stored import StoredFile, file_faults, files_hash, files_of_all, paths_by_table, record_files
from harmnet.snapshots.tied import note_late, snapshot_faults
from harmnet.snapshots.verify import rows_faults
from harmnet.storage import Lake

Progress = Callable[[str], None]


def maintain(lake: Lake, maintenance: Maintenance, *, progress: Progress = print) -> None:
    """Keep the lake in order, as conf/maintenance.yml says. HarmnetError before it touches a damaged snapshot."""
    with writer_lock(lake, purpose="maintain"):
        log = RunLog(lake)
        note_late(lake, log)
        log.flush()
        retired = _retire(lake, log, maintenance, progress)
        _remove_rows_of_none(lake, progress)
        kept = [snapshot for snapshot in manifest.snapshots(lake) if not snapshot.retired]
        _check_before(lake, kept)
        tables = upkeep.delta_tables(lake)
        upkeep.compact(lake, tables)
        progress(f"{len(tables)} table(s): small files put together")
        recorded = _record_again(lake, kept, progress)
        log.add("MAINTAINED", detail={"retired": retired, "files": recorded})
        log.flush()
        upkeep.vacuum(lake, tables, hours=maintenance.vacuum_hours)
        progress(f"files that nothing has needed for {maintenance.vacuum_hours} hours are deleted")
        _sweep(lake, progress)


def outlived(snapshots: Sequence[Snapshot], *, keep_days: int | None, keep_last: int) -> list[Snapshot]:
    """The snapshots whose rows go: of an as_of more than `keep_days` before the newest's, and not among the `keep_last`
    newest. The current snapshot stays, and the parent of each that stays: without it that one could not be reproduced.
    """
    there = sorted((found for found in snapshots if not found.retired), key=lambda found: found.place)
    if keep_days is None or not there:
        return []
    oldest = there[-1].as_of - timedelta(days=keep_days)
    current = max((found for found in there if found.is_shown), key=lambda found: found.place, default=None)
    staying = [found for found in there if found.as_of >= oldest or found in there[-keep_last:] or found is current]
    parents = {found.parent for found in staying}
    return [found for found in there if found not in staying and found.snapshot_id not in parents]


def _retire(lake: Lake, log: RunLog, maintenance: Maintenance, progress: Progress) -> list[str]:
    rule = maintenance.retention
    gone = outlived(manifest.snapshots(lake), keep_days=rule.keep_days, keep_last=rule.keep_last)
    for snapshot in gone:
        log.add("RETIRED", snapshot=snapshot, detail={"reason": f"older than {rule.keep_days} days"})
        progress(f"snapshot {snapshot.snapshot_id} is retired: older than {rule.keep_days} days")
    # First the event, then the rows: a run that dies between leaves rows that the next one removes.
    log.flush()
    return [snapshot.snapshot_id for snapshot in gone]


def _remove_rows_of_none(lake: Lake, progress: Progress) -> None:
    """Remove rows of retired snapshots and of runs that died while they published."""
    kept = {snapshot.snapshot_id for snapshot in manifest.snapshots(lake) if not snapshot.retired}
    extra = {name: paths for name, paths in upkeep.result_files(lake).items() if name not in kept}
    if extra:
        tables = {path.split("/")[1] for paths in extra.values() for path in paths}
        upkeep.remove_snapshots(lake, list(extra), tables)
        progress(f"rows of {', '.join(sorted(extra))} removed")


def _check_before(lake: Lake, snapshots: Sequence[Snapshot]) -> None:
    """Stop when a file that would be put together with others is not as recorded: its bytes would be gone for good."""
    recorded = files_of_all(lake)
    faults = {
        path: wrong
        for snapshot in snapshots
        for path, wrong in file_faults(lake, _to_be_compacted(recorded.get(snapshot.snapshot_id, []))).items()
    }
    if faults:
        found = [f"{path} {wrong}" for path, wrong in sorted(faults.items())]
        raise HarmnetError(["maintain: put these files back from a backup first; nothing was rewritten", *found])


def _to_be_compacted(files: Sequence[StoredFile]) -> list[StoredFile]:
    small = [file for file in files if file.bytes < upkeep.SMALL_FILE]
    tables = [file.table_name for file in small]
    return [file for file in small if tables.count(file.table_name) > 1]


def _record_again(lake: Lake, snapshots: Sequence[Snapshot], progress: Progress) -> dict[str, str]:
    """Record the files of snapshots that have others now; what MAINTAINED says of them: snapshot id -> their hash."""
    now, recorded, events = upkeep.result_files(lake), files_of_all(lake), read_events(lake)
    found = {}
    for snapshot in snapshots:
        name = snapshot.snapshot_id
        before, files = recorded.get(name, []), now.get(name, [])
        if files == [file.path for file in before] and not any(snapshot_faults([snapshot], recorded, events)):
            continue
        _check_rows(lake, snapshot, before, files)
        found[name] = files_hash(record_files(lake, name, files))
        progress(f"snapshot {name}: rows verified, {len(files)} file(s) recorded in place of {len(before)}")
    return found


def _check_rows(lake: Lake, snapshot: Snapshot, before: Sequence[StoredFile], files: Sequence[str]) -> None:
    """Stop unless the tables whose files changed still hold what was published."""
    old, new = paths_by_table(file.path for file in before), paths_by_table(files)
    changed = [entry for entry in snapshot.tables if old.get(entry.table_name) != new.get(entry.table_name)]
    faults = rows_faults(lake, snapshot.snapshot_id, changed, new)
    if faults:
        raise HarmnetError([f"maintain: snapshot {snapshot.snapshot_id}: {wrong}" for wrong in faults.values()])


def _sweep(lake: Lake, progress: Progress) -> None:
    """Delete work, but that of the current snapshot, which explain reads, and of the recipe that was pinned last."""
    current, pinned = manifest.current(lake), last_pinned(lake)
    kept = {pinned, current.recipe_hash if current else None}
    swept = [name for name in lake.names("_work") if name not in kept]
    for name in swept:
        lake.delete("_work", name)
    progress(f"{len(swept)} folder(s) of work swept")
