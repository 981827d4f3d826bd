"""Compare two snapshots: networks born, ended, split, merged; people who joined, left, moved rank, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.comparison import conf_changes, people, reasons, records
from harmnet.config import to_micro
from harmnet.contracts import TABLES
from harmnet.contracts.priorities import NOMINAL_PARTS
from harmnet.errors import HarmnetError
from harmnet.lineage import CONTINUED, match
from harmnet.snapshots import manifest
from harmnet.snapshots.manifest import Snapshot
from harmnet.snapshots.recipe import Recipe, load_recipe, settings_of
from harmnet.storage import Lake

TOP = 100
_EDGE = ("src", "dst", "relation", "weight_micro", "records", "first_date", "last_date")
_HIT = ("theme", "rule", "nominal_id", "source_system", "record_ref", "counted")


@dataclass(frozen=True)
class Comparison:
    """What became of snapshot `before` in snapshot `after`.

    ground    what the two were made from, where it differs: as_of, batches, conf keys, code, packages, corrections
    networks  one entry per network that was born, split off, merged into another or ended
    continued theme -> networks that continued
    people    one entry per person and theme who joined, left or moved rank; at most TOP per theme and change, the
              highest ranks first; `changes` counts all of them
    """

    before: str
    after: str
    ground: list[str]
    networks: list[dict[str, Any]]
    continued: dict[str, int]
    changes: list[dict[str, Any]]
    people: list[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """The comparison as plain values."""
        return asdict(self)


def compare(lake: Lake, before: str, after: str) -> Comparison:
    """Compare two published snapshots of a lake, by id. Raises HarmnetError when one is not there or is the other."""
    if before == after:
        raise HarmnetError(f"compare: {before} was given twice; name two snapshots")
    old, new = manifest.named(lake, before), manifest.named(lake, after)
    recipes = load_recipe(lake, old.recipe_hash), load_recipe(lake, new.recipe_hash)
    became = _networks(lake, old, new, recipes[1])
    changed = people.changes(*(_membership(lake, of) for of in (old, new))).localCheckpoint()
    told = people.with_reasons(changed, _reasons(lake, old, new, *recipes), general=conf_changes.general(*recipes))
    counts = changed.groupBy("theme", "change").agg(F.count("*").alias("people")).orderBy("theme", "change").collect()
    return Comparison(
        before,
        after,
        conf_changes.ground(*recipes),
        [row for row in became if row["event"] != CONTINUED],
        _count([row["theme"] for row in became if row["event"] == CONTINUED]),
        [row.asDict() for row in counts],
        [row.asDict() for row in people.first(told, TOP).collect()],
    )


def _networks(lake: Lake, old: Snapshot, new: Snapshot, recipe: Recipe) -> list[dict[str, Any]]:
    overlap = settings_of(recipe).graph.lineage_overlap
    members = [
        _read(lake, of, "network_members", "theme", "network_id", F.col("nominal_id").alias("nominal")).where(
            F.col("network_id").isNotNull()
        )
        for of in (old, new)
    ]
    found = match(*members, overlap=overlap).orderBy("theme", "event", "network_id", "parent_network_id").collect()
    return [row.asDict() for row in found]


def _membership(lake: Lake, of: Snapshot) -> DataFrame:
    """theme, nominal_id, network_id, rank and the parts of the score: one row per theme and person in it."""
    parts = [f"{name}_micro" for name in NOMINAL_PARTS]
    ranked = _read(lake, of, "nominal_priorities", "theme", "nominal_id", "rank", *parts)
    members = _read(lake, of, "network_members", "theme", "nominal_id", "network_id")
    return members.join(ranked, on=["theme", "nominal_id"], how="full")


def _reasons(lake: Lake, old: Snapshot, new: Snapshot, before: Recipe, after: Recipe) -> DataFrame:
    names = [_read(lake, of, "people", "person_ref", "nominal_id") for of in (old, new)]
    of_people = names[0].unionByName(names[1]).distinct()
    touched = records.touched(lake, before.batch_ids, after.batch_ids, of_people).localCheckpoint()
    old_edges, new_edges = (_read(lake, of, "edges", *_EDGE) for of in (old, new))
    ties = reasons.tie_changes(old_edges, new_edges, cut=to_micro(settings_of(after).graph.min_weight))
    older = after.as_of > before.as_of
    found = [reasons.by_record(touched), reasons.by_tie(ties, touched, older=older)]
    if older:
        old_hits, new_hits = (_read(lake, of, "theme_hits", *_HIT) for of in (old, new))
        found.append(reasons.out_of_window(old_hits, new_hits, touched))
    return reasons.together(found)


def _read(lake: Lake, of: Snapshot, table: str, *columns: Any) -> DataFrame:
    if table not in {entry.table_name for entry in of.tables}:
        raise HarmnetError(f"compare: snapshot {of.snapshot_id} was made without {TABLES[table].name}")
    return lake.read_published(table, of.snapshot_id, columns)


def _count(themes: list[str]) -> dict[str, int]:
    return {theme: themes.count(theme) for theme in sorted(set(themes))}
