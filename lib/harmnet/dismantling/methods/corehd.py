"""CoreHD: the highest degree within the 2-core first, then the trees that are left are broken in the middle.

Zdeborova, Zhang and Zhou, Fast and simple decycling and dismantling of networks, 2016. A tree is broken where the
largest piece left is smallest; so is a component whose cycles run over people who are not eligible.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from harmnet.dismantling.goal import Goal
from harmnet.dismantling.methods.taking import by_parts, foremost, per_cost
from harmnet.dismantling.network import Network
from harmnet.dismantling.pieces import left_by_each


def order(network: Network, goal: Goal) -> list[int]:
    """Everyone, in the order of removal."""
    first = _core_order(network)
    trees = network.without(first)

    def pick(part: list[int], candidates: list[int], gone: list[bool]) -> list[int]:
        if len(part) < 3 or len(candidates) == 1:
            return foremost(trees, candidates, lambda _: 0.0, gone)
        left = left_by_each(trees, part, gone)
        return foremost(trees, candidates, lambda person: len(part) - left[person], gone)

    chosen = set(first)
    return first + [person for person in by_parts(trees, goal, pick) if person not in chosen]


def _core_order(network: Network) -> list[int]:
    """Eligible people of the 2-core by degree within it, until it has none."""
    neighbours, cost, eligible = network.neighbours, network.cost.tolist(), network.eligible.tolist()
    degree = list(network.degree)
    inside = [True] * len(network)
    _peel([person for person in range(len(network)) if degree[person] < 2], inside, degree, neighbours)

    def entry(person: int) -> tuple[float, int, int]:
        return (-per_cost(degree[person], cost[person]), -degree[person], person)

    order = []
    waiting = [entry(person) for person in range(len(network)) if inside[person] and eligible[person]]
    heapq.heapify(waiting)
    while waiting:
        person = waiting[0][2]
        if not inside[person]:
            heapq.heappop(waiting)
            continue
        now = entry(person)
        if now != waiting[0]:
            heapq.heapreplace(waiting, now)
            continue
        heapq.heappop(waiting)
        order.append(person)
        _peel([person], inside, degree, neighbours)
    return order


def _peel(out: list[int], inside: list[bool], degree: list[int], neighbours: Sequence[Sequence[int]]) -> None:
    """Takes these people out of the core, and everyone whom that leaves with fewer than two ties in it."""
    for person in out:
        inside[person] = False
    for person in out:
        for other in neighbours[person]:
            if inside[other]:
                degree[other] -= 1
                if degree[other] < 2:
                    inside[other] = False
                    out.append(other)
