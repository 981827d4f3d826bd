"""Run by Airflow's own Python: the DAGs as Airflow reads and renders them, as JSON on standard output."""

import contextlib
import copy
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pendulum
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.timetables.interval import CronDataIntervalTimetable

with contextlib.redirect_stdout(sys.stderr):
    folder = os.environ["AIRFLOW__CORE__DAGS_FOLDER"]
    bag = BundleDagBag(folder, bundle_path=Path(folder), bundle_name="dags-folder")


def task_of(task):
    return {
        "pool": task.pool,
        "retries": task.retries,
        "retry_delay": task.retry_delay.total_seconds(),
        "timeout": task.execution_timeout.total_seconds(),
        "outlets": [outlet.name for outlet in task.outlets],
        "callbacks": len(task.on_failure_callback or []),
    }


def dag_of(dag):
    return {
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "schedule": dag.timetable.expression,
        "doc_md": dag.doc_md,
        "tasks": {task.task_id: task_of(task) for task in dag.tasks},
    }


def rendered(dag, end):
    """The refresh's fields as they are for the interval that ends then."""
    task = copy.copy(dag.task_dict["refresh"])
    task.render_template_fields({"data_interval_end": pendulum.parse(end), "ti": SimpleNamespace(id="0a1b")})
    return {"arguments": task.application_args, "answer": task.answer, "application": task.application}


def interval(dag, moment):
    """The interval of a run started by hand at that moment. What a DAG file declares only the scheduler computes."""
    timetable = CronDataIntervalTimetable(dag.timetable.expression, timezone="UTC")
    found = timetable.infer_manual_data_interval(run_after=pendulum.parse(moment))
    return [found.start.isoformat(), found.end.isoformat()]


refresh = bag.dags.get("harmnet_refresh")
asked = json.loads(sys.argv[1])
told = {
    "import_errors": list(bag.import_errors.values()),
    "dags": {name: dag_of(dag) for name, dag in bag.dags.items()},
}
if refresh:
    told["intervals"] = {moment: interval(refresh, moment) for moment in asked.get("moments", [])}
    told["rendered"] = {end: rendered(refresh, end) for end in asked.get("ends", [])}
json.dump(told, sys.stdout)
