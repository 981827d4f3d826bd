"""Adaptive betweenness: whoever lies between most others in the component that matters most, worked out anew each time.

Every tie is as long as any other (Holme, Kim, Yoon and Han, Attack vulnerability of complex networks, 2002; inside the
largest component as Schneider et al., Mitigation of malicious attacks on networks, 2011). One person is removed at a
time while people times ties of the component are at most ONE_AT_A_TIME; of a component with k times as much, k x k.
"""

from __future__ import annotations

import numpy as np

from harmnet.dismantling.goal import Goal
from harmnet.dismantling.methods.taking import by_parts, foremost, ties_within
from harmnet.dismantling.network import Network
from harmnet.graph.kernel import Array
from harmnet.graph.weighted import networkit

ONE_AT_A_TIME = 1_700_000


def order(network: Network, goal: Goal) -> list[int]:
    """Everyone, in the order of removal."""

    def pick(part: list[int], candidates: list[int], gone: list[bool]) -> list[int]:
        if len(part) < 3 or len(candidates) == 1:
            return foremost(network, candidates, lambda _: 0.0, gone)
        one, other = ties_within(network, part, gone)
        between = dict(zip(part, betweenness(one, other, len(part)).tolist()))
        at_once = int((len(part) * len(one) / ONE_AT_A_TIME) ** 2)
        return foremost(network, candidates, between.__getitem__, gone, most=at_once)

    return by_parts(network, goal, pick)


def betweenness(one: Array, other: Array, size: int) -> Array:
    """Betweenness of each of so many people, given ties as places: pairs counted once, not normalised."""
    library = networkit()
    ones = np.ones(len(one))
    graph = library.GraphFromCoo(
        (ones, (np.ascontiguousarray(one), np.ascontiguousarray(other))), n=size, weighted=False, directed=False
    )
    return np.array(library.centrality.Betweenness(graph).run().scores()) / 2
