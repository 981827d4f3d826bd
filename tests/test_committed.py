"""What a table's log says of its files, beside what Delta says."""

import json
from itertools import pairwise
from urllib.parse import unquote

import pytest

from harmnet.committed import data_files, has_commits, last_commit
from harmnet.contracts.raw import CRIMES, PEOPLE
from harmnet.contracts.registry import RUN_EVENTS, SNAPSHOT_MANIFEST
from harmnet.contracts.results import EDGES, NETWORKS


def log_of(folder):
    return folder / "_delta_log"


def found_in(folder):
    names = sorted(path.name for path in log_of(folder).iterdir() if not path.name.startswith("."))
    files = data_files(names, lambda name: (log_of(folder) / name).read_bytes())
    return None if files is None else sorted(str(folder / file.path) for file in files)


def told_by_delta(spark, folder):
    paths = spark.read.format("delta").load(str(folder)).inputFiles()
    return sorted(unquote(path).removeprefix("file:").replace("///", "/") for path in paths)


def test_after_every_commit_the_files_are_those_that_delta_reads(spark, tmp_path):
    folder = tmp_path / "a table"
    seen = []
    for number in range(12):
        # Every third commit takes away what stood for one day; the eleventh comes with a checkpoint.
        if number % 3 == 2:
            spark.sql(f"DELETE FROM delta.`{folder}` WHERE day = '2026-06-0{number % 2 + 1}'")
        else:
            days = spark.range(4).selectExpr("id", f"'2026-06-0{number % 2 + 1}' AS day")
            days.coalesce(1).write.format("delta").mode("append").partitionBy("day").save(str(folder))
        seen.append(found_in(folder))
        assert seen[-1] == told_by_delta(spark, folder), number
    assert last_commit(path.name for path in log_of(folder).iterdir()) == 11
    assert any("checkpoint.parquet" in path.name for path in log_of(folder).iterdir())
    assert sum(set(before) > set(after) for before, after in pairwise(seen)) == 4
    # Commits before the checkpoint may be cleared away, those after it may not.
    for number in range(10):
        (log_of(folder) / f"{number:020d}.json").unlink()
    assert found_in(folder) == seen[-1]
    (log_of(folder) / f"{11:020d}.json").rename(log_of(folder) / f"{12:020d}.json")
    assert found_in(folder) is None


def test_the_partition_of_a_file_is_told(spark, tmp_path):
    rows = spark.sql("SELECT 1 AS n, 'a b' AS word UNION ALL SELECT 2, NULL")
    rows.coalesce(1).write.format("delta").partitionBy("word").save(str(tmp_path / "t"))
    log = log_of(tmp_path / "t")
    files = data_files([path.name for path in log.iterdir()], lambda name: (log / name).read_bytes())
    assert sorted(str(file.partition["word"]) for file in files) == ["None", "a b"]
    assert all((tmp_path / "t" / file.path).is_file() for file in files)


def test_a_table_that_only_delta_can_read_is_left_to_delta(spark, tmp_path):
    folder = tmp_path / "t"
    made = spark.range(100).coalesce(1).write.format("delta").option("delta.enableDeletionVectors", "true")
    made.save(str(folder))
    spark.sql(f"DELETE FROM delta.`{folder}` WHERE id = 7")
    assert found_in(folder) is None


@pytest.mark.parametrize("path", ["/elsewhere/part-0.parquet", "hdfs://far/part-0.parquet"])
def test_files_outside_the_table_are_left_to_delta(path):
    commit = json.dumps({"add": {"path": path, "partitionValues": {}}}).encode()
    assert data_files([f"{0:020d}.json"], lambda _: commit) is None


def test_a_log_without_a_commit_is_no_table():
    assert not has_commits(["_last_checkpoint", ".tmp"])
    assert has_commits([f"{3:020d}.json"])
    assert has_commits([f"{3:020d}.checkpoint.parquet"])
    assert data_files([], lambda _: b"") is None


def test_a_lake_reads_the_same_off_the_log_and_by_delta(ten_people, monkeypatch):
    lake, snapshot = ten_people.lake, ten_people.snapshot.snapshot_id

    def frames():
        yield from (lake.read_raw(table) for table in (PEOPLE, CRIMES))
        yield from (lake.read_registry(table) for table in (RUN_EVENTS, SNAPSHOT_MANIFEST))
        yield from (lake.read_result(table, snapshot) for table in (EDGES, NETWORKS))

    def told(frame):
        return frame.dtypes, sorted(row for (row,) in frame.selectExpr("to_json(struct(*))").collect())

    def by_delta():
        plans = (frame._jdf.queryExecution().sparkPlan().treeString() for frame in frames())
        return ["InMemoryFileIndex" not in plan for plan in plans]

    off_the_log = [told(frame) for frame in frames()]
    assert all(rows for _, rows in off_the_log)
    assert by_delta() == [False] * 6
    monkeypatch.setattr("harmnet.storage._FEW_FILES", 0)
    assert [told(frame) for frame in frames()] == off_the_log
    assert by_delta() == [True] * 6
