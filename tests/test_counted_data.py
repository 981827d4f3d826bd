"""Data that someone else has counted, from extracts to measures: ten people worked out by hand, and public data.

All of it goes through one lake as a batch each: their people never meet.
"""

import csv
import os
from collections import Counter
from datetime import date
from pathlib import Path

import networkx as nx
import pytest

from harmnet.imports import run_import
from lakes import derive_lake
from oracle import by_key, differences

REAL = Path(os.environ.get("HARMNET_REAL_DATA") or Path(__file__).parents[2] / "shared" / "real")
GOLDEN = Path(__file__).parent / "golden"
pytestmark = pytest.mark.slow


def public(test):
    """A test of public data, skipped where it is not there."""
    there = pytest.mark.skipif(
        not REAL.is_dir(), reason=f"{REAL} is not there: HARMNET_REAL_DATA names the public data"
    )
    return pytest.mark.real(there(test))


@pytest.fixture(scope="module")
def counted(spark, tmp_path_factory):
    """The ten people and, where they are there, St. Louis offenders and POLE; and the folder of the imports."""
    folder = tmp_path_factory.mktemp("counted")
    batches = [GOLDEN / "extracts"]
    if REAL.is_dir():
        run_import("st_louis", REAL / "moreno_crime", folder / "st_louis")
        run_import("pole", REAL / "pole_manchester", folder / "pole")
        batches += [folder / "st_louis", folder / "pole"]
    return derive_lake(spark, folder / "lake", *batches, until="measure"), folder


def read_expected(name):
    with (GOLDEN / "expected" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_ten_people_are_who_the_page_says(counted):
    expected = {row["person_ref"]: row["nominal_id"] for row in read_expected("people.csv")}
    found = {row["person_ref"]: row["nominal_id"] for row in counted[0].rows("people")}
    assert {ref: found[ref] for ref in expected} == expected
    own = set(expected.values())
    assert {ref for ref, nominal in found.items() if nominal in own} == set(expected)


def test_the_ten_people_have_the_edges_worked_out_by_hand(counted):
    text = {"src", "dst", "relation"}
    dates = {"first_date", "last_date"}
    expected = [
        {
            name: value if name in text else date.fromisoformat(value) if name in dates else int(value)
            for name, value in row.items()
        }
        for row in read_expected("edges.csv")
    ]
    own = {row["nominal_id"] for row in read_expected("people.csv")}
    found = [row for row in counted[0].rows("edges") if {row["src"], row["dst"]} & own]
    key = ("src", "dst", "relation")
    assert differences(by_key(expected, *key), by_key(found, *key)) == []


def people_of(folder):
    with (folder / "people.csv").open(encoding="utf-8", newline="") as file:
        return {row["person_ref"] for row in csv.DictReader(file)}


def graph_of(derived, people=None):
    """Theme `all`, among some people, as a networkx graph: ASSOCIATION ties of at least 0.02; and its members."""
    members = [row for row in derived.rows("network_members") if row["theme"] == "all"]
    members = [row for row in members if people is None or row["nominal_id"] in people]
    graph = nx.Graph()
    graph.add_nodes_from(row["nominal_id"] for row in members)
    for row in derived.rows("edges"):
        if (
            row["relation"] == "ASSOCIATION"
            and row["src"] in graph
            and row["dst"] in graph
            and row["weight_micro"] >= 20_000
        ):
            graph.add_edge(row["src"], row["dst"], weight=row["weight_micro"])
    return graph, members


@public
def test_st_louis_has_the_people_ties_and_networks_that_were_counted(counted):
    derived, folder = counted
    people = people_of(folder / "st_louis")
    graph, members = graph_of(derived, people)
    assert len(people & {row["nominal_id"] for row in derived.rows("nominals")}) == 442
    assert graph.number_of_edges() == 694
    components = {row["component_id"] for row in members}
    networks = {row["network_id"] for row in members if row["network_id"]}
    assert (len(members), len(components), len(networks)) == (442, 162, 57)
    assert sum(1 for row in members if row["network_id"] is None) == 105
    assert max(row["size"] for row in derived.rows("networks") if row["network_id"] in networks) == 48


@public
def test_components_are_those_of_networkx_named_by_their_smallest_member(counted):
    derived, _ = counted
    graph, members = graph_of(derived)
    expected = {person: min(part, key=str.encode) for part in nx.connected_components(graph) for person in part}
    assert {row["nominal_id"]: row["component_id"] for row in members} == expected


@public
def test_pagerank_is_that_of_networkx(counted):
    derived, _ = counted
    graph, _ = graph_of(derived)
    expected = nx.pagerank(graph, alpha=0.85, tol=1e-14, max_iter=1000)
    found = {
        row["nominal_id"]: row["pagerank"]
        for row in derived.rows("nominal_measures")
        if row["theme"] == "all" and row["scope"] == "FULL"
    }
    assert found == pytest.approx(expected, rel=1e-9)


@public
def test_pole_has_the_crimes_people_and_ties_that_were_counted(counted):
    derived, folder = counted
    people = people_of(folder / "pole")
    assert len(people) == 369
    staged = {row["source"]: row["staged"] for row in derived.rows("staged_counts")}
    with (GOLDEN / "extracts" / "crimes.csv").open(encoding="utf-8", newline="") as file:
        by_hand = len(list(csv.DictReader(file)))
    assert staged["crimes"] == 423 + 28_762 + by_hand
    known = [row for row in derived.rows("edges") if {row["src"], row["dst"]} <= people]
    assert sum(1 for row in known if row["relation"] == "ASSOCIATION") == 586
    graph, members = graph_of(derived, people)
    sizes = [len(part) for part in nx.connected_components(graph)]
    assert (len(members), graph.number_of_edges(), len(sizes), max(sizes)) == (29, 15, 20, 8)


@public
def test_st_louis_with_every_role_is_one_large_component(spark, tmp_path):
    run_import("st_louis", REAL / "moreno_crime", tmp_path / "extracts", roles="all")
    derived = derive_lake(spark, tmp_path / "lake", tmp_path / "extracts", until="network")
    assert len(derived.rows("nominals")) == 829
    assert [row["relation"] for row in derived.rows("edges")] == ["ASSOCIATION"] * 2253
    components = Counter(row["component_id"] for row in derived.rows("network_members") if row["theme"] == "all")
    sizes = [row["size"] for row in derived.rows("networks") if row["theme"] == "all"]
    assert max(components.values()) == 754
    assert max(sizes) <= derived.settings.graph.split_above < sum(sizes)
