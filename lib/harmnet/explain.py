"""The records behind a tie: every factor of every weight, adding up to the edge exactly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet import evidence
from harmnet.config import MICRO
from harmnet.contracts.linked import INVOLVEMENTS, NOMINAL_IDS
from harmnet.contracts.results import EDGES
from harmnet.errors import HarmnetError
from harmnet.harm import offence_group_rows
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


def explain(lake: Lake, snapshot: Snapshot, one: str, other: str) -> list[Record]:
    """Every record that ties two nominals in the snapshot, by relation, tie, date and reference.

    `counted` is false where the same event counts by another tie. Raises HarmnetError when a nominal is not in the
    snapshot, or when the records do not add up to the stored edges.
    """
    if one == other:
        raise HarmnetError(f"explain: {one} was given twice; name two different nominals")
    recipe = load_recipe(lake, snapshot.recipe_hash)
    settings = settings_of(recipe)
    if any(stage_done(lake, recipe, stage) is None for stage in _BEHIND):
        # Kept for the current snapshot; for an older one derived again from its pinned batches.
        with writer_lock(lake, purpose="explain"):
            for stage in _BEHIND:
                run_stage(lake, recipe, settings, stage_named(stage), progress=lambda _: None)
    work = {
        table.name: lake.read_work(recipe.recipe_hash, WRITTEN_BY[table.name], table)
        for table in (INVOLVEMENTS, NOMINAL_IDS)
    }
    found = work["nominal_ids"].where(F.col("nominal_id").isin(one, other)).collect()
    numbers = {row["nominal_id"]: row["idx"] for row in found}
    missing = [name for name in (one, other) if name not in numbers]
    if missing:
        raise HarmnetError(f"explain: no nominal {' and no nominal '.join(missing)} in snapshot {snapshot.snapshot_id}")
    src, dst = sorted(numbers.values())
    around = on_their_records(work["involvements"], (src, dst))
    groups = offence_group_rows(lake.spark, settings)
    built = evidence.build(around, ties=settings.ties, as_of=recipe.as_of, offence_groups=groups)
    rows = built.pairs.where((F.col("src") == src) & (F.col("dst") == dst)).withColumn(
        "relation", relation_of(settings.ties)
    )
    names = list(Record.__dataclass_fields__)
    records = sorted(
        (Record(**row.asDict()) for row in rows.select(*names).collect()),
        key=lambda record: (record.relation, record.tie, record.event_date, record.record_ref),
    )
    _check_sums(lake, snapshot, sorted((one, other), key=str.encode), records)
    return records


def on_their_records(involvements: DataFrame, people: tuple[int, int]) -> DataFrame:
    """Every involvement of anyone on a record that one of the two people is on."""
    events = involvements.where(F.col("idx").isin(*people)).select("source_system", "event_id").distinct()
    return involvements.join(F.broadcast(events), on=["source_system", "event_id"], how="left_semi")


def _check_sums(lake: Lake, snapshot: Snapshot, pair: list[str], records: list[Record]) -> None:
    edges = lake.read_result(EDGES, snapshot.snapshot_id).where((F.col("src") == pair[0]) & (F.col("dst") == pair[1]))
    stored = {row["relation"]: row["weight_micro"] for row in edges.select("relation", "weight_micro").collect()}
    sums: dict[str, int] = {}
    for record in records:
        if record.counted:
            sums[record.relation] = sums.get(record.relation, 0) + record.weight_micro
    if sums != stored:
        raise HarmnetError(
            f"explain: records of {pair[0]} and {pair[1]} add up to {sums}, but edges hold {stored}; "
            "do not use this snapshot"
        )


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
