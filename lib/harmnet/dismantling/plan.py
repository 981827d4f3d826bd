"""Plans: one per method, pruned and not, and the best of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harmnet.dismantling.goal import Goal
from harmnet.dismantling.methods import METHODS
from harmnet.dismantling.network import Network
from harmnet.dismantling.pieces import Curve, curve
from harmnet.dismantling.pruning import finished, prune, steepest


@dataclass(frozen=True)
class Plan:
    """An order of everyone, by place: first the people to remove, then the rest as the method goes on."""

    method: str
    pruned: bool
    order: list[int]
    curve: Curve
    reached: int | None
    """Removals after which the goal is reached; None where everyone eligible does not reach it."""
    steps: int
    """Removals of the plan: to the goal, or as near as eligible people get; no more than the budget allows."""

    @property
    def people(self) -> list[int]:
        """Whom the plan names, in order."""
        return self.order[: self.steps]

    @property
    def cost(self) -> int:
        """Cost of the plan, micro-units."""
        return int(self.curve.cost[self.steps])


def make_plans(network: Network, goal: Goal, methods: Iterable[str], budget: int | None = None) -> list[Plan]:
    """The plans of the methods, best first; `budget` is the most people to remove.

    Best is the lowest value of the goal's objective (the same for all who reach it), then the lowest cost, the fewest
    removals, the lowest R, the method that comes first in METHODS, and the pruned plan. With one more person in the
    budget the first plan is at least as good: each order is the same whatever the budget is.
    """
    plans = [plan for method in methods for plan in _plans_of(network, goal, method, budget)]
    places = list(METHODS)

    def worth(plan: Plan) -> tuple[int, int, int, float, int, bool]:
        value = max(int(goal.values(plan.curve)[plan.steps]), goal.limit)
        return (value, plan.cost, plan.steps, plan.curve.r, places.index(plan.method), not plan.pruned)

    return sorted(plans, key=worth)


def _plans_of(network: Network, goal: Goal, method: str, budget: int | None) -> list[Plan]:
    order = METHODS[method](network, goal)
    own = plan_of(network, goal, method, order, budget, pruned=False)
    nearest = goal.nearest(own.curve, int(network.eligible.sum()))
    needed = prune(network, nearest, order[: nearest.reached_after(own.curve, len(network))])
    rest = METHODS[method](network.without(needed), goal)
    orders = [[person for person in order if person in needed], steepest(network, goal, needed)]
    pruned = [plan_of(network, goal, method, finished(rest, first), budget, pruned=True) for first in orders]
    return [own, *pruned]


def plan_of(network: Network, goal: Goal, method: str, order: list[int], budget: int | None, *, pruned: bool) -> Plan:
    """The plan that an order of everyone, the eligible first, makes."""
    along = curve(network, order, goal.small)
    eligible = int(network.eligible.sum())
    steps = goal.nearest(along, eligible).reached_after(along, eligible) or 0
    reached = goal.reached_after(along, eligible)
    return Plan(method, pruned, order, along, reached, steps if budget is None else min(steps, budget))
