"""python -m cluster up | down | status | history-up | history-down | run NAME | ready NAME | layout

up, down, status: the whole cluster of CLUSTER_HOME, its ports moved by CLUSTER_SHIFT.
history-up, history-down: Spark's history server beside it; down stops it too.
run, ready, layout: one daemon in the foreground, whether it is in service, the folders of HDFS (for containers).
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time

from cluster.clients import write_clients
from cluster.daemons import DAEMONS, HISTORY, KNOWN, command, format_once, prepare
from cluster.health import ready, wait
from cluster.processes import check_ports, containers, pid_of, resident_mb, start, stop, stop_all
from cluster.site import ClusterError, Site, site_here
from cluster.web import make_layout

READY_SECONDS = 120


def up(site: Site) -> int:
    """Starts what is not running and waits until all is in service. What fails takes the rest down again."""
    started = time.monotonic()
    site.home.mkdir(parents=True, exist_ok=True)
    with (site.home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        running = [name for name in DAEMONS if pid_of(site, name)]
        prepare(site)
        if not running:
            site.write_conf()
        for name, daemon in DAEMONS.items():
            if name not in running:
                check_ports(site, daemon)
        try:
            format_once(site, READY_SECONDS)
            for name in DAEMONS:
                start(site, name)
            for name in DAEMONS:
                wait(site, name, READY_SECONDS)
            make_layout(site)
        except (ClusterError, subprocess.TimeoutExpired):
            if not running:
                stop_all(site)
            raise
        env = write_clients(site)
    status(site)
    _say(f"up in {time.monotonic() - started:.0f} s; . {os.path.relpath(env)} gives a shell its hdfs and yarn")
    return 0


def down(site: Site) -> int:
    """Stops every daemon, and what their containers run. Data and logs stay."""
    stop_all(site)
    left = [name for name in KNOWN if pid_of(site, name)]
    if left:
        raise ClusterError(f"still running: {', '.join(left)}")
    _say(f"down; data and logs stay in {os.path.relpath(site.home)}")
    return 0


def status(site: Site) -> int:
    """Shows each daemon; 0 when all are in service, else 1."""
    wrong = 0
    for name, daemon in DAEMONS.items():
        pid = pid_of(site, name)
        word = "down" if not pid else "ready" if ready(site, name) else "not ready"
        wrong += word != "ready"
        about = f"pid {pid}, {resident_mb(pid)} MB, port {site.port(daemon.addresses[0])}" if pid else ""
        _say(f"{name:16} {word:10} {about}".rstrip())
    if pid_of(site, HISTORY.name):
        _say(f"{HISTORY.name:16} {'ready' if ready(site, HISTORY.name) else 'not ready':10} {_history_url(site)}")
    if containers(site):
        _say(f"{len(containers(site))} processes run in containers")
    return int(wrong > 0)


def history_up(site: Site) -> int:
    """Starts the history server of a cluster that runs, and waits until it answers."""
    if not ready(site, "namenode"):
        raise ClusterError("the history server reads its logs from HDFS, and that does not run: make cluster-up")
    if not pid_of(site, HISTORY.name):
        check_ports(site, HISTORY)
        start(site, HISTORY.name)
    try:
        wait(site, HISTORY.name, READY_SECONDS)
    except ClusterError:
        stop(site, HISTORY.name)
        raise
    _say(f"the history server shows what ran on {_history_url(site)}")
    return 0


def history_down(site: Site) -> int:
    """Stops the history server; the logs stay on HDFS."""
    stop(site, HISTORY.name)
    _say("the history server is down")
    return 0


def _history_url(site: Site) -> str:
    return f"http://127.0.0.1:{site.history_port}"


def run(site: Site, name: str) -> int:
    """Becomes the daemon, with an empty file system where the NameNode has none."""
    prepare(site)
    site.write_conf()
    if name == "namenode":
        format_once(site, READY_SECONDS)
    line, env = command(site, DAEMONS[name])
    os.chdir(site.home)
    os.execve(line[0], line, env)


def _say(text: str) -> None:
    print(f"cluster: {text}", flush=True)


def main(words: list[str]) -> int:
    """Runs one command; a problem is one line and status 1."""
    whole = {"up": up, "down": down, "status": status, "history-up": history_up, "history-down": history_down}
    one = ("run", "ready")
    try:
        site = site_here()
        if len(words) == 1 and words[0] in whole:
            return whole[words[0]](site)
        if words == ["layout"]:
            site.write_conf()
            make_layout(site)
            return 0
        if len(words) == 2 and words[0] in one and words[1] in DAEMONS:
            return run(site, words[1]) if words[0] == "run" else int(not ready(site, words[1]))
    except (ClusterError, OSError, subprocess.TimeoutExpired) as error:
        print(f"cluster: {error}", file=sys.stderr)
        return 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
