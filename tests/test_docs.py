"""What README and docs name is there: files, commands, conf keys, columns, links; what they work out is right."""

import re
from datetime import date
from fnmatch import fnmatch

import pytest

from harmnet import views
from harmnet.config import load_settings
from harmnet.contracts import RESULT_TABLES, published_type
from harmnet.contracts.raw import BATCH_COLUMNS
from harmnet.snapshots.manifest import Snapshot
from harmnet.storage import Lake
from harmnet.weights import decay_table
from pages import (
    BLOCK,
    DOCS,
    PAGES,
    ROOT,
    broken_links,
    conf,
    conf_keys,
    has_key,
    missing_files,
    missing_tests,
    spans,
    statements,
    text_of,
    wrong_columns,
    wrong_commands,
    wrong_targets,
)

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@every_page
def test_every_file_and_test_named_is_there(page):
    assert missing_files(page) + missing_tests(page) == []


@every_page
def test_every_harmnet_command_and_make_target_named_is_there(page):
    assert wrong_commands(page) + wrong_targets(page) == []


@every_page
def test_every_conf_key_and_column_named_is_there(page):
    assert [key for key in sorted(conf_keys(page)) if not has_key(conf(), key.split("."))] == []
    assert wrong_columns(page) == []


@every_page
def test_every_link_leads_somewhere(page):
    assert broken_links(page) == []


def test_the_checks_find_what_is_wrong(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "See `lib/harmnet/nowhere.py`, `nowhere.yml`, `graph.nowhere`, `ties.<tie>.min_nights`, `edges.nowhere` and\n"
        "`test_nowhere`, [this](nowhere.md) or [that](#nowhere).\n\n"
        "```\nharmnet nowhere\nharmnet sql --nowhere x\nmake nowhere\n```\n",
        encoding="utf-8",
    )
    assert missing_files(page) == ["lib/harmnet/nowhere.py", "nowhere.yml"]
    assert missing_tests(page) == ["test_nowhere"]
    assert wrong_commands(page) == ["harmnet nowhere", "harmnet sql --nowhere"]
    assert wrong_targets(page) == ["nowhere"]
    assert sorted(key for key in conf_keys(page) if not has_key(conf(), key.split("."))) == [
        "graph.nowhere",
        "ties.<tie>.min_nights",
    ]
    assert wrong_columns(page) == ["edges.nowhere"]
    assert broken_links(page) == ["nowhere.md", "#nowhere"]


def test_architecture_has_the_picture_of_the_readme():
    picture = BLOCK.search(text_of(ROOT / "README.md").split("## The way the data flows", 1)[1])
    assert picture is not None
    assert picture[0] in text_of(DOCS / "architecture.md")


def test_numbers_names_every_conf_key_behind_a_figure():
    page, keys = DOCS / "numbers.md", set()
    for name in ("ties", "weights", "graph", "attributes", "harm", "ranking", "themes", "safeguarding", "dismantling"):
        for key, value in conf()[name].items():
            if name in ("ties", "ranking") or key == "victim_links":
                keys |= {f"{name}.{key}.{inner}" for inner in value if inner != "meaning"}
            elif key == "themes":
                keys |= {f"themes.themes.{theme}.{inner}" for theme in value for inner in ("relations", "rules")}
            else:
                keys.add(f"{name}.{key}")
    named = [re.sub(r"<\w+>", "*", key) for key in conf_keys(page)]

    def is_named(key):
        return any(fnmatch(key, name) or fnmatch(key, f"{name}.*") or name.startswith(f"{key}.") for name in named)

    assert [key for key in sorted(keys) if not is_named(key)] == []


def test_numbers_names_every_published_figure():
    named = set(spans(DOCS / "numbers.md"))
    parts = {f"{part}_micro" for weights in conf()["ranking"].values() for part in weights}
    for table in RESULT_TABLES:
        for column in table:
            if (
                (column.unit == "micro" or column.type == "double")
                and column.name != "score"
                and column.name not in parts
            ):
                assert f"{table.name}.{column.name}" in named


def test_numbers_gives_each_theme_its_title_relations_and_rules():
    section = text_of(DOCS / "numbers.md").split("## Involved, victim, connected", 1)[1].split("\n## ", 1)[0]
    table = section.split("| theme |", 1)[1]
    listed = {}
    for line in table.splitlines():
        if line.startswith("| `"):
            name, *rest = (cell.strip() for cell in line.strip("|").split("|"))
            listed[name.strip("`")] = rest
    themes = {}
    for name, theme in load_settings().themes.themes.items():
        of = {
            s: ", ".join(n for n, rule in theme.rules.items() if rule.strength == s) for s in ("PRIMARY", "SUPPORTING")
        }
        themes[name] = [theme.title, ", ".join(theme.relations), of["PRIMARY"], of["SUPPORTING"]]
    assert listed == themes


