"""A cluster that a test run starts for itself, and what is submitted to it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processes import all_pids, session_of, words_of

from cluster.daemons import DAEMONS
from cluster.health import wait
from cluster.processes import check_ports, containers, pid_of, start
from cluster.site import ROOT, ClusterError, Site
from cluster.web import get, webhdfs
from harmnet.session import SMALL_JVM

PACKAGE = ROOT / "build" / "package"
SECONDS = int(os.environ.get("CLUSTER_TEST_SECONDS", "900"))
"""How long anything here may take: a loaded machine is no failure."""

# The smallest that harmnet runs in: what the package ships is for a force.
_JVMS = ("spark.driver.extraJavaOptions", "spark.executor.extraJavaOptions", "spark.yarn.am.extraJavaOptions")
SMALL = {
    "spark.driver.memory": "1g",
    "spark.executor.instances": "1",
    "spark.executor.cores": "2",
    "spark.executor.memory": "1g",
    "spark.executor.memoryOverhead": "512m",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.databricks.delta.snapshotPartitions": "1",
    **dict.fromkeys(_JVMS, SMALL_JVM),
}


def until(found: Callable[[], Any], what: str, seconds: float = SECONDS) -> Any:
    """What `found` returns once that is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = found()
        if answer:
            return answer
        time.sleep(0.2)
    raise AssertionError(f"{what}: not after {seconds:.0f} s")


@dataclass
class Application:
    """A job that was submitted: its process here, and what it has said so far."""

    process: subprocess.Popen[bytes]
    out: Path
    err: Path
    site: Site
    in_cluster: bool

    @property
    def id(self) -> str:
        """Its YARN application."""
        return str(self.wait_for(r"Submitting application (application_\d+_\d+)", self.told)[1])

    def told(self) -> str:
        """What spark-submit has written."""
        return self.err.read_text(errors="replace")

    def said(self) -> str:
        """What its driver has written; spark-submit hands its errors on to its output."""
        logs = self.site.data / "container-logs"
        files = logs.glob(f"{self.id}/container_*_000001/std*") if self.in_cluster else (self.out, self.err)
        return "".join(path.read_text(errors="replace") for path in files)

    def last_line(self) -> str:
        """The last line that its driver here has written to standard output."""
        return (self.out.read_text(errors="replace").splitlines() or [""])[-1]

    def wait_for(self, pattern: str, said: Callable[[], str] | None = None) -> re.Match[str]:
        """Waits until its driver has written this."""

        def look() -> re.Match[str] | None:
            text = (said or self.said)()
            found = re.search(pattern, text)
            assert found or self.process.poll() is None, f"it ended before {pattern}: {text[-3000:]}"
            return found

        found: re.Match[str] = until(look, pattern)
        return found

    def end(self) -> int:
        """Waits until it has ended; returns its exit status."""
        return self.process.wait(timeout=SECONDS)

    def executors(self) -> list[int]:
        """Processes of its executors' JVMs."""
        own = self.id.encode()
        found = []
        for pid in containers(self.site):
            words = words_of(pid)
            if words[0].endswith(b"java") and own in words and any(word.endswith(b"ExecutorBackend") for word in words):
                found.append(pid)
        return found

    def kill(self) -> None:
        """Kills spark-submit and the driver in it: a session of their own."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def pids(self) -> list[int]:
        """Processes of spark-submit here, the driver's Python among them."""
        return [pid for pid in all_pids() if session_of(pid) == self.process.pid]


