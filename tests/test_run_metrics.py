"""What each stage of a run took: counted from Spark's own record, kept once, and never the end of a run."""

import json
import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from tests.snapshots.made import made_by

import harmnet.refresh
from harmnet.config import load_operating, load_settings
from harmnet.contracts.registry import RUN_EVENTS, RUN_METRICS
from harmnet.errors import HarmnetError
from harmnet.refresh import refresh
from harmnet.run_metrics import RunMetrics, SparkTasks, totals
from harmnet.stages import STAGE_NAMES, STAGES
from harmnet.storage import Lake
from lakes import AS_OF, copy_of
from pages import DOCS, statements
from scale_tables import BUDGET

SPARK_STAGE = {
    "stageId": 7,
    "numCompleteTasks": 2,
    "numFailedTasks": 1,
    "executorRunTime": 30,
    "executorCpuTime": 1_600_000,
    "jvmGcTime": 3,
    "inputBytes": 100,
    "shuffleWriteBytes": 40,
    "diskBytesSpilled": 5,
    "peakExecutorMetrics": {"JVMHeapMemory": 900},
}
QUICK = SPARK_STAGE | {"stageId": 8, "numFailedTasks": 0, "peakExecutorMetrics": None}
SKIPPED = QUICK | {"stageId": 9, **dict.fromkeys(SPARK_STAGE.keys() - {"stageId", "peakExecutorMetrics"}, 0)}


def kept(lake, *columns):
    """Rows of run_metrics in order, as tuples of these columns."""
    rows = sorted(lake.read_registry(RUN_METRICS).collect(), key=lambda row: (row["run_id"], row["place"]))
    return [tuple(row[name] for name in columns) for row in rows]


def test_spark_stages_are_added_up_and_those_that_spark_forgot_are_counted():
    assert totals([SPARK_STAGE, QUICK, SKIPPED], 5) == {
        "tasks": 4,
        "failed_tasks": 1,
        "task_ms": 60,
        "cpu_ms": 3,
        "gc_ms": 6,
        "input_bytes": 200,
        "shuffle_bytes": 80,
        "spilled_bytes": 10,
        "spark_stages": 2,
        "spark_stages_lost": 2,
        "peak_heap_bytes": 900,
    }
    assert totals([SPARK_STAGE, SPARK_STAGE], 1)["spark_stages_lost"] == 0  # tried again
    assert totals([SKIPPED], 1)["peak_heap_bytes"] is None


@pytest.mark.engine35
def test_tasks_are_those_that_ran_since_the_beginning(spark):
    tasks = SparkTasks(spark)
    spark.range(0, 8, 1, 4).collect()
    tasks.begin()
    assert tasks.taken()["tasks"] == 0
    spark.range(0, 9, 1, 3).repartition(2).collect()
    found = tasks.taken()
    assert (found["tasks"], found["failed_tasks"], found["spark_stages"], found["spark_stages_lost"]) == (5, 0, 2, 0)
    assert found["shuffle_bytes"] > 0
    tasks.begin()
    assert tasks.taken()["tasks"] == 0


@pytest.mark.engine35
def test_a_task_that_failed_is_counted(spark):
    tasks = SparkTasks(spark)
    tasks.begin()
    with pytest.raises(Exception, match="DIVIDE_BY_ZERO"):
        spark.range(0, 1, 1, 1).selectExpr("1 / id").collect()
    assert (tasks.taken()["tasks"], tasks.taken()["failed_tasks"]) == (0, 1)


def test_a_refresh_keeps_what_each_stage_took_in_one_commit(tiny):
    lake = tiny.lake
    assert lake.last_commit(RUN_METRICS) == 0
    assert kept(lake, "stage", "outcome") == [(name, "DONE") for name in STAGE_NAMES]
    assert {row[0] for row in kept(lake, "snapshot_id")} == {tiny.snapshot.snapshot_id}
    [(run,)] = set(kept(lake, "run_id"))
    events = [row for row in lake.read_registry(RUN_EVENTS).collect() if row["run_id"] == run]
    seconds = {row["stage"]: json.loads(row["detail"])["seconds"] for row in events if row["event"] == "STAGE_DONE"}
    assert seconds.keys() == {stage.name for stage in STAGES}
    for stage, elapsed, budget, rows, tasks, shuffled in kept(
        lake, "stage", "elapsed_ms", "budget_ms", "rows", "tasks", "shuffle_bytes"
    ):
        assert budget is None
        assert (rows is None) == (stage == "pin")
        if stage in seconds:
            # The event has a tenth of a second.
            assert elapsed / 1000 == pytest.approx(seconds[stage], abs=0.051)
            assert tasks > 0
        assert shuffled > 0 or stage in ("pin", "dismantle", "publish")
    rows = dict(kept(lake, "stage", "rows"))
    assert rows["publish"] == sum(entry.rows for entry in tiny.snapshot.tables)
    assert rows["measure"] == len(tiny.rows("nominal_measures"))


