"""Generalised network dismantling: the cheapest people on a cut through the component that matters most.

Ren, Gleinig, Helbing and Antulov-Fantulin, Generalized network dismantling, PNAS 2019. With A the ties among a
component and W the cost of each person, the second eigenvector of the Laplacian of A W + W A - A says on which side of
the cut a person lies; the ties across it are covered by people of little cost (weighted vertex cover, Clarkson 1983).
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import ArpackNoConvergence, eigsh

from harmnet.dismantling.goal import Goal
from harmnet.dismantling.methods.taking import by_parts, foremost, per_cost, ties_within
from harmnet.dismantling.network import Network
from harmnet.graph.kernel import Array

_DENSE_UP_TO = 300
_NOTHING = 1e-9


def order(network: Network, goal: Goal) -> list[int]:
    """Everyone, in the order of removal."""

    def pick(part: list[int], candidates: list[int], gone: list[bool]) -> list[int]:
        if len(part) < 3 or len(candidates) == 1:
            return foremost(network, candidates, lambda _: 0.0, gone)
        one, other = ties_within(network, part, gone)
        side = second_eigenvector(one, other, network.cost[part] / network.cost.min()) > 0
        across = side[one] != side[other]
        found = cover(one[across], other[across], network.cost[part].tolist(), network.eligible[part].tolist())
        if not found:
            return foremost(network, candidates, lambda person: network.degree[person], gone)
        return [part[place] for place in found]

    return by_parts(network, goal, pick)


def second_eigenvector(one: Array, other: Array, cost: Array) -> Array:
    """Of the Laplacian of A W + W A - A of a connected graph; the sign of its first entry that is not 0 is plus."""
    size = len(cost)
    weight = cost[one] + cost[other] - 1.0
    matrix = sparse.coo_array((weight, (one, other)), shape=(size, size)).tocsr()
    matrix = matrix + matrix.T
    strength = np.asarray(matrix.sum(axis=1)).ravel()
    if size <= _DENSE_UP_TO:
        vector = np.linalg.eigh(np.diag(strength) - matrix.toarray())[1][:, 1]
    else:
        vector = _largest_but_one(matrix, strength)
    vector = np.where(np.abs(vector) < _NOTHING, 0.0, vector)
    return vector * np.sign(vector[np.flatnonzero(vector)[0]]) if vector.any() else vector


def _largest_but_one(matrix: sparse.csr_array, strength: Array) -> Array:
    """The same by Lanczos, from the largest end: 2 max(strength) - L has the second smallest of L as second largest."""
    size = len(strength)
    shifted = sparse.diags_array(2 * strength.max() - strength) + matrix
    # A fixed start: ARPACK would draw one.
    start = np.cos(np.arange(size, dtype=np.float64))
    try:
        values, vectors = eigsh(shifted, k=2, which="LA", v0=start, tol=1e-4, maxiter=300)
    except ArpackNoConvergence:
        return start - start.mean()
    vector: Array = vectors[:, np.argmin(values)]
    return vector


def cover(one: Array, other: Array, cost: list[int], eligible: list[bool]) -> list[int]:
    """People who between them hold an end of each tie, the cheapest for the ties they cover first; eligible only.

    A tie of two people who are not eligible stays uncovered. What a person costs falls by what their neighbours' ties
    have paid for already (Clarkson, A modification of the greedy algorithm for vertex cover, 1983).
    """
    ties: dict[int, set[int]] = {}
    for first, second in zip(one.tolist(), other.tolist()):
        if eligible[first] or eligible[second]:
            ties.setdefault(first, set()).add(second)
            ties.setdefault(second, set()).add(first)
    left = {person: float(cost[person]) for person in ties if eligible[person]}
    found: list[int] = []
    while True:
        open_ = [person for person in left if ties[person]]
        if not open_:
            return found
        person = min(open_, key=lambda p: (per_cost(left[p], len(ties[p])), -len(ties[p]), p))
        price = left.pop(person) / len(ties[person])
        found.append(person)
        for neighbour in ties.pop(person):
            ties[neighbour].discard(person)
            if neighbour in left:
                left[neighbour] -= price
