"""Whether a daemon is in service, asked over HTTP."""

from __future__ import annotations

import json
import time

from cluster.processes import pid_of
from cluster.site import ClusterError, Site, reason
from cluster.web import get


def wait(site: Site, name: str, seconds: float) -> None:
    """Returns once the daemon is in service. Raises ClusterError when it ends, or after these seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if ready(site, name):
            return
        if not pid_of(site, name):
            raise ClusterError(f"{name} ended while it started: {reason(site.logs / f'{name}.log')}")
        time.sleep(0.25)
    raise ClusterError(f"{name} is not ready after {seconds:.0f} s: {reason(site.logs / f'{name}.log')}")


def ready(site: Site, name: str) -> bool:
    """True when the daemon answers and is in service."""
    try:
        return _READY[name](site)
    except (OSError, KeyError, IndexError, ValueError):
        return False


def _namenode(site: Site) -> bool:
    return bool(_bean(site, "dfs.namenode.http-address", "NameNode", "NameNodeStatus")["State"] == "active")


def _datanode(site: Site) -> bool:
    # The NameNode goes on counting a killed DataNode for a while: it is asked itself as well.
    info = _bean(site, "dfs.datanode.http.address", "DataNode", "DataNodeInfo")
    if [actor["ActorState"] for actor in json.loads(str(info["BPServiceActorInfo"]))] != ["RUNNING"]:
        return False
    state = _bean(site, "dfs.namenode.http-address", "NameNode", "FSNamesystemState")
    safe = _bean(site, "dfs.namenode.http-address", "NameNode", "NameNodeInfo")["Safemode"]
    return bool(state["NumLiveDataNodes"] == 1 and not safe)


def _resourcemanager(site: Site) -> bool:
    info = get(f"{site.url('yarn.resourcemanager.webapp.address')}/ws/v1/cluster/info")
    return bool(info["clusterInfo"]["state"] == "STARTED")


def _nodemanager(site: Site) -> bool:
    nodes = get(f"{site.url('yarn.resourcemanager.webapp.address')}/ws/v1/cluster/nodes")["nodes"] or {}
    healthy = get(f"{site.url('yarn.nodemanager.webapp.address')}/ws/v1/node/info")["nodeInfo"]["nodeHealthy"]
    return bool(healthy and any(node["state"] == "RUNNING" for node in nodes.get("node", [])))


def _history(site: Site) -> bool:
    return isinstance(get(f"http://127.0.0.1:{site.history_port}/api/v1/applications?limit=1"), list)


_READY = {
    "namenode": _namenode,
    "datanode": _datanode,
    "resourcemanager": _resourcemanager,
    "nodemanager": _nodemanager,
    "history": _history,
}


def _bean(site: Site, key: str, service: str, name: str) -> dict[str, str | int]:
    found = get(f"{site.url(key)}/jmx?qry=Hadoop:service={service},name={name}")
    return dict(found["beans"][0])
