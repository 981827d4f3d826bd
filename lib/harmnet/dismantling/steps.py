"""What each removal of a plan does, in figures and in one sentence, and what if that person were left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harmnet.dismantling.goal import Goal
from harmnet.dismantling.methods import METHODS
from harmnet.dismantling.methods.betweenness import ONE_AT_A_TIME, betweenness
from harmnet.dismantling.methods.taking import foremost, split, ties_within
from harmnet.dismantling.network import Network
from harmnet.dismantling.pieces import Pieces, curve
from harmnet.dismantling.plan import Plan
from harmnet.dismantling.pruning import prune

LOOKED_AHEAD = 50
"""Steps of which who is central next is worked out, where people times ties are more than ONE_AT_A_TIME."""


@dataclass(frozen=True)
class Step:
    """One removal; counts are of people unless they say otherwise."""

    number: int
    person: int
    degree: int
    """Ties to people who are left before it."""
    component: int
    """The component the person is taken from, the person counted."""
    pieces: tuple[int, ...]
    """The components it leaves, largest first."""
    largest_before: int
    largest_left: int
    pairs_before: int
    """Pairs who can reach each other."""
    pairs_left: int
    harm_left: int
    """Micro-units: harm in components of more people than the goal allows."""
    cost: int
    central_next: int | None
    """Of those eligible, who then lies between most others in the largest component left, by the fixed rule; None where
    nobody is tied or eligible there, and where it is not worked out."""
    largest_without: int
    """The largest component left by the plan without this removal."""

    def why(self) -> str:
        """What falls apart, in one sentence."""
        kept = self.pieces[0] if self.pieces else 0
        lost = self.pairs_before - self.pairs_left
        if not self.pieces:
            return "Tied to nobody who is left: the removal parts no one."
        if self.component == 2:
            tied = "Tied to one other person, who is tied to nobody else"
        else:
            tied = f"Tied to {self.degree:,} of the {self.component - 1:,} others in a component"
        if len(self.pieces) == kept == 1:
            fall = "that one is tied to no one"
        elif len(self.pieces) == 1:
            fall = f"it holds together with {kept:,} people"
        elif kept == 1:
            fall = f"it falls into {len(self.pieces):,} people tied to no one"
        else:
            fall = f"it falls into {len(self.pieces):,} pieces, the largest of {kept:,} people"
        pairs = f"{lost:,} pair{'s' if lost != 1 else ''} fewer"
        return f"{tied}: without this person {fall}, and {pairs} can reach each other."


def steps_of(network: Network, goal: Goal, plan: Plan) -> list[Step]:
    """The steps of a plan, in order."""
    pieces = Pieces(network, goal.small)
    named = set(plan.people)
    for person in range(len(network)):
        if person not in named:
            pieces.put_back(person)
    without = {person: max(pieces.largest, pieces.joined(person)[0]) for person in plan.people}
    parted: list[tuple[int, ...]] = []
    for person in reversed(plan.people):
        parted.append(tuple(sorted((pieces.size_of(top) for top in pieces.beside(person)), reverse=True)))
        pieces.put_back(person)
    parted.reverse()
    left = plan.curve
    next_ones = _central_next(network, plan)
    gone: set[int] = set()
    steps = []
    for place, person in enumerate(plan.people):
        steps.append(
            Step(
                place + 1,
                person,
                sum(other not in gone for other in network.neighbours[person]),
                1 + sum(parted[place]),
                parted[place],
                int(left.largest[place]),
                int(left.largest[place + 1]),
                int(left.pairs[place]),
                int(left.pairs[place + 1]),
                int(left.harm[place + 1]),
                int(network.cost[person]),
                next_ones[place],
                without[person],
            )
        )
        gone.add(person)
    return steps


def _central_next(network: Network, plan: Plan) -> list[int | None]:
    """After each step, whoever lies between most others in the largest component left; by degree in a huge one."""
    gone = [False] * len(network)
    parts = split(network, range(len(network)), gone)
    found: list[int | None] = []
    for place, person in enumerate(plan.people):
        if place >= LOOKED_AHEAD and len(network) * network.ties > ONE_AT_A_TIME:
            found.append(None)
            continue
        gone[person] = True
        touched = next(part for part in parts if person in part)
        parts = [part for part in parts if part is not touched] + split(network, touched, gone)
        largest = min(parts, key=lambda part: (-len(part), part[0]), default=[])
        found.append(most_central(network, largest, gone) if len(largest) > 1 else None)
    return found


def most_central(network: Network, part: list[int], gone: Sequence[bool]) -> int | None:
    """Whoever eligible lies between most others of a component; in one with too much work for it, who has most ties."""
    candidates = [person for person in part if network.eligible[person]]
    if not candidates:
        return None
    one, other = ties_within(network, part, gone)
    if len(part) * len(one) > ONE_AT_A_TIME:
        return foremost(network, candidates, lambda person: network.cost[person], gone)[0]
    between = dict(zip(part, betweenness(one, other, len(part)).tolist()))
    # What someone costs does not make them less central.
    return foremost(network, candidates, lambda person: between[person] * network.cost[person], gone)[0]


@dataclass(frozen=True)
class Instead:
    """What the plan becomes when someone stays: who else goes then; None where nobody eligible makes up for it."""

    people: tuple[int, ...] | None
    """Added to the rest of the plan, in order."""


def instead_of(network: Network, goal: Goal, plan: Plan, person: int) -> Instead:
    """Who else has to go when this person stays and the others of the plan go all the same.

    Nobody where the goal still holds; else the method goes on within the component that this person holds together,
    and what it takes is pruned.
    """
    others = [other for other in plan.people if other != person]
    gone = [False] * len(network)
    for other in others:
        gone[other] = True
    outside = [*others]
    if goal.objective == "connectivity":
        together = next(part for part in split(network, range(len(network)), gone) if person in part)
        if len(together) <= goal.small:
            return Instead(())
        inside = set(together)
        outside = [other for other in range(len(network)) if other not in inside]
    rest = network.without(outside).sparing([person])
    method = METHODS.get(plan.method, METHODS["betweenness"])
    order = method(rest, goal)
    reached = goal.reached_after(curve(rest, order, goal.small), int(rest.eligible.sum()))
    if reached is None:
        return Instead(None)
    needed = prune(rest, goal, order[:reached])
    return Instead(tuple(other for other in order if other in needed))
