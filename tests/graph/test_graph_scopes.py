"""Every measure of both scopes without Spark: the whole graph, the network alone, and the same however it is spread."""

import math
import random

import networkx as nx
import pyarrow as pa
import pytest
from graph_reference import edge_rows, networkx_ranks, random_graphs
from hypothesis import given, settings
from hypothesis import strategies as st

from harmnet.graph import scopes
from harmnet.graph.communities import communities
from harmnet.graph.contract import NETWORK
from harmnet.graph.scopes import COLUMNS, HowMeasured, measured

HOW = HowMeasured(damping=0.85, exact_up_to=15, sampled_sources=40, without_paths=("all",))
EXACTLY = HowMeasured(damping=0.85, exact_up_to=1000, sampled_sources=1, without_paths=("all",))
GRAPHS = random_graphs(range(6))
GRAPHS["all"] = GRAPHS.pop("seed 3")
SENT = pa.schema(
    [
        ("theme", pa.string()),
        ("src", pa.int64()),
        ("dst", pa.int64()),
        ("weight_micro", pa.int64()),
        (NETWORK, pa.string()),
        ("pagerank", pa.float64()),
        ("kcore", pa.int32()),
        ("component_idx", pa.int64()),
    ]
)


def networks_of(theme: str, graph: nx.Graph) -> dict[int, str]:
    """Person -> network: the communities of components of more than 12, else the component."""
    names: dict[int, str] = {}
    for piece in nx.connected_components(graph):
        if len(piece) > 1:
            names |= dict.fromkeys(piece, f"{theme}-{min(piece)}")
        if len(piece) > 12:
            edges = [
                {"theme": theme, "component_idx": 0, "src": src, "dst": dst, "weight_micro": weight}
                for _, src, dst, weight in edge_rows({theme: graph.subgraph(piece)})
            ]
            found = communities(iter(pa.Table.from_pylist(edges).to_batches()), split_above=12)
            names |= {row["idx"]: f"{theme}-{row['community_idx']}" for row in found.to_pylist()}
    return names


NETWORKS = {theme: networks_of(theme, graph) for theme, graph in GRAPHS.items()}


def sent() -> pa.Table:
    """The rows that reach the tasks: vertices without dst, and edges."""
    rows: list[dict[str, object]] = []
    for theme, graph in GRAPHS.items():
        ranks, cores = networkx_ranks(graph), nx.core_number(graph)
        component = {idx: min(piece) for piece in nx.connected_components(graph) for idx in piece}
        for idx in graph:
            row = {"theme": theme, "src": idx, NETWORK: NETWORKS[theme].get(idx), "pagerank": ranks[idx]}
            rows.append(row | {"component_idx": component[idx], "kcore": cores[idx]})
        for _, src, dst, weight in edge_rows({theme: graph}):
            row = {"theme": theme, "src": src, "dst": dst, "weight_micro": weight}
            rows.append(row | {"component_idx": component[src]})
    return pa.Table.from_pylist([dict.fromkeys(SENT.names) | row for row in rows], SENT)


TABLE = sent()


def rows_of(table: pa.Table, how: HowMeasured = HOW, rows_in_batch: int = 100) -> dict[tuple, dict]:
    found = measured(iter(table.to_batches(rows_in_batch)), how)
    assert found is not None
    assert found.column_names == list(COLUMNS)
    rows = {(row["theme"], row["scope"], row["idx"]): row for row in found.to_pylist()}
    assert len(rows) == len(found)
    return rows


EVERYTHING = rows_of(TABLE)


@pytest.fixture(scope="module")
def exact() -> dict[tuple, dict]:
    return rows_of(TABLE, EXACTLY)


def graphs_of_scopes() -> dict[tuple[str, str], nx.Graph]:
    """Theme and scope -> the graph that is measured: IMMEDIATE has the ties inside networks, and no one without."""
    graphs = {}
    for theme, graph in GRAPHS.items():
        own = graph.subgraph(NETWORKS[theme]).copy()
        own.remove_edges_from([(a, b) for a, b in own.edges if NETWORKS[theme][a] != NETWORKS[theme][b]])
        graphs |= {(theme, "FULL"): graph, (theme, "IMMEDIATE"): own}
    return graphs


def test_everyone_has_a_full_row_and_people_in_a_network_an_immediate_one(exact: dict) -> None:
    people = {(theme, scope, idx) for (theme, scope), graph in graphs_of_scopes().items() for idx in graph}
    assert set(exact) == people
    assert {row[NETWORK] for row in exact.values() if not row["degree"]} == {None}
    assert all(row[NETWORK] == NETWORKS[theme].get(idx) for (theme, _, idx), row in exact.items())
    # Some network is part of a component, so that the two scopes differ.
    assert any(exact[theme, "FULL", idx]["degree"] > row["degree"] for (theme, _, idx), row in exact.items())


