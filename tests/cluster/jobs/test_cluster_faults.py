"""What goes wrong on a cluster: the previous snapshot is served all the while, and the same command again ends as if
nothing had happened."""

import time

import pytest
from hdfs_lakes import JULY, is_locked, published, served, told
from processes import listening
from running import PACKAGE, as_user, until

from cluster.processes import containers
from harmnet.errors import unexpected
from harmnet.refresh import refresh

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def june(received, expected):
    """The lake with June published; on its own this file publishes it from here."""
    refresh(received, expected.settings, as_of=expected.june.as_of, progress=lambda _: None)
    assert published(received) == told(expected.june)
    return received


@pytest.fixture(scope="module")
def archive(cluster):
    """Spark's own JARs on HDFS, where YARN may keep them once for each node."""
    [jars] = PACKAGE.glob("spark-*-jars.zip")
    cluster.run("hdfs", "dfs", "-put", jars.name, "/apps/spark/")
    cluster.run("hdfs", "dfs", "-chmod", "644", f"/apps/spark/{jars.name}")
    return f"hdfs:///apps/spark/{jars.name}"


def test_a_user_without_permission_gets_one_line_and_changes_nothing(june):
    before = served(june)
    for words in (("refresh", "--lake", june.root, "--as-of", "2026-07-31"), ("sql", "--lake", june.root, "SELECT 1")):
        lines, status = as_user("analyst", *words)
        assert status != 0
        [line] = lines
        assert "Permission denied: user=analyst" in line
    assert served(june) == before
    assert not is_locked(june)


def test_a_full_quota_ends_a_refresh_in_one_line_and_leaves_what_was_published(cluster, june, expected):
    before = served(june)
    # The lock and the first stages fit; a block counts whole while it is written.
    for room in (0, 40 << 20):
        cluster.quota("/data/harmnet", cluster.used("/data/harmnet") + room)
        with pytest.raises(Exception, match=r"(?i)quota") as refused:
            refresh(june, expected.settings, as_of=JULY, progress=lambda _: None)
        assert "\n" not in unexpected(refused.value)
        assert "quota" in unexpected(refused.value)
        cluster.quota("/data/harmnet", -1)
        assert not is_locked(june)
        assert served(june) == before


def test_a_refresh_outlives_its_driver_its_node_and_a_datanode_and_nothing_is_open_outside(
    cluster, june, expected, july, archive
):
    before = served(june)
    asked = ("--lake", june.root, "--as-of", JULY.isoformat())

    # The driver is killed between two steps.
    first = cluster.submit("client", "refresh", *asked)
    first.wait_for(r"(?m)^link: done")
    first.kill()
    assert served(june) == before

    # The node is lost with all that ran on it, the driver among that.
    second = cluster.submit("cluster", "refresh", *asked)
    second.wait_for(r"(?m)^link: taken over")
    second.wait_for(r"(?m)^tie: done")
    cluster.kill("nodemanager")
    for pid in containers(cluster.site):
        cluster.kill_process(pid)
    assert second.end() != 0
    assert "Container released on a *lost* node" in second.told()
    assert served(june) == before
    cluster.bring_back("nodemanager")

    # The only DataNode is away for a while.
    third = cluster.submit("cluster", "refresh", *asked, archive=archive)
    third.wait_for(r"(?m)^tie: taken over")
    third.wait_for(r"(?m)^network: ")
    cluster.kill("datanode")
    time.sleep(6)
    cluster.bring_back("datanode")
    until(third.executors, "an executor")
    addresses = listening([*cluster.daemon_pids(), *containers(cluster.site), *third.pids()])
    assert len(addresses) > 15
    assert [address for address in addresses if not address.startswith(("127.", f"[{1:032x}]"))] == []
    assert third.end() == 0, third.told()[-3000:]
    assert july.snapshot_id in cluster.output_of(third, "stdout").splitlines()
    assert published(june) == told(expected.june, july)
    assert not is_locked(june)
