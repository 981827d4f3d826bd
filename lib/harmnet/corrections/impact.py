"""Everything published that a correction touches: snapshots, networks, scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyspark.sql import functions as F

from harmnet.contracts import Table
from harmnet.contracts.priorities import NETWORK_PRIORITIES, NOMINAL_PRIORITIES
from harmnet.corrections.register import UNDOING, Correction, in_force, read
from harmnet.corrections.touched import Touched, touched_by
from harmnet.errors import HarmnetError
from harmnet.snapshots import manifest
from harmnet.snapshots.manifest import Snapshot
from harmnet.snapshots.recipe import load_recipe
from harmnet.storage import Lake

PERSON, SAME_NETWORK, NETWORK = "PERSON", "SAME_NETWORK", "NETWORK"
"""Why a score is touched: the person's own, one of somebody in a network with them, a network's."""


@dataclass(frozen=True)
class Score:
    """One row of a priorities table that a correction touches."""

    table: str
    theme: str
    network_id: str | None
    nominal_id: str | None
    score: int
    rank: int
    touched_as: str


@dataclass(frozen=True)
class OfSnapshot:
    """What a correction touches in one snapshot. `made_with_it`: it was applied when the snapshot was made."""

    snapshot_id: str
    withdrawn: bool
    made_with_it: bool
    people: tuple[str, ...]
    networks: tuple[tuple[str, str], ...]
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class Impact:
    """A correction, the one that it undoes (else itself), whether that one holds, and what it touches by snapshot."""

    correction: Correction
    concerns: Correction
    in_force: bool
    snapshots: tuple[OfSnapshot, ...]


def impact(lake: Lake, correction_id: int) -> Impact:
    """What the correction touches in every snapshot it finds anyone in, oldest first.

    Of LIFT and UNMERGE: what the correction they undo touches. Raises HarmnetError when there is no such correction.
    """
    known = read(lake)
    by_number = {one.correction_id: one for one in known}
    if correction_id not in by_number:
        raise HarmnetError(f"impact: no correction {correction_id}; there are {len(known)}")
    one = by_number[correction_id]
    concerns = by_number[one.undoes] if one.action in UNDOING and one.undoes is not None else one
    found = []
    for snapshot in manifest.snapshots(lake):
        touched = touched_by(lake, snapshot, [concerns], known)[concerns.correction_id]
        if touched.people or touched.others:
            found.append(_of_snapshot(lake, snapshot, concerns, touched, known))
    return Impact(one, concerns, concerns in in_force(known), tuple(found))


def _of_snapshot(
    lake: Lake, snapshot: Snapshot, one: Correction, touched: Touched, known: tuple[Correction, ...]
) -> OfSnapshot:
    last = load_recipe(lake, snapshot.recipe_hash).last_correction
    undone_before = any(other.undoes == one.correction_id and other.correction_id <= last for other in known)
    made_with_it = one.correction_id <= last and not undone_before
    people = sorted(touched.people | (touched.others if one.action in ("MERGE", "REGRADE") else frozenset()))
    scores = _scores(lake, snapshot, one, set(people), touched)
    networks = tuple(sorted(touched.networks))
    return OfSnapshot(snapshot.snapshot_id, snapshot.withdrawn, made_with_it, tuple(people), networks, scores)


def _scores(lake: Lake, snapshot: Snapshot, one: Correction, people: set[str], touched: Touched) -> tuple[Score, ...]:
    ids = [network_id for _, network_id in touched.networks]
    beside = {person for members in touched.networks.values() for person in members}
    kind, name = one.scope
    theme = name if kind == "theme" else None
    found = []
    for row in _rows(lake, snapshot, NETWORK_PRIORITIES, "network_id", ids):
        found.append(Score(*_key(NETWORK_PRIORITIES, row), None, row["score"], row["rank"], NETWORK))
    for row in _rows(lake, snapshot, NOMINAL_PRIORITIES, "nominal_id", sorted(people | beside)):
        in_it = row["nominal_id"] in touched.networks.get((row["theme"], row["network_id"]), ())
        own = row["nominal_id"] in people and theme in (None, row["theme"]) and kind not in ("tie", "network")
        if own or in_it:
            touched_as = PERSON if row["nominal_id"] in people else SAME_NETWORK
            key = _key(NOMINAL_PRIORITIES, row)
            found.append(Score(*key, row["nominal_id"], row["score"], row["rank"], touched_as))
    return tuple(sorted(found, key=lambda score: (score.table, score.theme, score.rank)))


def _key(table: Table, row: dict[str, Any]) -> tuple[str, str, str | None]:
    return table.name, row["theme"], row["network_id"]


def _rows(lake: Lake, snapshot: Snapshot, table: Table, column: str, values: list[str]) -> list[dict[str, Any]]:
    if not values:
        return []
    rows = lake.read_result(table, snapshot.snapshot_id).where(F.col(column).isin(values))
    wanted = [name for name in ("theme", "network_id", "nominal_id", "score", "rank") if name in table.names]
    return [row.asDict() for row in rows.select(*wanted).collect()]


def as_json(found: Impact) -> dict[str, Any]:
    """The impact as plain values."""
    return {
        "correction_id": found.correction.correction_id,
        "action": found.correction.action,
        "concerns": found.concerns.correction_id,
        "in_force": found.in_force,
        "snapshots": [
            {
                "snapshot_id": one.snapshot_id,
                "withdrawn": one.withdrawn,
                "made_with_it": one.made_with_it,
                "people": list(one.people),
                "networks": [{"theme": theme, "network_id": network_id} for theme, network_id in one.networks],
                "scores": [vars(score) for score in one.scores],
            }
            for one in found.snapshots
        ],
    }


COLUMNS = ("snapshot_id", "made_with_it", "kind", "theme", "network_id", "nominal_id", "score", "rank", "touched_as")


def as_rows(found: Impact) -> list[list[Any]]:
    """The impact as rows of COLUMNS: a line for each snapshot, person, network and score."""
    rows: list[list[Any]] = []
    for one in found.snapshots:
        head = [one.snapshot_id, one.made_with_it]
        rows.append([*head, "snapshot", *[None] * 6])
        rows += [[*head, "person", None, None, person, None, None, None] for person in one.people]
        rows += [[*head, "network", theme, network_id, None, None, None, None] for theme, network_id in one.networks]
        rows += [
            [*head, s.table, s.theme, s.network_id, s.nominal_id, s.score, s.rank, s.touched_as] for s in one.scores
        ]
    return rows