@dataclass
class Running:
    """The cluster of a test run."""

    site: Site
    folder: Path
    submitted: int = 0

    @property
    def root(self) -> str:
        """Address of HDFS."""
        return self.site.properties["fs.defaultFS"]

    def environment(self, user: str = "etl") -> dict[str, str]:
        """What a shell has that has sourced the cluster's `env`."""
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PYSPARK_", "PYTHONPATH"))}
        bins = [str(self.site.home / "bin"), str(Path(sys.executable).parent)]
        return env | {
            "HADOOP_CONF_DIR": str(self.site.conf),
            "HADOOP_USER_NAME": user,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_CONF_DIR": str(ROOT / "conf" / "spark"),
            "PATH": os.pathsep.join([*bins, env["PATH"]]),
        }

    def run(self, *words: str, user: str = "etl", status: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        done = subprocess.run(
            words, env=self.environment(user), cwd=PACKAGE, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        assert status is None or done.returncode == status, done.stdout[-2000:] + done.stderr[-3000:]
        return done

    def submit(
        self, mode: str, job: str, *arguments: str, archive: str | None = None, settings: dict[str, str] | None = None
    ) -> Application:
        """Submits a job of the package, as docs/cluster.md does, with those settings beside the smallest there are."""
        self.submitted += 1
        name = f"{self.submitted:02d}-{job}-{mode}"
        spark = os.environ["SPARK_HOME"]
        jars = {"spark.yarn.archive": archive} if archive else {"spark.yarn.jars": f"local:{spark}/jars/*"}
        options = [
            word
            for key, value in {**SMALL, **jars, **(settings or {})}.items()
            for word in ("--conf", f"{key}={value}")
        ]
        words = ["spark-submit", "--master", "yarn", "--deploy-mode", mode, "--queue", "etl"]
        words += ["--properties-file", "spark-defaults.conf", *options, f"jobs/{job}.py", *arguments]
        out, err = self.folder / f"{name}.out", self.folder / f"{name}.err"
        with out.open("wb") as to_out, err.open("wb") as to_err:
            process = subprocess.Popen(
                words, env=self.environment(), cwd=PACKAGE, stdout=to_out, stderr=to_err, start_new_session=True
            )
        return Application(process, out, err, self.site, mode == "cluster")

    def output_of(self, application: Application, file: str) -> str:
        """A file of the driver of an application that has ended, as `yarn logs` shows it once it is collected."""
        words = ("yarn", "logs", "-applicationId", application.id, "-am", "1", "-log_files", file)

        def read() -> str:
            done = self.run(*words, status=None)
            return done.stdout if done.returncode == 0 and "End of LogType" in done.stdout else ""

        return str(until(read, "yarn logs"))

    def kill_process(self, pid: int) -> None:
        """Kills a process of one of its containers."""
        if pid in containers(self.site):
            os.kill(pid, signal.SIGKILL)

    def kill(self, name: str) -> None:
        """Kills a daemon."""
        pid = pid_of(self.site, name)
        assert pid
        os.kill(pid, signal.SIGKILL)
        until(lambda: pid_of(self.site, name) is None, f"the end of {name}")

    def bring_back(self, name: str) -> None:
        """Starts a daemon again and waits for it."""
        start(self.site, name)
        wait(self.site, name, SECONDS)

    def quota(self, path: str, space: int) -> None:
        """Sets the bytes that may lie below a folder, all copies counted; -1: no quota."""
        how = ("-setSpaceQuota", str(space)) if space >= 0 else ("-clrSpaceQuota",)
        self.run("hdfs", "dfsadmin", *how, path, user="hdfs")

    def used(self, path: str) -> int:
        """Bytes that lie below a folder, all copies counted."""
        summary = webhdfs(self.site, "GET", path, "GETCONTENTSUMMARY", user="hdfs")["ContentSummary"]
        return int(summary["spaceConsumed"])

    def containers_mib(self) -> list[int]:
        """MiB that each container now at work on the node was given."""
        node = self.site.properties["yarn.nodemanager.webapp.address"]
        found = get(f"http://{node}/ws/v1/node/containers", seconds=30)["containers"] or {}
        return [int(one["totalMemoryNeededMB"]) for one in found.get("container", [])]

    def daemon_pids(self) -> list[int]:
        return [pid for name in DAEMONS if (pid := pid_of(self.site, name))]


def as_user(user: str, *words: str) -> tuple[list[str], int]:
    """A command of harmnet as a user, on this machine: its lines of what went wrong, and its exit status."""
    done = subprocess.run(
        [sys.executable, "-m", "harmnet", *words],
        env=os.environ | {"HADOOP_USER_NAME": user, "HARMNET_DRIVER_MEMORY": "1g"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return [line for line in done.stderr.splitlines() if line.startswith("harmnet:")], done.returncode


def free_site(home: Path) -> Site:
    """A cluster on ports that nobody has."""
    for shift in range(10_000, 20_000, 150):
        site = Site(home, shift)
        site.write_conf()
        try:
            for daemon in DAEMONS.values():
                check_ports(site, daemon)
        except ClusterError:
            continue
        return site
    raise AssertionError("no free ports")
