"""Spark's Python workers: what makes a task cheap is in force there, and only there, and sees a zip that changed."""

import subprocess
import sys
import zipfile
from pathlib import Path
from zipimport import zipimporter

import pytest
from pyspark import SparkConf
from pyspark.sql import SparkSession

from harmnet import session
from harmnet.python_workers import in_worker

CHANGED = """
import importlib, sys, zipfile
from harmnet.python_workers import make_tasks_cheap
make_tasks_cheap()
sys.path.insert(0, sys.argv[1])
import one
reads = []
import zipimport
counted = zipimport._read_directory
zipimport._read_directory = lambda archive: reads.append(archive) or counted(archive)
importlib.invalidate_caches()
first = reads.count(sys.argv[1])
importlib.invalidate_caches()
assert reads.count(sys.argv[1]) == first <= 1, reads
with zipfile.ZipFile(sys.argv[1], "a") as archive:
    archive.writestr("two.py", "")
importlib.invalidate_caches()
assert reads.count(sys.argv[1]) == first + 1, reads
import two
"""


def test_a_zip_is_read_again_when_it_has_changed_and_not_otherwise(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as archive:
        archive.writestr("one.py", "")
    ran = subprocess.run(
        [sys.executable, "-c", CHANGED, str(tmp_path / "code.zip")], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.engine35
def test_it_holds_in_workers_and_not_in_the_driver(spark: SparkSession) -> None:
    def told(_):
        import gc
        from zipimport import zipimporter

        from harmnet.python_workers import in_worker

        yield in_worker(), hasattr(zipimporter, "_harmnet_read"), gc.get_freeze_count() > 0

    jobs = [spark.sparkContext.parallelize(range(4), 4).mapPartitions(told).collect() for _ in range(2)]
    lazy = sys.version_info < (3, 12)
    assert set(jobs[1]) == {(True, lazy, True)}
    assert (in_worker(), hasattr(zipimporter, "_harmnet_read")) == (False, False)


def test_workers_are_reached_by_a_socket_in_the_temporary_folder_where_its_name_fits(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def chosen(master: str, folder: str) -> str | None:
        monkeypatch.setattr(session, "_temporary_folder", lambda: folder)
        conf = SparkConf(loadDefaults=False).setMaster(master)
        session._fill(conf, small=False)
        return conf.get("spark.python.unix.domain.socket.enabled")

    assert chosen("local[2]", "/tmp") == "true"
    assert chosen("local[2]", "/tmp/" + "x" * 60) is None
    assert chosen("yarn", "/tmp") is None
