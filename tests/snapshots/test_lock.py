"""One writer per lake, and what happens to the lock of a writer that died."""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harmnet.errors import HarmnetError
from harmnet.snapshots import lock
from harmnet.snapshots.lock import ACCESS, check_held, turn, writer_lock
from harmnet.storage import Lake


@pytest.fixture
def ended_pid() -> int:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def held_by(lake: Lake, **changes: object) -> dict[str, object]:
    """The lock as another process on another host would have left it."""
    owner = {
        "user": "aduty",
        "host": "node7",
        "pid": 4711,
        "purpose": "refresh",
        "since": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "token": "0123456789abcdef",
    } | changes
    assert lake.create_text(json.dumps(owner), "registry", "writer.lock")
    return owner


def registry(lake: Lake) -> list[str]:
    return sorted(path.name for path in Path(lake.root, "registry").iterdir())


def an_hour_ago() -> str:
    return (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="seconds").replace("+00:00", "Z")


def test_the_lock_names_its_owner_while_held_and_leaves_nothing_behind(lake: Lake) -> None:
    with writer_lock(lake, purpose="ingest"):
        written = json.loads(Path(lake.root, "registry", "writer.lock").read_text())
        assert (written["purpose"], written["pid"]) == ("ingest", os.getpid())
        check_held(lake)
    assert registry(lake) == []


def test_the_lock_is_released_when_the_work_fails(lake: Lake) -> None:
    with pytest.raises(ZeroDivisionError), writer_lock(lake, purpose="refresh"):
        _ = 1 / 0
    assert registry(lake) == []


def test_a_second_writer_is_refused_in_one_line_that_names_the_first(lake: Lake) -> None:
    owner = held_by(lake)
    with pytest.raises(HarmnetError) as refused, writer_lock(lake, purpose="refresh"):
        pass
    assert len(refused.value.problems) == 1
    for part in ("aduty", "node7", "4711", "refresh", str(owner["since"]), lake.root):
        assert part in str(refused.value)
    assert json.loads(Path(lake.root, "registry", "writer.lock").read_text()) == owner


def test_a_second_writer_in_the_same_process_is_refused(lake: Lake) -> None:
    with writer_lock(lake, purpose="refresh"):
        with pytest.raises(HarmnetError, match="in use"), writer_lock(lake, purpose="ingest"):
            pass
        check_held(lake)


def test_of_many_writers_at_once_one_is_let_in(lake: Lake) -> None:
    inside, refused, done = [], [], threading.Event()

    def write() -> None:
        try:
            with writer_lock(lake, purpose="refresh") as owner:
                inside.append(owner)
                done.wait(30)
        except HarmnetError as error:
            refused.append(error)

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 30
    while len(refused) < 5 and time.monotonic() < deadline:
        time.sleep(0.05)
    done.set()
    for thread in threads:
        thread.join()
    assert (len(inside), len(refused)) == (1, 5)


def test_the_lock_of_a_process_of_this_host_that_ended_is_taken_over(
    lake: Lake, ended_pid: int, caplog: pytest.LogCaptureFixture
) -> None:
    held_by(lake, host=lock.socket.gethostname(), pid=ended_pid)
    with caplog.at_level(logging.WARNING), writer_lock(lake, purpose="refresh"):
        check_held(lake)
    assert [record.getMessage().count("\n") for record in caplog.records] == [0]
    assert "its process has ended" in caplog.text
    assert registry(lake) == []


def test_the_lock_of_an_earlier_process_with_this_ones_number_is_taken_over(lake: Lake) -> None:
    held_by(lake, host=lock.socket.gethostname(), pid=os.getpid())
    with writer_lock(lake, purpose="refresh"):
        check_held(lake)


def test_a_lock_without_a_sign_of_life_for_an_hour_is_taken_over(lake: Lake) -> None:
    held_by(lake, since=an_hour_ago())
    with writer_lock(lake, purpose="refresh"):
        check_held(lake)


def test_an_old_lock_with_a_fresh_heartbeat_is_respected(lake: Lake) -> None:
    owner = held_by(lake, since=an_hour_ago())
    lake.create_text("", "registry", f"writer.heartbeat.{owner['token']}.{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    with pytest.raises(HarmnetError, match="in use"), writer_lock(lake, purpose="refresh"):
        pass


def test_a_heartbeat_goes_on_while_the_lock_is_held(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "HEARTBEAT_SECONDS", 0.02)
    with writer_lock(lake, purpose="refresh") as owner:
        deadline = time.monotonic() + 30
        while len(registry(lake)) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        beats = [name for name in registry(lake) if name.startswith(f"writer.heartbeat.{owner.token}.")]
        assert beats
    assert registry(lake) == []


def test_of_two_that_find_the_same_dead_owner_only_one_takes_over(lake: Lake) -> None:
    owner = held_by(lake, since=an_hour_ago())
    lake.create_text("{}", "registry", f"writer.takeover.{owner['token']}")
    with pytest.raises(HarmnetError, match="taking the writer lock over"), writer_lock(lake, purpose="refresh"):
        pass
    assert json.loads(Path(lake.root, "registry", "writer.lock").read_text()) == owner


def test_a_writer_that_lost_its_lock_may_not_commit_and_leaves_the_new_owners_lock(lake: Lake) -> None:
    with writer_lock(lake, purpose="refresh"):
        lake.delete("registry", "writer.lock")
        owner = held_by(lake)
        with pytest.raises(HarmnetError, match="taken over") as stopped:
            check_held(lake)
    assert "node7" in str(stopped.value)
    assert json.loads(Path(lake.root, "registry", "writer.lock").read_text()) == owner


def test_without_a_lock_nothing_may_be_committed(lake: Lake) -> None:
    with pytest.raises(HarmnetError, match="does not hold the writer lock"):
        check_held(lake)


def test_a_lock_file_without_an_owner_is_named_and_not_removed(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock.time, "sleep", lambda _: None)
    lake.create_text("", "registry", "writer.lock")
    with pytest.raises(HarmnetError, match=r"writer\.lock: names no owner"), writer_lock(lake, purpose="refresh"):
        pass
    assert registry(lake) == ["writer.lock"]


@pytest.fixture(autouse=True)
def _nothing_held_afterwards() -> Iterator[None]:
    yield
    assert lock._held == {}


def test_a_lock_that_another_thread_has_just_made_is_not_taken_over(lake: Lake) -> None:
    owner = lock._acquire(lake, ACCESS, "one thread")
    with pytest.raises(HarmnetError, match="in use: one thread by"):
        lock._acquire(lake, ACCESS, "another thread")
    with lock._holding(lake, owner):
        pass
    with turn(lake, ACCESS, purpose="next"):
        assert lake.exists("registry", "access.lock")
