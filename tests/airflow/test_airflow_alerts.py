"""What is told when a snapshot grows old, or a refresh fails for good: one line, to the force's own command too.

Real runs, on the ten people's lake.
"""

import sys

import pytest

from harmnet.session import jars_dir
from scheduled import ROOT, airflow_of

pytestmark = pytest.mark.airflow

MORNING = "2026-07-01T08:00:00+00:00"


@pytest.fixture
def hook(tmp_path):
    """A command that keeps what it is told, and the file it keeps it in."""
    command, heard = tmp_path / "hook", tmp_path / "heard"
    command.write_text(f"#!/bin/sh\necho told $# >>{heard}\ncat >>{heard}\n")
    command.chmod(0o755)
    return str(command), heard


@pytest.fixture(scope="module")
def airflow(ten_people, tmp_path_factory):
    """Airflow for the ten people's lake, and a package that is not there."""
    folder = tmp_path_factory.mktemp("airflow")
    command = folder / "harmnet"
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT}/lib exec {sys.executable} -m harmnet "$@"\n')
    command.chmod(0o755)
    return airflow_of(
        folder / "home",
        str(ten_people.lake.root),
        HARMNET_COMMAND=str(command),
        HARMNET_JARS=str(jars_dir()),
        HARMNET_PACKAGE="/nowhere/package",
    )


def test_a_snapshot_that_is_too_old_fails_in_one_line_and_one_that_is_not_does_not(airflow, hook, ten_people):
    airflow.run("dags", "test", "harmnet_freshness", MORNING, HARMNET_FRESH_DAYS="100000", HARMNET_ALERT=hook[0])
    assert not hook[1].exists()
    airflow.run("dags", "test", "harmnet_freshness", MORNING, status=1, HARMNET_FRESH_DAYS="1", HARMNET_ALERT=hook[0])
    [arguments, line] = hook[1].read_text().splitlines()
    assert arguments == "told 0"
    assert line.startswith("harmnet_freshness.fresh ")
    assert f" failed: NOT FRESH: current snapshot {ten_people.snapshot.snapshot_id} is as of 2026-06-30, " in line
    assert line.endswith("1 allowed. See which run of harmnet_refresh is missing, and why")


def test_a_refresh_that_cannot_be_submitted_is_told_with_what_to_do(airflow, hook):
    airflow.run("dags", "test", "harmnet_refresh", MORNING, status=1, HARMNET_ALERT=hook[0])
    [_, line] = hook[1].read_text().splitlines()
    assert line == (
        "harmnet_refresh.refresh for the interval until 2026-07-01T03:00:00+00:00 failed: no package in "
        "/nowhere/package: run make package, or set HARMNET_PACKAGE. The snapshot before it is still served. "
        "Mend what the line names, then clear the task: it resumes after its last finished stage"
    )
    assert ("harmnet_refresh", "2026-07-01 03:00", "failed") in airflow.states()
    assert airflow.events() == []
