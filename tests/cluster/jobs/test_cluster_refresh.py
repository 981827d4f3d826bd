"""The package on YARN in client mode: the same snapshot as on the local file system, and nobody else gets in."""

import getpass

import pytest
from hdfs_lakes import JUNE, is_locked, published, told
from running import until

from harmnet.errors import HarmnetError
from harmnet.refresh import refresh

pytestmark = pytest.mark.cluster


def test_it_publishes_what_the_local_file_system_does_though_an_executor_is_killed_amid_a_stage(
    cluster, received, expected
):
    application = cluster.submit("client", "refresh", "--lake", received.root, "--as-of", JUNE.isoformat())
    until(lambda: is_locked(received) or application.process.poll() is not None, "the lock of the refresh")
    # A second refresh is refused in one line, whoever asks, and has touched nothing.
    with pytest.raises(HarmnetError, match=rf"in use: refresh by {getpass.getuser()} on .* one writer at a time"):
        refresh(received, expected.settings, as_of=JUNE, progress=lambda _: None)
    application.wait_for(r"(?m)^link: done")
    application.wait_for(r"(?m)^tie: ")
    [victim] = application.executors()
    cluster.kill_process(victim)
    assert application.end() == 0, application.said()[-3000:]
    assert "Lost executor" in application.said()
    assert application.last_line() == expected.june.snapshot_id
    assert published(received) == told(expected.june)
    assert not is_locked(received)
