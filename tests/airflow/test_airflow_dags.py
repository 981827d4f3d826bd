"""The DAGs as Airflow reads and renders them; run in Airflow's own environment."""

import json
import os
import re
import subprocess

import pytest

from harmnet.cli import main
from harmnet.options import KnownAt
from harmnet.stages import STAGE_NAMES
from scheduled import POOLS, ROOT, SECONDS, airflow_python

pytestmark = pytest.mark.airflow

END, WINTER = "2026-06-30T03:00:00+00:00", "2026-01-31T03:00:00+00:00"
MOMENTS = ("2026-06-30T02:59:59+00:00", "2026-06-30T03:00:00+00:00", "2026-06-30T23:59:59+00:00")


def bag(folder, asked=None, **env):
    """What dag_bag.py says of the DAGs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "HARMNET", "PYTHON"))}
    told = {"AIRFLOW_HOME": str(folder), "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "conf" / "airflow" / "dags")}
    words = [airflow_python(), ROOT / "tests" / "airflow" / "dag_bag.py", json.dumps(asked or {})]
    done = subprocess.run(
        words, env=kept | told | env, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stderr[-3000:]
    # Airflow writes of a file that it cannot read to the same output, before.
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    asked = {"ends": [END, WINTER], "moments": MOMENTS}
    return bag(tmp_path_factory.mktemp("home"), asked, HARMNET_LAKE="hdfs:///data/harmnet/")


def test_both_dags_are_read_and_run_one_at_a_time_without_catching_up(read):
    assert read["import_errors"] == []
    assert set(read["dags"]) == {"harmnet_refresh", "harmnet_freshness"}
    assert {(dag["max_active_runs"], dag["catchup"]) for dag in read["dags"].values()} == {(1, False)}


def test_the_refresh_has_one_writer_retries_a_limit_an_asset_and_a_callback(read):
    [(name, task)] = read["dags"]["harmnet_refresh"]["tasks"].items()
    assert name == "refresh"
    pools = json.loads(POOLS.read_text())
    assert {name: pool["slots"] for name, pool in pools.items()} == {task["pool"]: 1}
    assert task["retries"] == 3
    # Longer than it takes for the lock of a lost machine to go stale.
    assert task["retry_delay"] > 300
    assert task["timeout"] == 6 * 3600
    assert task["outlets"] == ["harmnet_snapshot"]
    assert task["callbacks"] == 1
    [fresh] = read["dags"]["harmnet_freshness"]["tasks"].values()
    assert (fresh["callbacks"], fresh["outlets"]) == (1, [])


def test_the_dag_tells_the_stages_as_they_are_listed_in_the_code(read):
    lines = [line for line in read["dags"]["harmnet_refresh"]["doc_md"].splitlines() if "→" in line]
    assert [re.split(r" → ", line) for line in lines] == [list(STAGE_NAMES)]


def test_day_and_batches_follow_from_the_end_of_the_interval_alone(read):
    found = read["rendered"]
    for end in (END, WINTER):
        answer = "hdfs:///data/harmnet/_work/airflow/0a1b.json"
        assert found[end] == {
            "application": "jobs/refresh.py",
            "arguments": [
                *("--lake", "hdfs:///data/harmnet", "--as-of", end[:10], "--known-at", end),
                *("--answer", answer),
            ],
            "answer": answer,
        }


def test_the_job_knows_every_argument_it_is_given(read):
    words = read["rendered"][END]["arguments"]
    refresh = {option: param for param in main.commands["refresh"].params for option in param.opts}
    given = dict(zip(words[::2], words[1::2], strict=True))
    assert set(given) <= set(refresh)
    assert refresh["--known-at"].type.convert(given["--known-at"], None, None).isoformat() == END
    assert isinstance(refresh["--known-at"].type, KnownAt)


def test_a_run_started_by_hand_takes_the_last_interval_that_has_ended(read):
    ends = {moment: end for moment, (_, end) in read["intervals"].items()}
    assert ends == dict(zip(MOMENTS, ("2026-06-29T03:00:00+00:00", END, END), strict=True))


def test_a_forces_conf_schedule_and_settings_reach_the_job(tmp_path):
    env = {"HARMNET_LAKE": "/srv/lake", "HARMNET_CONF": "force-conf", "HARMNET_SCHEDULE": "0 4 * * 1"}
    read = bag(tmp_path, {"ends": [END]}, **env)
    assert read["dags"]["harmnet_refresh"]["schedule"] == "0 4 * * 1"
    assert read["rendered"][END]["arguments"][-4:-2] == ["--conf", "force-conf"]


def test_a_deployment_that_is_wrong_is_told_line_by_line(tmp_path):
    env = {"HARMNET_LAKE": "lake", "HARMNET_FRESH_DAYS": "soon", "HARMNET_START": "x", "HARMNET_SPARK_CONF": "[1]"}
    read = bag(tmp_path, **env)
    assert read["dags"] == {}
    assert len(read["import_errors"]) == 2
    for error in read["import_errors"]:
        told = re.findall(r"HARMNET_\w+(?= is )", error)
        assert told == ["HARMNET_LAKE", "HARMNET_FRESH_DAYS", "HARMNET_START", "HARMNET_SPARK_CONF"]


READ = """
import json, sys
sys.path.insert(0, sys.argv[1])
from submission import read_answer
for address in sys.argv[2:]:
    try:
        print(json.dumps(read_answer(address)))
    except Exception as error:
        print(json.dumps(type(error).__name__ + ": " + str(error)))
"""


def test_the_answer_of_a_lake_on_this_machine_is_read_without_the_conf_of_a_cluster(tmp_path):
    (tmp_path / "there.json").write_text('{"snapshot_id": "s"}')
    addresses = [f"{start}{tmp_path}/{name}.json" for start in ("", "file://", "file:") for name in ("there", "gone")]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "HADOOP", "PYTHON"))}
    words = [airflow_python(), "-c", READ, ROOT / "conf" / "airflow" / "dags", *addresses]
    env = kept | {"AIRFLOW_HOME": str(tmp_path)}
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=SECONDS, check=False)
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith(("{", '"'))]
    lost = "AirflowException: the refresh ended and left no answer, so nothing says that it was published: "
    assert told == [{"snapshot_id": "s"}, f"{lost}{tmp_path}/gone.json: No such file or directory"] * 3, done.stderr
