"""The refresh on the tiny fictional force: what it publishes, takes over, refuses and says."""

import random
import re

import pytest
from pyspark.sql import functions as F

from harmnet.contracts import RESULT_TABLES, TABLES, check_key
from harmnet.contracts.linked import INVOLVEMENTS, NOMINAL_IDS
from harmnet.errors import HarmnetError
from harmnet.evaluation import evaluate
from harmnet.explain import as_json, explain
from harmnet.refresh import refresh, run_stage
from harmnet.snapshots import manifest
from harmnet.snapshots.recipe import load_recipe
from harmnet.stages import STAGES, WRITTEN_BY
from lakes import AS_OF


@pytest.mark.parametrize("table", RESULT_TABLES, ids=lambda table: table.name)
def test_every_result_has_one_row_per_key(tiny, table):
    rows = tiny.lake.read_result(table, tiny.snapshot.snapshot_id)
    check_key(rows, table)


def test_involvements_have_one_row_per_key(tiny):
    check_key(tiny.lake.read_work(tiny.snapshot.recipe_hash, "link", INVOLVEMENTS), INVOLVEMENTS)


def test_rows_in_are_rows_staged_and_rows_quarantined(tiny):
    for row in tiny.rows("staged_counts"):
        assert row["raw_rows"] == row["superseded"] + row["deleted"] + row["current"]
        assert row["current"] == row["staged"] + row["quarantined"]
    quarantined = sum(row["quarantined"] for row in tiny.rows("staged_counts"))
    assert quarantined == len(tiny.rows("quarantine")) > 0


def test_the_same_recipe_again_returns_the_snapshot_that_is_there(tiny):
    said = []
    again = refresh(tiny.lake, tiny.settings, as_of=AS_OF, progress=said.append)
    assert again.snapshot_id == tiny.snapshot.snapshot_id
    assert len(manifest.snapshots(tiny.lake)) == 1
    assert any("published before" in line for line in said)


def test_a_finished_stage_is_taken_over_by_the_same_recipe(tiny):
    recipe, said = load_recipe(tiny.lake, tiny.snapshot.recipe_hash), []
    assert run_stage(tiny.lake, recipe, tiny.settings, STAGES[0], progress=said.append) == 0.0
    assert said == ["stage: taken over from an earlier run of the same recipe"]


def test_a_day_before_every_batch_and_an_unknown_batch_are_refused_in_one_line(tiny):
    with pytest.raises(HarmnetError, match="no batch 99 in") as refused:
        refresh(tiny.lake, tiny.settings, as_of=AS_OF, known_at=99, progress=lambda _: None)
    assert len(refused.value.problems) == 1


def test_the_run_says_each_stage_and_ends_with_a_report(tiny):
    said = "\n".join(tiny.said)
    assert re.findall(r"^(\w+): done in", said, re.MULTILINE) == [stage.name for stage in STAGES]
    sections = ["Rows per source", "Quarantined by reason", "grade not credible", "hubs", "Ties", "Edges by relation"]
    assert all(section in said for section in [*sections, "Offences without a value", "Networks", "Seconds", "Memory"])
    assert said.splitlines()[-1].startswith("  peak of this process tree")


def test_the_hub_event_of_hundreds_makes_no_ties(tiny):
    hubs = {(row["tie"], row["record_ref"]): row["n"] for row in tiny.rows("hub_events")}
    assert any(tie == "co_offending" and n > 50 for (tie, _), n in hubs.items())


def test_nobody_under_ten_at_every_event_is_ranked_and_no_victim_only_person_is(tiny):
    ranked = {row["nominal_id"] for row in tiny.rows("nominal_priorities")}
    work = tiny.lake.read_work(tiny.snapshot.recipe_hash, WRITTEN_BY["involvements"], INVOLVEMENTS)
    ids = tiny.lake.read_work(tiny.snapshot.recipe_hash, WRITTEN_BY["nominal_ids"], NOMINAL_IDS)
    offender = work.where((F.col("side") == "OFFENDER") & F.col("credible"))
    old_enough = offender.where(F.col("age_at_event").isNull() | (F.col("age_at_event") >= 10))
    allowed = {row["nominal_id"] for row in old_enough.join(ids, on="idx").select("nominal_id").distinct().collect()}
    assert ranked
    assert ranked <= allowed
    victims = {(row["theme"], row["nominal_id"]) for row in tiny.rows("theme_members") if row["victim_only"]}
    themed = {(row["theme"], row["nominal_id"]) for row in tiny.rows("nominal_priorities") if row["theme"] != "all"}
    assert victims
    assert not victims & themed


def test_scores_are_the_sum_of_their_parts_and_ranks_have_no_gaps(tiny):
    for name in ("network_priorities", "nominal_priorities"):
        parts = [column.name for column in TABLES[name] if column.name.endswith("_micro")]
        ranks = {}
        for row in tiny.rows(name):
            assert row["score"] == sum(row[part] for part in parts)
            ranks.setdefault(row["theme"], []).append(row["rank"])
        assert ranks
        assert all(sorted(found) == list(range(1, len(found) + 1)) for found in ranks.values())


def test_no_result_but_names_and_quarantine_holds_a_name(tiny):
    names = {"forename", "surname", "dob", "address", "ethnicity"}
    for table in RESULT_TABLES:
        if table.name != "nominal_names":
            assert not names & set(table.names), table.name


def test_planted_people_are_found(tiny):
    found = evaluate(tiny.lake, tiny.snapshot, tiny.extracts / "truth")
    assert set(found["themes"]) == {"soc", "county_lines", "cse", "violent_crime", "modern_slavery"}
    assert all(theme["member_recall"] >= 0.8 for theme in found["themes"].values())
    assert sum(theme["networks_found"] for theme in found["themes"].values()) >= 0.8 * len(found["networks"])


def test_explain_lists_the_records_of_a_pair_and_adds_up_to_its_edges(tiny):
    edges = {}
    for row in tiny.rows("edges"):
        edges.setdefault((row["src"], row["dst"]), {})[row["relation"]] = row["weight_micro"]
    several = sorted(pair for pair, relations in edges.items() if len(relations) > 1)
    src, dst = random.Random(7).choice(several)
    shown = as_json(explain(tiny.lake, tiny.snapshot, dst, src))["relations"]
    assert {name: relation["weight_micro"] for name, relation in shown.items() if relation["records"]} == edges[
        src, dst
    ]
    for relation in shown.values():
        assert relation["weight_micro"] == sum(record["weight_micro"] for record in relation["records"])
