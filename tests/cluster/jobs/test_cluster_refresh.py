"""The package on YARN in client mode: the same snapshot as on the local file system, and nobody else gets in."""

import getpass
import shutil

import pytest
from hdfs_lakes import JUNE, is_locked, published, told
from running import until

from harmnet.errors import HarmnetError
from harmnet.refresh import refresh

pytestmark = pytest.mark.cluster

GIB = 2**30
# Executors come and go, and have less beside their heap than the process of a graph takes.
DYNAMIC = {
    "spark.dynamicAllocation.enabled": "true",
    "spark.dynamicAllocation.shuffleTracking.enabled": "true",
    "spark.dynamicAllocation.maxExecutors": "1",
    "spark.executor.memoryOverhead": "160m",
}


def test_it_publishes_what_the_local_file_system_does_though_an_executor_is_killed_amid_a_stage(
    cluster, received, expected
):
    # Its disk is looked at before the work; a block that HDFS keeps once is counted once.
    assert GIB < received.free_bytes() <= shutil.disk_usage(cluster.site.data).total
    asked = ("refresh", "--lake", received.root, "--as-of", JUNE.isoformat())
    application = cluster.submit("client", *asked, settings=DYNAMIC)
    until(lambda: is_locked(received) or application.process.poll() is not None, "the lock of the refresh")
    # A second refresh is refused in one line, whoever asks, and has touched nothing.
    with pytest.raises(HarmnetError, match=rf"in use: refresh by {getpass.getuser()} on .* one writer at a time"):
        refresh(received, expected.settings, as_of=JUNE, progress=lambda _: None)
    application.wait_for(r"(?m)^link: done")
    application.wait_for(r"(?m)^tie: ")
    [victim] = application.executors()
    cluster.kill_process(victim)
    # The graph's one task has an executor of its own: what it needs, some 200 MiB, and what each has, 160 MiB.
    application.wait_for(r"graph engine: native \(.*\), in an executor of its own")
    until(lambda: {1024 + 256, 1536} <= set(cluster.containers_mib()), "an executor of the graph's own")
    assert application.end() == 0, application.said()[-3000:]
    assert "Lost executor" in application.said()
    assert application.last_line() == expected.june.snapshot_id
    assert published(received) == told(expected.june)
    assert not is_locked(received)
