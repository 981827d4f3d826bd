"""Ties of the refresh against the oracle and against the ten people worked out by hand."""

import csv
import random
from datetime import date
from pathlib import Path

import pytest

from harmnet.contracts.linked import INVOLVEMENTS, NOMINAL_IDS
from harmnet.evidence import build
from harmnet.explain import as_json, explain
from harmnet.harm import offence_group_rows
from harmnet.stages import WRITTEN_BY
from lakes import publish_lake
from oracle import by_key, differences

GOLDEN = Path(__file__).parent / "golden"


def test_every_person_record_stands_for_the_nominal_the_oracle_says(random_forces):
    published, oracle = random_forces
    assert {row["person_ref"]: row["nominal_id"] for row in published.rows("people")} == oracle.people()


def test_every_edge_has_the_weight_the_oracle_works_out(random_forces):
    published, oracle = random_forces
    expected = oracle.edges()
    assert len(expected) > 1000
    assert differences(expected, by_key(published.rows("edges"), "src", "dst", "relation")) == []


def test_every_record_with_too_many_people_is_listed_and_no_other(random_forces):
    published, oracle = random_forces
    found = sorted((row["tie"], row["record_ref"], row["n"]) for row in published.rows("hub_events"))
    assert found == oracle.hub_events() != []


def test_the_evidence_has_every_factor_of_every_record_the_oracle_counts(random_forces):
    published, oracle = random_forces
    lake, settings, recipe = published.lake, published.settings, published.snapshot.recipe_hash
    work = {table: lake.read_work(recipe, WRITTEN_BY[table.name], table) for table in (INVOLVEMENTS, NOMINAL_IDS)}
    names = {row["idx"]: row["nominal_id"] for row in work[NOMINAL_IDS].collect()}
    groups = offence_group_rows(lake.spark, settings)
    found = build(work[INVOLVEMENTS], ties=settings.ties, as_of=published.snapshot.as_of, offence_groups=groups).pairs
    columns = (
        "tie",
        "record_ref",
        "event_date",
        "times",
        "base_micro",
        "quality_micro",
        "decay_micro",
        "n",
        "weight_micro",
    )

    def key(row, src, dst):
        return (src, dst, *(row[name] for name in columns))

    counted = sorted(key(row, names[row["src"]], names[row["dst"]]) for row in found.collect() if row["counted"])
    assert counted == sorted(key(row, row["src"], row["dst"]) for row in oracle.evidence() if row["counted"])


def test_explain_lists_the_records_of_a_pair_and_adds_up_to_its_edges(random_forces):
    published, oracle = random_forces
    pairs = sorted({(src, dst) for src, dst, _ in oracle.edges()})
    for src, dst in random.Random(7).sample(pairs, 4):
        shown = as_json(explain(published.lake, published.snapshot, dst, src))["relations"]
        expected = {key[2]: edge["weight_micro"] for key, edge in oracle.edges().items() if key[:2] == (src, dst)}
        assert {name: relation["weight_micro"] for name, relation in shown.items() if relation["records"]} == expected
        for relation in shown.values():
            assert relation["weight_micro"] == sum(record["weight_micro"] for record in relation["records"])


@pytest.fixture(scope="module")
def ten_people(spark, tmp_path_factory):
    return publish_lake(spark, tmp_path_factory.mktemp("golden") / "lake", GOLDEN / "extracts")


def read_expected(name):
    with (GOLDEN / "expected" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_ten_people_have_the_edges_worked_out_by_hand(ten_people):
    text = {"src", "dst", "relation"}
    dates = {"first_date", "last_date"}
    expected = [
        {
            name: value if name in text else date.fromisoformat(value) if name in dates else int(value)
            for name, value in row.items()
        }
        for row in read_expected("edges.csv")
    ]
    key = ("src", "dst", "relation")
    assert differences(by_key(expected, *key), by_key(ten_people.rows("edges"), *key)) == []


def test_the_ten_people_are_who_the_page_says(ten_people):
    expected = {row["person_ref"]: row["nominal_id"] for row in read_expected("people.csv")}
    assert {row["person_ref"]: row["nominal_id"] for row in ten_people.rows("people")} == expected
