"""Spark's Python workers: what makes a task cheap is in force there, and only there, and sees a zip that changed."""

import shutil
import signal
import stat
import subprocess
import sys
import tempfile
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
from harmnet.python_workers import settle_in
settle_in()
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


LOOKED_THROUGH = """
import gc, sys
from harmnet.python_workers import settle_in
settle_in()
gc.collect()
first = gc.get_freeze_count()
kept = [[] for _ in range(1000)]
gc.collect()
assert gc.get_freeze_count() <= first, "what a task left behind is no module"
import decimal, pydoc
gc.collect()
assert gc.get_freeze_count() > first + 1000, "modules of a later task are not looked through again"
"""


def test_garbage_is_looked_for_among_what_came_since_the_last_import() -> None:
    ran = subprocess.run([sys.executable, "-c", LOOKED_THROUGH], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_worker_that_spark_has_let_go_of_ends_without_a_word() -> None:
    code = (
        "import os; from harmnet.python_workers import settle_in; settle_in(); read, write = os.pipe();"
        "os.close(read); os.write(write, b'gone'); print('still here')"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (-signal.SIGPIPE, "", "")


@pytest.mark.engine35
def test_it_holds_in_workers_and_not_in_the_driver(spark: SparkSession) -> None:
    def told(_):
        import gc
        import signal
        from zipimport import zipimporter

        from harmnet.python_workers import in_worker

        default = signal.getsignal(signal.SIGPIPE) == signal.SIG_DFL
        yield in_worker(), zipimporter.invalidate_caches.__module__, gc.get_freeze_count() > 0, default

    jobs = [spark.sparkContext.parallelize(range(4), 4).mapPartitions(told).collect() for _ in range(2)]
    assert set(jobs[1]) == {(True, "harmnet.python_workers", True, True)}
    assert (in_worker(), zipimporter.invalidate_caches.__module__) == (False, "zipimport")


def test_workers_are_reached_over_files_of_this_user_alone_where_their_names_fit(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert spark.sparkContext.parallelize([1], 1).map(str).collect() == ["1"]
    ours = Path(spark.sparkContext.getConf().get("spark.python.unix.domain.socket.dir") or "")
    assert stat.S_IMODE(ours.stat().st_mode) == 0o700
    assert any(stat.S_ISSOCK(path.stat().st_mode) for path in ours.iterdir())

    def enabled(master: str, folder: Path) -> str | None:
        folder.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        conf = SparkConf(loadDefaults=False).setMaster(master)
        session._fill(conf, small=False)
        return conf.get("spark.python.unix.domain.socket.enabled")

    short = Path(tempfile.mkdtemp(prefix="h-", dir="/tmp"))
    assert enabled("local[2]", short / "a") == "true"
    assert enabled("local[2]", tmp_path / ("x" * 60)) is None
    assert enabled("yarn", short / "b") is None
    shutil.rmtree(short)
