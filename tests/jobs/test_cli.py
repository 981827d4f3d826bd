"""The command line, in process: what each command prints, and that bad input is one line and a status that is not 0."""

import csv
import io
import json

import pytest
from click.testing import CliRunner

from harmnet.cli import main

COMMANDS = sorted(main.commands)


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def refused(*arguments):
    """The one line that a refusal says."""
    result = run(*arguments)
    assert result.exit_code != 0
    assert result.stdout == ""
    assert "Traceback" not in result.output
    lines = [line for line in result.stderr.splitlines() if line.startswith("harmnet: ")]
    assert len(lines) == 1, result.output
    return lines[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"Example: harmnet {command}" in result.output


def test_snapshots_are_listed_with_their_id_first(tiny):
    result = run("snapshots", "--lake", tiny.lake.root, "--format", "csv")
    rows = list(csv.reader(io.StringIO(result.stdout)))
    assert rows[0][0] == "snapshot_id"
    assert [row[0] for row in rows[1:]] == [tiny.snapshot.snapshot_id]


@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_sql_answers_in_each_format(tiny, form):
    statement = "SELECT theme, count(*) AS networks FROM networks GROUP BY theme ORDER BY theme"
    result = run("sql", "--lake", tiny.lake.root, "--format", form, statement)
    assert result.exit_code == 0, result.output
    expected = {}
    for row in tiny.rows("networks"):
        expected[row["theme"]] = expected.get(row["theme"], 0) + 1
    if form == "csv":
        found = {row["theme"]: int(row["networks"]) for row in csv.DictReader(io.StringIO(result.stdout))}
    elif form == "json":
        found = {row["theme"]: row["networks"] for row in json.loads(result.stdout)}
    else:
        cells = [line.split() for line in result.stdout.splitlines()]
        found = {row[0]: int(row[1]) for row in cells if len(row) == 2 and row[1].isdigit()}
    assert found == expected


def test_every_result_has_a_view_that_says_what_its_rows_are(tiny):
    statement = "SELECT * FROM pub_nominal_priorities WHERE theme = 'all' AND rank = 1"
    (row,) = json.loads(run("sql", "--lake", tiny.lake.root, "--format", "json", statement).stdout)
    assert row["snapshot_id"] == tiny.snapshot.snapshot_id
    assert row["as_of"] == "2026-06-30"
    assert row["notice"] == "decision support, not evidence"
    assert row["basis"] == "DERIVED"
    assert row["handling"].split()[0] in {"P", "C"}
    assert row["name"]


def test_a_filter_on_snapshot_id_sees_that_snapshot(tiny):
    statement = "SELECT count(*) AS n FROM edges WHERE snapshot_id = '{}'"
    of = [
        json.loads(run("sql", "--lake", tiny.lake.root, "--format", "json", statement.format(name)).stdout)[0]["n"]
        for name in (tiny.snapshot.snapshot_id, "none")
    ]
    assert of == [len(tiny.rows("edges")), 0]


@pytest.mark.slow
def test_explain_prints_records_that_add_up(tiny):
    edge = max(tiny.rows("edges"), key=lambda row: (row["records"], row["src"], row["dst"]))
    result = run("explain", "--lake", tiny.lake.root, "--format", "json", edge["dst"], edge["src"])
    shown = json.loads(result.stdout)["relations"][edge["relation"]]
    assert shown["weight_micro"] == edge["weight_micro"] == sum(row["weight_micro"] for row in shown["records"])
    assert len(shown["records"]) == edge["records"]
    for row in shown["records"]:
        exact = row["times"] * row["base"] * row["quality"] * row["decay"] / (row["n"] - 1) * 1e6
        assert row["weight_micro"] == pytest.approx(exact, abs=1.001)
    table = run("explain", "--lake", tiny.lake.root, edge["src"], edge["dst"])
    assert f"{edge['relation']}: weight {edge['weight_micro'] / 1e6:.6f}" in table.stdout


@pytest.mark.slow
def test_chart_writes_one_file_and_prints_its_path(tiny, tmp_path):
    network = min(row["network_id"] for row in tiny.rows("networks"))
    result = run("chart", "--lake", tiny.lake.root, "--network", network, "--out", tmp_path / "network.html")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{tmp_path / 'network.html'}\n"
    assert network in (tmp_path / "network.html").read_text()


def test_a_chart_of_a_network_that_is_not_there_is_refused(tiny, tmp_path):
    out = tmp_path / "network.html"
    assert "no network soc-1" in refused("chart", "--lake", tiny.lake.root, "--network", "soc-1", "--out", out)
    assert not out.exists()


def test_evaluate_prints_precision_and_recall_per_theme(tiny):
    truth = tiny.extracts / "truth"
    result = run("evaluate", "--lake", tiny.lake.root, "--truth", truth, "--format", "json")
    themes = json.loads(result.stdout)["themes"]
    assert all(0 <= theme[name] <= 1 for theme in themes.values() for name in ("member_precision", "member_recall"))


def test_a_statement_that_is_no_sql_is_refused(tiny):
    assert "sql: " in refused("sql", "--lake", tiny.lake.root, "SELEC 1")


def test_a_table_that_does_not_exist_is_refused(tiny):
    assert "TABLE_OR_VIEW_NOT_FOUND" in refused("sql", "--lake", tiny.lake.root, "SELECT * FROM gangs")


def test_a_nominal_that_is_not_there_is_refused(tiny):
    someone = tiny.rows("nominals")[0]["nominal_id"]
    assert "no nominal NOBODY" in refused("explain", "--lake", tiny.lake.root, someone, "NOBODY")


def test_a_snapshot_that_is_not_there_is_refused(tiny):
    assert "no snapshot 19990101-0" in refused("sql", "--lake", tiny.lake.root, "--snapshot", "19990101-0", "SELECT 1")


def test_an_empty_lake_has_nothing_to_refresh_or_read(tmp_path):
    assert "no batch in" in refused("refresh", "--lake", tmp_path / "lake", "--as-of", "2026-06-30")
    assert "no snapshot was published yet" in refused("sql", "--lake", tmp_path / "lake", "SELECT 1")


def test_an_unknown_conf_key_is_named_with_its_file(tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "graph.yml").write_text("engin: native\n")
    said = refused("refresh", "--lake", tmp_path / "lake", "--as-of", "2026-06-30", "--conf", tmp_path / "conf")
    assert "conf/graph.yml: engin" in said


def test_a_missing_extract_folder_is_named(tmp_path):
    assert str(tmp_path / "none") in refused("ingest", "--lake", tmp_path / "lake", "--from", tmp_path / "none")


def test_an_unknown_stage_is_named_with_those_there_are(tiny):
    assert "the stages are pin, stage, link" in refused("stage", "--lake", tiny.lake.root, "tidy")


def test_synthesise_and_import_say_what_they_wrote(tmp_path):
    (tmp_path / "list").mkdir()
    (tmp_path / "list" / "edgelist.csv").write_text("src,dst,times\na,b,2\nb,c,1\n")
    result = run("import", "edgelist", "--from", tmp_path / "list", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "crimes" in result.stdout
    assert (tmp_path / "out" / "crime_people.csv").is_file()
