"""People put back: a plan as small as it can be without another choice, and the order in which its people go."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

from harmnet.dismantling.goal import Goal
from harmnet.dismantling.network import Network
from harmnet.dismantling.pieces import Pieces


def prune(network: Network, goal: Goal, removed: Iterable[int]) -> set[int]:
    """Those of a set that reaches the goal who are still needed: nobody of them can be put back alone.

    People are put back while the goal holds, the costliest first; of equal cost whoever makes the smallest component
    (under the objective harm, the one with least harm), both to seven binary digits, then the lower degree, then the
    larger id. Components only grow: who cannot be put back now never can.
    """
    waiting = set(removed)
    pieces = _without(network, goal, waiting)
    needed = set()
    heap = [_entry(network, goal, pieces, person) for person in waiting]
    heapq.heapify(heap)
    while heap:
        person = -heap[0][3]
        now = _entry(network, goal, pieces, person)
        if now != heap[0]:
            heapq.heapreplace(heap, now)
            continue
        heapq.heappop(heap)
        if goal.holds_with(pieces, person):
            pieces.put_back(person)
        else:
            needed.add(person)
    return needed


def steepest(network: Network, goal: Goal, removed: Iterable[int]) -> list[int]:
    """An order for a set: backwards, whoever makes the smallest component is put back first, whatever they cost."""
    waiting = set(removed)
    pieces = _without(network, goal, waiting)
    heap = [_entry(network, goal, pieces, person, by_cost=False) for person in waiting]
    heapq.heapify(heap)
    backwards = []
    while heap:
        person = -heap[0][3]
        now = _entry(network, goal, pieces, person, by_cost=False)
        if now != heap[0]:
            heapq.heapreplace(heap, now)
            continue
        heapq.heappop(heap)
        pieces.put_back(person)
        backwards.append(person)
    return backwards[::-1]


def _without(network: Network, goal: Goal, removed: set[int]) -> Pieces:
    pieces = Pieces(network, goal.small)
    for person in range(len(network)):
        if person not in removed:
            pieces.put_back(person)
    return pieces


def _entry(
    network: Network, goal: Goal, pieces: Pieces, person: int, *, by_cost: bool = True
) -> tuple[int, int, int, int]:
    size, harm = pieces.joined(person)
    cost = -int(network.cost[person]) if by_cost else 0
    return (cost, _coarse(size if goal.objective == "connectivity" else harm), network.degree[person], -person)


def _coarse(value: int) -> int:
    """The value to its first seven binary digits.

    A large component grows with nearly everyone put back: to the last person, each of thousands would be looked at anew
    each time.
    """
    spare = max(value.bit_length() - 7, 0)
    return value >> spare << spare


def finished(order: Sequence[int], plan: Sequence[int]) -> list[int]:
    """The plan, then the rest in that order."""
    named = set(plan)
    return [*plan, *(person for person in order if person not in named)]
