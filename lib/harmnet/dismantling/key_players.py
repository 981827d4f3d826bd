"""Key players: the k people without whom fewest pairs can still reach each other, by trying every set.

KPP-NEG of Borgatti, Identifying sets of key players in a social network, 2006; fragmentation F is his equation 9.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations, islice
from math import comb

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from harmnet.dismantling.network import Network
from harmnet.graph.kernel import Array

MOST_PLAYERS = 5
MOST_WORK = 100_000_000
"""Sets times people and ties: some ten seconds."""
_AT_ONCE = 200_000


@dataclass(frozen=True)
class KeyPlayers:
    """A set of people, the pairs of others who can still reach each other, and the share of all pairs who cannot."""

    people: tuple[int, ...]
    pairs: int
    fragmentation: float


def key_players(network: Network, k: int) -> KeyPlayers | None:
    """The best set of k eligible people, of equal ones the first in order of ids.

    None where there are no k eligible people or more sets than MOST_WORK allows.
    """
    eligible = np.flatnonzero(network.eligible).tolist()
    size = len(network)
    if k > len(eligible) or comb(len(eligible), k) * (size + network.ties) > MOST_WORK:
        return None
    best: tuple[int, tuple[int, ...]] | None = None
    for sets in _batches(eligible, k, max(_AT_ONCE // (size + network.ties), 1)):
        pairs = pairs_left(network, sets)
        first = int(np.argmin(pairs))
        if best is None or pairs[first] < best[0]:
            best = int(pairs[first]), tuple(sets[first].tolist())
    assert best is not None
    everyone = size * (size - 1) // 2
    return KeyPlayers(best[1], best[0], 1 - best[0] / everyone if everyone else 0.0)


def pairs_left(network: Network, sets: Array) -> Array:
    """Pairs who can reach each other without the people of each row of `sets`."""
    rows, size = len(sets), len(network)
    present = np.ones((rows, size), bool)
    np.put_along_axis(present, sets, False, axis=1)
    one, other = network.pairs
    row, tie = np.nonzero(present[:, one] & present[:, other])
    ends = (row * size + one[tie], row * size + other[tie])
    matrix = sparse.coo_array((np.ones(len(row), np.int8), ends), shape=(rows * size, rows * size))
    count, label = connected_components(matrix, directed=False)
    of = np.bincount(label, minlength=count)
    row_of = np.empty(count, np.int64)
    row_of[label] = np.arange(rows * size) // size
    return np.bincount(row_of, of * (of - 1) // 2, minlength=rows).astype(np.int64)


def _batches(people: list[int], k: int, at_once: int) -> Iterator[Array]:
    sets = combinations(people, k)
    while batch := list(islice(sets, at_once)):
        yield np.fromiter(chain.from_iterable(batch), np.int64).reshape(-1, k)
