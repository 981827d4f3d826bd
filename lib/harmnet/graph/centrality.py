"""Shortest paths, cores and articulation points of many graphs at once. Arrays in and out, no Spark.

A tie is a distance before it is part of a path: round_half_even(10^12 / weight_micro), so that a strong tie is short.
Distances are whole numbers, and so are their sums (below 2^53 in a double): paths of equal length are equal.

Betweenness of v is the sum, over pairs of two others, of the share of their shortest paths that goes through v
(Brandes, A faster algorithm for betweenness centrality, 2001): each pair once, not normalised. Harmonic closeness is
the sum over others of 10^6 / distance.

Estimates
---------
Both are sums over sources: with D(s, v) the dependency of source s on v (0 for s = v),

    betweenness(v) = 1/2 sum over s of D(s, v)         harmonic(v) = sum over s of 10^6 / distance(s, v)

In a part of n vertices, more than `exact_up_to`, k sources are drawn with replacement from SEED, and n / k times the
sum over them is the estimate (Brandes and Pich, Centrality estimation in large networks, 2007). D lies between 0 and
n - 2, a term of harmonic between 0 and 10^6 / (distance to the nearest neighbour). By Hoeffding's inequality
(Probability inequalities for sums of bounded random variables, 1963), taken for every vertex of the part at once,

    |estimate - value| <= n / 2 (n - 2) e,   n 10^6 / nearest e          e = sqrt(ln(2 n / (1 - CONFIDENCE)) / (2 k))

holds for each of the two with probability CONFIDENCE for all vertices together. A vertex with one tie lies between no
two others: its error is 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from harmnet.graph.kernel import Array
from harmnet.graph.weighted import SEED, Part, networkit

CONFIDENCE = 0.95
_UNIT = 10**12
_SOURCES_AT_ONCE = 32
_MOST_ROUNDS = 1000
"""Of NumPy, for core numbers; networks of people take some hundred."""


@dataclass(frozen=True)
class Paths:
    """Betweenness and harmonic closeness of each vertex, the bounds of their errors, and where they are estimates."""

    betweenness: Array
    harmonic: Array
    betweenness_error: Array
    harmonic_error: Array
    estimated: Array

    @classmethod
    def none(cls, size: int) -> Paths:
        """Of vertices that nothing joins."""
        return cls(np.zeros(size), np.zeros(size), np.zeros(size), np.zeros(size), np.zeros(size, bool))

    def put(self, vertices: Array, found: Paths) -> None:
        """Keeps what was found for some of the vertices."""
        for name in Paths.__dataclass_fields__:
            getattr(self, name)[vertices] = getattr(found, name)


def distances(weight_micro: Array) -> Array:
    """round_half_even(10^12 / weight_micro), in whole numbers; 1 for the heaviest, where that would be 0."""
    whole, rest = np.divmod(_UNIT, weight_micro.astype(np.int64))
    up = (2 * rest > weight_micro) | ((2 * rest == weight_micro) & (whole % 2 == 1))
    return np.maximum(whole + up, 1)


def shortest_paths(whole: Part, part: Array, *, exact_up_to: int, sampled_sources: int) -> Paths:
    """Paths of each vertex inside its part; `part` are codes, the parts connected, and no edge joins two.

    Exact in parts of up to `exact_up_to` vertices, else estimated from `sampled_sources` sources.
    """
    paths = Paths.none(len(whole.vertices))
    tied = np.unique(np.concatenate((whole.src, whole.dst)))
    place = np.zeros(len(whole.vertices), np.int64)
    place[tied] = np.arange(len(tied))
    if len(tied):
        of_tied = Part(tied, place[whole.src], place[whole.dst], whole.weight)
        for piece in of_tied.pieces(np.unique(part[tied], return_inverse=True)[1]):
            exact = len(piece.vertices) <= exact_up_to
            paths.put(piece.vertices, exact_paths(piece) if exact else estimated_paths(piece, sampled_sources))
    return paths


def exact_paths(part: Part) -> Paths:
    """Betweenness and harmonic closeness of a connected graph, from every source."""
    graph, library = part.graph(distances(part.weight)), networkit()
    # NetworKit counts each pair in both directions.
    betweenness = np.array(library.centrality.Betweenness(graph).run().scores()) / 2
    harmonic = np.array(library.centrality.HarmonicCloseness(graph, normalized=False).run().scores()) * 1e6
    size = len(part.vertices)
    return Paths(betweenness, harmonic, np.zeros(size), np.zeros(size), np.zeros(size, bool))


def estimated_paths(part: Part, sources: int) -> Paths:
    """Both of a connected graph, estimated from as many sources drawn with replacement, and bounds of their errors."""
    size, distance = len(part.vertices), distances(part.weight)
    graph = part.graph(distance)
    estimate = networkit().centrality.EstimateBetweenness(graph, sources, False, False)
    betweenness = np.array(estimate.run().scores()) / 2
    matrix = sparse.coo_array((distance.astype(np.float64), (part.src, part.dst)), shape=(size, size)).tocsr()
    drawn = np.random.default_rng(SEED).integers(size, size=sources)
    total = np.zeros(size)
    for first in range(0, sources, _SOURCES_AT_ONCE):
        found = dijkstra(matrix, directed=False, indices=drawn[first : first + _SOURCES_AT_ONCE])
        total += np.divide(1e6, found, out=np.zeros_like(found), where=found > 0).sum(axis=0)
    ends = np.concatenate((part.src, part.dst))
    nearest = np.full(size, np.inf)
    np.minimum.at(nearest, ends, np.concatenate((distance, distance)))
    share = math.sqrt(math.log(2 * size / (1 - CONFIDENCE)) / (2 * sources))
    between_others = np.bincount(ends, minlength=size) > 1
    return Paths(
        betweenness,
        total * (size / sources),
        np.where(between_others, size / 2 * (size - 2) * share, 0.0),
        size * 1e6 / nearest * share,
        np.ones(size, bool),
    )


def core_numbers(matrix: sparse.csr_array) -> Array:
    """The largest k of each vertex such that it is in a part where everyone has k neighbours or more; 0 without any.

    `matrix` is symmetric. Whoever has fewest neighbours left goes first, all of them at once (Seidman, Network
    structure and minimum degree, 1983).
    """
    start, neighbours = matrix.indptr.astype(np.int64), matrix.indices
    degree = np.diff(start)
    core, left = np.zeros(len(degree), np.int32), np.ones(len(degree), bool)
    remaining, rounds = np.arange(len(degree)), 0
    while len(remaining):
        k = int(degree[remaining].min())
        going = remaining[degree[remaining] <= k]
        while len(going):
            rounds += 1
            if rounds > _MOST_ROUNDS:
                # A long chain goes from its ends, two vertices a round.
                graph = Part.of_matrix(matrix).graph(np.ones(matrix.nnz // 2))
                return np.array(networkit().centrality.CoreDecomposition(graph).run().scores(), np.int32)
            core[going], left[going] = k, False
            beside = neighbours[_places_of_rows(start, going)]
            fewer, by = np.unique(beside[left[beside]], return_counts=True)
            degree[fewer] -= by
            going = fewer[degree[fewer] <= k]
        remaining = remaining[left[remaining]]
    return core


def _places_of_rows(start: Array, rows: Array) -> Array:
    """Where the entries of some rows of a matrix stand, whose row r has those from start[r] to start[r + 1]."""
    counts = start[rows + 1] - start[rows]
    ends = np.cumsum(counts)
    return np.arange(ends[-1]) + np.repeat(start[rows] - (ends - counts), counts)


def articulation_points(whole: Part) -> Array:
    """Whether a vertex, taken out, leaves its component in pieces: it lies in two biconnected components or more."""
    graph = whole.graph(whole.weight)
    found = networkit().components.BiconnectedComponents(graph).run().getComponents()
    members = np.fromiter(chain.from_iterable(found), np.int64)
    return np.bincount(members, minlength=len(whole.vertices)) > 1
