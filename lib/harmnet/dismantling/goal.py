"""What a plan is to reach, and what it is judged by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, get_args

from harmnet.dismantling.network import Network
from harmnet.dismantling.pieces import Curve, Pieces
from harmnet.errors import HarmnetError
from harmnet.graph.kernel import Array

Objective = Literal["connectivity", "harm"]
OBJECTIVES: tuple[Objective, ...] = get_args(Objective)


@dataclass(frozen=True)
class Goal:
    """connectivity: no component of more than `small` people. harm: at most `harm` micro in such components."""

    objective: Objective
    small: int
    harm: int = 0

    @classmethod
    def of(cls, network: Network, target: float | str, objective: Objective = "connectivity") -> Goal:
        """`target` is a share, above 0 and below 1: `small` is that share of the people in the largest component, at
        least one, and `harm` that share of everyone's harm, both rounded down.

        HarmnetError on another target, and on the objective harm where nobody has harm.
        """
        try:
            share = Fraction(str(target))
        except (ValueError, ZeroDivisionError):
            share = Fraction(0)
        if not 0 < share < 1:
            raise HarmnetError(f"target {target}: not a share above 0 and below 1, such as 0.1")
        total = int(network.harm.sum())
        if objective == "harm" and not total:
            raise HarmnetError("objective harm: nobody in the network has harm; give it, or take connectivity")
        return cls(objective, max(1, int(share * network.largest)), int(share * total) if objective == "harm" else 0)

    def holds(self, pieces: Pieces) -> bool:
        """Whether it is reached."""
        return pieces.largest <= self.small if self.objective == "connectivity" else pieces.harm <= self.harm

    def holds_with(self, pieces: Pieces, person: int) -> bool:
        """Whether it would still be reached with this person put back, given that it is."""
        if self.objective == "connectivity":
            return pieces.joined(person)[0] <= self.small
        return pieces.harm_with(person) <= self.harm

    def values(self, curve: Curve) -> Array:
        """What the plan is judged by, after each number of removals; it never rises."""
        return curve.largest if self.objective == "connectivity" else curve.harm

    @property
    def limit(self) -> int:
        """The value from which the goal is reached."""
        return self.small if self.objective == "connectivity" else self.harm

    def nearest(self, curve: Curve, removals: int) -> Goal:
        """This goal, or where so many removals do not reach it, the nearest they come to it."""
        value = int(self.values(curve)[removals])
        if value <= self.limit:
            return self
        return replace(self, small=value) if self.objective == "connectivity" else replace(self, harm=value)

    def reached_after(self, curve: Curve, removals: int) -> int | None:
        """The first number of removals, of so many at most, after which it is reached; None where it is not."""
        # Values never rise.
        first = int((self.values(curve) > self.limit).sum())
        return first if first <= removals else None
