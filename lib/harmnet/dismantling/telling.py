"""What is printed of an analysis: JSON for programs, tables for people, and what neither of them can say."""

from __future__ import annotations

from typing import Any, NamedTuple

import click

from harmnet.config.model import MICRO
from harmnet.dismantling.analysis import Analysis
from harmnet.dismantling.baselines import Spread
from harmnet.dismantling.plan import Plan
from harmnet.dismantling.robustness import PEOPLE_MISSING, STABLE_FROM
from harmnet.dismantling.steps import Step
from harmnet.printing import show_grid

NOTICES = (
    "Decision support, not evidence: it says where an effort would count most in what is recorded. It decides about "
    "nobody, and being named here is no sign of guilt.",
    "Recovery and displacement are not modelled: people are replaced, networks form again elsewhere, and disruption "
    "can strengthen a network or make it more violent.",
    "Ties that nobody recorded are not here. Removal stands for anything that ends someone's part in the network.",
)
_INSTEAD_SHOWN = 4


class Told(NamedTuple):
    """What a network is called, what there is to say of it, and of its people in prison (id -> words)."""

    name: str
    found: Analysis
    in_prison: dict[str, str]


def as_json(told: Told) -> dict[str, Any]:
    """Everything; `order`, `removals_to_target`, `lcc`, `R` and `exact` first. Costs and harm in units, not micro."""
    found = told.found
    network, goal, plan = found.network, found.goal, found.plan
    return {
        "order": [network.ids[person] for person in plan.order],
        "removals_to_target": plan.reached,
        "lcc": plan.curve.largest[1:].tolist(),
        "R": plan.curve.r,
        "exact": _exact(found),
        "plan": [network.ids[person] for person in plan.people],
        "plan_cost": plan.cost / MICRO,
        "method": plan.method,
        "pruned": plan.pruned,
        "objective": goal.objective,
        "people": len(network),
        "ties": network.ties,
        "not_eligible": [network.ids[person] for person in range(len(network)) if not network.eligible[person]],
        "largest_before": network.largest,
        "largest_wanted": goal.small,
        "harm_wanted": goal.harm / MICRO if goal.objective == "harm" else None,
        "steps": [_step(found, step) for step in found.steps],
        "portfolio": [_of_plan(each) for each in _portfolio(found)],
        "whole_portfolio": found.whole_portfolio,
        "random": {
            "draws": found.random.draws,
            "reached": found.random.reached,
            "removals": _spread(found.random.removals),
            "value_left": _spread(found.random.value_left, found),
        },
        "top": [
            {
                "measure": top.measure,
                "people": [network.ids[person] for person in top.people],
                "value_left": _value(found, top.value_left),
            }
            for top in found.top
        ],
        "robustness": _robustness(found),
        "key_players": {
            str(k): None
            if players is None
            else {
                "people": [network.ids[person] for person in players.people],
                "pairs_left": players.pairs,
                "fragmentation": players.fragmentation,
            }
            for k, players in found.key_players.items()
        },
        "in_prison": told.in_prison,
        "notices": list(NOTICES),
    }


def _value(found: Analysis, value: float) -> float:
    """A value of the objective: people, or harm in units."""
    return value if found.goal.objective == "connectivity" else value / MICRO


def _spread(spread: Spread | None, found: Analysis | None = None) -> dict[str, float] | None:
    if spread is None:
        return None
    values = {"mean": spread.mean, "low": spread.low, "high": spread.high}
    return {name: value if found is None else _value(found, value) for name, value in values.items()}


def _exact(found: Analysis) -> dict[str, Any] | None:
    """value and bound in removals where all cost the same, else in units of cost."""
    if found.exact is None:
        return None
    exact, costs = found.exact, set(found.network.cost.tolist())
    unit = costs.pop() if len(costs) == 1 else MICRO

    def units(micro: int | None) -> float | int | None:
        return None if micro is None else micro // unit if micro % unit == 0 else micro / unit

    gap = (exact.cost - (exact.bound or 0)) / exact.cost if exact.cost else 0.0
    people = sorted(exact.people or ())
    return {
        "value": units(exact.cost),
        "bound": units(exact.bound),
        "proved": exact.proved,
        "gap": gap,
        "people": None if exact.people is None else [found.network.ids[person] for person in people],
    }


def _step(found: Analysis, step: Step) -> dict[str, Any]:
    ids, instead = found.network.ids, found.instead.get(step.person)
    return {
        "step": step.number,
        "id": ids[step.person],
        "why": step.why(),
        "largest_left": step.largest_left,
        "pairs_left": step.pairs_left,
        "harm_left": step.harm_left / MICRO,
        "cost": step.cost / MICRO,
        "central_next": None if step.central_next is None else ids[step.central_next],
        "largest_without": step.largest_without,
        "instead": None if instead is None or instead.people is None else [ids[person] for person in instead.people],
        "named_again": None if found.robustness is None else found.robustness.named_again.get(step.person),
    }


def _portfolio(found: Analysis) -> list[Plan]:
    """The best plan of each method, pruned and not, best first."""
    kept: dict[tuple[str, bool], Plan] = {}
    for plan in found.plans:
        kept.setdefault((plan.method, plan.pruned), plan)
    return list(kept.values())


