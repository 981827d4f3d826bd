"""The SQL service as a process of its own: started and stopped in bounded time, found again by its file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harmnet.errors import HarmnetError
from harmnet.sql_service.serving import HOST, check_port

START_SECONDS, STOP_SECONDS = 300.0, 40.0


class Running(NamedTuple):
    """A service that runs: its process, when that was started (in ticks since the machine was), lake and port."""

    pid: int
    started: str
    lake: str
    port: int


def log_file(home: Path) -> Path:
    """Where the service says what went wrong."""
    return home / "log"


def note(home: Path, lake: str, port: int) -> None:
    """Write down that this process serves: `up` waits for it, `down` looks for it."""
    running = Running(os.getpid(), _started(os.getpid()) or "", lake, port)
    new = home / "running.new"
    new.write_text(json.dumps(running._asdict()), encoding="utf-8")
    new.replace(home / "running")


def status(home: Path) -> Running | None:
    """The service that runs; None when there is none, or the process of that number is another by now."""
    try:
        running = Running(**json.loads((home / "running").read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return running if _started(running.pid) == running.started else None


def up(home: Path, lake: str, port: int, command: Sequence[str]) -> Running:
    """Start the service as a process that outlives this one, and wait until people can log in.

    Raises HarmnetError when one runs already, the port is taken, it ended, or it was not ready in START_SECONDS.
    """
    running = status(home)
    if running is not None:
        raise HarmnetError(
            f"the SQL service runs already: process {running.pid}, {HOST}:{running.port}, {running.lake}"
        )
    check_port(port)
    (home / "running").unlink(missing_ok=True)
    log = os.open(log_file(home), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "harmnet", *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    finally:
        os.close(log)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        running = status(home)
        if running is not None and running.pid == process.pid:
            return running
        if process.poll() is not None:
            raise HarmnetError(f"the SQL service did not start: {_last_line(home)}")
        time.sleep(0.2)
    _end(process.pid)
    raise HarmnetError(f"the SQL service was not ready in {START_SECONDS:.0f} s and was stopped: see {log_file(home)}")


def down(home: Path) -> Running | None:
    """Stop the service and wait until it is gone; None when none runs."""
    running = status(home)
    if running is not None:
        _end(running.pid)
    (home / "running").unlink(missing_ok=True)
    return running


def _end(pid: int) -> None:
    """End a service and its JVM, which is in the same process group: asked first, killed when it does not answer."""
    group = os.getpgid(pid)
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    while time.monotonic() < until and _members(group):
        time.sleep(0.1)
    if group == pid and _members(group):
        os.killpg(group, signal.SIGKILL)


def _members(group: int) -> list[int]:
    """Processes of a group that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its = stat.read_text().rsplit(")", 1)[1].split()[:3]
        except (OSError, IndexError):
            continue
        if int(its) == group and state != "Z":
            found.append(int(stat.parent.name))
    return found


def _started(pid: int) -> str | None:
    """When a process was started; None when there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def _last_line(home: Path) -> str:
    lines = log_file(home).read_text(encoding="utf-8", errors="replace").splitlines()
    told = [line.removeprefix("harmnet: ") for line in lines if line.startswith("harmnet: ")]
    return told[-1] if told else f"see {log_file(home)}"
