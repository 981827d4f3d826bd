"""Where a deployment has its lake, its package and its schedule: environment variables, read once."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "build" / "package"
COMMAND = ROOT / ".venv" / "bin" / "harmnet"


@dataclass(frozen=True)
class Deployment:
    """What the DAGs are told. Instants and the schedule are in UTC."""

    lake: str
    answers: str
    """Folder into which a refresh writes what it came to; on the lake's file system."""
    package: str
    """Folder of `make package`, in which spark-submit is called."""
    command: str
    """The command harmnet on this machine, which asks the lake how old its current snapshot is."""
    schedule: str
    start: datetime
    conf: str | None
    """What the job gets as --conf: a force's own conf files, where its driver runs."""
    fresh_days: int
    spark_conf: dict[str, str]

    @property
    def arguments(self) -> list[str]:
        """Arguments of the refresh, templates of Airflow where they follow from the interval."""
        interval = ["--as-of", "{{ data_interval_end | ds }}", "--known-at", "{{ data_interval_end.isoformat() }}"]
        return ["--lake", self.lake, *interval, *(["--conf", self.conf] if self.conf else [])]


def deployment(env: Mapping[str, str] = os.environ) -> Deployment:
    """The deployment of this environment. Raises ValueError, one line for each variable that is wrong."""
    problems = []
    lake = env.get("HARMNET_LAKE", "").rstrip("/")
    if ":/" not in lake and not lake.startswith("/"):
        problems.append(f"HARMNET_LAKE is {lake!r}: name the lake, hdfs:///data/harmnet or a whole path")
    days = env.get("HARMNET_FRESH_DAYS", "2")
    if not days.isdigit():
        problems.append(f"HARMNET_FRESH_DAYS is {days!r}: give a number of days")
    start = datetime(2026, 1, 1, tzinfo=UTC)
    try:
        start = datetime.fromisoformat(env.get("HARMNET_START", "2026-01-01")).replace(tzinfo=UTC)
    except ValueError:
        problems.append(f"HARMNET_START is {env['HARMNET_START']!r}: give a day such as 2026-01-01")
    spark_conf: dict[str, str] = {}
    try:
        spark_conf = dict(json.loads(env.get("HARMNET_SPARK_CONF", "{}")))
    except (TypeError, ValueError):
        problems.append('HARMNET_SPARK_CONF is no JSON object: give {"spark.driver.memory": "4g"}')
    if problems:
        raise ValueError("\n".join(problems))
    return Deployment(
        lake=lake,
        answers=env.get("HARMNET_ANSWERS", f"{lake}/_work/airflow").rstrip("/"),
        package=env.get("HARMNET_PACKAGE", str(PACKAGE)),
        command=env.get("HARMNET_COMMAND", str(COMMAND)),
        schedule=env.get("HARMNET_SCHEDULE", "0 3 * * *"),
        start=start,
        conf=env.get("HARMNET_CONF"),
        fresh_days=int(days),
        spark_conf=spark_conf,
    )
