"""The files that a snapshot's rows lie in: recorded when they are written, held to the record later.

A digest of rows says nothing of a byte that changes no row, in a footer or a page that nobody reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.contracts.registry import SNAPSHOT_FILES
from harmnet.errors import HarmnetError
from harmnet.snapshots.digests import canonical_json
from harmnet.storage import Lake


class StoredFile(NamedTuple):
    """A file of a snapshot: its path below the lake's root, length and SHA-256 (hex)."""

    path: str
    bytes: int
    sha256: str

    @property
    def table_name(self) -> str:
        """The result table it belongs to: its path is results/<table>/snapshot_id=<id>/<file>."""
        return self.path.split("/")[1]


def hash_files(lake: Lake, paths: Sequence[str]) -> dict[str, str]:
    """SHA-256 (hex) of files of result tables, by path below the root; one that cannot be read is left out.

    Files go through executors, each whole in the memory of one task.
    """
    if not paths:
        return {}
    # A file that fails the file system's own checksum is to be named, not to end the query.
    options = {"recursiveFileLookup": "true", "ignoreCorruptFiles": "true", "ignoreMissingFiles": "true"}
    files = lake.spark.read.format("binaryFile").options(**options).load([lake.path(path) for path in paths])
    found = files.select("path", F.sha2("content", 256).alias("sha256")).collect()
    return {_below_root(row["path"]): row["sha256"] for row in found}


def record_files(lake: Lake, snapshot_id: str, paths: Sequence[str]) -> list[StoredFile]:
    """Hash the files a snapshot lies in now and record them, in one commit. HarmnetError when one cannot be read."""
    sizes, hashes = _sizes(lake, paths), hash_files(lake, paths)
    lost = [path for path in paths if path not in sizes or path not in hashes]
    if lost:
        raise HarmnetError([f"{lake.path(path)}: cannot be read; nothing was recorded" for path in lost])
    files = [StoredFile(path, sizes[path], hashes[path]) for path in sorted(paths)]
    before = lake.read_registry(SNAPSHOT_FILES).where(F.col("snapshot_id") == snapshot_id)
    seq = (before.agg(F.max("recorded_seq")).collect()[0][0] or 0) + 1
    own = {"snapshot_id": snapshot_id, "recorded_seq": seq}
    lake.append_registry([own | file._asdict() | {"table_name": file.table_name} for file in files], SNAPSHOT_FILES)
    return files


def recorded_files(lake: Lake, snapshot_id: str) -> list[StoredFile]:
    """The files of a snapshot as they were recorded last, by path; none when they never were."""
    return _last_recorded(lake.read_registry(SNAPSHOT_FILES).where(F.col("snapshot_id") == snapshot_id)).get(
        snapshot_id, []
    )


def files_of_all(lake: Lake) -> dict[str, list[StoredFile]]:
    """The same for every snapshot whose files were recorded, by snapshot id."""
    return _last_recorded(lake.read_registry(SNAPSHOT_FILES))


def _last_recorded(rows: DataFrame) -> dict[str, list[StoredFile]]:
    found: dict[str, dict[int, list[StoredFile]]] = {}
    for row in rows.collect():
        file = StoredFile(row["path"], row["bytes"], row["sha256"])
        found.setdefault(row["snapshot_id"], {}).setdefault(row["recorded_seq"], []).append(file)
    return {snapshot_id: sorted(recorded[max(recorded)]) for snapshot_id, recorded in found.items()}


def files_hash(files: Iterable[StoredFile]) -> str:
    """SHA-256 (hex) over paths, lengths and hashes of files: what the chain of events keeps of them."""
    return hashlib.sha256(canonical_json(sorted(files)).encode("utf-8")).hexdigest()


def paths_by_table(paths: Iterable[str]) -> dict[str, list[str]]:
    """The paths of each result table, sorted."""
    found: dict[str, list[str]] = {}
    for path in sorted(paths):
        found.setdefault(path.split("/")[1], []).append(path)
    return found


def file_faults(lake: Lake, files: Sequence[StoredFile]) -> dict[str, str]:
    """Path of each file that is not as recorded -> what is wrong with it."""
    sizes = _sizes(lake, [file.path for file in files])
    hashes = hash_files(lake, [file.path for file in files if file.path in sizes])
    faults = {}
    for file in files:
        if file.path not in sizes:
            faults[file.path] = "is not there any more"
        elif sizes[file.path] != file.bytes:
            faults[file.path] = f"has {sizes[file.path]:,} bytes, {file.bytes:,} were recorded"
        elif file.path not in hashes:
            faults[file.path] = "was changed: it fails the file system's own check and cannot be read"
        elif hashes[file.path] != file.sha256:
            faults[file.path] = f"was changed: its SHA-256 is {hashes[file.path]}, {file.sha256} was recorded"
    return faults


def _below_root(path: str) -> str:
    # results/<table>/snapshot_id=<id>/<file>
    return "/".join(path.split("/")[-4:])


def _sizes(lake: Lake, paths: Iterable[str]) -> dict[str, int]:
    """Length of each of these files that is there."""
    folders = sorted({tuple(path.split("/")[:-1]) for path in paths})
    return {"/".join((*folder, name)): size for folder in folders for name, size in lake.files(*folder)}
