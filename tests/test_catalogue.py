"""A term has one name everywhere: in conf, code, tests, README and docs."""

import re
from pathlib import Path

import pytest

from harmnet.config import load_settings
from harmnet.contracts import RESULT_TABLES, TABLES, TableClass
from harmnet.contracts.priorities import EVIDENCE_SHARES
from harmnet.contracts.raw import RAW_TABLES, SYSTEMS
from harmnet.graph import ENGINES
from harmnet.record_kinds import SYSTEM_OF
from harmnet.sources import INVOLVE, RULES
from harmnet.stages import PUBLISHED, STAGE_NAMES, STAGES, WRITTEN_BY
from harmnet.ties import BUILDERS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ORACLE_TIES = (ROOT / "tests" / "oracle" / "ties.py").read_text(encoding="utf-8")


def modules(folder: str) -> set[str]:
    return {path.stem for path in (ROOT / "lib" / "harmnet" / folder).glob("*.py")}


def table_under(heading: str) -> list[list[str]]:
    """Cells of the first table below a heading of the README, without its header."""
    text = README.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_ties_in_conf_code_oracle_and_readme_are_the_same():
    ties = set(load_settings().ties)
    assert ties == set(BUILDERS)
    assert ties == modules("ties") - {"__init__", "shapes"}
    assert all(f"def {tie}(" in ORACLE_TIES for tie in ties)
    assert ties == {row[0].strip("`") for row in table_under("Ties")}


def test_the_readme_gives_each_tie_its_relation_base_and_half_life():
    settings = load_settings().ties
    for name, _, relation, base, half_life in table_under("Ties"):
        tie = settings[name.strip("`")]
        assert relation == tie.relation
        assert base.split()[0] == str(tie.base)
        assert half_life == ("none" if tie.half_life_days is None else str(tie.half_life_days))


@pytest.mark.parametrize("stage", STAGE_NAMES)
def test_each_stage_has_a_job_and_stands_in_the_readme(stage):
    assert (ROOT / "jobs" / f"{stage}.py").is_file()
    assert re.search(rf"\b{stage}\b", README.split("## The way the data flows", 1)[1].split("\n## ", 1)[0])


def test_jobs_are_the_stages_and_the_three_that_run_no_or_many_of_them():
    jobs = {path.stem for path in (ROOT / "jobs").glob("*.py")}
    assert jobs == {*STAGE_NAMES, "ingest", "refresh", "reproduce"}
    assert all(len(path.read_text().splitlines()) < 60 for path in (ROOT / "jobs").glob("*.py"))


def test_data_goes_one_way():
    order = [stage.name for stage in STAGES]
    for place, stage in enumerate(STAGES):
        for table in stage.reads:
            assert order.index(WRITTEN_BY[table.name]) < place, f"{stage.name} reads {table.name}"


def test_every_result_table_is_published_and_written_by_one_stage():
    assert {table.name for table in RESULT_TABLES} == {table.name for table in PUBLISHED}
    written = [table.name for stage in STAGES for table in stage.writes]
    assert len(written) == len(set(written))
    assert set(written) == {t.name for t in TABLES.values() if t.table_class in (TableClass.WORK, TableClass.RESULT)}


def test_each_source_system_is_one_module_and_can_be_switched_off():
    systems = set(load_settings().sources.systems)
    assert systems == set(INVOLVE) == set(SYSTEMS) - {"people"}
    assert systems | {"people"} == modules("sources") - {"__init__", "checks", "rows"}
    assert set(RULES) == {table.source for table in RAW_TABLES}


def test_sides_and_basis_are_given_for_every_source_system():
    weights = load_settings().weights
    assert set(weights.sides) == set(weights.basis) == set(INVOLVE)


def test_every_system_that_ties_rest_on_has_a_share_of_the_reliability_statement():
    assert set(SYSTEM_OF.values()) == set(EVIDENCE_SHARES) & set(INVOLVE)
    assert {system for system in INVOLVE if system != "markers"} == set(SYSTEM_OF.values())


def test_each_engine_is_one_module():
    solved = {"kernel", "weighted", "centrality", "communities"}
    either = {"__init__", "contract", "division", "scopes", "executor", *solved}
    assert set(ENGINES) == modules("graph") - either
