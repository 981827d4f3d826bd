"""What a chart shows: the members of one network, people one step around them, and the ties that members have."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pyspark.sql import functions as F

from harmnet.charts.people import Facts, read_facts, rows_about
from harmnet.contracts.results import (
    EDGES,
    HUB_EVENTS,
    NETWORK_MEMBERS,
    NETWORK_PARTS,
    NETWORK_PRIORITIES,
    NETWORKS,
    THEME_MEMBERS,
)
from harmnet.errors import HarmnetError
from harmnet.explain import Record, records_behind
from harmnet.networks import relations_of
from harmnet.snapshots.manifest import Snapshot
from harmnet.snapshots.recipe import load_recipe, settings_of
from harmnet.storage import Lake

MEMBER, INVOLVED, VICTIM, CONNECTED, TIED = "MEMBER", "INVOLVED", "VICTIM", "CONNECTED", "TIED"
ROLES = {
    MEMBER: "member of the network",
    INVOLVED: "involved in the theme, not a member here",
    VICTIM: "victim, not a member",
    CONNECTED: "connected, not involved",
    TIED: "child tied in another way",
}
"""Role of a person in the picture -> what it means."""

MOST_MEMBERS = 2000
"""Members of the largest network that can be drawn: the layout looks at every pair."""
MOST_AROUND = 400
"""People around the network at most: children first, then victims, then those tied most strongly."""


@dataclass(frozen=True)
class Person:
    """Someone in the picture. `victim`: a victim in the theme, or harmed by a member; also true of some members."""

    nominal_id: str
    role: str
    victim: bool
    strength_micro: int
    facts: Facts


@dataclass(frozen=True)
class Tie:
    """An edge with a member at one end or both, and the records behind it."""

    src: str
    dst: str
    relation: str
    weight_micro: int
    src_to_dst_micro: int
    dst_to_src_micro: int
    first_date: date
    last_date: date
    handling: int
    records: tuple[Record, ...]


@dataclass(frozen=True)
class Picture:
    """One network of a snapshot, all that its page shows. People: members first, each group by strength and id."""

    network_id: str
    theme: str
    title: str
    snapshot_id: str
    as_of: date
    handling: int
    priority: Mapping[str, Any]
    relations: tuple[str, ...]
    people: tuple[Person, ...]
    ties: tuple[Tie, ...]
    left_out: tuple[str, ...]

    @property
    def members(self) -> int:
        """How many of the people are members."""
        return sum(person.role == MEMBER for person in self.people)


def read_picture(lake: Lake, snapshot: Snapshot, network_id: str) -> Picture:
    """The picture of one network.

    Raises HarmnetError when the snapshot has no such network, when it is too large to draw, or when the records behind
    a tie do not add up to it.
    """
    network = _network(lake, snapshot, network_id)
    theme = network["theme"]
    of_network = F.col("network_id") == network_id
    found = lake.read_result(NETWORK_MEMBERS, snapshot.snapshot_id).where(of_network).select("nominal_id").collect()
    members = {row["nominal_id"] for row in found}
    near = F.col("src").isin(sorted(members)) | F.col("dst").isin(sorted(members))
    edges = [row.asDict() for row in lake.read_result(EDGES, snapshot.snapshot_id).where(near).collect()]
    tied = {edge[end] for edge in edges for end in ("src", "dst")} - members
    facts = read_facts(lake, snapshot, theme, sorted(members | tied))
    roles = roles_of(
        members,
        edges,
        {row["nominal_id"]: row for row in rows_about(lake, snapshot, THEME_MEMBERS, members | tied, theme=theme)},
        {row["nominal_id"] for row in rows_about(lake, snapshot, NETWORK_MEMBERS, tied, theme=theme)},
    )
    people = chosen(members, edges, roles, facts)
    shown = {person.nominal_id for person in people}
    kept = [edge for edge in edges if edge["src"] in shown and edge["dst"] in shown]
    behind = records_behind(lake, snapshot, sorted({(edge["src"], edge["dst"]) for edge in kept}))
    ties = tuple(sorted((_tie(edge, behind) for edge in kept), key=lambda tie: (tie.src, tie.dst, tie.relation)))
    settings = settings_of(load_recipe(lake, snapshot.recipe_hash))
    told = settings.themes.themes.get(theme)
    return Picture(
        network_id=network_id,
        theme=theme,
        title=told.title if told else "full network",
        snapshot_id=snapshot.snapshot_id,
        as_of=snapshot.as_of,
        handling=_together([network["handling"], *(p.facts.handling for p in people), *(t.handling for t in ties)]),
        priority=_priority(lake, snapshot, network_id),
        relations=relations_of(settings.themes)[theme],
        people=people,
        ties=ties,
        left_out=_left_out(lake, snapshot, roles, shown),
    )


def _network(lake: Lake, snapshot: Snapshot, network_id: str) -> dict[str, Any]:
    networks = lake.read_result(NETWORKS, snapshot.snapshot_id)
    found = networks.where(F.col("network_id") == network_id).collect()
    if not found:
        known = sorted(row["network_id"] for row in networks.select("network_id").collect())
        close = difflib.get_close_matches(network_id, known, n=3, cutoff=0.0)
        raise HarmnetError(
            f"chart: no network {network_id} in snapshot {snapshot.snapshot_id}; "
            + (f"the closest are {', '.join(close)}" if close else "it has none")
        )
    if found[0]["size"] > MOST_MEMBERS:
        raise HarmnetError(
            f"chart: network {network_id} has {found[0]['size']:,} members, a chart shows {MOST_MEMBERS:,} at most"
        )
    return dict(found[0].asDict())


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

    Of those tied to members in ways that make no one connected (family, found together) only children are shown.
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
    around = [person for person in outside if person.role != TIED or _child(person)]
    around.sort(key=lambda person: (not _child(person), not person.victim, *_by_strength(person)))
    return (*sorted(inside, key=_by_strength), *sorted(around[:MOST_AROUND], key=_by_strength))


def _child(person: Person) -> bool:
    return person.facts.is_child is True


def _by_strength(person: Person) -> tuple[int, str]:
    return -person.strength_micro, person.nominal_id


def _tie(edge: Mapping[str, Any], behind: Mapping[tuple[str, str], Sequence[Record]]) -> Tie:
    names = [name for name in Tie.__dataclass_fields__ if name != "records"]
    records = [record for record in behind[edge["src"], edge["dst"]] if record.relation == edge["relation"]]
    return Tie(**{name: edge[name] for name in names}, records=tuple(records))


def _together(handlings: Iterable[int | None]) -> int:
    bits = 0
    for handling in handlings:
        bits |= handling or 0
    return bits


def _priority(lake: Lake, snapshot: Snapshot, network_id: str) -> dict[str, Any]:
    ranked = lake.read_result(NETWORK_PRIORITIES, snapshot.snapshot_id)
    found = ranked.where(F.col("network_id") == network_id).collect()
    if not found:
        return {}
    row = found[0]
    return {
        "rank": row["rank"],
        "of": ranked.where(F.col("theme") == row["theme"]).count(),
        "score": row["score"],
        "parts": [(name, row[f"{name}_micro"]) for name in NETWORK_PARTS],
    }


def _left_out(
    lake: Lake, snapshot: Snapshot, roles: Mapping[str, tuple[str, bool]], shown: set[str]
) -> tuple[str, ...]:
    hidden = [role for person, (role, _) in roles.items() if person not in shown]
    tied, beyond = hidden.count(TIED), len(hidden) - hidden.count(TIED)
    hubs = lake.read_result(HUB_EVENTS, snapshot.snapshot_id).count()
    lines = [
        "what was never recorded, or not yet delivered: no tie here does not mean no tie",
        "ties between two people around the network, and everyone two steps away",
        f"{tied:,} adults, or people of unknown age, tied to members only by family, shared harm, being found "
        "together, or too weakly to count",
        f"records with too many people to say anything about a pair: {hubs:,} in the snapshot (hub_events)",
        "records that are not credible, and records too old to count",
    ]
    if beyond:
        lines.insert(2, f"{beyond:,} more people around the network: the {MOST_AROUND:,} shown come first")
    return tuple(lines)
