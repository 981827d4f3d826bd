"""One network worked out whole: the plan, its steps, what it is held against, how stable it is, the exact answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from harmnet.dismantling.baselines import Random, TopList, random_orders, top_lists
from harmnet.dismantling.exact import Exact, solve
from harmnet.dismantling.goal import Goal
from harmnet.dismantling.key_players import MOST_PLAYERS, KeyPlayers, key_players
from harmnet.dismantling.methods import METHODS, methods_for
from harmnet.dismantling.network import Network
from harmnet.dismantling.plan import Plan, make_plans, plan_of
from harmnet.dismantling.pruning import finished, steepest
from harmnet.dismantling.robustness import Robustness, robustness
from harmnet.dismantling.steps import Instead, Step, instead_of, steps_of

PORTFOLIO_UP_TO = 20_000_000
"""People times ties up to which the whole portfolio is tried; above, only its quick methods."""
DRAWS_UP_TO = 200_000_000
"""The same for draws with records missing."""
_INSTEAD_WORK = 400_000


@dataclass(frozen=True)
class HowAnalysed:
    """What is worked out, and how long the exact program may take."""

    budget: int | None = None
    exact: bool = False
    seconds: float = 300.0
    draws: int = 20
    random_draws: int = 50


@dataclass(frozen=True)
class Analysis:
    """What there is to say of one network."""

    network: Network
    goal: Goal
    how: HowAnalysed
    plans: list[Plan]
    """Best first; the first is the plan."""
    steps: list[Step]
    instead: dict[int, Instead]
    """What if this person of the plan stays; in a large network, of the first of them alone."""
    random: Random
    top: list[TopList]
    robustness: Robustness | None
    """None where the network is too large for so many draws, or nothing is to be removed."""
    exact: Exact | None
    key_players: dict[int, KeyPlayers | None]
    """By k; None where there are too many sets to try. Empty unless asked for."""

    @property
    def plan(self) -> Plan:
        """The best plan."""
        return self.plans[0]

    @property
    def whole_portfolio(self) -> bool:
        """Whether every method was tried."""
        return _work(self.network) <= PORTFOLIO_UP_TO


def analyse(network: Network, goal: Goal, how: HowAnalysed) -> Analysis:
    """Everything about one network."""
    work = _work(network)
    plans = make_plans(network, goal, methods_for(goal, quick=work > PORTFOLIO_UP_TO), how.budget)
    exact = None
    if how.exact:
        exact = solve(network, goal, known=_known(network, plans), seconds=how.seconds)
        plans = _with_exact(network, goal, plans, exact, how.budget)
    plan = plans[0]
    explained = plan.people[: max(_INSTEAD_WORK // (len(network) + network.ties + 1), 1)]
    return Analysis(
        network,
        goal,
        how,
        plans,
        steps_of(network, goal, plan),
        {person: instead_of(network, goal, plan, person) for person in explained} if plan.reached == plan.steps else {},
        random_orders(network, goal, plan.steps, how.random_draws if work <= PORTFOLIO_UP_TO else 10),
        top_lists(network, goal, plan.steps),
        robustness(network, goal, plan, how.draws if work <= 1_000_000 else max(how.draws // 4, 1), how.budget)
        if work <= DRAWS_UP_TO and plan.steps
        else None,
        exact,
        {k: key_players(network, k) for k in range(1, MOST_PLAYERS + 1)} if how.exact else {},
    )


def _work(network: Network) -> int:
    return len(network) * network.ties


def _known(network: Network, plans: list[Plan]) -> list[int]:
    """The cheapest set among the plans that reaches the goal, budget or no budget; everyone eligible without one."""
    reaching = [plan for plan in plans if plan.reached is not None]
    if not reaching:
        return [person for person in range(len(network)) if network.eligible[person]]
    best = min(reaching, key=lambda plan: int(plan.curve.cost[plan.reached or 0]))
    return best.order[: best.reached]


def _with_exact(network: Network, goal: Goal, plans: list[Plan], exact: Exact, budget: int | None) -> list[Plan]:
    """The plans, with one of the exact program's people at their head where it costs less than any."""
    if exact.people is None or exact.cost is None:
        return plans
    cheapest = min((int(p.curve.cost[p.reached]) for p in plans if p.reached is not None), default=None)
    if cheapest is not None and cheapest <= exact.cost:
        return plans
    base = plans[0]
    method = base.method if base.method in METHODS else "betweenness"
    among = [person for person in range(len(network)) if person not in exact.people]
    within = METHODS[method](network.sparing(among), goal)[: len(exact.people)]
    rest = METHODS[method](network.without(exact.people), goal)
    orders = [within, steepest(network, goal, exact.people)]
    made = [plan_of(network, goal, method, finished(rest, first), budget, pruned=True) for first in orders]
    best = min(made, key=lambda plan: plan.curve.r)
    return [replace(best, method="exact"), *plans]
