"""What is asked of the daemons over HTTP: JSON, and WebHDFS."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from cluster.site import ClusterError, Site

# Path, owner, group and mode of what a new file system gets.
LAYOUT = (
    ("/tmp", "hdfs", "supergroup", "1777"),
    ("/tmp/logs", "yarn", "hadoop", "1777"),
    ("/user", "hdfs", "supergroup", "755"),
    *((f"/user/{user}", user, user, "750") for user in ("etl", "analyst", "auditor")),
    ("/data", "etl", "etl", "750"),
    ("/apps", "hdfs", "supergroup", "755"),
    # An archive that YARN may keep once for each node has to be readable by everyone, folders included.
    ("/apps/spark", "etl", "etl", "755"),
    ("/spark-history", "hdfs", "hadoop", "1777"),
)


def get(url: str, *, seconds: float = 3) -> Any:
    """JSON of a web address."""
    with urllib.request.urlopen(url, timeout=seconds) as answer:
        return json.load(answer)


def webhdfs(site: Site, method: str, path: str, op: str, *, user: str, **arguments: str) -> Any:
    """One call of WebHDFS as a user: its JSON. Raises ClusterError with HDFS's own words when it is refused."""
    asked = urllib.parse.urlencode({"op": op, "user.name": user, **arguments})
    url = f"{site.url('dfs.namenode.http-address')}/webhdfs/v1{urllib.parse.quote(path)}?{asked}"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=30) as answer:
            body = answer.read()
    except urllib.error.HTTPError as error:
        said = json.load(error)["RemoteException"]["message"].splitlines()[0]
        raise ClusterError(f"HDFS: {op} {path}: {said}") from None
    return json.loads(body) if body else {}


def make_layout(site: Site) -> None:
    """Makes the folders of LAYOUT, or sets their owners and modes again."""
    for path, owner, group, mode in LAYOUT:
        webhdfs(site, "PUT", path, "MKDIRS", user="hdfs", permission=mode)
        webhdfs(site, "PUT", path, "SETOWNER", user="hdfs", owner=owner, group=group)
        webhdfs(site, "PUT", path, "SETPERMISSION", user="hdfs", permission=mode)