def test_the_theme_of_the_recipe_can_be_laid_over_the_shipped_conf(tmp_path):
    [recipe] = [block for language, block in BLOCK.findall(text_of(DOCS / "adding.md")) if language == "yaml"]
    (tmp_path / "themes.yml").write_text(recipe, encoding="utf-8")
    themes, shipped = load_settings(tmp_path).themes, load_settings().themes
    assert set(themes.themes) - set(shipped.themes) == {"robbery"}
    assert "lock knife" in set(themes.every_word()) - set(shipped.every_word())


def test_the_tie_worked_out_in_numbers_adds_up():
    text = text_of(DOCS / "numbers.md")
    worked = re.search(r"^(\d) x ([\d.]+) x ([\d.]+) x ([\d.]+) / (\d) = (\d+) micro$", text, re.MULTILINE)
    assert worked
    times, base, quality, decay, others, weight = worked.groups()
    tie = load_settings().ties["co_arrest"]
    assert base == str(tie.base)
    assert round(float(decay) * 1e6) == decay_table(tie.half_life_days, 365)[365]
    micro = [round(float(factor) * 1e6) for factor in (base, quality, decay)]
    of_record = int(times) * micro[0] * micro[1] * micro[2] // 10**12
    assert of_record // int(others) == int(weight)
    assert f"{of_record:,}" in text


class EmptyLake(Lake):
    """A lake in which every table is there and none has a row."""

    def has_table(self, table):
        return True

    def _empty(self, *columns):
        return self.spark.createDataFrame([], ", ".join(f"{name} {type_}" for name, type_ in columns))

    def read_result(self, table, snapshot_id=None):
        first = [] if snapshot_id else [("snapshot_id", "string")]
        return self._empty(*first, *((column.name, published_type(column)) for column in table))

    def read_registry(self, table):
        return self._empty(*((column.name, column.type) for column in table))

    def read_raw(self, table):
        lists = [(column.name, "array<string>" if column.type == "array<string>" else "string") for column in table]
        return self._empty(*((column.name, column.type) for column in BATCH_COLUMNS), *lists)


@pytest.fixture(scope="module")
def empty_lake(spark):
    """A session of its own in which every table and view is registered, empty."""
    lake = EmptyLake(spark.newSession(), "nowhere")
    views.register(lake, Snapshot("20260630-00000000", date(2026, 6, 30), 1, 1, "", "", None, False, ()))
    return lake


@pytest.mark.parametrize("page", [page for page in PAGES if statements(page)], ids=lambda page: page.name)
def test_every_statement_reads_tables_and_columns_that_are_there(page, empty_lake):
    for statement in statements(page):
        assert empty_lake.spark.sql(statement).columns


def queries_of(page):
    return [block for language, block in BLOCK.findall(text_of(page)) if language == "sql"]


def test_reading_results_numbers_its_queries_and_names_every_pub_view(empty_lake):
    page = DOCS / "reading_results.md"
    numbers = [int(number) for number in re.findall(r"^### (\d+)\. ", text_of(page), re.MULTILINE)]
    assert numbers == list(range(1, len(queries_of(page)) + 1))
    assert len(numbers) >= 10
    named = {span for span in spans(page) if re.fullmatch(r"pub_\w+", span)}
    there = {view.name for view in empty_lake.spark.catalog.listTables() if view.name.startswith("pub_")}
    assert named - {"pub_"} == there


def test_reading_results_says_what_a_pub_view_adds(empty_lake):
    rows = text_of(DOCS / "reading_results.md").split("| beside the table's own columns", 1)[1].split("\n\n", 1)[0]
    told = set(re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in rows.splitlines()[2:])))
    added = set()
    for table in RESULT_TABLES:
        if empty_lake.spark.catalog.tableExists(f"pub_{table.name}"):
            added |= set(empty_lake.spark.table(f"pub_{table.name}").columns) - set(table.names)
    assert told - {"handling"} == added - {"handling"}


@pytest.mark.slow
def test_each_of_the_queries_brings_rows_and_the_parts_of_a_score_add_up(tiny):
    session = tiny.lake.spark.newSession()
    views.register(Lake(session, tiny.lake.root), tiny.snapshot)
    brought = [
        [row.asDict() for row in session.sql(query).collect()] for query in queries_of(DOCS / "reading_results.md")
    ]
    assert [number for number, rows in enumerate(brought, start=1) if not rows] == []
    parts = [f"{part}_part" if part == "size" else part for part in conf()["ranking"]["networks"]]
    assert all(round(sum(row[part] for part in parts), 6) == row["score"] for row in brought[0])
