"""What a shell needs to work on a cluster: `hdfs`, `yarn`, and an environment to source."""

from __future__ import annotations

import shlex
from pathlib import Path

from cluster.java import java_home
from cluster.site import Site

_YARN = "org.apache.hadoop.yarn.client.cli"
TOOLS = {
    "hdfs": {
        "dfs": "org.apache.hadoop.fs.FsShell",
        "dfsadmin": "org.apache.hadoop.hdfs.tools.DFSAdmin",
        "fsck": "org.apache.hadoop.hdfs.tools.DFSck",
    },
    "yarn": {
        "application": f"{_YARN}.ApplicationCLI",
        "logs": f"{_YARN}.LogsCLI",
        "node": f"{_YARN}.NodeCLI",
        "queue": f"{_YARN}.QueueCLI",
    },
}


def write_clients(site: Site) -> Path:
    """Writes bin/hdfs, bin/yarn and the file `env` into the cluster's folder; returns that file."""
    folder = site.home / "bin"
    folder.mkdir(exist_ok=True)
    for tool, classes in TOOLS.items():
        cases = "\n".join(f"    {word}) class={name} ;;" for word, name in classes.items())
        path = folder / tool
        path.write_text(
            f"#!/bin/sh\ncase $1 in\n{cases}\n    *) echo '{tool}: {' | '.join(classes)}' >&2; exit 2 ;;\nesac\nshift\n"
            f"exec {shlex.quote(java_home())}/bin/java -Xmx128m -Djava.net.preferIPv4Stack=true "
            f'-cp {shlex.quote(f"{site.conf}:{site.jars}/*")} $class "$@"\n'
        )
        path.chmod(0o755)
    env = site.home / "env"
    env.write_text(
        f"export HADOOP_CONF_DIR={shlex.quote(str(site.conf))} SPARK_LOCAL_IP=127.0.0.1\n"
        f"export PATH={shlex.quote(str(folder))}:$PATH HADOOP_USER_NAME=${{HADOOP_USER_NAME:-etl}}\n"
    )
    return env
