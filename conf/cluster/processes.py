"""Processes of a cluster: started, found, stopped. A pid file counts only while its process is still ours."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

from cluster.daemons import KNOWN, Daemon, command
from cluster.site import ClusterError, Site

STOP_SECONDS = 15


def check_ports(site: Site, daemon: Daemon) -> None:
    """Raises ClusterError when another process has one of the daemon's ports."""
    ports = {key: site.port(key) for key in daemon.addresses}
    for key, port in (ports or {daemon.name: site.history_port}).items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise ClusterError(
                    f"port {port} ({key}) is in use: stop what has it, or move every port: CLUSTER_SHIFT=100"
                ) from None


def start(site: Site, name: str) -> None:
    """Starts a daemon that is not running; `wait` says when it is ready."""
    daemon = KNOWN[name]
    if pid_of(site, name):
        return
    line, env = command(site, daemon)
    with (site.logs / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            line, env=env, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, cwd=site.home
        )
    (site.home / f"{name}.pid").write_text(str(process.pid))
    # For a moment a new process has no command line, by which it is known: to whoever looks then it has ended.
    known_by = time.monotonic() + STOP_SECONDS
    while process.poll() is None and pid_of(site, name) is None and time.monotonic() < known_by:
        time.sleep(0.01)


def pid_of(site: Site, name: str) -> int | None:
    """The daemon's process; None when it is not running, whatever the pid file says."""
    try:
        pid = int((site.home / f"{name}.pid").read_text())
    except (OSError, ValueError):
        return None
    words = _words(pid)
    return pid if f"-Dcluster.home={site.home}" in words and KNOWN[name].main in words else None


def stop(site: Site, name: str) -> None:
    """Ends a daemon: asked first, then killed."""
    for word in (signal.SIGTERM, signal.SIGKILL):
        pid = pid_of(site, name)
        if pid is None:
            break
        os.kill(pid, word)
        until = time.monotonic() + STOP_SECONDS
        while pid_of(site, name) and time.monotonic() < until:
            time.sleep(0.1)
    (site.home / f"{name}.pid").unlink(missing_ok=True)


def containers(site: Site) -> list[int]:
    """Processes of YARN containers of this cluster: they work below its folder of containers."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(process / "cwd").startswith(str(site.data / "containers")):
                found.append(int(process.name))
        except OSError:
            pass
    return sorted(found)


def stop_all(site: Site) -> None:
    """Ends every daemon, the history server too, and whatever their containers still run."""
    for name in reversed(KNOWN):
        stop(site, name)
    for pid in containers(site):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def resident_mb(pid: int) -> int:
    """Memory of a process that is in RAM."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) // 1024 if found else 0


def _words(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return []
