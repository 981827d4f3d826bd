"""Shortest paths, cores and articulation points against networkx, and estimates against what they estimate."""

from decimal import ROUND_HALF_EVEN, Decimal

import networkx as nx
import numpy as np
import pytest
from graph_reference import random_graph
from scipy import sparse

from harmnet.graph import centrality
from harmnet.graph.centrality import (
    CONFIDENCE,
    Paths,
    articulation_points,
    core_numbers,
    distances,
    estimated_paths,
    shortest_paths,
)
from harmnet.graph.weighted import SEED, Part

SEEDS = range(40)


def part_of(graph: nx.Graph) -> Part:
    """The graph as arrays; its vertices by their place in order of idx, so that those tied to no one stand too."""
    names = sorted(graph)
    place = {idx: at for at, idx in enumerate(names)}
    rows = sorted((*sorted((place[a], place[b])), weight) for a, b, weight in graph.edges(data="weight"))
    src, dst, weight = np.array(rows, np.int64).reshape(-1, 3).T
    return Part(np.array(names), src, dst, weight)


def matrix_of(graph: nx.Graph) -> sparse.csr_array:
    return sparse.csr_array(nx.to_scipy_sparse_array(graph, nodelist=sorted(graph)))


def pieces_of(graph: nx.Graph) -> np.ndarray:
    codes = {idx: code for code, piece in enumerate(nx.connected_components(graph)) for idx in piece}
    return np.array([codes[idx] for idx in sorted(graph)])


def paths_of(graph: nx.Graph, *, exact_up_to: int = 2000, sampled_sources: int = 500) -> Paths:
    return shortest_paths(part_of(graph), pieces_of(graph), exact_up_to=exact_up_to, sampled_sources=sampled_sources)


def with_distance(graph: nx.Graph) -> nx.Graph:
    """The rule of the page on distances, written a second time."""
    far = graph.copy()
    for a, b, weight in far.edges(data="weight"):
        far.edges[a, b]["distance"] = max(1, int((Decimal(10**12) / weight).quantize(Decimal(1), ROUND_HALF_EVEN)))
    return far


def reference(graph: nx.Graph) -> tuple[np.ndarray, np.ndarray]:
    """Betweenness and harmonic closeness by networkx, in order of idx."""
    far = with_distance(graph)
    between = nx.betweenness_centrality(far, weight="distance", normalized=False)
    harmonic = nx.harmonic_centrality(far, distance="distance")
    return np.array([between[idx] for idx in sorted(graph)]), np.array([harmonic[idx] * 1e6 for idx in sorted(graph)])


def equal_lengths(seed: int) -> nx.Graph:
    """A grid with pendant vertices and few kinds of weight: many shortest paths between two people."""
    draw = np.random.default_rng(seed)
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(6, 7))
    graph.add_edges_from((idx, 42 + idx) for idx in range(0, 42, 5))
    graph.add_nodes_from(range(200, 203))
    for a, b in graph.edges:
        graph.edges[a, b]["weight"] = int(draw.choice([250_000, 500_000, 1_000_000]))
    return graph


GRAPHS = {f"seed {seed}": random_graph(seed) for seed in SEEDS} | {
    f"equal lengths {seed}": equal_lengths(seed) for seed in range(6)
}


@pytest.mark.parametrize("name", GRAPHS)
def test_betweenness_and_harmonic_closeness_are_those_of_networkx(name: str) -> None:
    graph = GRAPHS[name]
    found, (betweenness, harmonic) = paths_of(graph), reference(graph)
    assert found.betweenness == pytest.approx(betweenness, rel=1e-9, abs=1e-9)
    assert found.harmonic == pytest.approx(harmonic, rel=1e-9, abs=0)
    assert not found.estimated.any()
    assert not found.betweenness_error.any()
    assert not found.harmonic_error.any()


def test_a_strong_tie_is_short() -> None:
    """The way round over two strong ties is shorter than one weak tie: the person in the middle lies between."""
    strong, weak = 1_000_000, 400_000
    graph = nx.Graph([(0, 1, {"weight": strong}), (1, 2, {"weight": strong}), (0, 2, {"weight": weak})])
    found = paths_of(graph)
    assert found.betweenness.tolist() == [0, 1, 0]
    assert found.harmonic.tolist() == pytest.approx([1.5, 2, 1.5])
    # With the weights as distances it would be the weak tie that everything goes over.
    wrong = nx.betweenness_centrality(graph, weight="weight", normalized=False)
    assert list(wrong.values()) == [0, 0, 0]


def test_each_of_two_equal_ways_counts_half_and_a_millionth_more_decides() -> None:
    square = {(0, 1): 500_000, (1, 3): 500_000, (0, 2): 500_000, (2, 3): 500_000}
    graph = nx.Graph([(a, b, {"weight": weight}) for (a, b), weight in square.items()])
    assert paths_of(graph).betweenness.tolist() == [0.5, 0.5, 0.5, 0.5]
    graph.edges[0, 1]["weight"] += 1
    assert paths_of(graph).betweenness.tolist() == [1, 1, 0, 0]


def test_distances_are_whole_numbers_rounded_half_to_even() -> None:
    weights = [1, 3, 7, 20_000, 64_000_000, 320_000_000_000, 10**12, 8 * 10**11 + 1, 4 * 10**11, 10**13]
    rounded = [int((Decimal(10**12) / weight).quantize(Decimal(1), ROUND_HALF_EVEN)) for weight in weights]
    assert distances(np.array(weights)).tolist() == [*rounded[:-1], 1]
    # 10^12 / 64,000,000 is 15,625; halves go to the even side: 2.5 to 2, 3.125 to 3, and 0.5 of nothing is 1.
    assert distances(np.array([64_000_000, 4 * 10**11, 32 * 10**10, 2 * 10**12])).tolist() == [15_625, 2, 3, 1]
    draw = np.random.default_rng(SEED)
    many = np.unique((10 ** draw.uniform(0, 11, 5000)).astype(np.int64))
    exact = [int((Decimal(10**12) / weight).quantize(Decimal(1), ROUND_HALF_EVEN)) for weight in many.tolist()]
    assert distances(many).tolist() == exact


