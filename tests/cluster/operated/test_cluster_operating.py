"""docs/operating.md on a cluster: a backup while a refresh is at work, permissions by role."""

import subprocess

import pytest
from hdfs_lakes import JUNE, is_locked, published, served, told
from running import SECONDS, as_user
from tests.snapshots.made import command

from harmnet.refresh import refresh
from harmnet.snapshots import manifest
from harmnet.snapshots.verify import verify_chain, verify_snapshot
from harmnet.storage import Lake
from lakes import GOLDEN, receive
from pages import BLOCK, DOCS, text_of

pytestmark = pytest.mark.cluster

LATE = "the next harmnet refresh notes it"


def lines_of(first):
    """The words of each line of the page's block that begins so, for the lake and the copy of this file."""
    [block] = [block for _, block in BLOCK.findall(text_of(DOCS / "operating.md")) if block.startswith(first)]
    named = block.replace("/data/harmnet", "/data/kept").replace("/backup/harmnet", "/backup/kept")
    return [line.split() for line in named.splitlines()]


def faults(lake):
    """What is wrong with a lake's chain and snapshots, but for what its writer had not come to note yet."""
    found = [*verify_chain(lake).faults]
    found += [fault for snapshot in manifest.snapshots(lake) for fault in verify_snapshot(lake, snapshot).faults]
    return [fault for fault in found if not fault.endswith(LATE)]


@pytest.fixture(scope="module")
def kept(cluster, spark, expected):
    """A lake on HDFS with June published, and a copy that the lines of the page made in the middle of that."""
    lake = Lake(spark, f"{cluster.root}/data/kept")
    receive(lake, expected.settings, GOLDEN)
    create, copy, delete = lines_of("hdfs dfs -createSnapshot")
    cluster.run("hdfs", "dfsadmin", "-allowSnapshot", "/data/kept", user="hdfs")
    cluster.run("hdfs", "dfs", "-mkdir", "-p", "/backup", user="hdfs")
    cluster.run("hdfs", "dfs", "-chmod", "755", "/backup", user="hdfs")
    begun = []

    def say(line):
        # To publish takes longer than a command of hdfs takes to start.
        if line.startswith("publish:"):
            begun.append(subprocess.Popen(create, env=cluster.environment("hdfs"), stdout=subprocess.DEVNULL))

    refresh(lake, expected.settings, as_of=JUNE, progress=say)
    assert [process.wait(timeout=SECONDS) for process in begun] == [0]
    cluster.run(*copy, user="hdfs")
    cluster.run(*delete, user="hdfs")
    assert published(lake) == told(expected.june)
    return lake


def test_a_lake_comes_back_from_a_copy_that_was_made_amid_a_refresh(cluster, kept, expected, spark):
    before = served(kept)
    assert faults(Lake(spark, f"{cluster.root}/backup/kept")) == []
    cluster.run("hdfs", "dfs", "-rm", "-r", "-skipTrash", "/data/kept", user="hdfs")
    cluster.run("hdfs", "dfs", "-cp", "-ptopa", "/backup/kept", "/data/kept", user="hdfs")
    spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
    refresh(kept, expected.settings, as_of=JUNE, progress=lambda _: None)
    assert published(kept) == told(expected.june)
    assert served(kept) == before
    assert [*verify_chain(kept).faults, *faults(kept)] == []
    assert not is_locked(kept)


def test_an_auditor_reads_and_is_logged_and_changes_nothing_and_an_analyst_sees_nothing(cluster, kept):
    ask = ("sql", "--lake", kept.root, "SELECT count(*) FROM access_log")
    assert command("sql", "--lake", kept.root, "SELECT 1").exit_code == 0
    assert as_user("auditor", *ask)[1] != 0
    for words in lines_of("hdfs dfs -setfacl"):
        cluster.run(*words)
    # What etl writes from now on is there to be read as well.
    assert command(*ask).exit_code == 0
    assert as_user("auditor", *ask) == ([], 0)
    assert command(*ask).exit_code == 0
    assert as_user("auditor", "verify", "--lake", kept.root, "--chain") == ([], 0)
    before = served(kept)
    lines, status = as_user("auditor", "withdraw", "--lake", kept.root, "--reason", "x", before[0][0][0])
    assert (len(lines), status != 0) == (1, True)
    lines, status = as_user("analyst", *ask)
    assert (["Permission denied: user=analyst" in line for line in lines], status != 0) == ([True], True)
    assert served(kept) == before
    assert verify_chain(kept).faults == []
    assert not is_locked(kept)
