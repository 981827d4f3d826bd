"""One writer per lake: `registry/writer.lock`, created atomically, never rewritten, removed by its owner alone.

To append to access_log and to correction_register people take turns with locks of their own, `registry/access.lock` and
`registry/corrections.lock`, made the same way: neither a reader nor a correction waits for a writer.

The owner shows that it lives by the name of an empty file beside it (`registry/writer.heartbeat.<token>.<instant>`), a
new one before the old one goes: rewriting the lock itself would leave a moment in which it is empty, and a late
heartbeat could overwrite the next owner's lock.
"""

from __future__ import annotations

import getpass
import json
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from py4j.protocol import Py4JError, Py4JJavaError

from harmnet.errors import HarmnetError
from harmnet.storage import Lake

HEARTBEAT_SECONDS = 20.0
STALE_AFTER = timedelta(minutes=5)

WRITER, ACCESS, CORRECTIONS = "writer", "access", "corrections"
"""The locks of a lake."""
TURN_SECONDS = 60.0

_IN_NAME = "%Y%m%dT%H%M%SZ"
_log = logging.getLogger(__name__)
_held: dict[tuple[str, str], Owner] = {}
_tried: set[str] = set()
"""Tokens under which this process holds a lock, or is about to."""


@dataclass(frozen=True)
class Owner:
    """Who holds a lock of a lake, and since when (UTC)."""

    user: str
    host: str
    pid: int
    purpose: str
    since: str
    token: str
    lock: str = WRITER

    @property
    def file(self) -> tuple[str, str]:
        """The lock file it holds."""
        return _file(self.lock)

    def __str__(self) -> str:
        return f"{self.purpose} by {self.user} on {self.host} (process {self.pid}) since {self.since}"


@contextmanager
def writer_lock(lake: Lake, *, purpose: str) -> Iterator[Owner]:
    """Hold the lake's writer lock for the length of the block. Raises HarmnetError when someone else holds it.

    A lock whose owner is gone (its process on this host has ended, or its heartbeat is older than STALE_AFTER, which
    allows for clocks that differ by less than that) is taken over, and that is logged. At the end the lock is removed
    if it is still ours.
    """
    with _holding(lake, _acquire(lake, WRITER, purpose)) as owner:
        yield owner


@contextmanager
def turn(lake: Lake, lock: str, *, purpose: str) -> Iterator[Owner]:
    """Hold ACCESS or CORRECTIONS for the length of the block, which is short: others wait for their turn.

    Raises HarmnetError after TURN_SECONDS.
    """
    until = time.monotonic() + TURN_SECONDS
    while True:
        try:
            owner = _acquire(lake, lock, purpose)
            break
        except HarmnetError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
    with _holding(lake, owner):
        yield owner


@contextmanager
def _holding(lake: Lake, owner: Owner) -> Iterator[Owner]:
    _held[lake.root, owner.lock] = owner
    stop = threading.Event()
    heartbeat = threading.Thread(target=_beat, args=(lake, owner, stop), name="lock-heartbeat", daemon=True)
    heartbeat.start()
    try:
        yield owner
    finally:
        stop.set()
        heartbeat.join()
        _held.pop((lake.root, owner.lock), None)
        _release(lake, owner)
        _tried.discard(owner.token)


def check_held(lake: Lake, lock: str = WRITER) -> None:
    """Stop unless this process holds this lock of the lake now. Raises HarmnetError naming who does.

    Called right before a commit that readers see: a process that was suspended may have lost its lock meanwhile.
    """
    ours, found = _held.get((lake.root, lock)), _read(lake, lock)
    if ours is None:
        raise HarmnetError(f"{lake.root}: this process does not hold the {lock} lock; nothing was committed")
    if found is None or found.token != ours.token:
        raise HarmnetError(
            f"{lake.root}: the {lock} lock was taken over while this process did not answer "
            f"({found or 'nobody holds it now'}); nothing was committed, run the command again"
        )


def _file(lock: str) -> tuple[str, str]:
    return "registry", f"{lock}.lock"


def _acquire(lake: Lake, lock: str, purpose: str) -> Owner:
    owner = Owner(_user(), socket.gethostname(), os.getpid(), purpose, _text(_now()), secrets.token_hex(8), lock)
    _tried.add(owner.token)
    try:
        return _created(lake, owner)
    except BaseException:
        _tried.discard(owner.token)
        raise


