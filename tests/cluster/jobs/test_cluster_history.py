"""docs/operating.md on a cluster: the history server."""

import subprocess
import sys

import pytest
from processes import listening
from running import SECONDS, until

from cluster.processes import pid_of
from cluster.site import ROOT
from cluster.web import get

pytestmark = pytest.mark.cluster


def test_the_history_server_shows_what_ran_on_this_machine_alone(cluster, received):
    site = cluster.site

    def ask(word):
        env = cluster.environment() | {"CLUSTER_HOME": str(site.home), "CLUSTER_SHIFT": str(site.shift)}
        env |= {"PYTHONPATH": str(ROOT / "conf")}
        return subprocess.run([sys.executable, "-m", "cluster", word], env=env, timeout=SECONDS, check=False).returncode

    assert ask("history-up") == 0
    pid = pid_of(site, "history")
    assert pid is not None
    try:
        applications = f"http://127.0.0.1:{site.history_port}/api/v1/applications"
        [ended] = until(lambda: get(applications, seconds=30), "an application in the history")[-1:]
        assert ended["id"].startswith("application_")
        assert "ingest" in ended["name"]
        assert ended["attempts"][0]["sparkUser"] == "etl"
        stages = get(f"{applications}/{ended['id']}/stages", seconds=60)
        assert sum(stage["numCompleteTasks"] for stage in stages) > 0
        assert [address for address in listening([pid]) if not address.startswith(("127.", f"[{1:032x}]"))] == []
        assert len(listening([pid])) == 1
    finally:
        assert ask("history-down") == 0
    assert pid_of(site, "history") is None
