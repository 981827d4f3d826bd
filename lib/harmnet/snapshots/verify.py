"""Verify: is the record of the lake whole, and is a snapshot still what was published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

from harmnet.contracts.corrections import CORRECTION_REGISTER
from harmnet.contracts.registry import ACCESS_LOG, RUN_EVENTS
from harmnet.errors import first_line
from harmnet.parallel import each
from harmnet.snapshots.chain import Link, chain_faults, head, read_events
from harmnet.snapshots.digests import frame_digests
from harmnet.snapshots.manifest import Entry, Snapshot
from harmnet.snapshots.publish import AT_ONCE, TOGETHER
from harmnet.snapshots.stored import file_faults, paths_by_table, recorded_files
from harmnet.snapshots.tied import noted_late, snapshot_faults, tie_faults
from harmnet.storage import Lake


class Verdict(NamedTuple):
    """`faults`: what does not hold, one line each, none when all holds. `told`: what was looked at."""

    faults: list[str]
    told: list[str]


def verify_chain(lake: Lake, checkpoint: Mapping[str, Link] | None = None) -> Verdict:
    """Whether the chain of events is whole, goes on from the checkpoint, and agrees with the tables tied to it; and
    whether those of access_log and correction_register are whole and go on from it."""
    kept = checkpoint or {}
    events = read_events(lake)
    faults = [*chain_faults(events, head(lake), kept.get(RUN_EVENTS.name)), *tie_faults(lake, events)]
    last = events[-1] if events else None
    end = f", the last {last['chain_seq']} {last['row_hash']}" if last else ""
    told = [*noted_late(events), f"chain: {len(events):,} event(s){end}"]
    for table in (ACCESS_LOG, CORRECTION_REGISTER):
        rows = read_events(lake, table)
        found = chain_faults(rows, head(lake, table), kept.get(table.name), table)
        faults += [f"{table.name}: {fault}" for fault in found]
        told.append(f"{table.name}: {len(rows):,} row(s)")
    return Verdict(faults, told)


def verify_snapshot(lake: Lake, snapshot: Snapshot) -> Verdict:
    """Whether a snapshot is what was published: its record, then each stored file, then the rows of each table.

    Rows of a table with a damaged file are not read: the file is named, and what its rows say proves nothing.
    """
    name, files = snapshot.snapshot_id, recorded_files(lake, snapshot.snapshot_id)
    record = list(snapshot_faults([snapshot], {name: files}, read_events(lake)))
    damaged = file_faults(lake, files)
    tables = {file.table_name for file in files if file.path in damaged}
    whole = [entry for entry in snapshot.tables if entry.table_name not in tables]
    rows = rows_faults(lake, name, whole, paths_by_table(file.path for file in files))
    told = [
        f"snapshot {name}: {len(snapshot.tables)} table(s), content_hash {snapshot.content_hash}",
        f"{len(files) - len(damaged):,} of {len(files):,} file(s) are as recorded",
        f"{len(whole) - len(rows):,} of {len(snapshot.tables):,} table(s) have the rows that were published",
    ]
    return Verdict([*record, *(f"{path} {wrong}" for path, wrong in sorted(damaged.items())), *rows.values()], told)


def rows_faults(
    lake: Lake, snapshot_id: str, entries: Sequence[Entry], paths: Mapping[str, list[str]]
) -> dict[str, str]:
    """Each table that has not the rows of its entry in the manifest, or not the files in `paths` -> what is wrong."""

    def check(some: Sequence[Entry]) -> dict[str, str]:
        try:
            frames = [
                lake.read_published(entry.table_name, snapshot_id, [name for name, _ in entry.columns])
                for entry in some
            ]
            found = {}
            for entry, frame, (rows, digest) in zip(some, frames, frame_digests(frames), strict=True):
                if (rows, digest) != (entry.rows, entry.digest):
                    found[entry.table_name] = (
                        f"{entry.table_name}: {rows:,} rows with digest {digest} are stored, "
                        f"{entry.rows:,} with {entry.digest} were published"
                    )
                elif paths.get(entry.table_name, []) != lake.files_of(frame):
                    found[entry.table_name] = f"{entry.table_name}: lies in other files than those recorded"
            return found
        except (PySparkException, Py4JJavaError) as error:
            if len(some) == 1:
                return {some[0].table_name: f"{some[0].table_name}: cannot be read: {first_line(error)}"}
            # One of them: say which.
            return {name: wrong for entry in some for name, wrong in check([entry]).items()}

    groups = [entries[first : first + TOGETHER] for first in range(0, len(entries), TOGETHER)]
    return {name: wrong for found in each(check, groups, at_once=AT_ONCE) for name, wrong in found.items()}
