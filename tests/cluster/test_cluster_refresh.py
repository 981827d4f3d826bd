"""The package on YARN: the same snapshot as on the local file system, in both modes, and nothing open outside."""

import pytest
from hdfs_lakes import JUNE, is_locked, published, told
from processes import listening
from running import PACKAGE, until

from cluster.processes import containers
from harmnet.errors import HarmnetError
from harmnet.refresh import refresh

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def archive(cluster):
    """Spark's own JARs on HDFS, where YARN may keep them once for each node."""
    [jars] = PACKAGE.glob("spark-*-jars.zip")
    cluster.run("hdfs", "dfs", "-put", jars.name, "/apps/spark/")
    cluster.run("hdfs", "dfs", "-chmod", "644", f"/apps/spark/{jars.name}")
    return f"hdfs:///apps/spark/{jars.name}"


def test_cluster_mode_publishes_what_the_local_file_system_does_and_nobody_else_gets_in(
    cluster, received, expected, archive
):
    application = cluster.submit(
        "cluster", "refresh", "--lake", received.root, "--as-of", JUNE.isoformat(), archive=archive
    )
    until(lambda: is_locked(received) or application.process.poll() is not None, "the lock of the refresh")
    # A second refresh is refused in one line, whoever asks, and has touched nothing.
    with pytest.raises(HarmnetError, match=r"in use: refresh by etl on .* one writer at a time"):
        refresh(received, expected.settings, as_of=JUNE, progress=lambda _: None)
    until(application.executors, "an executor")
    everyone = [*cluster.daemon_pids(), *containers(cluster.site), *application.pids()]
    addresses = listening(everyone)
    assert len(addresses) > 15
    assert [address for address in addresses if not address.startswith(("127.", f"[{1:032x}]"))] == []
    assert application.end() == 0, application.told()[-3000:]
    assert published(received) == told(expected.june)
    assert not is_locked(received)
    assert expected.june.snapshot_id in cluster.output_of(application, "stdout").splitlines()


def test_client_mode_does_so_though_an_executor_is_killed_amid_a_stage(cluster, other, expected):
    application = cluster.submit("client", "refresh", "--lake", other.root, "--as-of", JUNE.isoformat())
    application.wait_for(r"(?m)^link: done")
    application.wait_for(r"(?m)^tie: ")
    [victim] = application.executors()
    cluster.kill_process(victim)
    assert application.end() == 0, application.said()[-3000:]
    assert "Lost executor" in application.said()
    assert application.last_line() == expected.june.snapshot_id
    assert published(other) == told(expected.june)
