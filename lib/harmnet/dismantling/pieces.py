"""What is left of a network: its components while people are put back, and the curve of an order of removals.

A curve is worked out backwards: with everyone gone, people are put back from the last to the first, and components only
ever join. One pass of union and find over the ties gives every figure after every removal.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from harmnet.dismantling.network import Network
from harmnet.graph.kernel import Array


class Pieces:
    """The components of the people present, which is no one at first.

    `largest` people are in the largest component, `pairs` of two people can still reach each other, and `harm` micro is
    that of people in components of more than `small` people.
    """

    def __init__(self, network: Network, small: int) -> None:
        self._neighbours = network.neighbours
        self._harm_of = network.harm.tolist()
        self._small = small
        self._above = [-1] * len(network)
        self._size = [1] * len(network)
        self._harm = list(self._harm_of)
        self.largest = self.pairs = self.harm = 0

    def _top(self, person: int) -> int:
        above = self._above
        while above[person] != person:
            above[person] = above[above[person]]
            person = above[person]
        return person

    def beside(self, person: int) -> set[int]:
        """The components, each by one of its people, that this person would join together."""
        return {self._top(other) for other in self._neighbours[person] if self._above[other] >= 0}

    def size_of(self, person: int) -> int:
        """People in the component of someone present."""
        return self._size[self._top(person)]

    def joined(self, person: int) -> tuple[int, int]:
        """People and harm of the component that would hold this person, put back."""
        tops = self.beside(person)
        return 1 + sum(self._size[top] for top in tops), self._harm_of[person] + sum(self._harm[top] for top in tops)

    def harm_with(self, person: int) -> int:
        """What `harm` would be with this person put back."""
        return self._harm_with(person, self.beside(person))

    def _harm_with(self, person: int, tops: Collection[int]) -> int:
        size, harm, counted = 1, self._harm_of[person], 0
        for top in tops:
            size += self._size[top]
            harm += self._harm[top]
            counted += self._harm[top] if self._size[top] > self._small else 0
        return self.harm - counted + (harm if size > self._small else 0)

    def put_back(self, person: int) -> None:
        """This person is present again, with the ties to everyone present."""
        tops = self.beside(person)
        self.harm = self._harm_with(person, tops)
        self._above[person] = person
        top = person
        for joining in tops:
            large, little = (joining, top) if self._size[joining] >= self._size[top] else (top, joining)
            self.pairs += self._size[large] * self._size[little]
            self._above[little] = large
            self._size[large] += self._size[little]
            self._harm[large] += self._harm[little]
            top = large
        self.largest = max(self.largest, self._size[top])


@dataclass(frozen=True)
class Curve:
    """What is left after each of the removals, by number of removals from 0 (nothing removed) to all of them."""

    largest: Array
    pairs: Array
    harm: Array
    cost: Array
    """Cost of the removals so far, micro-units."""

    @property
    def r(self) -> float:
        """(1 / n^2) x the sum of `largest` over every removal from the first to the last (Schneider et al. 2011)."""
        n = len(self.largest) - 1
        return float(self.largest[1:].sum()) / n**2 if n else 0.0


def curve(network: Network, order: Sequence[int], small: int) -> Curve:
    """The curve of an order of everyone; `small` as in Pieces."""
    pieces = Pieces(network, small)
    rows = [(0, 0, 0)]
    for person in reversed(order):
        pieces.put_back(person)
        rows.append((pieces.largest, pieces.pairs, pieces.harm))
    largest, pairs, harm = np.array(rows[::-1], np.int64).reshape(-1, 3).T
    return Curve(largest, pairs, harm, np.concatenate(([0], np.cumsum(network.cost[np.array(order, np.int64)]))))


def left_by_each(network: Network, part: Sequence[int], gone: Sequence[bool]) -> dict[int, int]:
    """People in the largest piece of a component, once each of them is removed from it.

    `part` are the places of one component of those not `gone`. By depth-first search, as articulation points are found
    (Tarjan 1972): a subtree that reaches no higher than its parent is a piece when the parent goes.
    """
    neighbours = network.neighbours
    start = part[0]
    found, low, size = {start: 0}, {start: 0}, {start: 1}
    cut_off: dict[int, int] = {start: 0}
    largest: dict[int, int] = {start: 0}
    way = [(start, -1, iter(neighbours[start]))]
    while way:
        person, parent, others = way[-1]
        for other in others:
            if gone[other] or other == parent:
                continue
            if other in found:
                low[person] = min(low[person], found[other])
                continue
            found[other] = low[other] = len(found)
            size[other], cut_off[other], largest[other] = 1, 0, 0
            way.append((other, person, iter(neighbours[other])))
            break
        else:
            way.pop()
            if way:
                size[parent] += size[person]
                low[parent] = min(low[parent], low[person])
                if low[person] >= found[parent]:
                    cut_off[parent] += size[person]
                    largest[parent] = max(largest[parent], size[person])
    whole = len(found)
    return {person: max(largest[person], whole - 1 - cut_off[person]) for person in found}
