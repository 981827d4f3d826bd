"""conf/hadoop, what is made of it for one cluster, what keeps a cluster from starting, and docker-compose.yml."""

import os
import re
import signal
import socket
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict

from cluster import processes
from cluster.daemons import DAEMONS, HISTORY, command, spark_jars
from cluster.processes import check_ports, pid_of
from cluster.site import CONF, ROOT, ClusterError, Site, site_here
from harmnet.session import COMMON

SITES = sorted(path.name for path in CONF.glob("*.xml"))


def written(tmp_path: Path, shift: int = 0) -> Site:
    site = Site(tmp_path / "home", shift)
    site.write_conf()
    return site


def ask(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A command of the cluster in a process of its own."""
    command = [sys.executable, "-m", "cluster", *words]
    given = os.environ | {"PYTHONPATH": str(ROOT / "conf")} | env
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=60, check=False)


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    return line


@pytest.mark.parametrize("name", SITES)
def test_a_property_stands_once_in_conf(name: str) -> None:
    names = [entry.findtext("name") for entry in ET.parse(CONF / name).getroot().iter("property")]
    assert len(names) == len(set(names)) > 0


def test_permissions_are_on_and_every_address_is_of_this_machine(tmp_path: Path) -> None:
    properties = written(tmp_path).properties
    assert properties["dfs.permissions.enabled"] == "true"
    addresses = {key for daemon in DAEMONS.values() for key in daemon.addresses}
    assert addresses == {key for key, value in properties.items() if re.search(r":\d+$", value)} - {"fs.defaultFS"}
    hosts = {properties[key].split(":")[0] for key in addresses}
    hosts |= {value for key, value in properties.items() if key.endswith(("bind-host", ".hostname"))}
    assert hosts == {"127.0.0.1", "localhost"}


def test_two_clusters_share_no_port(tmp_path: Path) -> None:
    one, other = written(tmp_path / "a"), written(tmp_path / "b", 150)
    keys = [key for daemon in DAEMONS.values() for key in daemon.addresses]
    ports = [site.port(key) for site in (one, other) for key in keys]
    assert len(ports) == len(set(ports)) == 2 * len(keys)
    assert (one.port("fs.defaultFS"), other.port("fs.defaultFS")) == (8020, 8170)
    assert (one.history_port, other.history_port) == (18080, 18230)
    assert not {one.history_port, other.history_port} & set(ports)


def test_nothing_is_left_to_be_put_in(tmp_path: Path) -> None:
    site = written(tmp_path)
    assert "${env." not in "".join(path.read_text() for path in site.conf.iterdir())
    assert site.properties["hadoop.tmp.dir"] == f"{site.home}/data"


def test_a_port_that_is_taken_is_named_with_a_way_out(tmp_path: Path) -> None:
    site = written(tmp_path, 21_000)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        site.properties["dfs.namenode.http-address"] = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ClusterError, match=r"^port \d+ \(dfs.namenode.http-address\) is in use: .*CLUSTER_SHIFT"):
            check_ports(site, DAEMONS["namenode"])


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"CLUSTER_SHIFT": "many"}, "CLUSTER_SHIFT is 'many': give a whole number"),
        ({"HADOOP_JARS": "/nowhere"}, "no Hadoop JARs in /nowhere: run make cluster-up"),
        ({"JAVA_HOME": "/nowhere"}, "/nowhere holds no bin/java: install a Java 17 JDK"),
        ({"PATH": "/nowhere", "JAVA_HOME": ""}, "no java found: install a Java 17 JDK"),
    ],
)
def test_what_keeps_a_cluster_from_starting_is_one_line(env: dict[str, str], said: str, tmp_path: Path) -> None:
    assert said in one_line(ask("up", CLUSTER_HOME=str(tmp_path / "home"), **env))


def test_a_java_that_is_too_old_is_refused(tmp_path: Path) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.22\"' >&2\n")
    java.chmod(0o755)
    line = one_line(ask("up", CLUSTER_HOME=str(tmp_path / "home"), JAVA_HOME=str(tmp_path)))
    assert "is Java 11, Hadoop 3.5 needs 17" in line


def test_a_cluster_that_was_never_started_is_told_so_and_can_be_taken_down(tmp_path: Path) -> None:
    env = {"CLUSTER_HOME": str(tmp_path / "home")}
    done = ask("status", **env)
    assert (done.returncode, done.stderr) == (1, "")
    assert [line.split()[-1] for line in done.stdout.splitlines()] == ["down"] * 4
    assert ask("down", **env).returncode == 0


def test_the_history_server_needs_a_cluster_and_sparks_own_jars(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = {"CLUSTER_HOME": str(tmp_path / "home"), "CLUSTER_SHIFT": "21000"}
    assert "no cluster was started here: run make cluster-up" in one_line(ask("history-up", **home))
    site = written(tmp_path, 21_000)
    assert "and that does not run: make cluster-up" in one_line(ask("history-up", **home))
    assert ask("history-down", **home).returncode == 0
    monkeypatch.setenv("SPARK_HOME", "/nowhere")
    with pytest.raises(ClusterError, match=r"^no Spark JARs in /nowhere/jars: run make setup"):
        spark_jars()
    monkeypatch.delenv("SPARK_HOME")
    line, env = command(site, HISTORY)
    assert env["SPARK_LOCAL_IP"] == "127.0.0.1"
    assert {"-Dspark.history.ui.port=39080", "-Dspark.history.fs.logDirectory=hdfs:///spark-history"} <= set(line)


def test_a_daemon_has_been_seen_when_its_start_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks before its command line is there takes it for one that has ended, and leaves it running."""
    site, looks = written(tmp_path), iter([None, None, None, 7])
    monkeypatch.setattr(processes, "command", lambda *_: (["sleep", "5"], dict(os.environ)))
    monkeypatch.setattr(processes, "pid_of", lambda *_: next(looks))
    site.logs.mkdir(parents=True)
    processes.start(site, "namenode")
    os.kill(int((site.home / "namenode.pid").read_text()), signal.SIGKILL)
    assert list(looks) == []


def test_sessions_the_package_and_this_cluster_wait_alike_for_a_file_to_be_whole(tmp_path: Path) -> None:
    ours = {
        key.removeprefix("spark.hadoop."): value for key, value in COMMON.items() if key.startswith("spark.hadoop.")
    }
    lines = (ROOT / "conf" / "spark" / "spark-defaults.conf").read_text().splitlines()
    packed = dict(line.removeprefix("spark.hadoop.").split() for line in lines if line.startswith("spark.hadoop."))
    properties = written(tmp_path).properties
    assert ours == packed == {key: properties[key] for key in ours}
    assert len(ours) == 2


def test_a_pid_file_counts_only_while_its_process_is_ours(tmp_path: Path) -> None:
    site = written(tmp_path)
    (site.home / "namenode.pid").write_text(str(os.getpid()))
    assert pid_of(site, "namenode") is None


def test_without_variables_the_cluster_is_the_projects_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLUSTER_HOME", "CLUSTER_SHIFT", "HADOOP_JARS"):
        monkeypatch.delenv(name, raising=False)
    assert site_here() == Site(ROOT / ".cluster", 0, ROOT / "jars" / "hadoop")


# docker-compose.yml: the part of the Compose specification that it uses; anything else is an error.


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Condition(Part):
    condition: Literal["service_healthy", "service_completed_successfully"]


class Health(Part):
    test: list[str]
    interval: str
    timeout: str
    retries: int
    start_period: str


class Service(Part):
    image: str
    build: str
    command: list[str]
    environment: dict[str, str]
    volumes: list[str]
    restart: Literal["no", "unless-stopped"]
    stop_grace_period: str
    network_mode: str | None = None
    ports: list[str] = []
    depends_on: dict[str, Condition] = {}
    healthcheck: Health | None = None


class Compose(Part):
    name: str
    services: dict[str, Service]
    volumes: dict[str, None]


@pytest.fixture(scope="module")
def compose() -> Compose:
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return Compose(**{key: value for key, value in read.items() if not key.startswith("x-")})


def test_compose_runs_the_same_daemons_from_the_same_conf(compose: Compose) -> None:
    services = compose.services
    assert set(services) == {*DAEMONS, "layout"}
    for name, service in services.items():
        assert service.command == (["layout"] if name == "layout" else ["run", name])
        assert service.network_mode == (None if name == "namenode" else "service:namenode")
        for volume in service.volumes:
            source, target = volume.split(":")[:2]
            if source.startswith("./"):
                assert volume == f"{source}:/srv/harmnet/{source[2:]}:ro"
            else:
                assert source in compose.volumes
                assert target == service.environment["CLUSTER_HOME"]
        assert {"./conf", "./jars/hadoop"} <= {volume.split(":")[0] for volume in service.volumes}
        assert (ROOT / service.build / "Dockerfile").is_file()
        assert set(service.depends_on) <= set(services)


def test_compose_waits_for_each_daemon_until_it_is_ready(compose: Compose) -> None:
    entry = ["python3.11", "-m", "cluster"]
    assert f"ENTRYPOINT {entry}".replace("'", '"') in (CONF / "Dockerfile").read_text()
    for name in DAEMONS:
        health = compose.services[name].healthcheck
        assert health is not None
        assert health.test == ["CMD", *entry, "ready", name]
    waits = {name: list(service.depends_on) for name, service in compose.services.items()}
    assert waits == {
        "namenode": [],
        "datanode": ["namenode"],
        "layout": ["datanode"],
        "resourcemanager": ["layout"],
        "nodemanager": ["resourcemanager"],
    }


def test_compose_publishes_ports_of_conf_on_this_machine_alone(compose: Compose, tmp_path: Path) -> None:
    site = written(tmp_path)
    ports = {str(site.port(key)) for daemon in DAEMONS.values() for key in daemon.addresses}
    for service in compose.services.values():
        for published in service.ports:
            host, outside, inside = published.split(":")
            assert (host, outside) == ("127.0.0.1", inside)
            assert inside in ports


def test_every_variable_that_compose_gives_is_one_that_conf_or_the_code_reads(compose: Compose) -> None:
    read = "".join(path.read_text() for path in (*CONF.glob("*.xml"), *(ROOT / "conf" / "cluster").glob("*.py")))
    for service in compose.services.values():
        assert all(name in read for name in service.environment)
