"""Public data through the whole refresh: the facts that others have counted in it, and networkx on the same graph."""

import csv
import os
from collections import Counter
from pathlib import Path

import networkx as nx
import pytest

from harmnet.imports import run_import
from lakes import derive_lake

REAL = Path(os.environ.get("HARMNET_REAL_DATA") or Path(__file__).parents[3] / "shared" / "real")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not REAL.is_dir(), reason=f"{REAL} is not there: HARMNET_REAL_DATA names the public data"),
]


@pytest.fixture(scope="module")
def both(spark, tmp_path_factory):
    """St. Louis offenders and POLE, a batch each, in one lake: their people never meet."""
    folder = tmp_path_factory.mktemp("real")
    run_import("st_louis", REAL / "moreno_crime", folder / "st_louis")
    run_import("pole", REAL / "pole_manchester", folder / "pole")
    return derive_lake(spark, folder / "lake", folder / "st_louis", folder / "pole", until="measure"), folder


def people_of(folder):
    with (folder / "people.csv").open(encoding="utf-8", newline="") as file:
        return {row["person_ref"] for row in csv.DictReader(file)}


def graph_of(derived, people):
    """Theme `all` among some people as a networkx graph: ASSOCIATION ties of at least 0.02."""
    members = [row for row in derived.rows("network_members") if row["theme"] == "all" and row["nominal_id"] in people]
    graph = nx.Graph()
    graph.add_nodes_from(row["nominal_id"] for row in members)
    for row in derived.rows("edges"):
        if row["relation"] == "ASSOCIATION" and row["src"] in graph and row["dst"] in graph:
            graph.add_edge(row["src"], row["dst"], weight=row["weight_micro"])
    return graph, members


def test_st_louis_has_the_people_ties_and_networks_that_were_counted(both):
    derived, folder = both
    people = people_of(folder / "st_louis")
    graph, members = graph_of(derived, people)
    assert len(people & {row["nominal_id"] for row in derived.rows("nominals")}) == 442
    assert graph.number_of_edges() == 694
    components = {row["component_id"] for row in members}
    networks = {row["network_id"] for row in members if row["network_id"]}
    assert (len(members), len(components), len(networks)) == (442, 162, 57)
    assert sum(1 for row in members if row["network_id"] is None) == 105
    assert max(row["size"] for row in derived.rows("networks") if row["network_id"] in networks) == 48


def test_components_are_those_of_networkx_named_by_their_smallest_member(both):
    derived, folder = both
    graph, members = graph_of(derived, people_of(folder / "st_louis") | people_of(folder / "pole"))
    expected = {person: min(part, key=str.encode) for part in nx.connected_components(graph) for person in part}
    assert {row["nominal_id"]: row["component_id"] for row in members} == expected


def test_pagerank_is_that_of_networkx(both):
    derived, folder = both
    graph, _ = graph_of(derived, people_of(folder / "st_louis") | people_of(folder / "pole"))
    expected = nx.pagerank(graph, alpha=0.85, tol=1e-14, max_iter=1000)
    found = {
        row["nominal_id"]: row["pagerank"]
        for row in derived.rows("nominal_measures")
        if row["theme"] == "all" and row["scope"] == "FULL"
    }
    assert found == pytest.approx(expected, rel=1e-9)


def test_pole_has_the_crimes_people_and_ties_that_were_counted(both):
    derived, folder = both
    people = people_of(folder / "pole")
    assert len(people) == 369
    staged = {row["source"]: row["staged"] for row in derived.rows("staged_counts")}
    assert staged["crimes"] == 423 + 28_762
    known = [row for row in derived.rows("edges") if {row["src"], row["dst"]} <= people]
    assert sum(1 for row in known if row["relation"] == "ASSOCIATION") == 586
    graph, members = graph_of(derived, people)
    sizes = [len(part) for part in nx.connected_components(graph)]
    assert (len(members), graph.number_of_edges(), len(sizes), max(sizes)) == (29, 15, 20, 8)


@pytest.mark.slow
def test_st_louis_with_every_role_is_one_large_component(spark, tmp_path):
    run_import("st_louis", REAL / "moreno_crime", tmp_path / "extracts", roles="all")
    derived = derive_lake(spark, tmp_path / "lake", tmp_path / "extracts", until="network")
    assert len(derived.rows("nominals")) == 829
    assert [row["relation"] for row in derived.rows("edges")] == ["ASSOCIATION"] * 2253
    components = Counter(row["component_id"] for row in derived.rows("network_members") if row["theme"] == "all")
    sizes = [row["size"] for row in derived.rows("networks") if row["theme"] == "all"]
    assert max(components.values()) == 754
    assert max(sizes) <= derived.settings.graph.split_above < sum(sizes)
