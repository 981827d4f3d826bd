"""Graphs to try the engines on, and what networkx makes of them."""

import os
from pathlib import Path

import networkx as nx
import numpy as np

REAL_DATA = Path(os.environ.get("HARMNET_REAL_DATA") or Path(__file__).resolve().parents[3] / "shared" / "real")
GRAPHALYTICS = REAL_DATA / "graphalytics_example"


def random_graph(seed: int) -> nx.Graph:
    """Isolates, hubs, pairs, stars, rings of equal weights and weights from 1 to 10**9, over idx with gaps."""
    random = np.random.default_rng(seed)
    graph = nx.Graph()
    graph.add_nodes_from(range(int(random.integers(1, 6))))
    for _ in range(int(random.integers(3, 9))):
        size = int(random.integers(2, 40))
        shape = [
            lambda n, s: nx.barabasi_albert_graph(n, 1, seed=s),
            lambda n, s: nx.gnp_random_graph(n, 3 / n, seed=s),
            lambda n, s: nx.star_graph(n - 1),
            lambda n, s: nx.cycle_graph(n),
            lambda n, s: nx.complete_graph(min(n, 9)),
        ][int(random.integers(5))](size, seed)
        graph = nx.disjoint_union(graph, nx.Graph(shape))
    equal = random.random() < 0.3
    for a, b in graph.edges:
        graph.edges[a, b]["weight"] = 20_000 if equal else int(10 ** random.uniform(0, 9))
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    names = random.choice(10 * len(graph), len(graph), replace=False)
    return nx.relabel_nodes(graph, dict(enumerate(map(int, names))))


def random_graphs(seeds: range) -> dict[str, nx.Graph]:
    """One graph a seed, by a theme that names the seed."""
    return {f"seed {seed}": random_graph(seed) for seed in seeds}


def graphalytics_graph(name: str) -> nx.Graph:
    """`directed` or `undirected` of the LDBC examples: both directions of an edge count as one tie of their sum."""
    graph = nx.Graph()
    graph.add_nodes_from(map(int, (GRAPHALYTICS / f"example-{name}.v").read_text().split()))
    for line in (GRAPHALYTICS / f"example-{name}.e").read_text().splitlines():
        a, b, weight = line.split()
        before = graph.get_edge_data(int(a), int(b), {"weight": 0})["weight"]
        graph.add_edge(int(a), int(b), weight=before + round(float(weight) * 1_000_000))
    return graph


def graphalytics_components(name: str) -> dict[int, int]:
    """The published weakly connected components: vertex to the smallest vertex of its component."""
    rows = [line.split() for line in (GRAPHALYTICS / f"example-{name}-WCC").read_text().splitlines()]
    members: dict[str, list[int]] = {}
    for vertex, label in rows:
        members.setdefault(label, []).append(int(vertex))
    return {vertex: min(group) for group in members.values() for vertex in group}


def vertex_rows(graphs: dict[str, nx.Graph]) -> list[tuple[str, int]]:
    return [(theme, vertex) for theme, graph in graphs.items() for vertex in graph]


def edge_rows(graphs: dict[str, nx.Graph]) -> list[tuple[str, int, int, int]]:
    return [
        (theme, min(a, b), max(a, b), weight)
        for theme, graph in graphs.items()
        for a, b, weight in graph.edges(data="weight")
    ]


def networkx_components(graph: nx.Graph) -> dict[int, int]:
    return {vertex: min(group) for group in nx.connected_components(graph) for vertex in group}


def networkx_ranks(graph: nx.Graph) -> dict[int, float]:
    """Far tighter than the 1e-9 asked of the engines."""
    return nx.pagerank(graph, alpha=0.85, weight="weight", tol=1e-14 / len(graph), max_iter=10_000)


def exact_ranks(graph: nx.Graph) -> dict[int, float]:
    """PageRank as one dense linear system, without iterating: an isolated vertex passes its rank to everyone."""
    names, n = list(graph), len(graph)
    weights = nx.to_numpy_array(graph, nodelist=names, weight="weight")
    strength = weights.sum(axis=0)
    passed = np.where(strength > 0, weights / np.where(strength > 0, strength, 1), 1 / n)
    ranks = np.linalg.solve(np.eye(n) - 0.85 * passed, np.full(n, 0.15 / n))
    return dict(zip(names, ranks.tolist()))
