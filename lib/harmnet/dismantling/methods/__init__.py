"""The portfolio: each method is one module with `order(network, goal)`, everyone in the order of removal."""

from __future__ import annotations

from collections.abc import Callable

from harmnet.dismantling.goal import Goal
from harmnet.dismantling.methods import betweenness, corehd, degree, most_harm, spectral
from harmnet.dismantling.network import Network

Method = Callable[[Network, Goal], list[int]]

METHODS: dict[str, Method] = {
    "betweenness": betweenness.order,
    "corehd": corehd.order,
    "degree": degree.order,
    "spectral": spectral.order,
    "most_harm": most_harm.order,
}
"""In the order that decides between plans that are equal."""

QUICK: tuple[str, ...] = ("corehd", "degree")
"""Those whose work grows with the ties and no faster: for large networks, and for many at once."""


def methods_for(goal: Goal, *, quick: bool = False) -> tuple[str, ...]:
    """The methods that suit a goal."""
    names = QUICK if quick else tuple(name for name in METHODS if name != "most_harm")
    return (*names, "most_harm") if goal.objective == "harm" else names