@pytest.mark.parametrize("name", GRAPHS)
def test_cores_are_those_of_networkx_and_no_work_for_networkit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(centrality, "networkit", lambda: pytest.fail("handed over"))
    graph = GRAPHS[name]
    cores = nx.core_number(graph)
    assert core_numbers(matrix_of(graph)).tolist() == [cores[idx] for idx in sorted(graph)]


@pytest.mark.parametrize("name", GRAPHS)
def test_articulation_points_are_those_of_networkx(name: str) -> None:
    graph = GRAPHS[name]
    points = set(nx.articulation_points(graph))
    assert articulation_points(part_of(graph)).tolist() == [idx in points for idx in sorted(graph)]


def test_cores_of_a_chain_too_long_to_be_peeled_from_its_ends_are_those_of_networkx() -> None:
    chain = nx.disjoint_union(nx.path_graph(2500), nx.complete_graph(4))
    chain.add_edge(0, 2500)
    cores = nx.core_number(chain)
    assert core_numbers(matrix_of(chain)).tolist() == [cores[idx] for idx in sorted(chain)]


def test_people_tied_to_no_one_are_between_no_one_near_no_one_and_hold_nothing_together() -> None:
    alone = nx.empty_graph(4)
    found = paths_of(alone)
    assert [*found.betweenness, *found.harmonic] == [0] * 8
    assert core_numbers(matrix_of(alone)).tolist() == [0] * 4
    assert articulation_points(part_of(alone)).tolist() == [False] * 4


def test_a_part_is_worked_out_the_same_to_the_last_bit_alone_and_beside_others() -> None:
    graph = nx.disjoint_union_all([GRAPHS["seed 3"], GRAPHS["seed 4"], equal_lengths(1)])
    together = paths_of(graph, exact_up_to=20, sampled_sources=15)
    assert together.estimated.any()
    assert not together.estimated.all()
    for piece in nx.connected_components(graph):
        alone = paths_of(graph.subgraph(piece), exact_up_to=20, sampled_sources=15)
        at = sorted(piece)
        for name in Paths.__dataclass_fields__:
            assert getattr(alone, name).tolist() == getattr(together, name)[at].tolist(), name


@pytest.mark.parametrize("size", [19, 20, 21])
def test_a_part_above_the_size_is_estimated_and_says_so(size: int) -> None:
    graph = nx.cycle_graph(size)
    nx.set_edge_attributes(graph, 20_000, "weight")
    found = paths_of(graph, exact_up_to=20)
    assert set(found.estimated.tolist()) == {size > 20}
    assert (found.betweenness_error > 0).all() == (found.harmonic_error > 0).all() == (size > 20)


def large_graph(seed: int) -> nx.Graph:
    graph = nx.barabasi_albert_graph(250, 2, seed=seed)
    graph.add_edges_from((idx, 250 + idx) for idx in range(0, 50, 5))
    graph = nx.convert_node_labels_to_integers(graph, ordering="sorted")
    draw = np.random.default_rng(seed)
    for a, b in graph.edges:
        graph.edges[a, b]["weight"] = int(10 ** draw.uniform(4.4, 6.5))
    return graph


def test_estimates_are_within_their_bounds_and_closer_the_more_sources() -> None:
    misses = dict.fromkeys((50, 800), 0.0)
    for seed in range(12):
        graph = large_graph(seed)
        betweenness, harmonic = reference(graph)
        for sources in misses:
            found = paths_of(graph, exact_up_to=100, sampled_sources=sources)
            miss = np.abs(found.betweenness - betweenness)
            assert (miss <= found.betweenness_error + 1e-6).all(), (seed, sources)
            assert (np.abs(found.harmonic - harmonic) <= found.harmonic_error).all(), (seed, sources)
            misses[sources] += (miss.max() + np.abs(found.harmonic - harmonic).max()) / 12
    assert misses[800] < misses[50] / 2


def test_the_bounds_are_those_of_hoeffding() -> None:
    graph = nx.Graph([(0, 1, {"weight": 1_000_000}), (1, 2, {"weight": 500_000}), (2, 3, {"weight": 100_000})])
    found = estimated_paths(part_of(graph), 8)
    share = (np.log(2 * 4 / (1 - CONFIDENCE)) / 16) ** 0.5
    assert found.betweenness_error == pytest.approx([0, 4 / 2 * 2 * share, 4 / 2 * 2 * share, 0])
    assert found.harmonic_error == pytest.approx([4 * share, 4 * share, 4 * 0.5 * share, 4 * 0.1 * share])


def test_estimates_are_not_off_to_one_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over many seeds the mean of the estimates comes to the value."""
    graph = large_graph(1)
    betweenness, harmonic = reference(graph)
    found = []
    for seed in range(1, 201):
        monkeypatch.setattr("harmnet.graph.weighted.SEED", seed)
        monkeypatch.setattr("harmnet.graph.centrality.SEED", seed)
        found.append(estimated_paths(part_of(graph), 20))
    top = np.argsort(betweenness)[-20:]
    mean = np.mean([paths.betweenness for paths in found], axis=0)
    assert mean[top] == pytest.approx(betweenness[top], rel=0.1)
    assert np.mean([paths.harmonic for paths in found], axis=0) == pytest.approx(harmonic, rel=0.12)
    assert len({paths.betweenness[top[-1]] for paths in found}) > 150
