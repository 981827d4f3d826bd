"""What a chart shows: the members of one network, people one step around them, and the ties that members have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pyspark.sql import functions as F

from harmnet.charts.people import parts_of, read_facts, rows_about
from harmnet.charts.roles import MEMBER, MOST_AROUND, TIED, Person, chosen, roles_of
from harmnet.contracts import TABLES
from harmnet.contracts.results import (
    EDGES,
    HUB_EVENTS,
    NETWORK_MEMBERS,
    THEME_MEMBERS,
)
from harmnet.corrections.standing import Standing, standing_of
from harmnet.errors import HarmnetError
from harmnet.explain import Record, records_behind
from harmnet.networks import relations_of
from harmnet.snapshots.manifest import Snapshot
from harmnet.snapshots.recipe import load_recipe, settings_of
from harmnet.storage import Lake
from harmnet.views import named_network

MOST_MEMBERS = 2000
"""Members of the largest network that can be drawn: the layout looks at every pair."""


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
    standing = standing_of(lake, snapshot)
    withheld = standing.out_of(theme, network_id)
    members = {row["nominal_id"] for row in found} - withheld
    if not members:
        raise HarmnetError(f"chart: every member of network {network_id} is withheld by a correction")
    near = F.col("src").isin(sorted(members)) | F.col("dst").isin(sorted(members))
    edges = [row.asDict() for row in lake.read_result(EDGES, snapshot.snapshot_id).where(near).collect()]
    edges = [edge for edge in edges if not {edge["src"], edge["dst"]} & withheld and not _is_withheld(edge, standing)]
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
        title=told.title if told else "Full network",
        snapshot_id=snapshot.snapshot_id,
        as_of=snapshot.as_of,
        handling=_together([network["handling"], *(p.facts.handling for p in people), *(t.handling for t in ties)]),
        priority=_priority(lake, snapshot, network_id),
        relations=relations_of(settings.themes)[theme],
        people=people,
        ties=ties,
        left_out=(
            *_left_out(lake, snapshot, roles, shown),
            *_corrected(len(found) - len(members), (theme, network_id) in standing.affected),
        ),
    )


def _network(lake: Lake, snapshot: Snapshot, network_id: str) -> dict[str, Any]:
    network = named_network(lake, snapshot, network_id)
    if network["size"] > MOST_MEMBERS:
        raise HarmnetError(
            f"chart: network {network_id} has {network['size']:,} members, a chart shows {MOST_MEMBERS:,} at most"
        )
    return network


def _tie(edge: Mapping[str, Any], behind: Mapping[tuple[str, str], Sequence[Record]]) -> Tie:
    names = [name for name in Tie.__dataclass_fields__ if name != "records"]
    records = [record for record in behind[edge["src"], edge["dst"]] if record.relation == edge["relation"]]
    return Tie(**{name: edge[name] for name in names}, records=tuple(records))


def _is_withheld(edge: Mapping[str, Any], standing: Standing) -> bool:
    return (edge["src"], edge["dst"]) in standing.ties and edge["relation"] in standing.relations


def _corrected(withheld: int, affected: bool) -> list[str]:
    """What corrections since the snapshot leave out of the picture, or would change in it."""
    lines = [f"{withheld:,} member(s) withheld by a correction"] if withheld else []
    if affected:
        lines.append("affected by a correction: a new snapshot would show this network otherwise")
    return lines


def _together(handlings: Iterable[int | None]) -> int:
    bits = 0
    for handling in handlings:
        bits |= handling or 0
    return bits


def _priority(lake: Lake, snapshot: Snapshot, network_id: str) -> dict[str, Any]:
    ranked = lake.read_result(TABLES["network_priorities"], snapshot.snapshot_id)
    found = ranked.where(F.col("network_id") == network_id).collect()
    if not found:
        return {}
    row = found[0].asDict()
    return {
        "rank": row["rank"],
        "of": ranked.where(F.col("theme") == row["theme"]).count(),
        "score": row["score"],
        "parts": parts_of(row, network_id),
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
        f"records with too many people to say anything about a pair: {hubs:,} in the snapshot (hub_events)",
        "records that are not credible, and records too old to count",
    ]
    if tied:
        lines.append(
            f"{tied:,} people tied to members only by family, shared harm, being found together, or too weakly to "
            "count, and with nothing that says they need protecting"
        )
    if beyond:
        lines.append(f"{beyond:,} more people around the network: the {MOST_AROUND:,} shown come first")
    return tuple(lines)