def test_a_run_that_fails_keeps_how_far_it_came(ten_people, tmp_path, monkeypatch):
    published = copy_of(ten_people, tmp_path / "lake")
    before = len(kept(published.lake, "run_id"))

    def run_stage(*arguments, **_):
        if arguments[3].name == "tie":
            raise HarmnetError("no ties today")
        return 0.0

    monkeypatch.setattr(harmnet.refresh, "run_stage", run_stage)
    with pytest.raises(HarmnetError, match="no ties today"):
        refresh(published.lake, published.settings, as_of=AS_OF + timedelta(days=1), progress=lambda _: None)
    found = kept(published.lake, "stage", "outcome", "rows")[before:]
    assert found == [
        ("pin", "DONE", None),
        ("stage", "TAKEN_OVER", None),
        ("link", "TAKEN_OVER", None),
        ("tie", "FAILED", None),
    ]


def test_what_cannot_be_kept_or_read_is_one_warning_and_no_failure(spark, tmp_path, monkeypatch, caplog):
    lake = Lake(spark, str(tmp_path / "lake"))

    def broken(*_):
        raise RuntimeError("the disk is full\nat some line")

    with monkeypatch.context() as patched:
        patched.setattr(SparkTasks, "taken", broken)
        metrics = RunMetrics(lake, "run-1")
        for stage in ("link", "tie"):
            with metrics.of(stage):
                pass
        metrics.keep(made_by())
    assert kept(lake, "stage", "outcome", "tasks") == [("link", "DONE", None), ("tie", "DONE", None)]
    monkeypatch.setattr(lake, "append_registry", broken)
    metrics.keep(made_by())
    assert [record.getMessage() for record in caplog.records] == [
        "run_metrics goes without Spark's own record of its tasks: the disk is full",
        f"{lake.root}: run_metrics has nothing of run run-1: the disk is full",
    ]
    assert len(kept(lake, "stage")) == 2


def test_a_stage_over_its_budget_is_told_and_kept_beside_it(spark, tmp_path):
    lake = Lake(spark, str(tmp_path / "lake"))
    metrics = RunMetrics(lake, "run-1", {"link": 0, "tie": 600})
    for stage in ("link", "tie", "theme"):
        with metrics.of(stage):
            time.sleep(0.06)
    metrics.keep(made_by())
    [line] = metrics.over_budget()
    assert re.fullmatch(r"link took 0\.\d s, its budget is 0 s: conf/operating\.yml", line)
    assert kept(lake, "stage", "budget_ms") == [("link", 0), ("tie", 600_000), ("theme", None)]


def test_budgets_are_of_the_stages_there_are_and_in_no_recipe(tmp_path):
    operating = load_operating()
    assert tuple(operating.stage_seconds.model_dump()) == STAGE_NAMES
    for names, seconds in BUDGET.items():
        assert sum(operating.budgets[name] for name in names.split(" and ")) == seconds
    assert "operating" not in load_settings().contents["files"]
    (tmp_path / "operating.yml").write_text("stage_seconds: {tie: 0, nowhere: 5, link: 7, harm: null}\n")
    with pytest.raises(HarmnetError) as refused:
        load_operating(tmp_path)
    assert [problem.split(" (found")[0] for problem in refused.value.problems] == [
        "conf/operating.yml: stage_seconds.tie: Input should be greater than or equal to 1",
        "conf/operating.yml: stage_seconds.nowhere: Extra inputs are not permitted",
    ]
    (tmp_path / "operating.yml").write_text("stage_seconds: {link: 7, harm: null}\n")
    budgets = load_operating(tmp_path).budgets
    assert (budgets["link"], budgets["tie"], "harm" in budgets) == (7, 45, False)


def test_the_query_of_the_guide_names_the_stage_that_gets_slower(spark, tmp_path):
    lake = Lake(spark, str(tmp_path / "lake"))
    rows = []
    for run in range(14):
        of = {"run_id": f"202606{run + 1:02d}", "started_at": datetime(2026, 6, run + 1, tzinfo=UTC), "outcome": "DONE"}
        # Before the last ten runs harm was far slower: that is over, and what was taken over is no run.
        rows += [of | {"stage": "tie", "elapsed_ms": 1000 + 100 * run}, of | {"stage": "link", "elapsed_ms": 5000}]
        rows.append(of | {"stage": "harm", "elapsed_ms": 9000 if run < 4 else 2000 - 10 * run})
        rows.append(of | {"run_id": f"{of['run_id']}b", "stage": "link", "elapsed_ms": 1, "outcome": "TAKEN_OVER"})
    lake.append_registry(rows, RUN_METRICS)
    lake.read_registry(RUN_METRICS).createOrReplaceTempView("run_metrics")
    [query] = [statement for statement in statements(DOCS / "operating.md") if "regr_slope" in statement]
    found = [row.asDict() for row in spark.sql(query).collect()]
    assert [(row["stage"], row["slower_ms"], row["runs"]) for row in found] == [
        ("tie", 100, 10),
        ("link", 0, 10),
        ("harm", -10, 10),
    ]
    spark.catalog.dropTempView("run_metrics")
