"""Plans of many networks, from rows of people and ties to rows of plans and steps. Arrow in and out, no Spark."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from harmnet.dismantling.baselines import random_orders, top_lists
from harmnet.dismantling.goal import Goal
from harmnet.dismantling.methods import QUICK
from harmnet.dismantling.methods.taking import per_cost
from harmnet.dismantling.network import Network, Person
from harmnet.dismantling.plan import make_plans
from harmnet.dismantling.steps import instead_of, steps_of

KEY = ("theme", "network_id")


@dataclass(frozen=True)
class HowPlanned:
    """What decides how a plan is made."""

    target: str
    random_draws: int


def planned(batches: Iterable[pa.RecordBatch], schema: pa.Schema, how: HowPlanned) -> pa.Table | None:
    """Rows of plans and of steps (those have a step) of some whole networks; None for no rows.

    From rows in any order: theme, network_id, src, dst of a tie, or dst null for a person with cost_micro, harm_micro,
    eligible, in_prison, release_due.
    """
    received = list(batches)
    if not received:
        return None
    networks: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in pa.Table.from_batches(received).to_pylist():
        networks.setdefault((row["theme"], row["network_id"]), []).append(row)
    rows = [row for key in sorted(networks) for row in _rows_of(dict(zip(KEY, key)), networks[key], how)]
    return pa.Table.from_pylist(rows, schema=schema)


def _rows_of(key: dict[str, str], rows: list[dict[str, Any]], how: HowPlanned) -> list[dict[str, Any]]:
    """The plan of one network and its steps."""
    # Numbers as text of one length: ids go by byte order, and the smallest number is the smallest id.
    about = {f"{row['src']:019}": row for row in rows if row["dst"] is None}
    ties = [(f"{row['src']:019}", f"{row['dst']:019}") for row in rows if row["dst"] is not None]
    people = {name: Person(row["cost_micro"], row["harm_micro"], row["eligible"]) for name, row in about.items()}
    network = Network.build([one for one, _ in ties], [other for _, other in ties], people)
    goal = Goal.of(network, how.target)
    plan = make_plans(network, goal, QUICK)[0]
    number = [int(name) for name in network.ids]
    steps = []
    for step in steps_of(network, goal, plan):
        # Without the goal there is nothing that someone else could make up for.
        found = None if plan.reached is None else instead_of(network, goal, plan, step.person).people
        person = about[network.ids[step.person]]
        steps.append(
            {
                **key,
                "step": step.number,
                "nominal_id": number[step.person],
                "why": step.why(),
                "largest_left": step.largest_left,
                "pairs_left": step.pairs_left,
                "harm_left_micro": step.harm_left,
                "cost_micro": step.cost,
                "central_next_id": None if step.central_next is None else number[step.central_next],
                "largest_without": step.largest_without,
                "instead_id": number[found[0]] if found else None,
                "instead_people": None if found is None else len(found),
                "in_prison": person["in_prison"],
                "release_due": person["release_due"],
            }
        )
    left, last = plan.curve, plan.steps
    random = random_orders(network, goal, last, how.random_draws)
    whole = {
        **key,
        "people": len(network),
        "not_eligible": len(network) - int(network.eligible.sum()),
        "ties": network.ties,
        "method": plan.method,
        "pruned": plan.pruned,
        "largest_wanted": goal.small,
        "reached": plan.reached is not None,
        "removals": last,
        "cost_micro": plan.cost,
        "largest_before": int(left.largest[0]),
        "largest_left": int(left.largest[last]),
        "pairs_before": int(left.pairs[0]),
        "pairs_left": int(left.pairs[last]),
        "harm_before_micro": int(network.harm.sum()),
        "harm_left_micro": int(left.harm[last]),
        "r": per_cost(left.r, 1),
        "random_largest_left": per_cost(random.value_left.mean, 1) if random.value_left else None,
        "random_removals": per_cost(random.removals.mean, 1) if random.removals else None,
        "top_degree_largest_left": top_lists(network, goal, last)[0].value_left,
        "removals_in_prison": sum(1 for step in steps if step["in_prison"]),
    }
    return [whole, *steps]
