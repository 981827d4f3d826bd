"""Public data through the whole refresh: the facts that others have counted in it, and networkx on the same graph."""

import csv
import os
from pathlib import Path

import networkx as nx
import pytest

from harmnet.config import load_settings
from harmnet.contracts import TABLES
from harmnet.imports import run_import
from harmnet.one_stage import pin_recipe, run_named
from harmnet.snapshots.recipe import load_recipe
from harmnet.stages import WRITTEN_BY
from harmnet.storage import Lake
from lakes import AS_OF, publish_lake, receive

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
    return publish_lake(spark, folder / "lake", folder / "st_louis", folder / "pole"), folder


def people_of(folder):
    with (folder / "people.csv").open(encoding="utf-8", newline="") as file:
        return {row["person_ref"] for row in csv.DictReader(file)}


def graph_of(published, people):
    """Theme `all` among some people as a networkx graph: ASSOCIATION ties of at least 0.02."""
    members = [
        row for row in published.rows("network_members") if row["theme"] == "all" and row["nominal_id"] in people
    ]
    graph = nx.Graph()
    graph.add_nodes_from(row["nominal_id"] for row in members)
    for row in published.rows("edges"):
        if row["relation"] == "ASSOCIATION" and row["src"] in graph and row["dst"] in graph:
            graph.add_edge(row["src"], row["dst"], weight=row["weight_micro"])
    return graph, members


def test_st_louis_has_the_people_ties_and_networks_that_were_counted(both):
    published, folder = both
    people = people_of(folder / "st_louis")
    graph, members = graph_of(published, people)
    assert len(people & {row["nominal_id"] for row in published.rows("nominals")}) == 442
    assert graph.number_of_edges() == 694
    components = {row["component_id"] for row in members}
    networks = {row["network_id"] for row in members if row["network_id"]}
    assert (len(members), len(components), len(networks)) == (442, 162, 57)
    assert sum(1 for row in members if row["network_id"] is None) == 105
    assert max(row["size"] for row in published.rows("networks") if row["network_id"] in networks) == 48


def test_components_are_those_of_networkx_named_by_their_smallest_member(both):
    published, folder = both
    graph, members = graph_of(published, people_of(folder / "st_louis") | people_of(folder / "pole"))
    expected = {person: min(part, key=str.encode) for part in nx.connected_components(graph) for person in part}
    assert {row["nominal_id"]: row["component_id"] for row in members} == expected


def test_pagerank_is_that_of_networkx(both):
    published, folder = both
    graph, _ = graph_of(published, people_of(folder / "st_louis") | people_of(folder / "pole"))
    expected = nx.pagerank(graph, alpha=0.85, tol=1e-14, max_iter=1000)
    found = {
        row["nominal_id"]: row["pagerank"]
        for row in published.rows("nominal_measures")
        if row["theme"] == "all" and row["scope"] == "FULL"
    }
    assert found == pytest.approx(expected, rel=1e-9)


def test_pole_has_the_crimes_people_and_ties_that_were_counted(both):
    published, folder = both
    people = people_of(folder / "pole")
    assert len(people) == 369
    staged = {row["source"]: row["staged"] for row in published.rows("staged_counts")}
    assert staged["crimes"] == 423 + 28_762
    known = [row for row in published.rows("edges") if {row["src"], row["dst"]} <= people]
    assert sum(1 for row in known if row["relation"] == "ASSOCIATION") == 586
    graph, members = graph_of(published, people)
    sizes = [len(part) for part in nx.connected_components(graph)]
    assert (len(members), graph.number_of_edges(), len(sizes), max(sizes)) == (29, 15, 20, 8)


def test_st_louis_with_every_role_is_one_large_component(spark, tmp_path):
    run_import("st_louis", REAL / "moreno_crime", tmp_path / "extracts", roles="all")
    lake = Lake(spark, str(tmp_path / "lake"))
    receive(lake, load_settings(), tmp_path / "extracts")
    pinned = pin_recipe(lake, None, as_of=AS_OF, known_at=None)
    for stage in ("stage", "link", "tie", "theme", "network"):
        run_named(lake, stage, pinned, progress=lambda _: None)
    recipe = load_recipe(lake, pinned)
    rows = {
        name: lake.read_work(recipe.recipe_hash, WRITTEN_BY[name], TABLES[name]).collect()
        for name in ("nominals", "edges", "networks")
    }
    assert len(rows["nominals"]) == 829
    assert [row["relation"] for row in rows["edges"]] == ["ASSOCIATION"] * 2253
    assert max(row["size"] for row in rows["networks"] if row["theme"] == "all") == 754
