"""Airflow in a home of its own, on a database of its own: its commands as a user gives them."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv-airflow" / "bin" / "python"
POOLS = ROOT / "conf" / "airflow" / "pools.json"
SECONDS = 900


@dataclass(frozen=True)
class Airflow:
    """One home, and the environment its commands have."""

    home: Path
    env: dict[str, str]

    def run(self, *words: str, status: int | None = 0, **env: str) -> subprocess.CompletedProcess[str]:
        """Runs `airflow WORDS` to its end."""
        done = subprocess.run(
            ["bash", str(ROOT / "conf" / "airflow" / "airflow.sh"), *words],
            env=self.env | env,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert status is None or done.returncode == status, done.stdout[-6000:] + done.stderr[-3000:]
        return done

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of its database."""
        with sqlite3.connect(f"file:{self.home / 'airflow.db'}?mode=ro", uri=True) as connection:
            return connection.execute(query).fetchall()

    def events(self) -> list[dict[str, Any]]:
        """What stands on the events of the asset, oldest first."""
        return [json.loads(extra) for (extra,) in self.rows("SELECT extra FROM asset_event ORDER BY id")]

    def states(self) -> list[tuple[Any, ...]]:
        """dag, interval's end and state of each run, oldest first."""
        return self.rows("SELECT dag_id, substr(data_interval_end, 1, 16), state FROM dag_run ORDER BY id")


def airflow_python() -> Path:
    """Airflow's own Python; the test is skipped where Airflow is not installed."""
    if not PYTHON.exists():
        pytest.skip("needs Airflow: make airflow-setup")
    return PYTHON


def airflow_of(home: Path, lake: str, **env: str) -> Airflow:
    """A new home whose DAGs refresh that lake, with its pool; skipped where Airflow is not installed."""
    airflow_python()
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "HARMNET_LAKE"))}
    told = {"AIRFLOW_HOME": str(home), "HARMNET_LAKE": lake}
    made = Airflow(home, kept | told | env)
    made.run("db", "migrate")
    made.run("pools", "import", str(POOLS))
    return made
