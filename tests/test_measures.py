"""Degree, strength and PageRank in the whole graph and in a person's own network, against networkx."""

import math
from decimal import ROUND_HALF_UP, Context, Decimal

import networkx as nx
import pytest
from pyspark.sql import functions as F

from harmnet.contracts import check_key, conform
from harmnet.contracts.results import GRAPH_EDGES, GRAPH_VERTICES, NETWORK_MEMBERS, NOMINAL_MEASURES
from harmnet.graph import analyse
from harmnet.measures import nominal_measures, significant
from typed_rows import frame_of, table_of


def graph_of(seed):
    """Pieces of several sizes, two of them alike, and people tied to no one."""
    pieces = [nx.gnm_random_graph(n, 2 * n, seed=seed + n) for n in (30, 12, 7)]
    pieces += [nx.star_graph(4), nx.star_graph(4), nx.empty_graph(3), nx.path_graph(2)]
    graph = nx.disjoint_union_all(pieces)
    for place, (a, b) in enumerate(sorted(graph.edges)):
        graph.edges[a, b]["weight"] = 20_000 + (place * 7919 * (seed + 1)) % 980_000
    return graph


def ranks_of(graph):
    return nx.pagerank(graph, alpha=0.85, weight="weight", tol=1e-15, max_iter=10_000)


@pytest.fixture(scope="module")
def measured(spark, tmp_path_factory):
    """Theme -> its graph, and (theme, scope, idx) -> the row of nominal_measures."""
    graphs = {"all": graph_of(1), "cse": graph_of(2)}
    vertices, edges, members = [], [], []
    for theme, graph in graphs.items():
        vertices += [{"theme": theme, "idx": idx} for idx in graph]
        for a, b, weight in graph.edges(data="weight"):
            edges.append({"theme": theme, "src": min(a, b), "dst": max(a, b), "weight_micro": weight})
        for piece in nx.connected_components(graph):
            network = f"{theme}-{min(piece)}" if len(piece) > 1 else None
            named = {"theme": theme, "network_id": network, "component_id": min(piece)}
            members += [named | {"nominal_id": idx} for idx in piece]
    columns = {"theme": "string", "idx": "bigint"}
    ties = table_of(spark, GRAPH_EDGES, edges)
    bare = ties.select("theme", "src", "dst", "weight_micro")
    folder = str(tmp_path_factory.mktemp("graph"))
    ranked = analyse(frame_of(spark, columns, vertices), bare, engine="native", work_dir=folder)
    ranked = conform(ranked, GRAPH_VERTICES).localCheckpoint()
    rows = conform(nominal_measures(ranked, ties, table_of(spark, NETWORK_MEMBERS, members)), NOMINAL_MEASURES)
    check_key(rows.cache(), NOMINAL_MEASURES)
    return graphs, {(row.theme, row.scope, row.nominal_id): row for row in rows.collect()}


def test_everyone_has_a_full_row_and_only_people_in_a_network_an_immediate_one(measured):
    graphs, rows = measured
    full = {(theme, "FULL", idx) for theme, graph in graphs.items() for idx in graph}
    tied = {(theme, "IMMEDIATE", idx) for theme, graph in graphs.items() for idx in graph if graph.degree(idx)}
    assert set(rows) == full | tied
    assert len(tied) < len(full)
    assert all((row.network_id is None) == (graphs[theme].degree(idx) == 0) for (theme, _, idx), row in rows.items())


def test_pagerank_in_the_whole_graph_is_that_of_networkx_people_tied_to_no_one_included(measured):
    graphs, rows = measured
    for theme, graph in graphs.items():
        expected = ranks_of(graph)
        for idx, rank in expected.items():
            assert math.isclose(rows[theme, "FULL", idx].pagerank, rank, rel_tol=1e-7)
        assert math.isclose(sum(rows[theme, "FULL", idx].pagerank for idx in graph), 1, rel_tol=1e-9)


def test_pagerank_in_a_network_sums_to_one_and_is_that_of_networkx_on_the_network_alone(measured):
    graphs, rows = measured
    pieces = [(theme, graph.subgraph(p)) for theme, graph in graphs.items() for p in nx.connected_components(graph)]
    pieces = [(theme, piece) for theme, piece in pieces if len(piece) > 1]
    assert len(pieces) >= 10
    for theme, piece in pieces:
        found = {idx: rows[theme, "IMMEDIATE", idx].pagerank for idx in piece}
        assert math.isclose(sum(found.values()), 1, rel_tol=1e-10)
        for idx, rank in ranks_of(piece).items():
            assert math.isclose(found[idx], rank, rel_tol=1e-7)


def test_degree_and_strength_are_people_tied_to_and_the_weight_of_those_ties(measured):
    graphs, rows = measured
    for (theme, _, idx), row in rows.items():
        graph = graphs[theme]
        assert (row.degree, row.strength_micro) == (graph.degree(idx), graph.degree(idx, weight="weight"))


def test_stored_values_keep_twelve_significant_digits(spark):
    values = [1 / 3, 2 / 3, 1e-9 / 7, 123456.7890123456, 1.0, 0.0, 0.1 + 0.2, 5e-324, 1 - 1e-13]
    frame = frame_of(spark, {"value": "double"}, [{"value": value} for value in values])
    found = {row.value: row.kept for row in frame.withColumn("kept", significant(F.col("value"))).collect()}
    digits = Context(prec=12, rounding=ROUND_HALF_UP)
    assert found == {value: float(digits.create_decimal(Decimal(repr(value)))) for value in values}
    assert found[0.1 + 0.2] == 0.3
