"""What a plan is held against: removals at random, and the plain list of the most central people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harmnet.dismantling.goal import Goal
from harmnet.dismantling.methods.betweenness import betweenness
from harmnet.dismantling.methods.taking import per_cost, ties_within
from harmnet.dismantling.network import Network
from harmnet.dismantling.pieces import Pieces, curve
from harmnet.graph.weighted import SEED

MOST_WORK = 20_000_000
"""People times ties up to which betweenness is worked out for the plain list."""


@dataclass(frozen=True)
class Spread:
    """Mean of some draws, and the values that five in a hundred are below and above; None where there is no value."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread | None:
        """The spread of values; None without any."""
        if not values:
            return None
        low, high = np.quantile(np.array(values, np.float64), (0.05, 0.95), method="inverted_cdf")
        return cls(float(np.mean(values)), float(low), float(high))


@dataclass(frozen=True)
class Random:
    """What removing eligible people in a random order does, over seeded draws."""

    draws: int
    value_left: Spread | None
    """Value of the objective after as many removals as the plan has."""
    removals: Spread | None
    """Removals to the goal, in the draws that reach it."""
    reached: int
    """Draws that reach it."""


def random_orders(network: Network, goal: Goal, steps: int, draws: int) -> Random:
    """Random orders beside a plan of so many steps."""
    eligible = np.flatnonzero(network.eligible)
    others = np.flatnonzero(~network.eligible).tolist()
    values, removals = [], []
    for draw in range(draws):
        order = np.random.default_rng([SEED, draw]).permutation(eligible).tolist() + others
        along = curve(network, order, goal.small)
        values.append(float(goal.values(along)[steps]))
        reached = goal.reached_after(along, len(eligible))
        if reached is not None:
            removals.append(float(reached))
    return Random(draws, Spread.of(values), Spread.of(removals), len(removals))


@dataclass(frozen=True)
class TopList:
    """The k eligible people most central in the whole network by one measure, and the value left without them."""

    measure: str
    people: tuple[int, ...]
    value_left: int


def top_lists(network: Network, goal: Goal, k: int) -> list[TopList]:
    """By degree, and by betweenness where that is not too much work; the fixed rule decides."""
    scores = {"degree": [float(degree) for degree in network.degree]}
    if len(network) * network.ties <= MOST_WORK:
        one, other = ties_within(network, range(len(network)), [False] * len(network))
        scores["betweenness"] = betweenness(one, other, len(network)).tolist() if len(one) else [0.0] * len(network)
    return [_top_list(network, goal, k, measure, score) for measure, score in scores.items()]


def _top_list(network: Network, goal: Goal, k: int, measure: str, score: list[float]) -> TopList:
    def rule(person: int) -> tuple[float, int, int]:
        return (-per_cost(score[person], 1), -network.degree[person], person)

    eligible = np.flatnonzero(network.eligible).tolist()
    people = sorted(eligible, key=rule)[:k]
    pieces, gone = Pieces(network, goal.small), set(people)
    for person in range(len(network)):
        if person not in gone:
            pieces.put_back(person)
    return TopList(measure, tuple(people), pieces.largest if goal.objective == "connectivity" else pieces.harm)
