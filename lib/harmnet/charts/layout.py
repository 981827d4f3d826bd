"""Where people stand in the drawing: stress layout by stochastic gradient descent, the same integers on any machine.

J. X. Zheng, S. Pawar, D. F. M. Goodman: Graph drawing by stochastic gradient descent, IEEE TVCG 25 (9), 2019. Pairs are
taken in the rounds of a round-robin tournament, so that each round moves every person once. Only operations whose
results IEEE 754 fixes are used (no sine, no matrix product): where a drawing ends must not hang on a processor.
Lengths of ties follow the people around them (the `subset` model of Graphviz): two people who share all they know stand
close, a tie between two separate circles is long.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

_UNIT = 100
_CURL = math.sqrt(math.sqrt(_UNIT))  # leaves one unit as long as it was
_ROUNDS = 30
_CLOSEST = 70.0
_APART = 1.25

Positions = NDArray[np.float64]
Ties = Sequence[tuple[int, int]]


class _Pairs(NamedTuple):
    """Pairs of one round, no person twice, and the share of a move that each of the two makes."""

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    share_one: Positions
    share_other: Positions


def positions(members: int, people: int, ties: Ties) -> list[tuple[int, int]]:
    """(x, y) of each person: `members` first, then those around them, who never move a member.

    `ties` are pairs of places. The picture is wider than high. People tied to no one stand at its edge.
    """
    inner = [(a, b) for a, b in ties if a < members and b < members]
    places = _settle(_spread(members), distances(members, inner), held=0)
    places = _flat(_parted(places, held=0))
    if people > members:
        lengths = distances(people, ties)
        places = np.concatenate([places, _beside(places, people, ties)])
        places = _parted(_settle(places, lengths, held=members), held=members)
    return [(int(x), int(y)) for x, y in np.rint(places)]


def distances(people: int, ties: Ties) -> Positions:
    """How far apart people should stand: shortest paths over the lengths of ties, long ones drawn in.

    Parts of the network that nothing joins stand further apart than any two people of one part.
    """
    known: list[set[int]] = [set() for _ in range(people)]
    for a, b in ties:
        known[a].add(b)
        known[b].add(a)
    pairs = sorted({(min(a, b), max(a, b)) for a, b in ties})
    length = [_UNIT * math.isqrt(100 * max(len(known[a] ^ known[b]), 1)) // 10 for a, b in pairs]
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    graph = csr_matrix((np.array(length, dtype=np.float64), (ends[:, 0], ends[:, 1])), shape=(people, people))
    found = dijkstra(graph, directed=False)
    reached = np.isfinite(found)
    found = np.where(reached, found, np.max(found[reached], initial=_UNIT) * _APART)
    # To the power of 3/4: a long chain of circles then curls up instead of filling the page's diagonal.
    return np.sqrt(found * np.sqrt(found)) * _CURL


def _settle(places: Positions, lengths: Positions, *, held: int) -> Positions:
    """The places moved until distances are as near to `lengths` as they get; the first `held` stay."""
    people = len(places)
    if people - held < 1 or people < 2:
        return places
    nearest = np.min(lengths[lengths > 0], initial=float(_UNIT))
    largest, smallest = float(np.max(lengths)) ** 2, 0.1 * float(nearest) ** 2
    # exp is not the same on every machine; a fixed share of the step before it is.
    share = _root(smallest / largest, _ROUNDS - 1)
    rounds = [(pairs, lengths[pairs.one, pairs.other]) for pairs in _tournament(people, held)]
    step = largest
    for _ in range(_ROUNDS):
        for pairs, length in rounds:
            _move(places, pairs, length, np.minimum(step / (length * length), 1.0))
        step *= share
    return places


def _parted(places: Positions, *, held: int) -> Positions:
    """The places with no two people closer than a label's height, as far as twenty sweeps of pushing get."""
    rounds = _tournament(len(places), held) if len(places) > 1 else []
    for _ in range(20):
        before = places.copy()
        for pairs in rounds:
            gap = places[pairs.one] - places[pairs.other]
            near = gap[:, 0] * gap[:, 0] + gap[:, 1] * gap[:, 1] < _CLOSEST * _CLOSEST
            if near.any():
                close = _Pairs(pairs.one[near], pairs.other[near], pairs.share_one[near], pairs.share_other[near])
                _move(places, close, _CLOSEST, 1.0)
        if np.array_equal(before, places):
            break
    return places


