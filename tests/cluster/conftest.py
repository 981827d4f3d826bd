"""One cluster for a process, a session on this machine that reads its HDFS, and what a local lake comes to."""

import os
import subprocess
import sys

import pytest
from hdfs_lakes import JULY, JUNE, Expected
from running import PACKAGE, Running, free_site

from cluster.processes import containers, pid_of
from cluster.site import ROOT
from harmnet.refresh import refresh
from harmnet.storage import Lake
from lakes import GOLDEN, copy_of


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    if not (PACKAGE / "SHA256SUMS").exists() or not (ROOT / "jars" / "hadoop").exists():
        pytest.skip("needs the package and Hadoop's JARs: make test-cluster")
    folder = tmp_path_factory.mktemp("cluster")
    site = free_site(folder / "home")
    env = os.environ | {"CLUSTER_HOME": str(site.home), "CLUSTER_SHIFT": str(site.shift)}
    env |= {"PYTHONPATH": str(ROOT / "conf")}

    def ask(word):
        return subprocess.run([sys.executable, "-m", "cluster", word], env=env, timeout=600, check=False).returncode

    assert ask("up") == 0
    pids = [pid_of(site, name) for name in ("namenode", "datanode", "resourcemanager", "nodemanager")]
    try:
        yield Running(site, folder)
    finally:
        assert ask("down") == 0
    assert [pid for pid in pids if pid and os.path.exists(f"/proc/{pid}/exe")] == []
    assert containers(site) == []
    assert ask("status") == 1


@pytest.fixture(scope="session")
def expected(ten_people, tmp_path_factory):
    """What the ten people come to on the local file system."""
    june = copy_of(ten_people, tmp_path_factory.mktemp("local") / "lake")
    assert june.snapshot.as_of == JUNE
    return Expected(june.settings, june.lake, june.snapshot)


@pytest.fixture(scope="session")
def july(expected):
    """The snapshot of July that follows June's there."""
    return refresh(expected.lake, expected.settings, as_of=JULY, progress=lambda _: None)


@pytest.fixture(scope="session")
def received(cluster, spark):
    """A lake on HDFS with the ten people's batch, ingested in client mode."""
    root = f"{cluster.root}/data/harmnet"
    application = cluster.submit("client", "ingest", "--lake", root, "--from", str(GOLDEN))
    assert application.end() == 0, application.said()[-3000:]
    assert application.last_line() == "1"
    return Lake(spark, root)
