"""Where a cluster keeps its state, and its configuration: conf/hadoop with the values of this cluster put in."""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONF = ROOT / "conf" / "hadoop"
SPARK_CONF = ROOT / "conf" / "spark"
HISTORY_PORT = 18080
_VALUE = re.compile(r"\$\{env\.(\w+):-([^}]*)\}")


class ClusterError(Exception):
    """A problem told in one line."""


@dataclass(frozen=True)
class Site:
    """A cluster by the folder of its state; every port is its well-known number plus `shift`."""

    home: Path
    shift: int = 0
    jars: Path = ROOT / "jars" / "hadoop"

    @property
    def conf(self) -> Path:
        """Folder of the configuration that its daemons and clients read: HADOOP_CONF_DIR."""
        return self.home / "conf"

    @property
    def logs(self) -> Path:
        """Folder with one log for each daemon."""
        return self.home / "logs"

    @property
    def data(self) -> Path:
        """Folder of blocks, names and containers."""
        return self.home / "data"

    @property
    def history_port(self) -> int:
        """Port of Spark's history server."""
        return HISTORY_PORT + self.shift

    def value(self, name: str, default: str) -> str:
        """What `${env.<name>:-<default>}` of conf/hadoop is here: the variable, CLUSTER_HOME, a shifted port."""
        if name == "CLUSTER_HOME":
            return str(self.home)
        if name in os.environ:
            return os.environ[name]
        return str(int(default) + self.shift) if name.endswith("_PORT") else default

    def write_conf(self) -> None:
        """Writes `conf` from conf/hadoop."""
        self.conf.mkdir(parents=True, exist_ok=True)
        for path in sorted(CONF.iterdir()):
            if path.suffix in (".xml", ".properties"):
                text = _VALUE.sub(lambda found: self.value(found[1], found[2]), path.read_text(encoding="utf-8"))
                (self.conf / path.name).write_text(text, encoding="utf-8")

    @cached_property
    def properties(self) -> dict[str, str]:
        """Every property of the written configuration."""
        found: dict[str, str] = {}
        for path in sorted(self.conf.glob("*.xml")):
            for entry in ET.parse(path).getroot().iter("property"):
                found[entry.findtext("name", "")] = entry.findtext("value", "")
        if not found:
            raise ClusterError(f"{self.home}: no cluster was started here: run make cluster-up")
        return found

    def port(self, key: str) -> int:
        """Port of an address property."""
        return int(self.properties[key].rpartition(":")[2])

    def url(self, key: str) -> str:
        """Web address of an HTTP address property, from this machine."""
        return f"http://127.0.0.1:{self.port(key)}"


def site_here() -> Site:
    """The cluster that CLUSTER_HOME and CLUSTER_SHIFT name; else .cluster in the project, on the well-known ports."""
    shift = os.environ.get("CLUSTER_SHIFT") or "0"
    if not shift.isdigit() or int(shift) > 50_000:
        raise ClusterError(
            f"CLUSTER_SHIFT is {shift!r}: give a whole number from 0 to 50000, which every port is moved by"
        )
    home = Path(os.environ.get("CLUSTER_HOME") or ROOT / ".cluster").resolve()
    return Site(home, int(shift), Path(os.environ.get("HADOOP_JARS") or Site.jars))


def reason(log: Path) -> str:
    """The last line of a log that tells of a failure, and where the log is."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    told = [line for line in lines if re.search(r"\b(ERROR|FATAL)\b|Exception|Error:", line)]
    return f"{(told or lines or ['it wrote nothing'])[-1].strip()[:200]} (see {log})"
