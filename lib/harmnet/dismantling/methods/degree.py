"""Adaptive degree: whoever has most ties to people left, counted anew each time (Albert, Jeong and Barabasi, 2000)."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from harmnet.dismantling.goal import Goal
from harmnet.dismantling.methods.taking import in_turns, per_cost
from harmnet.dismantling.network import Network


def order(network: Network, goal: Goal) -> list[int]:
    """Everyone, in the order of removal; the goal does not matter to it."""
    neighbours, cost = network.neighbours, network.cost.tolist()
    degree = list(network.degree)

    def take(allowed: Sequence[bool], gone: list[bool]) -> list[int]:
        def entry(person: int) -> tuple[float, int, int]:
            return (-per_cost(degree[person], cost[person]), -degree[person], person)

        found = []
        waiting = [entry(person) for person in range(len(network)) if allowed[person] and not gone[person]]
        heapq.heapify(waiting)
        while waiting:
            person = waiting[0][2]
            now = entry(person)
            if now != waiting[0]:
                # Degrees only fall: an entry that is out of date goes further back.
                heapq.heapreplace(waiting, now)
                continue
            heapq.heappop(waiting)
            gone[person] = True
            found.append(person)
            for other in neighbours[person]:
                degree[other] -= 1
        return found

    return in_turns(network, take)