def test_each_measure_is_that_of_networkx_on_the_graph_of_its_scope(exact: dict) -> None:
    for (theme, scope), graph in graphs_of_scopes().items():
        for a, b, weight in graph.edges(data="weight"):
            graph.edges[a, b]["distance"] = round(10**12 / weight)
        between = nx.betweenness_centrality(graph, weight="distance", normalized=False)
        harmonic = nx.harmonic_centrality(graph, distance="distance")
        core, cuts = nx.core_number(graph), set(nx.articulation_points(graph))
        for idx in graph:
            row = exact[theme, scope, idx]
            assert row["degree"] == graph.degree(idx)
            assert row["strength_micro"] == graph.degree(idx, weight="weight")
            assert (row["kcore"], row["articulation"]) == (core[idx], idx in cuts)
            if theme == "all":
                assert (row["betweenness"], row["harmonic"], row["path_method"]) == (None, None, "NOT_COMPUTED")
                assert (row["betweenness_error"], row["harmonic_error"], row["path_seed"]) == (None, None, None)
            else:
                assert row["betweenness"] == pytest.approx(between[idx], rel=1e-9, abs=1e-9)
                assert row["harmonic"] == pytest.approx(harmonic[idx] * 1e6, rel=1e-9, abs=0)
                assert (row["path_method"], row["path_seed"]) == ("EXACT", None)
                assert (row["betweenness_error"], row["harmonic_error"]) == (0, 0)


def test_pagerank_within_a_network_is_that_of_networkx_on_the_network_alone(exact: dict) -> None:
    for theme, graph in GRAPHS.items():
        for network in set(NETWORKS[theme].values()):
            members = [idx for idx, name in NETWORKS[theme].items() if name == network]
            found = {idx: exact[theme, "IMMEDIATE", idx]["pagerank"] for idx in members}
            assert found == pytest.approx(networkx_ranks(graph.subgraph(members)), rel=1e-11, abs=0)
            assert math.isclose(sum(found.values()), 1, rel_tol=1e-12)


def test_a_person_touches_their_own_network_and_those_of_the_people_they_are_tied_to(exact: dict) -> None:
    touched = {}
    for theme, graph in GRAPHS.items():
        for idx in graph:
            near = {NETWORKS[theme][other] for other in (idx, *graph[idx]) if other in NETWORKS[theme]}
            touched[theme, idx] = len(near)
    assert {(theme, idx): row["networks_touched"] for (theme, _, idx), row in exact.items()} == touched
    assert set(touched.values()) >= {0, 1, 2, 3}


def test_a_large_component_is_estimated_and_a_small_one_of_the_same_theme_is_not() -> None:
    methods = set()
    for (theme, scope, idx), row in EVERYTHING.items():
        if theme != "all":
            graph = graphs_of_scopes()[theme, scope]
            large = len(nx.node_connected_component(graph, idx)) > HOW.exact_up_to
            assert row["path_method"] == ("SAMPLED_SOURCES" if large else "EXACT")
            assert (row["path_seed"] is not None) == (row["harmonic_error"] > 0) == large
            methods.add((scope, row["path_method"]))
    assert {("FULL", "SAMPLED_SOURCES"), ("FULL", "EXACT"), ("IMMEDIATE", "EXACT")} <= methods


@settings(max_examples=20)
@given(st.data())
def test_rows_are_the_same_to_the_last_bit_however_components_are_spread_over_tasks(data: st.DataObject) -> None:
    draw = random.Random(data.draw(st.integers(0, 2**32)))
    tasks = data.draw(st.integers(1, 5))
    keys = [(row["theme"], row["component_idx"]) for row in TABLE.select(["theme", "component_idx"]).to_pylist()]
    task_of = {key: draw.randrange(tasks) for key in set(keys)}
    order = list(range(len(TABLE)))
    draw.shuffle(order)
    spread: dict[tuple, dict] = {}
    for task in range(tasks):
        mine = TABLE.take([at for at in order if task_of[keys[at]] == task])
        if len(mine):
            spread |= rows_of(mine, rows_in_batch=draw.randrange(1, 200))
    assert spread == EVERYTHING


def test_no_rows_give_no_rows_and_people_alone_have_a_full_row_of_zeros() -> None:
    assert measured(iter([]), HOW) is None
    alone = TABLE.slice(0, 0).to_pylist() + [
        {
            "theme": theme,
            "src": 4,
            "dst": None,
            "weight_micro": None,
            NETWORK: None,
            "pagerank": 1.0,
            "kcore": 0,
            "component_idx": 4,
        }
        for theme in ("all", "soc")
    ]
    zeros = {"degree": 0, "strength_micro": 0, "pagerank": 1.0, "kcore": 0, "articulation": False} | {
        "networks_touched": 0,
        "path_seed": None,
        NETWORK: None,
        "idx": 4,
        "scope": "FULL",
    }
    nothing = dict.fromkeys(("betweenness", "harmonic", "betweenness_error", "harmonic_error"))
    assert rows_of(pa.Table.from_pylist(alone, SENT)) == {
        ("all", "FULL", 4): zeros | nothing | {"theme": "all", "path_method": "NOT_COMPUTED"},
        ("soc", "FULL", 4): zeros | dict.fromkeys(nothing, 0.0) | {"theme": "soc", "path_method": scopes.EXACT},
    }