def _move(places: Positions, pairs: _Pairs, length: Positions | float, pull: Positions | float) -> None:
    """Moves both people of each pair towards `length` between them, by the share `pull` of what is missing."""
    gap = places[pairs.one] - places[pairs.other]
    apart = np.sqrt(gap[:, 0] * gap[:, 0] + gap[:, 1] * gap[:, 1])
    if apart.min() < 1e-6:
        gap[apart < 1e-6] = (1e-6, 0.0)
        apart = np.maximum(apart, 1e-6)
    change = gap * (pull * (apart - length) / apart)[:, None]
    places[pairs.one] -= change * pairs.share_one
    places[pairs.other] += change * pairs.share_other


def _tournament(people: int, held: int) -> list[_Pairs]:
    """Rounds of pairs in which everyone meets everyone once (circle method), pairs of two held people left out."""
    seats = people + people % 2
    turns = seats - 1
    stride = next(step for step in range(max(turns * 2 // 5, 1), turns + 1) if math.gcd(step, turns) == 1)
    half = np.arange(1, seats // 2, dtype=np.int64)
    rounds = []
    for turn in range(turns):
        at = turn * stride % turns
        one = np.concatenate([[seats - 1], (at + half) % turns])
        other = np.concatenate([[at], (at - half) % turns])
        plays = (one < people) & (other < people) & ((one >= held) | (other >= held))
        one, other = one[plays], other[plays]
        if len(one):
            # Where one of the two is held the other goes the whole way.
            free_one, free_other = (one >= held)[:, None], (other >= held)[:, None]
            share_one = np.where(free_one, np.where(free_other, 0.5, 1.0), 0.0)
            rounds.append(_Pairs(one, other, share_one, np.where(free_other, 1.0 - share_one, 0.0)))
    return rounds


def _spread(people: int) -> Positions:
    """Starting places, evenly over a square: the R2 sequence of M. Roberts."""
    at = np.arange(1, people + 1, dtype=np.float64)
    side = 100.0 * math.sqrt(max(people, 1))
    return np.stack([(at * 0.7548776662466927) % 1.0, (at * 0.5698402909980532) % 1.0], axis=1) * side


def _beside(places: Positions, people: int, ties: Ties) -> Positions:
    """Starting places of those around: outside of the middle of the members each is tied to."""
    members = len(places)
    tied: list[list[int]] = [[] for _ in range(people - members)]
    for a, b in ties:
        one, other = min(a, b), max(a, b)
        if one < members <= other:
            tied[other - members].append(one)
    found = np.zeros((people - members, 2))
    for place, mine in enumerate(tied):
        x, y = (math.fsum(places[mine, axis]) / len(mine) if mine else 0.0 for axis in (0, 1))
        found[place] = (x * 1.15 + place % 7, y * 1.15 + place % 11)
    return found


def _flat(places: Positions) -> Positions:
    """The places around their middle, turned so that they reach further sideways than up."""
    people = max(len(places), 1)
    places = places - [math.fsum(places[:, axis]) / people for axis in (0, 1)]
    x, y = places[:, 0], places[:, 1]
    across, both, up = math.fsum(x * x), math.fsum(x * y), math.fsum(y * y)
    # Half the angle of the principal axis, without a trigonometric function.
    long = math.sqrt((across - up) ** 2 + 4 * both * both)
    if long == 0.0:
        return places
    cos = math.sqrt(max(0.0, (1 + (across - up) / long) / 2))
    sin = math.copysign(math.sqrt(max(0.0, 1 - cos * cos)), both)
    return np.stack([x * cos + y * sin, y * cos - x * sin], axis=1)


def _root(value: float, degree: int) -> float:
    """The root of that degree, by bisection: one product after the other, so the same everywhere."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        power = 1.0
        for _ in range(degree):
            power *= middle
        low, high = (middle, high) if power < value else (low, middle)
    return high
