"""Who is shown in a chart, and as what: members, and people one step around them, who are never shown as members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harmnet.charts.people import Facts

MEMBER, INVOLVED, VICTIM, CONNECTED, TIED = "MEMBER", "INVOLVED", "VICTIM", "CONNECTED", "TIED"
ROLES = {
    MEMBER: "member of the network",
    INVOLVED: "involved in the theme, not a member here",
    VICTIM: "victim, not a member",
    CONNECTED: "connected, not involved",
    TIED: "someone to protect, tied in another way",
}
"""Role of a person in the picture -> what it means."""

MOST_AROUND = 400
"""People around the network at most: those to protect first, then victims, then those tied most strongly."""


@dataclass(frozen=True)
class Person:
    """Someone in the picture. `victim`: a victim in the theme, or harmed by a member; also true of some members."""

    nominal_id: str
    role: str
    victim: bool
    strength_micro: int
    facts: Facts


def roles_of(
    members: set[str],
    edges: Iterable[Mapping[str, Any]],
    theme_members: Mapping[str, Mapping[str, Any]],
    in_graph: set[str],
) -> dict[str, tuple[str, bool]]:
    """nominal_id -> role and whether a victim, for members and everyone an edge ties to one.

    `theme_members` by nominal_id; `in_graph`: people of the theme's graph who are not members.
    """
    everyone, harmed = set(members), set()
    for edge in edges:
        src, dst = edge["src"], edge["dst"]
        everyone |= {src, dst}
        if edge["src_to_dst_micro"] > 0 and src in members:
            harmed.add(dst)
        if edge["dst_to_src_micro"] > 0 and dst in members:
            harmed.add(src)
    found = {}
    for person in everyone:
        row = theme_members.get(person, {})
        victim = person in harmed or bool(row.get("victim"))
        if person in members:
            role = MEMBER
        elif person in in_graph:
            role = INVOLVED
        elif victim:
            role = VICTIM
        else:
            role = CONNECTED if row.get("connected") else TIED
        found[person] = (role, victim)
    return found


def chosen(
    members: set[str],
    edges: Iterable[Mapping[str, Any]],
    roles: Mapping[str, tuple[str, bool]],
    facts: Mapping[str, Facts],
) -> tuple[Person, ...]:
    """The people of the picture: members, then at most MOST_AROUND others.

    Of those tied to members in ways that make no one connected (family, found together) only children and others to
    protect are shown.
    """
    strength = dict.fromkeys(roles, 0)
    for edge in edges:
        for person, other in ((edge["src"], edge["dst"]), (edge["dst"], edge["src"])):
            if other in members:
                strength[person] += edge["weight_micro"]
    everyone = [
        Person(person, role, victim, strength[person], facts[person]) for person, (role, victim) in roles.items()
    ]
    inside = [person for person in everyone if person.role == MEMBER]
    outside = [person for person in everyone if person.role != MEMBER]
    around = [person for person in outside if person.role != TIED or person.facts.protect]
    around.sort(key=lambda person: (not person.facts.protect, not person.victim, *_by_strength(person)))
    return (*sorted(inside, key=_by_strength), *sorted(around[:MOST_AROUND], key=_by_strength))


def _by_strength(person: Person) -> tuple[int, str]:
    return -person.strength_micro, person.nominal_id
