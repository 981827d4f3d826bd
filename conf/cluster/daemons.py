"""The four daemons, and the history server beside them: what each is, its command line, what it needs to start."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cluster.java import java_home
from cluster.site import SPARK_CONF, ClusterError, Site, reason

_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "HOME", "TMPDIR")


@dataclass(frozen=True)
class Daemon:
    """A daemon: its class, its heap, whom it runs as in HDFS, and the properties that hold its addresses."""

    name: str
    main: str
    heap: str
    user: str
    addresses: tuple[str, ...]


_HDFS, _YARN = "org.apache.hadoop.hdfs.server", "org.apache.hadoop.yarn.server"
DAEMONS = {
    daemon.name: daemon
    for daemon in (
        Daemon(
            "namenode",
            f"{_HDFS}.namenode.NameNode",
            "256m",
            "hdfs",
            ("dfs.namenode.rpc-address", "dfs.namenode.http-address"),
        ),
        Daemon(
            "datanode",
            f"{_HDFS}.datanode.DataNode",
            "256m",
            "hdfs",
            ("dfs.datanode.address", "dfs.datanode.http.address", "dfs.datanode.ipc.address"),
        ),
        Daemon(
            "resourcemanager",
            f"{_YARN}.resourcemanager.ResourceManager",
            "384m",
            "yarn",
            (
                *("yarn.resourcemanager.address", "yarn.resourcemanager.scheduler.address"),
                *("yarn.resourcemanager.resource-tracker.address", "yarn.resourcemanager.admin.address"),
                "yarn.resourcemanager.webapp.address",
            ),
        ),
        Daemon(
            "nodemanager",
            f"{_YARN}.nodemanager.NodeManager",
            "256m",
            "yarn",
            ("yarn.nodemanager.address", "yarn.nodemanager.localizer.address", "yarn.nodemanager.webapp.address"),
        ),
    )
}

# Not among them: Spark has it, a cluster is whole without it, and its port is in no file of conf/hadoop.
HISTORY = Daemon("history", "org.apache.spark.deploy.history.HistoryServer", "512m", "yarn", ())
KNOWN = DAEMONS | {HISTORY.name: HISTORY}


def command(site: Site, daemon: Daemon, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """Command line and environment of a daemon."""
    env = {name: os.environ[name] for name in _KEPT if name in os.environ}
    env |= {"JAVA_HOME": java_home(), "HADOOP_CONF_DIR": str(site.conf), "HADOOP_USER_NAME": daemon.user}
    # What runs in containers listens there as well: YARN hands it on (yarn.nodemanager.env-whitelist).
    env["SPARK_LOCAL_IP"] = "127.0.0.1"
    java = [f"{env['JAVA_HOME']}/bin/java", f"-Xmx{daemon.heap}", "-XX:+UseSerialGC", "-Djava.net.preferIPv4Stack=true"]
    own = [f"-Dcluster.home={site.home}", f"-Dhadoop.log.dir={site.logs}", f"-Dyarn.log.dir={site.logs}"]
    if daemon is HISTORY:
        own += [f"-Dspark.{key}={value}" for key, value in history_settings(site).items()]
        path = os.pathsep.join([str(site.conf), str(SPARK_CONF), f"{spark_jars()}/*"])
    else:
        path = os.pathsep.join([str(site.conf), str(site.home / "web"), f"{site.jars}/*"])
    return [*java, *own, "-cp", path, daemon.main, *arguments], env


def history_settings(site: Site) -> dict[str, str]:
    """What the history server is told, without the `spark.` before each: it shows logs, and deletes none."""
    return {
        "history.fs.logDirectory": "hdfs:///spark-history",
        "history.ui.port": str(site.history_port),
        "history.fs.update.interval": "5s",
        "history.fs.cleaner.enabled": "false",
    }


def spark_jars() -> Path:
    """Folder of Spark's own JARs: of SPARK_HOME, else of the pyspark that is installed. ClusterError without any."""
    found = importlib.util.find_spec("pyspark")
    home = os.environ.get("SPARK_HOME") or (found.origin and str(Path(found.origin).parent) if found else None)
    jars = Path(home or "nowhere") / "jars"
    if not any(jars.glob("spark-core_*.jar")):
        raise ClusterError(f"no Spark JARs in {jars}: run make setup, or point SPARK_HOME at a Spark")
    return jars


def prepare(site: Site) -> None:
    """Checks Java and the JARs and makes the folders that the daemons expect."""
    java_home()
    if not any(site.jars.glob("hadoop-hdfs-[0-9]*.jar")):
        raise ClusterError(f"no Hadoop JARs in {site.jars}: run make cluster-up, which fetches them")
    site.logs.mkdir(parents=True, exist_ok=True)
    # The Maven artefact of HDFS has no web pages; its servers still want their folders.
    for pages in ("hdfs", "datanode"):
        (site.home / "web" / "webapps" / pages).mkdir(parents=True, exist_ok=True)


def format_once(site: Site, seconds: int) -> None:
    """Makes an empty file system, unless there is one."""
    if (site.data / "namenode" / "current" / "VERSION").exists():
        return
    line, env = command(site, DAEMONS["namenode"], "-format", "-force", "-nonInteractive", "-clusterId", "harmnet")
    with (site.logs / "format.log").open("w") as log:
        done = subprocess.run(line, env=env, stdout=log, stderr=log, timeout=seconds, cwd=site.home, check=False)
    if done.returncode:
        raise ClusterError(f"the file system could not be made: {reason(site.logs / 'format.log')}")
