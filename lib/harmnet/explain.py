"""The records behind a tie: every factor of every weight, adding up to the edge exactly."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet import evidence
from harmnet.config import MICRO
from harmnet.contracts.corrections import HELD_OUT
from harmnet.contracts.linked import INVOLVEMENTS, NOMINAL_IDS
from harmnet.contracts.results import EDGES
from harmnet.corrections.holding import NOBODY, held_of, relations_cut
from harmnet.corrections.standing import refuse_withheld, standing_of
from harmnet.errors import HarmnetError
from harmnet.harm import offence_group_rows
from harmnet.local_rows import local_rows
from harmnet.refresh import run_stage
from harmnet.snapshots.lock import writer_lock
from harmnet.snapshots.manifest import Snapshot
from harmnet.snapshots.recipe import load_recipe, settings_of
from harmnet.snapshots.run_events import stage_done
from harmnet.stages import WRITTEN_BY, stage_named
from harmnet.storage import Lake
from harmnet.tying import relation_of

_BEHIND = ("stage", "link")


@dataclass(frozen=True)
class Record:
    """One record behind a tie, with the factors of its weight."""

    relation: str
    tie: str
    record_ref: str
    event_date: date
    times: int
    base_micro: int
    quality_micro: int
    decay_micro: int
    n: int
    weight_micro: int
    counted: bool
    handling: int


_FACTORS = tuple(field.name for field in fields(Record) if field.name != "relation")

Pair = tuple[str, str]
"""Two nominals, the smaller id (in byte order) first, as `edges` has them."""


def explain(lake: Lake, snapshot: Snapshot, one: str, other: str) -> list[Record]:
    """Every record that ties two nominals in the snapshot, by relation, tie, date and reference.

    Raises HarmnetError as `records_behind` does, when both are the same, and when a correction withholds it.
    """
    if one == other:
        raise HarmnetError(f"explain: {one} was given twice; name two different nominals")
    refuse_withheld(standing_of(lake, snapshot), "explain", one, other)
    pair = min(one, other, key=str.encode), max(one, other, key=str.encode)
    return records_behind(lake, snapshot, [pair]).get(pair, [])


def records_behind(lake: Lake, snapshot: Snapshot, pairs: Collection[Pair]) -> dict[Pair, list[Record]]:
    """Every record that ties the two people of each pair, by relation, tie, date and reference; no key without one.

    `counted` is false where the same event counts by another tie. Raises HarmnetError when a nominal is not in the
    snapshot, or when the records of any pair do not add up to its stored edges.
    """
    recipe = load_recipe(lake, snapshot.recipe_hash)
    settings = settings_of(recipe)
    if any(stage_done(lake, recipe, stage) is None for stage in _BEHIND):
        # Kept for the current snapshot; for an older one derived again from its pinned batches.
        with writer_lock(lake, purpose="explain"):
            for stage in _BEHIND:
                run_stage(lake, recipe, settings, stage_named(stage), progress=lambda _: None)
    involvements, ids = (
        lake.read_work(recipe.recipe_hash, WRITTEN_BY[table.name], table) for table in (INVOLVEMENTS, NOMINAL_IDS)
    )
    numbers = _numbers(ids, sorted({person for pair in pairs for person in pair}), snapshot)
    wanted = local_rows(
        lake.spark, [(numbers[src], numbers[dst]) for src, dst in sorted(pairs)], "src bigint, dst bigint"
    )
    around = on_their_records(involvements, sorted(numbers.values()))
    groups = offence_group_rows(lake.spark, settings)
    held = lake.read_work(recipe.recipe_hash, WRITTEN_BY[HELD_OUT.name], HELD_OUT) if recipe.last_correction else None
    built = evidence.build(
        around,
        ties=settings.ties,
        as_of=recipe.as_of,
        offence_groups=groups,
        held=NOBODY if held is None else held_of(held),
        relations_cut=relations_cut(settings.themes),
    )
    rows = built.pairs.join(F.broadcast(wanted), on=["src", "dst"], how="left_semi")
    names = {idx: name for name, idx in numbers.items()}
    found: dict[Pair, list[Record]] = {}
    for row in rows.select("src", "dst", relation_of(settings.ties).alias("relation"), *_FACTORS).collect():
        values = row.asDict()
        pair = names[values.pop("src")], names[values.pop("dst")]
        found.setdefault(pair, []).append(Record(**values))
    for records in found.values():
        records.sort(key=lambda record: (record.relation, record.tie, record.event_date, record.record_ref))
    _check_sums(lake, snapshot, pairs, found)
    return found


def _numbers(ids: DataFrame, people: list[str], snapshot: Snapshot) -> dict[str, int]:
    found = {row["nominal_id"]: row["idx"] for row in ids.where(F.col("nominal_id").isin(people)).collect()}
    missing = [person for person in people if person not in found]
    if missing:
        raise HarmnetError(f"explain: no nominal {' and no nominal '.join(missing)} in snapshot {snapshot.snapshot_id}")
    return found


def on_their_records(involvements: DataFrame, people: Sequence[int]) -> DataFrame:
    """Every involvement of anyone on a record that one of the people is on."""
    events = involvements.where(F.col("idx").isin(list(people))).select("source_system", "event_id").distinct()
    return involvements.join(F.broadcast(events), on=["source_system", "event_id"], how="left_semi")


def _check_sums(
    lake: Lake, snapshot: Snapshot, pairs: Collection[Pair], found: Mapping[Pair, Sequence[Record]]
) -> None:
    wanted = local_rows(lake.spark, sorted(pairs), "src string, dst string")
    edges = lake.read_result(EDGES, snapshot.snapshot_id).join(F.broadcast(wanted), on=["src", "dst"], how="left_semi")
    stored: dict[Pair, dict[str, int]] = {}
    for src, dst, relation, weight in edges.select("src", "dst", "relation", "weight_micro").collect():
        stored.setdefault((src, dst), {})[relation] = weight
    problems = []
    for pair in sorted(pairs):
        sums: dict[str, int] = {}
        for record in found.get(pair, ()):
            if record.counted:
                sums[record.relation] = sums.get(record.relation, 0) + record.weight_micro
        if sums != stored.get(pair, {}):
            problems.append(
                f"explain: records of {pair[0]} and {pair[1]} add up to {sums}, but edges hold {stored.get(pair, {})}; "
                "do not use this snapshot"
            )
    if problems:
        raise HarmnetError(problems)


def as_json(records: list[Record]) -> dict[str, Any]:
    """The records by relation: weight_micro, the records that count, and those set aside as the same event."""
    relations: dict[str, Any] = {}
    for record in records:
        entry = relations.setdefault(record.relation, {"weight_micro": 0, "records": [], "set_aside": []})
        shown = {
            "tie": record.tie,
            "record_ref": record.record_ref,
            "event_date": record.event_date.isoformat(),
            "times": record.times,
            "base": record.base_micro / MICRO,
            "quality": record.quality_micro / MICRO,
            "decay": record.decay_micro / MICRO,
            "n": record.n,
            "weight_micro": record.weight_micro,
        }
        if record.counted:
            entry["weight_micro"] += record.weight_micro
        entry["records" if record.counted else "set_aside"].append(shown)
    return {"relations": relations}
