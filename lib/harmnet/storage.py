"""The lake: one root on any Hadoop file system. With upkeep.py alone it touches Delta."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from harmnet.committed import DataFile, actions_of, added, data_files, has_commits, last_commit
from harmnet.contracts import Table, TableClass, conform, schema_of, stored_schema
from harmnet.contracts.raw import BATCH_COLUMNS
from harmnet.errors import HarmnetError
from harmnet.local_rows import local_rows

_FOLDERS = {TableClass.RAW: "raw", TableClass.RESULT: "results", TableClass.REGISTRY: "registry"}
# No file larger than a task can hold to hash it: some 100 bytes a row.
_RESULT_FILES = {"maxRecordsPerFile": "1000000"}
# What stages hand on is read whole, and least and largest values of each page are worked out value by value.
_WORK_FILES = {"parquet.column.statistics.enabled": "false", "parquet.size.statistics.enabled": "false"}
# The result tables too large to gain from per-column statistics: readers always name a snapshot.
_DELTA_PROPERTIES = {"delta.dataSkippingNumIndexedCols": "0"}
# Spark looks for each file by its name; Delta has their sizes in its log, and is faster where they are many.
_FEW_FILES = 200

# A snapshot made before a column was there has null in it.
_NEW_COLUMNS = {"mergeSchema": "true"}


class Lake:
    """Tables and small files under one root (`file:` or `hdfs:`; a plain path is a local one)."""

    def __init__(self, spark: SparkSession, root: str, *, corrections_up_to: int | None = None) -> None:
        self.spark = spark
        self.corrections_up_to = corrections_up_to
        """Last correction that what is shown of the lake follows; None: all there are."""
        # The day of an instant follows the session's time zone: whoever opened the session, here it is UTC.
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        self.root = root.rstrip("/") if ":/" in root else _local(spark, root)

    @property
    def is_local(self) -> bool:
        """True when the root is on this machine's file system."""
        return ":/" not in self.root or self.root.startswith("file:")

    def path(self, *parts: str) -> str:
        """Address of something in the lake."""
        return "/".join((self.root, *parts))

    def local_path(self, *parts: str) -> Path | None:
        """The same address as a local path; None when the root is not on this machine."""
        return Path(self.path(*parts).removeprefix("file:")) if self.is_local else None

    # small files

    def _hadoop(self, path: str) -> tuple[Any, Any]:
        # One name, not `org.apache...`: py4j would ask the JVM for each part of it.
        hadoop = getattr(self.spark._jvm, "org.apache.hadoop.fs.Path")(path)
        return hadoop.getFileSystem(self.spark._jsc.hadoopConfiguration()), hadoop

    def exists(self, *parts: str) -> bool:
        """True when the file or folder is there."""
        fs, path = self._hadoop(self.path(*parts))
        return bool(fs.exists(path))

    def names(self, *parts: str) -> list[str]:
        """Names in a folder, sorted, hidden ones apart; none when there is no such folder."""
        fs, path = self._hadoop(self.path(*parts))
        if not fs.exists(path):
            return []
        found = (status.getPath().getName() for status in fs.listStatus(path))
        return sorted(name for name in found if not name.startswith("."))

    def files(self, *parts: str) -> list[tuple[str, int]]:
        """(path below the folder, bytes) of every data file below it, sorted."""
        fs, path = self._hadoop(self.path(*parts))
        if not fs.exists(path):
            return []
        base = fs.getFileStatus(path).getPath().toUri().getPath()
        found, entries = [], fs.listFiles(path, True)
        while entries.hasNext():
            entry = entries.next()
            name = entry.getPath().toUri().getPath()[len(base) + 1 :]
            if not name.rsplit("/", 1)[-1].startswith((".", "_")):
                found.append((name, int(entry.getLen())))
        return sorted(found)

    def delete(self, *parts: str) -> None:
        """Remove a file or a folder with all in it; nothing when it is not there."""
        fs, path = self._hadoop(self.path(*parts))
        fs.delete(path, True)

    def free_bytes(self) -> int:
        """Bytes of files for which its file system has room; HDFS keeps each several times."""
        local = self.local_path()
        if local is not None:
            # Hadoop would count what is kept for the superuser.
            return shutil.disk_usage(local).free
        fs, path = self._hadoop(self.root)
        return int(fs.getStatus(path).getRemaining()) // int(fs.getDefaultReplication(path))

    def read_text(self, *parts: str) -> str:
        """Text of a small file."""
        return self.read_bytes(*parts).decode("utf-8")

    def read_bytes(self, *parts: str) -> bytes:
        """What is in a small file."""
        fs, path = self._hadoop(self.path(*parts))
        stream = fs.open(path)
        try:
            return bytes(stream.readAllBytes())
        finally:
            stream.close()

    def create_text(self, text: str, *parts: str) -> bool:
        """Create a small file, atomically; False when it was there already."""
        target = self.path(*parts)
        if self.is_local:
            # Hadoop's local file system checks and then creates: two writers could both win.
            local = Path(target.removeprefix("file:"))
            local.parent.mkdir(parents=True, exist_ok=True)
            try:
                handle = os.open(local, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o640)
            except FileExistsError:
                return False
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            return True
        return self._create(text, target)

    def write_text(self, text: str, *parts: str) -> None:
        """Write a small file, replacing what was there."""
        fs, path = self._hadoop(self.path(*parts))
        fs.mkdirs(path.getParent())
        _write(text, fs, path)

    def _create(self, text: str, target: str) -> bool:
        """Written under a hidden name and renamed, which replaces nothing: whoever sees the file sees all of it.

        HDFS shows a file from its first block on, and a quota lets it be made and nothing be written.
        """
        fs, path = self._hadoop(target)
        fs.mkdirs(path.getParent())
        if fs.exists(path):
            return False
        folder, _, name = target.rpartition("/")
        hidden = self._hadoop(f"{folder}/.{name}.{uuid.uuid4().hex}")[1]
        try:
            _write(text, fs, hidden)
            return bool(fs.rename(hidden, path))
        finally:
            fs.delete(hidden, False)

    # whole files, to and from this machine

    def fetch(self, to: Path, *parts: str) -> None:
        """Copy a file to a local path."""
        fs, path = self._hadoop(self.path(*parts))
        to.parent.mkdir(parents=True, exist_ok=True)
        # The raw local file system: no checksum file beside the copy.
        fs.copyToLocalFile(False, path, self._hadoop(f"file:{to}")[1], True)

    def store(self, local: Path, *parts: str) -> None:
        """Copy a local file into the lake, replacing what was there."""
        fs, path = self._hadoop(self.path(*parts))
        fs.mkdirs(path.getParent())
        fs.copyFromLocalFile(False, True, self._hadoop(f"file:{local}")[1], path)

    # Parquet

    def write_work(self, frame: DataFrame, recipe_hash: str, stage: str, table: Table) -> None:
        """Write a table's WORK form under `_work/<recipe_hash>/<stage>/`, replacing a half-written one."""
        writer = conform(frame, table).write.mode("overwrite").options(**_WORK_FILES)
        writer.parquet(self.path("_work", recipe_hash, stage, table.name))

    def read_work(self, recipe_hash: str, stage: str, table: Table) -> DataFrame:
        """A table's WORK form as its stage wrote it: nominals are idx."""
        # The schema is given: to find it out Spark would run a job.
        return self.spark.read.schema(schema_of(table)).parquet(self.path("_work", recipe_hash, stage, table.name))

    # Delta

    def table_path(self, table: Table) -> str:
        """Address of a Delta table."""
        return self.path(_FOLDERS[table.table_class], table.name)

    def has_table(self, table: Table) -> bool:
        """True when something was ever committed to the table."""
        return self.holds_commits(_FOLDERS[table.table_class], table.name)

    def holds_commits(self, folder: str, name: str) -> bool:
        """True when a folder is a Delta table with a commit: a writer that died before its first one left no table."""
        log = (folder, name, "_delta_log")
        return self.exists(*log, f"{0:020d}.json") or has_commits(self.names(*log))

    def append_raw(self, frame: DataFrame, table: Table) -> None:
        """Append rows of one batch to a raw table."""
        columns = [*(column.name for column in BATCH_COLUMNS), *table.names]
        self._append(_commented(frame.select(*columns), table), table)

    def read_raw(self, table: Table) -> DataFrame | None:
        """Every row ever delivered for a raw table; None when nothing was."""
        if not self.has_table(table):
            return None
        files = self._data_files(table)
        return self._read(table) if files is None else self._rows_in(files, table)

    def append_registry(self, rows: Iterable[dict[str, Any]], table: Table) -> None:
        """Append rows to a registry table in one commit; the table's first commit makes it."""
        schema = ", ".join(f"{column.name} {column.type}" for column in table)
        names = table.names
        frame = local_rows(self.spark, [tuple(row.get(name) for name in names) for row in rows], schema)
        self._append(_commented(frame.coalesce(1), table), table)

    def read_registry(self, table: Table) -> DataFrame:
        """All rows of a registry table; an empty frame when there is none yet, null in a column it was made without."""
        if not self.has_table(table):
            return local_rows(self.spark, [], stored_schema(table))
        files = self._data_files(table)
        if files is not None:
            return self._rows_in(files, table)
        rows = self._read(table)
        return rows.select(
            *(F.col(c.name) if c.name in rows.columns else F.lit(None).cast(c.type).alias(c.name) for c in table)
        )

    def write_result(self, frame: DataFrame, table: Table, snapshot_id: str) -> DataFrame:
        """Write one snapshot's rows of a published table, replacing rows a dead run left; returns them as stored."""
        rows = _commented(conform(frame, table, published=True), table).withColumn("snapshot_id", F.lit(snapshot_id))
        writer = rows.write.format("delta").options(**_RESULT_FILES)
        if not self.has_table(table):
            writer.mode("append").partitionBy("snapshot_id").options(**_DELTA_PROPERTIES).save(self.table_path(table))
        elif f"snapshot_id={snapshot_id}" in self.names(_FOLDERS[table.table_class], table.name):
            writer.mode("overwrite").options(**_NEW_COLUMNS, replaceWhere=f"snapshot_id = '{snapshot_id}'").save(
                self.table_path(table)
            )
        else:
            writer.mode("append").options(**_NEW_COLUMNS).save(self.table_path(table))
        return self._last_written(table)

    def last_commit(self, table: Table) -> int | None:
        """Number of the table's last commit; None when nothing was ever committed to it."""
        return last_commit(self.names(*self._log(table)))

    def _log(self, table: Table) -> tuple[str, str, str]:
        return _FOLDERS[table.table_class], table.name, "_delta_log"

    def _data_files(self, table: Table, snapshot_id: str | None = None) -> list[DataFile] | None:
        """The files that a table, or one snapshot's part of it, consists of now; None where Delta is to be asked."""
        log = self._log(table)
        try:
            found = data_files(self.names(*log), lambda name: self.read_bytes(*log, name))
        except Py4JJavaError:
            # Delta clears its log while we read it.
            return None
        if found is not None and snapshot_id is not None:
            found = [file for file in found if file.partition == {"snapshot_id": snapshot_id}]
        return found if found is not None and len(found) <= _FEW_FILES else None

    def _rows_in(self, files: Sequence[DataFile], table: Table) -> DataFrame:
        """Rows of these files of a table, without its partition columns; null in a column they were made without."""
        schema = stored_schema(table)
        paths = [self.path(_FOLDERS[table.table_class], table.name, file.path) for file in files]
        return self.spark.read.schema(schema).parquet(*paths) if paths else local_rows(self.spark, [], schema)

    def _last_written(self, table: Table) -> DataFrame:
        """Rows of the files that the table's last commit added, without its partition columns."""
        log = self.read_bytes(*self._log(table), f"{self.last_commit(table):020d}.json")
        return self._rows_in(added(actions_of(log)), table)

    def read_result(self, table: Table, snapshot_id: str | None = None) -> DataFrame:
        """Rows of a published table: of one snapshot without the column, or of all with snapshot_id first."""
        if not self.has_table(table):
            raise HarmnetError(f"{self.root}: table {table.name} was never published; run harmnet refresh first")
        if snapshot_id is None:
            return self._read(table).select("snapshot_id", *table.names)
        files = self._data_files(table, snapshot_id)
        if files is None:
            return self._read(table).where(F.col("snapshot_id") == snapshot_id).select(*table.names)
        return self._rows_in(files, table)

    def read_published(self, table_name: str, snapshot_id: str, columns: Sequence[str]) -> DataFrame:
        """A snapshot's rows of a result table with these columns, whatever the table's contract says today."""
        rows = self.spark.read.format("delta").load(self.path(_FOLDERS[TableClass.RESULT], table_name))
        return rows.where(F.col("snapshot_id") == snapshot_id).select(*columns)

    def files_of(self, frame: DataFrame) -> list[str]:
        """Paths below the root of the files that a frame of rows of one result table reads, sorted."""
        # results/<table>/snapshot_id=<id>/<file>
        return sorted("/".join(unquote(path).split("/")[-4:]) for path in frame.inputFiles())

    def delta_version(self, path: str) -> int:
        """Version a force's own Delta table stands at now."""
        return int(self.spark.sql(f"DESCRIBE HISTORY delta.`{path}` LIMIT 1").collect()[0]["version"])

    def read_delta(self, path: str, version: int) -> DataFrame:
        """A force's own Delta table at one version."""
        return self.spark.read.format("delta").option("versionAsOf", version).load(path)

    def _read(self, table: Table) -> DataFrame:
        return self.spark.read.format("delta").load(self.table_path(table))

    def _append(self, frame: DataFrame, table: Table) -> None:
        writer = frame.write.format("delta").mode("append").options(**_NEW_COLUMNS)
        if not self.has_table(table):
            writer = writer.options(**_DELTA_PROPERTIES)
        writer.save(self.table_path(table))


def _local(spark: SparkSession, path: str) -> str:
    """Address of a plain path; with its scheme where Hadoop would take a plain one for a path on HDFS."""
    plain = str(Path(path).resolve())
    elsewhere = spark._jsc.hadoopConfiguration().get("fs.defaultFS", "file:///")
    return plain if elsewhere.startswith("file:") else f"file:{plain}"


def _write(text: str, fs: Any, path: Any) -> None:
    stream = fs.create(path, True)
    try:
        stream.write(bytearray(text.encode("utf-8")))
    finally:
        stream.close()


def _commented(frame: DataFrame, table: Table) -> DataFrame:
    """The frame with each column's meaning as its comment, which Delta keeps."""
    comments = {column.name: column.meaning for column in (*BATCH_COLUMNS, *table.columns)}
    return frame.select(
        *(
            F.col(name).alias(name, metadata={"comment": comments[name]}) if name in comments else F.col(name)
            for name in frame.columns
        )
    )