def _created(lake: Lake, owner: Owner) -> Owner:
    lock, text = owner.lock, json.dumps(asdict(owner))
    for _ in range(3):
        if lake.create_text(text, *owner.file):
            return owner
        holder = _read(lake, lock)
        if holder is None:
            continue
        gone = _why_gone(lake, holder)
        if gone is None:
            raise HarmnetError(f"{lake.root}: in use: {holder}; one writer at a time, wait until it has finished")
        if _taken_over(lake, holder, text):
            _log.warning("%s: %s lock taken over from %s: %s", lake.root, lock, holder, gone)
            return owner
    raise HarmnetError(f"{lake.root}: others keep taking the {lock} lock; run the command again")


def _read(lake: Lake, lock: str) -> Owner | None:
    """The owner in the lock file; None when there is no lock."""
    for _ in range(10):
        if not lake.exists(*_file(lock)):
            return None
        owner = _owner(lake, lock)
        if owner is not None:
            return owner
        # Its creator has made the file and not yet written it.
        time.sleep(0.1)
    raise HarmnetError(
        f"{lake.path(*_file(lock))}: names no owner; when no harmnet command is running on this lake, remove the file"
    )


def _why_gone(lake: Lake, holder: Owner) -> str | None:
    """Why the holder cannot be at work any more; None when it may be."""
    if holder.host == socket.gethostname():
        # A process that was given this one's number, in a container started anew.
        reused = holder.pid == os.getpid() and holder.token not in _tried
        if reused or not _is_running(holder.pid):
            return "its process has ended"
    last = _last_sign(lake, holder)
    if _now() - last > STALE_AFTER:
        return f"no sign of it since {_text(last)}"
    return None


def _last_sign(lake: Lake, holder: Owner) -> datetime:
    """Instant of the holder's last heartbeat, else of its lock."""
    beats = [
        datetime.strptime(name.rsplit(".", 1)[-1], _IN_NAME).replace(tzinfo=UTC) for name in _heartbeats(lake, holder)
    ]
    return max(beats, default=datetime.fromisoformat(holder.since))


def _taken_over(lake: Lake, holder: Owner, text: str) -> bool:
    """True when the lock of a holder that is gone could be replaced; False when another process was first.

    Only the process that creates the guard named after the old token may remove that lock, so that two processes that
    find the same dead holder cannot remove each other's.
    """
    guard = ("registry", f"{holder.lock}.takeover.{holder.token}")
    if not lake.create_text(text, *guard):
        time.sleep(1.0)
        if lake.exists(*guard):
            raise HarmnetError(
                f"{lake.path(*guard)}: another process is taking the {holder.lock} lock over from {holder}; "
                "when none is running, remove this file"
            )
        return False
    try:
        found = _read(lake, holder.lock)
        if found is None or found.token != holder.token:
            return False
        _delete_heartbeats(lake, holder)
        lake.delete(*holder.file)
        return lake.create_text(text, *holder.file)
    finally:
        lake.delete(*guard)


def _beat(lake: Lake, owner: Owner, stop: threading.Event) -> None:
    while not stop.wait(HEARTBEAT_SECONDS):
        try:
            before = _heartbeats(lake, owner)
            beat = f"{_heartbeat(owner)}{_now().strftime(_IN_NAME)}"
            lake.create_text("", "registry", beat)
            for name in before:
                if name != beat:
                    lake.delete("registry", name)
        except Exception as error:
            # A name node that does not answer for a while is no reason to stop: the next heartbeat may get through.
            _log.warning("%s: heartbeat not written: %s", lake.root, type(error).__name__)


def _release(lake: Lake, owner: Owner) -> None:
    try:
        _delete_heartbeats(lake, owner)
        found = _owner(lake, owner.lock)
        if found is not None and found.token == owner.token:
            lake.delete(*owner.file)
    except (Py4JError, OSError) as error:
        # The session has died under us: what ended it is the error to show, and the lock goes stale by itself.
        _log.warning("%s: %s lock not released: %s", lake.root, owner.lock, type(error).__name__)


def _owner(lake: Lake, lock: str) -> Owner | None:
    """The owner in the lock file; None when it is not there or not wholly written."""
    try:
        return Owner(**json.loads(lake.read_text(*_file(lock))))
    except (ValueError, TypeError, Py4JJavaError):
        return None


def _heartbeat(owner: Owner) -> str:
    return f"{owner.lock}.heartbeat.{owner.token}."


def _heartbeats(lake: Lake, owner: Owner) -> list[str]:
    return [name for name in lake.names("registry") if name.startswith(_heartbeat(owner))]


def _delete_heartbeats(lake: Lake, owner: Owner) -> None:
    for name in _heartbeats(lake, owner):
        lake.delete("registry", name)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _now() -> datetime:
    return datetime.now(UTC)


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")
