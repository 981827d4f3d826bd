"""Tables of dismantling: how the first networks of each theme would best be taken apart. Advice, never a decision."""

from __future__ import annotations

from harmnet.contracts.model import Column, Table, TableClass
from harmnet.contracts.results import IDX, NETWORK, THEME


def _micro(name: str, meaning: str) -> Column:
    return Column(name, "bigint", meaning, unit="micro")


DISMANTLING_PLANS = Table(
    "dismantling_plans",
    TableClass.RESULT,
    "one row per theme and network that has a plan: the first dismantling.plan_top by rank, of most_people at most",
    ("theme", "network_id"),
    (
        THEME,
        NETWORK,
        Column("people", "bigint", "Members."),
        Column("not_eligible", "bigint", "Of these, never named: children, exploited people, victims not involved."),
        Column("ties", "bigint", "Ties between members, whatever their weight."),
        Column("method", "string", "Method of the best plan: corehd or degree."),
        Column("pruned", "boolean", "Whoever was not needed was put back."),
        Column("largest_wanted", "bigint", "Most people that may hold together: dismantling.target of largest_before."),
        Column("reached", "boolean", "false: everyone eligible does not get there; the plan comes as near as can be."),
        Column("removals", "bigint", "Steps of the plan."),
        _micro("cost_micro", "Cost of the removals; 1.0 is one person at liberty."),
        Column("largest_before", "bigint", "People in the largest component before it."),
        Column("largest_left", "bigint", "People in the largest component after it."),
        Column("pairs_before", "bigint", "Pairs of members who can reach each other over ties before it."),
        Column("pairs_left", "bigint", "The same after it."),
        _micro("harm_before_micro", "Harm of all members."),
        _micro("harm_left_micro", "Harm of people in components larger than largest_wanted after it."),
        Column("r", "double", "Sum of the largest component after each removal up to the last / people^2; 12 digits."),
        Column("random_largest_left", "double", "Mean largest component after as many removals at random; 12 digits."),
        Column("random_removals", "double", "Mean removals at random until it is reached; null where it never is."),
        Column("top_degree_largest_left", "bigint", "Largest component without as many of the most tied members."),
        Column(
            "removals_in_prison", "bigint", "Steps that name someone in prison: cheap until the release, and not gone."
        ),
    ),
)

DISMANTLING_STEPS = Table(
    "dismantling_steps",
    TableClass.RESULT,
    "one row per theme, network and step of its plan",
    ("theme", "network_id", "step"),
    (
        THEME,
        NETWORK,
        Column("step", "bigint", "1 is removed first."),
        Column("nominal_id", IDX, "Who is removed.", nominal=True),
        Column("why", "string", "What falls apart, in one sentence."),
        Column("largest_left", "bigint", "People in the largest component left."),
        Column("pairs_left", "bigint", "Pairs of members who can still reach each other."),
        _micro("harm_left_micro", "Harm of people in components larger than largest_wanted that is left."),
        _micro("cost_micro", "Cost of this removal."),
        Column("central_next_id", IDX, "Of those eligible, who then lies between most others; or null.", nominal=True),
        Column("largest_without", "bigint", "Largest component left by the plan if this person stays."),
        Column("instead_id", IDX, "Who would go instead first; null: nobody needs to, or nobody can.", nominal=True),
        Column("instead_people", "bigint", "How many would go instead; null where nobody makes up for this person."),
        Column("in_prison", "boolean", "In prison at as_of: what the removal costs holds until the release."),
        Column("release_due", "date", "Expected release; null at liberty and where none is known."),
    ),
)
