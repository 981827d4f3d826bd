"""Each person's measures in the whole graph and in their own network, against networkx."""

import math
from decimal import ROUND_HALF_UP, Context, Decimal

import networkx as nx
import pytest
from pyspark.sql import functions as F

from harmnet.contracts import check_key, conform
from harmnet.contracts.results import GRAPH_EDGES, GRAPH_VERTICES, NETWORK_MEMBERS, NOMINAL_MEASURES
from harmnet.graph import analyse
from harmnet.graph.division import check_communities, with_communities
from harmnet.measures import nominal_measures, significant
from typed_rows import SHIPPED, frame_of, table_of


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
    """Theme -> its graph, (theme, idx) -> network, and (theme, scope, idx) -> the row of nominal_measures."""
    graphs = {"all": graph_of(1), "cse": graph_of(2)}
    vertices, edges = [], []
    for theme, graph in graphs.items():
        vertices += [{"theme": theme, "idx": idx} for idx in graph]
        for a, b, weight in graph.edges(data="weight"):
            edges.append({"theme": theme, "src": min(a, b), "dst": max(a, b), "weight_micro": weight})
    ties = table_of(spark, GRAPH_EDGES, edges)
    bare = ties.select("theme", "src", "dst", "weight_micro")
    folder = str(tmp_path_factory.mktemp("graph"))
    ranked = analyse(
        frame_of(spark, {"theme": "string", "idx": "bigint"}, vertices), bare, engine="native", work_dir=folder
    )
    divided = conform(with_communities(ranked, bare, split_above=12), GRAPH_VERTICES).localCheckpoint()
    check_communities(divided)
    networks = {
        (row.theme, row.idx): f"{row.theme}-{row.community_idx}"
        for row in divided.collect()
        if graphs[row.theme].degree(row.idx)
    }
    members = [
        {"theme": theme, "nominal_id": idx, "network_id": networks.get((theme, idx)), "component_id": 0}
        for theme, graph in graphs.items()
        for idx in graph
    ]
    rows = nominal_measures(divided, ties, table_of(spark, NETWORK_MEMBERS, members), graph=SHIPPED.graph)
    rows = conform(rows, NOMINAL_MEASURES)
    check_key(rows.cache(), NOMINAL_MEASURES)
    return graphs, networks, {(row.theme, row.scope, row.nominal_id): row for row in rows.collect()}


def graph_within(graphs, networks, theme, network):
    """The graph of one network by itself."""
    return graphs[theme].subgraph([idx for idx in graphs[theme] if networks.get((theme, idx)) == network])


def test_everyone_has_a_full_row_and_only_people_in_a_network_an_immediate_one(measured):
    graphs, networks, rows = measured
    full = {(theme, "FULL", idx) for theme, graph in graphs.items() for idx in graph}
    tied = {(theme, "IMMEDIATE", idx) for theme, graph in graphs.items() for idx in graph if graph.degree(idx)}
    assert set(rows) == full | tied
    assert len(tied) < len(full)
    assert all(row.network_id == networks.get((theme, idx)) for (theme, _, idx), row in rows.items())


def test_pagerank_in_the_whole_graph_is_that_of_networkx_people_tied_to_no_one_included(measured):
    graphs, _, rows = measured
    for theme, graph in graphs.items():
        expected = ranks_of(graph)
        for idx, rank in expected.items():
            assert math.isclose(rows[theme, "FULL", idx].pagerank, rank, rel_tol=1e-7)
        assert math.isclose(sum(rows[theme, "FULL", idx].pagerank for idx in graph), 1, rel_tol=1e-9)


def test_measures_in_a_network_are_those_of_networkx_on_the_network_alone_divided_or_not(measured):
    graphs, networks, rows = measured
    named = {(theme, network) for (theme, _), network in networks.items()}
    components = sum(len(piece) > 1 for graph in graphs.values() for piece in nx.connected_components(graph))
    assert len(named) > components >= 10
    for theme, network in named:
        piece = graph_within(graphs, networks, theme, network)
        found = {idx: rows[theme, "IMMEDIATE", idx] for idx in piece}
        assert math.isclose(sum(row.pagerank for row in found.values()), 1, rel_tol=1e-10)
        ranks, between = ranks_of(piece), between_of(piece)
        for idx, row in found.items():
            assert math.isclose(row.pagerank, ranks[idx], rel_tol=1e-7)
            assert (row.degree, row.strength_micro) == (piece.degree(idx), piece.degree(idx, weight="weight"))
            assert theme == "all" or row.betweenness == pytest.approx(between[idx], rel=1e-11, abs=1e-11)


def between_of(graph):
    far = nx.Graph((a, b, {"far": round(10**12 / weight)}) for a, b, weight in graph.edges(data="weight"))
    return nx.betweenness_centrality(far, weight="far", normalized=False)


def test_measures_in_the_whole_graph_are_those_of_networkx_and_the_full_network_has_no_paths(measured):
    graphs, _, rows = measured
    for theme, graph in graphs.items():
        between, core = between_of(graph), nx.core_number(graph)
        cuts = set(nx.articulation_points(graph))
        for idx in graph:
            row = rows[theme, "FULL", idx]
            assert (row.degree, row.strength_micro) == (graph.degree(idx), graph.degree(idx, weight="weight"))
            assert (row.kcore, row.articulation) == (core[idx], idx in cuts)
            if theme == "all":
                assert (row.betweenness, row.harmonic, row.path_method) == (None, None, "NOT_COMPUTED")
            else:
                assert row.betweenness == pytest.approx(between.get(idx, 0), rel=1e-11, abs=1e-11)
                assert (row.harmonic > 0, row.path_method, row.harmonic_error) == (graph.degree(idx) > 0, "EXACT", 0)
    assert {row.path_method for (theme, _, _), row in rows.items() if theme == "all"} == {"NOT_COMPUTED"}


def test_every_stored_double_has_twelve_significant_digits(measured):
    columns = ("pagerank", "betweenness", "harmonic")
    values = [row[column] for row in measured[2].values() for column in columns if row[column] is not None]
    assert len(set(values)) > 200
    assert [value for value in values if value != float(f"{value:.11e}")] == []


def test_stored_values_keep_twelve_significant_digits(spark):
    values = [1 / 3, 2 / 3, 1e-9 / 7, 123456.7890123456, 1.0, 0.0, 0.1 + 0.2, 5e-324, 1 - 1e-13]
    frame = frame_of(spark, {"value": "double"}, [{"value": value} for value in values])
    found = {row.value: row.kept for row in frame.withColumn("kept", significant(F.col("value"))).collect()}
    digits = Context(prec=12, rounding=ROUND_HALF_UP)
    assert found == {value: float(digits.create_decimal(Decimal(repr(value)))) for value in values}
    assert found[0.1 + 0.2] == 0.3
    nothing = frame_of(spark, {"value": "double"}, [{}]).select(significant(F.col("value")).alias("kept"))
    assert nothing.first().kept is None
