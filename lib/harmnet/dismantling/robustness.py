"""How far a plan hangs on what happens to be recorded: the same method on the network with some of it missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmnet.dismantling.goal import Goal
from harmnet.dismantling.methods import METHODS
from harmnet.dismantling.network import Network
from harmnet.dismantling.plan import Plan, make_plans
from harmnet.graph.weighted import SEED

TIES_MISSING = (0.05, 0.10)
PEOPLE_MISSING = 0.02
STABLE_FROM = 0.8
"""Mean Jaccard below which a plan is called unstable."""
MOST_WORK = 3_000_000
"""People times ties up to which a method other than CoreHD is run again and again."""


@dataclass(frozen=True)
class Robustness:
    """How often the same people are named over seeded draws in which ties and people are missing."""

    method: str
    """Whose plan it is about: that of the best plan, or in a large network CoreHD's."""
    draws: int
    """Draws for each share of ties missing."""
    agreement: dict[float, float]
    """Share of ties missing -> mean Jaccard index of the people named then and those named with nothing missing."""
    named_again: dict[int, float]
    """Each person of the plan -> the share of the draws, of those where they are not missing, that name them again."""

    @property
    def mean(self) -> float:
        """Mean Jaccard index over all draws."""
        return sum(self.agreement.values()) / len(self.agreement)

    @property
    def unstable(self) -> bool:
        """Whether the people named agree too little."""
        return self.mean < STABLE_FROM


def robustness(network: Network, goal: Goal, plan: Plan, draws: int, budget: int | None = None) -> Robustness:
    """Draws of the network with TIES_MISSING of its ties and PEOPLE_MISSING of its people gone, rounded up.

    The goal stays what it is on the whole network. People who are missing from a draw are not missed in its plan.
    """
    method = plan.method if plan.method in METHODS else "betweenness"
    if len(network) * network.ties > MOST_WORK and method != "corehd":
        method = "corehd"
    named = set(plan.people if method == plan.method else make_plans(network, goal, [method], budget)[0].people)
    agreement, present, again = {}, dict.fromkeys(named, 0), dict.fromkeys(named, 0)
    for share in TIES_MISSING:
        indices = []
        for draw in range(draws):
            left, missing = thinned(network, share, draw)
            found = set(make_plans(left, goal, [method], budget)[0].people)
            here = named - missing
            indices.append(len(here & found) / len(here | found) if here | found else 1.0)
            for person in here:
                present[person] += 1
                again[person] += person in found
        agreement[share] = sum(indices) / len(indices)
    return Robustness(
        method, draws, agreement, {person: again[person] / max(present[person], 1) for person in sorted(named)}
    )


def thinned(network: Network, ties_missing: float, draw: int) -> tuple[Network, set[int]]:
    """The network of one draw, and who is missing from it."""
    rng = np.random.default_rng([SEED, round(ties_missing * 1000), draw])
    ties = np.ones(network.ties, bool)
    ties[rng.choice(network.ties, size=int(np.ceil(ties_missing * network.ties)), replace=False)] = False
    missing = rng.choice(len(network), size=int(np.ceil(PEOPLE_MISSING * len(network))), replace=False)
    return network.without(missing.tolist(), ties=ties), set(missing.tolist())
