"""What the methods share: a score per cost, ties in the fixed order, and removal component by component.

The fixed rule: the higher score, of equal ones the higher degree among those left, of equal ones the smaller id.
Who is not eligible comes after everyone who is, in the same method's order.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence

import numpy as np

from harmnet.dismantling.goal import Goal
from harmnet.dismantling.network import Network
from harmnet.graph.kernel import Array

Pick = Callable[[list[int], list[int], list[bool]], list[int]]
"""`pick(part, candidates, gone)`: whom to remove next from a component, in order; one of the candidates at least."""


def per_cost(score: float, cost: int) -> float:
    """Score for the cost, to twelve significant digits: what differs by rounding alone is equal."""
    return float(f"{score / cost:.11e}")


def foremost(
    network: Network, candidates: Sequence[int], score: Callable[[int], float], gone: Sequence[bool], most: int = 1
) -> list[int]:
    """The candidates that the fixed rule puts first, as many as that, one at least."""
    cost, neighbours = network.cost, network.neighbours

    def rule(person: int) -> tuple[float, int, int]:
        return (
            -per_cost(score(person), int(cost[person])),
            -sum(not gone[other] for other in neighbours[person]),
            person,
        )

    return heapq.nsmallest(max(most, 1), candidates, key=rule)


def in_turns(network: Network, take: Callable[[Sequence[bool], list[bool]], list[int]]) -> list[int]:
    """Everyone: `take(allowed, gone)` names the eligible and marks them gone, then once more whoever is left."""
    gone = [False] * len(network)
    first = take(network.eligible.tolist(), gone)
    return first + take([True] * len(network), gone)


def by_parts(network: Network, goal: Goal, pick: Pick) -> list[int]:
    """The order in which everyone goes when each removal is from the component that matters most.

    That is the largest; under the objective harm, among those of more than `goal.small` people the one with most harm.
    Of equal ones it is the one with the smallest id.
    """
    harm = network.harm.tolist()

    def urgency(part: list[int]) -> tuple[int, int, int]:
        counted = goal.objective == "harm" and len(part) > goal.small
        return (-sum(harm[person] for person in part) if counted else 0, -len(part), part[0])

    def take(allowed: Sequence[bool], gone: list[bool]) -> list[int]:
        order = []
        everyone = [person for person in range(len(network)) if not gone[person]]
        waiting = [(urgency(part), part) for part in split(network, everyone, gone)]
        heapq.heapify(waiting)
        while waiting:
            part = heapq.heappop(waiting)[1]
            candidates = [person for person in part if allowed[person]]
            if not candidates:
                continue
            for person in pick(part, candidates, gone):
                gone[person] = True
                order.append(person)
            for piece in split(network, part, gone):
                heapq.heappush(waiting, (urgency(piece), piece))
        return order

    return in_turns(network, take)


def split(network: Network, people: Sequence[int], gone: Sequence[bool]) -> list[list[int]]:
    """Components of these people, who are whole components but for those gone; each ascending."""
    neighbours = network.neighbours
    seen: set[int] = set()
    parts = []
    for start in people:
        if gone[start] or start in seen:
            continue
        seen.add(start)
        part = [start]
        for person in part:
            for other in neighbours[person]:
                if other not in seen and not gone[other]:
                    seen.add(other)
                    part.append(other)
        parts.append(sorted(part))
    return parts


def ties_within(network: Network, part: Sequence[int], gone: Sequence[bool]) -> tuple[Array, Array]:
    """Ties among the people of a component who are not gone, as places in `part`: the smaller and the larger."""
    place = {person: number for number, person in enumerate(part)}
    ends = [
        (place[person], place[other])
        for person in part
        if not gone[person]
        for other in network.neighbours[person]
        if person < other and not gone[other]
    ]
    one, other = np.array(ends, np.int64).reshape(-1, 2).T
    return one, other
