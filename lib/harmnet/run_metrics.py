"""What each stage of a run took, into run_metrics: seconds, rows, and what Spark's own record says of its tasks.

A measurement never ends a run: what cannot be read is null, and what cannot be kept is one warning.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from pyspark.sql import SparkSession

from harmnet.contracts.registry import RUN_METRICS
from harmnet.errors import first_line
from harmnet.run_report import peak_memory_mib
from harmnet.snapshots.manifest import Snapshot
from harmnet.snapshots.recipe import Recipe
from harmnet.snapshots.run_events import rows_marked
from harmnet.storage import Lake

DONE, TAKEN_OVER, FAILED = "DONE", "TAKEN_OVER", "FAILED"
_WAIT_MS = 10_000
# Attempts of a Spark stage that was tried again stand beside the first: so many more are asked for.
_TRIED_AGAIN = 64
_SUMS = {
    "tasks": "numCompleteTasks",
    "failed_tasks": "numFailedTasks",
    "task_ms": "executorRunTime",
    "cpu_ms": "executorCpuTime",
    "gc_ms": "jvmGcTime",
    "input_bytes": "inputBytes",
    "shuffle_bytes": "shuffleWriteBytes",
    "spilled_bytes": "diskBytesSpilled",
}
"""Column of run_metrics -> what Spark calls it in a stage; processor time is in nanoseconds there."""
_T = TypeVar("_T")
_log = logging.getLogger(__name__)


@dataclass
class Measured:
    """A stage that is being measured. `seconds`: as told by who ran it, 0 when it had been finished before."""

    seconds: float | None = None


class RunMetrics:
    """Measures the stages of one run, and keeps what it found in one commit."""

    def __init__(self, lake: Lake, run_id: str, budgets: Mapping[str, int] | None = None) -> None:
        """`budgets`: stage -> seconds it may take."""
        self._lake, self._run_id, self._budgets = lake, run_id, dict(budgets or {})
        self._tasks: SparkTasks | None = None
        self._unreadable = False
        self._rows: list[dict[str, Any]] = []

    @contextmanager
    def of(self, stage: str) -> Iterator[Measured]:
        """Measure the block as that stage; FAILED when it raises."""
        self._asked(lambda tasks: tasks.begin())
        measured, outcome = Measured(), FAILED
        started_at, started = datetime.now(UTC), time.monotonic()
        try:
            yield measured
            outcome = TAKEN_OVER if measured.seconds == 0 else DONE
        finally:
            # One clock: the row says what the run report and the event STAGE_DONE say.
            seconds = measured.seconds or time.monotonic() - started
            budget = self._budgets.get(stage)
            row = {
                "run_id": self._run_id,
                "stage": stage,
                "place": len(self._rows) + 1,
                "started_at": started_at,
                "outcome": outcome,
                "elapsed_ms": round(seconds * 1000),
                "budget_ms": None if budget is None else budget * 1000,
                "peak_process_bytes": peak_memory_mib() << 20 or None,
            }
            self._rows.append(row | (self._asked(lambda tasks: tasks.taken()) or {}))

    def over_budget(self) -> list[str]:
        """One line for each stage that took longer than its budget."""
        return [
            f"{row['stage']} took {row['elapsed_ms'] / 1000:.1f} s, its budget is {row['budget_ms'] // 1000} s: "
            "conf/operating.yml"
            for row in self._rows
            if row["budget_ms"] is not None and row["elapsed_ms"] > row["budget_ms"]
        ]

    def keep(self, recipe: Recipe, snapshot: Snapshot | None = None) -> None:
        """Append what was measured of a run of the recipe, and the snapshot it published if it came to that."""
        try:
            of = {"recipe_hash": recipe.recipe_hash, "snapshot_id": recipe.snapshot_id}
            self._lake.append_registry(
                [row | of | {"rows": self._rows_of(row, recipe, snapshot)} for row in self._rows], RUN_METRICS
            )
        except Exception as error:
            # Whatever it is, the run has ended by now, and what it published stands.
            _log.warning("%s: run_metrics has nothing of run %s: %s", self._lake.root, self._run_id, first_line(error))

    def _rows_of(self, row: Mapping[str, Any], recipe: Recipe, snapshot: Snapshot | None) -> int | None:
        if row["outcome"] == FAILED:
            return None
        if snapshot is not None and row["stage"] == "publish":
            return sum(entry.rows for entry in snapshot.tables)
        marked = rows_marked(self._lake, recipe, row["stage"])
        return None if marked is None else sum(marked.values())

    def _asked(self, ask: Callable[[SparkTasks], _T]) -> _T | None:
        """What Spark's record says; None once it could not be read, which is told once."""
        if self._unreadable:
            return None
        try:
            self._tasks = self._tasks or SparkTasks(self._lake.spark)
            return ask(self._tasks)
        except Exception as error:
            self._unreadable = True
            _log.warning("run_metrics goes without Spark's own record of its tasks: %s", first_line(error))
            return None


class SparkTasks:
    """The tasks of this application's Spark stages, from its status store, which is there with and without a web page.

    Numbers of Spark stages only grow, so those after `begin` are those of what ran since.
    """

    def __init__(self, spark: SparkSession) -> None:
        context: Any = spark.sparkContext
        jvm: Any = spark._jvm
        self._scala = context._jsc.sc()
        # One text for all stages: a call through py4j for each number of each stage would take longer than to publish.
        self._json = getattr(jvm, "com.fasterxml.jackson.databind.ObjectMapper")()
        module = getattr(jvm, "com.fasterxml.jackson.module.scala.DefaultScalaModule$")
        self._json.registerModule(getattr(module, "MODULE$"))
        no_quantiles = context._gateway.new_array(jvm.double, 0)
        none = getattr(jvm, "java.util.ArrayList")()
        self._arguments = (None, False, False, no_quantiles, none)
        self._last = -1

    def begin(self) -> None:
        """What ran until now is not counted."""
        self._last = self._newest(self._stages())

    def taken(self) -> dict[str, int | None]:
        """Columns of run_metrics that speak of tasks, over all Spark stages since `begin`."""
        stages = self._stages()
        began = self._newest(stages) - self._last
        text = self._json.writeValueAsString(stages.take(began + _TRIED_AGAIN)) if began else "[]"
        return totals([stage for stage in json.loads(text) if stage["stageId"] > self._last], began)

    def _stages(self) -> Any:
        """All that Spark remembers, the newest first; what is under way reaches its record a moment later."""
        self._scala.listenerBus().waitUntilEmpty(_WAIT_MS)
        return self._scala.statusStore().stageList(*self._arguments)

    @staticmethod
    def _newest(stages: Any) -> int:
        return -1 if stages.isEmpty() else int(stages.head().stageId())


def totals(stages: Sequence[Mapping[str, Any]], began: int) -> dict[str, int | None]:
    """Columns of run_metrics over Spark stages, as Spark's REST API gives them, of which so many were begun."""
    found: dict[str, int | None] = {name: sum(stage[key] for stage in stages) for name, key in _SUMS.items()}
    found["cpu_ms"] = sum(stage["executorCpuTime"] for stage in stages) // 1_000_000
    found["spark_stages"] = sum(stage["numCompleteTasks"] + stage["numFailedTasks"] > 0 for stage in stages)
    found["spark_stages_lost"] = began - len({stage["stageId"] for stage in stages})
    # Spark looks every few seconds: a stage that was quicker has 0.
    heaps = [(stage.get("peakExecutorMetrics") or {}).get("JVMHeapMemory", 0) for stage in stages]
    found["peak_heap_bytes"] = max(heaps, default=0) or None
    return found