def _of_plan(plan: Plan) -> dict[str, Any]:
    return {
        "method": plan.method,
        "pruned": plan.pruned,
        "removals": plan.steps,
        "cost": plan.cost / MICRO,
        "reaches_target": plan.reached is not None and plan.reached <= plan.steps,
        "R": plan.curve.r,
    }


def _robustness(found: Analysis) -> dict[str, Any] | None:
    if found.robustness is None:
        return None
    robustness = found.robustness
    return {
        "method": robustness.method,
        "draws": robustness.draws,
        "people_missing": PEOPLE_MISSING,
        "agreement": {str(share): value for share, value in robustness.agreement.items()},
        "mean": robustness.mean,
        "unstable": robustness.unstable,
    }


def show(told: Told) -> None:
    """Print it for people."""
    name, found, in_prison = told
    for line in _headline(found, name):
        click.echo(line)
    show_grid(
        ["step", "person", "largest left", "pairs left", "harm left", "cost", "central next", "if this one stays"],
        [
            (
                step.number,
                found.network.ids[step.person],
                step.largest_left,
                step.pairs_left,
                f"{step.harm_left / MICRO:.1f}",
                f"{step.cost / MICRO:g}",
                "" if step.central_next is None else found.network.ids[step.central_next],
                _if_left_out(found, step),
            )
            for step in found.steps
        ],
    )
    for step in found.steps:
        person = found.network.ids[step.person]
        click.echo(f"{step.number}. {person}: {step.why()}{f' ({in_prison[person]})' if person in in_prison else ''}")
    click.echo("")
    show_grid(
        ["method", "pruned", "removals", "cost", "reaches target", "R"],
        [(*list(_of_plan(plan).values())[:-1], f"{plan.curve.r:.6f}") for plan in _portfolio(found)],
    )
    for line in (*_beside(found), *NOTICES):
        click.echo(line)


def _headline(found: Analysis, name: str) -> list[str]:
    network, goal, plan = found.network, found.goal, found.plan
    left = f"more than {goal.small:,} people" if goal.small > 1 else "two people or more"
    wanted = f"no component of {left}"
    if goal.objective == "harm":
        wanted = f"harm of {goal.harm / MICRO:,.1f} at most in components of {left}"
    lines = [
        f"{name}: {len(network):,} people, {network.ties:,} ties, the largest component of {network.largest:,}",
        f"wanted: {wanted}",
    ]
    reached = plan.reached is not None and plan.reached <= plan.steps
    what = (
        f"plan ({plan.method}{', pruned' if plan.pruned else ''}): {plan.steps:,} removals, cost {plan.cost / MICRO:g}"
    )
    lines.append(f"{what}: {'reaches it' if reached else 'does not reach it'}")
    spared = len(network) - int(network.eligible.sum())
    if spared:
        lines.append(f"{spared:,} people are not eligible and are never named: children, victims and others to protect")
    if not found.whole_portfolio:
        lines.append("betweenness and spectral were not tried: too large a network for them")
    return lines


def _if_left_out(found: Analysis, step: Step) -> str:
    instead, left = found.instead.get(step.person), f"{step.largest_without:,} stay together"
    if instead is None:
        return left
    if instead.people is None:
        return f"{left}; nobody makes up for it"
    names = [found.network.ids[person] for person in instead.people]
    more = f" and {len(names) - _INSTEAD_SHOWN} more" if len(names) > _INSTEAD_SHOWN else ""
    return f"{left}, or {', '.join(names[:_INSTEAD_SHOWN])}{more} instead" if names else left


def _beside(found: Analysis) -> list[str]:
    lines, random = [], found.random
    what = "people in the largest component" if found.goal.objective == "connectivity" else "harm in large components"
    if random.value_left is not None:
        value = {name: _value(found, each) for name, each in vars(random.value_left).items()}
        lines.append(
            f"as many at random ({random.draws} draws): {value['mean']:,.1f} {what} left "
            f"({value['low']:,.1f} to {value['high']:,.1f} in nine of ten)"
        )
    if random.removals is not None:
        removals = random.removals
        lines.append(
            f"to the target at random: {removals.mean:,.1f} removals ({removals.low:,.0f} to {removals.high:,.0f})"
        )
    for top in found.top:
        lines.append(f"the top {len(top.people):,} by {top.measure} alone: {_value(found, top.value_left):,.1f} left")
    exact = _exact(found)
    if exact is not None and exact["value"] is None:
        lines.append("exact: everyone eligible together does not reach the target")
    elif exact is not None:
        how = "proved" if exact["proved"] else f"not proved: at least {exact['bound']}, gap {exact['gap']:.1%}"
        lines.append(f"exact: {exact['value']}, {how}: {', '.join(exact['people'])}")
    for k, players in found.key_players.items():
        if players is not None:
            names = ", ".join(found.network.ids[person] for person in players.people)
            lines.append(f"key players, {k}: {names} (fragmentation {players.fragmentation:.4f})")
    if found.robustness is not None:
        robust = found.robustness
        shares = ", ".join(f"{value:.2f} with {share:.0%} of ties" for share, value in robust.agreement.items())
        verdict = f"UNSTABLE (below {STABLE_FROM})" if robust.unstable else "stable"
        lines.append(
            f"{verdict}: people named by {robust.method} agree {shares} and {PEOPLE_MISSING:.0%} of people missing "
            f"(mean Jaccard, {robust.draws} draws each)"
        )
    else:
        lines.append("stability was not tried: too large a network for so many draws, or nobody to remove")
    return lines
