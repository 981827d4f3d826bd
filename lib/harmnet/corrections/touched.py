"""What a correction touches in a published snapshot: people, and the networks they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pyspark.sql import functions as F

from harmnet.contracts.linked import PEOPLE
from harmnet.contracts.results import NETWORK_MEMBERS
from harmnet.corrections.linked import refs_named
from harmnet.corrections.register import CHECKS, UNDOING, Correction, in_force
from harmnet.corrections.resolving import Identities
from harmnet.snapshots.manifest import Snapshot
from harmnet.storage import Lake

Network = tuple[str, str]
"""Theme and network_id."""


@dataclass(frozen=True)
class Touched:
    """nominal_id of the snapshot: `people` it is about, `others` it names beside them; networks it changes."""

    people: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    networks: dict[Network, frozenset[str]] = field(default_factory=dict)
    """Network -> all of its members."""


def touched_by(
    lake: Lake, snapshot: Snapshot, corrections: Sequence[Correction], known: Sequence[Correction]
) -> dict[int, Touched]:
    """What each of the corrections touches in the snapshot, by number. `known`: every correction there is.

    People are those the snapshot itself tells apart, also where later corrections say that two of them are one.
    """
    holding = in_force(known)
    everyone = sorted({*holding, *corrections}, key=lambda one: one.correction_id)
    refs = refs_named(everyone, lake.read_result(PEOPLE, snapshot.snapshot_id), None)
    found: dict[int, tuple[set[str], set[str]]] = {}
    now = Identities(refs, holding)
    for one in corrections:
        # One that was undone is asked about as if it held.
        identities = now if one in holding else Identities(refs, [*holding, one])
        people, others = identities.people(one), identities.others(one)
        if one.action == "UNLINK" and one.person_ref in identities.now:
            people = people | {identities.now[one.person_ref]}
        found[one.correction_id] = (identities.linked_as(people), identities.linked_as(others))
    members = _networks_of(lake, snapshot, {person for pair in found.values() for people in pair for person in people})
    return {
        one.correction_id: Touched(
            frozenset(found[one.correction_id][0]),
            frozenset(found[one.correction_id][1]),
            _touched_networks(one, *found[one.correction_id], members),
        )
        for one in corrections
    }


def _touched_networks(
    one: Correction, people: set[str], others: set[str], members: dict[Network, frozenset[str]]
) -> dict[Network, frozenset[str]]:
    kind, name = one.scope
    if one.action in UNDOING:
        return {}
    if one.action in CHECKS and kind == "network":
        return {key: them for key, them in members.items() if key[1] == name}
    if kind in ("tie", "network"):
        theme = name.rpartition("-")[0] if kind == "network" else None
        return {
            key: them
            for key, them in members.items()
            if them & people and them & (others - people) and theme in (None, key[0])
        }
    theme = name if kind == "theme" else None
    concerned = people | others
    return {key: them for key, them in members.items() if them & concerned and theme in (None, key[0])}


def _networks_of(lake: Lake, snapshot: Snapshot, people: set[str]) -> dict[Network, frozenset[str]]:
    """Every network with one of the people in it, with its members."""
    if not people:
        return {}
    rows = lake.read_result(NETWORK_MEMBERS, snapshot.snapshot_id).where(F.col("network_id").isNotNull())
    key = ["theme", "network_id"]
    theirs = rows.where(F.col("nominal_id").isin(sorted(people))).select(*key).distinct()
    found: dict[Network, set[str]] = {}
    for row in rows.join(F.broadcast(theirs), on=key, how="left_semi").select(*key, "nominal_id").collect():
        found.setdefault((row["theme"], row["network_id"]), set()).add(row["nominal_id"])
    return {network: frozenset(them) for network, them in found.items()}
