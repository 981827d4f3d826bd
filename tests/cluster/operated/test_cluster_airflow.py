"""The refresh through Airflow: the snapshot that the local file system gives; the same interval again is the same."""

import configparser
import json
import os
import subprocess
from datetime import UTC, datetime

import pytest
from hdfs_lakes import published, told
from processes import all_pids, listening, session_of, words_of
from running import PACKAGE, SMALL

from harmnet.ingest import ingest
from harmnet.storage import Lake
from lakes import GOLDEN
from scheduled import ROOT, airflow_of

pytestmark = pytest.mark.cluster

LATER = "marker_ref,person_ref,kind,set_at,cleared_at,detail\nK99,CR-09,ESCAPER,2026-06-01T00:00:00Z,,\n"
MORNING = "2026-06-30T09:00:00+00:00"
BEFORE, AFTER = datetime(2026, 6, 30, 2, 59, tzinfo=UTC), datetime(2026, 6, 30, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def lake(cluster, spark, expected):
    """The ten people's batch, received a minute before the interval of June's last day ended."""
    made = Lake(spark, f"{cluster.root}/data/scheduled")
    ingest(made, expected.settings, extracts=str(GOLDEN), received_at=BEFORE, progress=lambda _: None)
    return made


@pytest.fixture(scope="module")
def airflow(cluster, lake, tmp_path_factory):
    settings = SMALL | {"spark.yarn.jars": f"local:{os.environ['SPARK_HOME']}/jars/*"}
    env = cluster.environment() | {"HARMNET_PACKAGE": str(PACKAGE), "HARMNET_SPARK_CONF": json.dumps(settings)}
    return airflow_of(tmp_path_factory.mktemp("airflow") / "home", lake.root, **env)


def run(airflow, mode):
    """Runs the DAG for June's last interval; returns what was said, the sockets its processes listened on meanwhile
    and the words on their command lines."""
    connection = {"conn_type": "spark", "host": "yarn", "extra": {"queue": "etl", "deploy-mode": mode}}
    words = ["bash", str(ROOT / "conf/airflow/airflow.sh"), "dags", "test", "harmnet_refresh", MORNING]
    with (airflow.home / f"{mode}.log").open("w+") as log:
        process = subprocess.Popen(
            words,
            env=airflow.env | {"AIRFLOW_CONN_HARMNET_SPARK": json.dumps(connection)},
            cwd=airflow.home,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        sockets, command_lines = set(), set()
        while True:
            own = [pid for pid in all_pids() if session_of(pid) == process.pid]
            sockets |= set(listening(own))
            command_lines |= {b" ".join(words_of(pid)).decode(errors="replace") for pid in own}
            try:
                status = process.wait(timeout=1)
                break
            except subprocess.TimeoutExpired:
                continue
        log.seek(0)
        said = log.read()
    assert status == 0, said[-6000:]
    return said, sockets, command_lines


def secrets_of(airflow):
    """Values of its configuration that nobody else is to see."""
    written = configparser.ConfigParser(interpolation=None)
    written.read(airflow.home / "airflow.cfg")
    names = ("fernet_key", "jwt_secret", "secret_key")
    found = [value for part in written.values() for name, value in part.items() if name in names]
    return [value for value in found if len(value) > 10]


def test_an_interval_publishes_what_the_local_file_system_does_whatever_comes_afterwards(
    airflow, lake, expected, tmp_path
):
    said, sockets, command_lines = run(airflow, "cluster")
    assert published(lake) == told(expected.june)
    assert "new: the first snapshot as of 2026-06-30" in said
    event = {
        "snapshot_id": expected.june.snapshot_id,
        "content_hash": expected.june.content_hash,
        "as_of": "2026-06-30",
        "known_at": 1,
        "parent": None,
        "recipe_hash": expected.june.recipe_hash,
    }
    assert airflow.events() == [event]

    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "markers.csv").write_text(LATER)
    ingest(lake, expected.settings, extracts=str(tmp_path / "later"), received_at=AFTER, progress=lambda _: None)
    again, more_sockets, more_lines = run(airflow, "client")
    assert published(lake) == told(expected.june)
    assert "was published before: nothing to do" in again
    assert airflow.events() == [event, event]
    assert {state for *_, state in airflow.states()} == {"success"}

    addresses = sockets | more_sockets
    assert [address for address in addresses if not address.startswith(("127.", f"[{1:032x}]"))] == []
    secrets = secrets_of(airflow)
    assert secrets
    text = said + again + "\n".join(command_lines | more_lines)
    text += "".join(path.read_text(errors="replace") for path in (airflow.home / "logs").rglob("*") if path.is_file())
    assert [secret for secret in secrets if secret in text] == []
