"""What the DAGs are told and what they tell, without Airflow; the DAGs themselves are in tests/airflow."""

import logging
import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from alerts import alert, reason
from deployment import deployment
from scheduled import ROOT

CONF = ROOT / "conf" / "airflow"
SOURCES = {path.name: path.read_text() for path in (CONF / "dags").glob("*.py")}
PAGE = (ROOT / "docs" / "airflow.md").read_text(encoding="utf-8")


def test_a_lake_is_all_that_a_deployment_has_to_name():
    there = deployment({"HARMNET_LAKE": "hdfs:///data/harmnet/"})
    assert (there.lake, there.answers) == ("hdfs:///data/harmnet", "hdfs:///data/harmnet/_work/airflow")
    assert (there.schedule, there.start, there.fresh_days) == ("0 3 * * *", datetime(2026, 1, 1, tzinfo=UTC), 2)
    assert (there.package, there.command) == (str(ROOT / "build/package"), str(ROOT / ".venv/bin/harmnet"))


def test_everything_that_is_wrong_is_told_at_once_a_line_each():
    wrong = {"HARMNET_LAKE": "lake", "HARMNET_FRESH_DAYS": "-1", "HARMNET_START": "June", "HARMNET_SPARK_CONF": "{"}
    with pytest.raises(ValueError) as refused:
        deployment(wrong)
    lines = str(refused.value).splitlines()
    assert [line.split(" is ")[0] for line in lines] == list(wrong)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("one.\ntwo"), "one"),
        ("Cannot execute: spark-submit --name harmnet refresh.\nharmnet: hdfs:///x: in use: refresh by etl\nend", None),
        (ValueError(), "ValueError"),
        (None, "no reason given"),
    ],
)
def test_the_reason_is_harmnets_own_line_or_the_first(error, told):
    assert reason(error) == (told or "hdfs:///x: in use: refresh by etl")


def context(**given):
    return {
        "ti": SimpleNamespace(dag_id="harmnet_refresh", task_id="refresh"),
        "data_interval_end": datetime(2026, 6, 30, 3, tzinfo=UTC),
        "exception": ValueError("it broke"),
    } | given


@pytest.mark.parametrize(
    ("script", "more"),
    [
        ("cat > {heard}", []),
        ("exit 3", ["HARMNET_ALERT: {hook} ended with 3"]),
        (None, ["HARMNET_ALERT: [Errno 2] No such file or directory: '{hook}'"]),
    ],
)
def test_a_failure_is_one_line_in_the_log_and_on_the_hooks_input(tmp_path, monkeypatch, caplog, script, more):
    hook, heard = tmp_path / "hook", tmp_path / "heard"
    if script:
        hook.write_text(f"#!/bin/sh\n{script.format(heard=heard)}\n")
        hook.chmod(0o755)
    monkeypatch.setenv("HARMNET_ALERT", str(hook))
    line = "harmnet_refresh.refresh for the interval until 2026-06-30T03:00:00+00:00 failed: it broke. Mend it"
    with caplog.at_level(logging.ERROR, logger="harmnet.alert"):
        alert("Mend it")(context())
    assert caplog.messages == [line, *(text.format(hook=hook) for text in more)]
    assert not heard.exists() or heard.read_text() == f"{line}\n"
    assert heard.exists() == (not more)


def test_without_a_hook_the_log_is_told(monkeypatch, caplog):
    monkeypatch.delenv("HARMNET_ALERT", raising=False)
    with caplog.at_level(logging.ERROR, logger="harmnet.alert"):
        alert("Mend it")(context(data_interval_end=None))
    assert caplog.messages == ["harmnet_refresh.refresh failed: it broke. Mend it"]


def test_every_variable_that_is_read_stands_in_the_table_of_the_page():
    read = set(re.findall(r"\bHARMNET_[A-Z_]+", "".join(SOURCES.values())))
    table = PAGE.split("| variable |", 1)[1].split("\n\n", 1)[0]
    assert set(re.findall(r"^\| `(HARMNET_\w+)`", table, re.MULTILINE)) == read


def test_airflow_looks_for_dags_in_no_other_module():
    ignored = set((CONF / "dags" / ".airflowignore").read_text().split())
    assert ignored == {name for name, text in SOURCES.items() if "with DAG(" not in text}


def test_every_dag_says_what_it_does_in_few_lines():
    for name, text in SOURCES.items():
        assert len(text.splitlines()) < 100, name
        assert text.startswith('"""'), name
