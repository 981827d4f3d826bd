"""Most harm: whoever does most harm for the cost, whatever their ties. For the objective harm alone."""

from __future__ import annotations

from harmnet.dismantling.goal import Goal
from harmnet.dismantling.methods.taking import foremost
from harmnet.dismantling.network import Network


def order(network: Network, goal: Goal) -> list[int]:
    """Everyone, in the order of removal."""
    harm, eligible = network.harm.tolist(), network.eligible.tolist()
    kept = [False] * len(network)
    everyone = foremost(network, range(len(network)), harm.__getitem__, kept, most=len(network))
    return sorted(everyone, key=lambda person: not eligible[person])
