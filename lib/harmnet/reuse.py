"""What an earlier run staged and no batch since has touched: its rows are taken over and not checked again.

A staged row follows from the raw rows of its key, from those of the record it hangs on, from the code and packages,
from the keywords, ages and systems of conf, and in one table from as_of. Where all of that is as it was, so is the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.config import Settings
from harmnet.contracts.model import Table
from harmnet.contracts.staged import STAGED
from harmnet.ingest import Batch
from harmnet.joining import to_everyone
from harmnet.snapshots.recipe import Recipe, load_recipes, settings_of
from harmnet.snapshots.run_events import stage_done
from harmnet.sources import RULES
from harmnet.stage_io import StageIO

STAGE = "stage"
LEAST_ROWS = 1_000_000
"""Rows delivered: fewer are checked sooner than divided."""
MOST_NEW = 0.2
"""Of all rows delivered: with more of them new, to look for those that are not costs what it spares."""


@dataclass(frozen=True)
class Earlier:
    """A run whose staged rows are there, and what has come since."""

    recipe: Recipe
    since: tuple[int, ...]
    """Batches that it did not know."""
    same_day: bool
    touched: dict[str, DataFrame] = field(default_factory=dict)
    """Raw table -> values of its key column whose record was delivered again: for the tables that hang on it."""


@dataclass(frozen=True)
class Divided:
    """The rows of one raw table: those to be checked, and the staged ones that need not be."""

    rows: DataFrame
    taken_over: DataFrame | None
    why: str
    """In words, for the run report."""


def earlier_run(io: StageIO, batches: Sequence[Batch]) -> tuple[Earlier | None, str]:
    """The run with the most batches whose staged rows can be taken over; in words which it is or why there is none."""
    if not io.reuse:
        return None, "everything afresh, as asked for"
    if sum(_rows(batches).values()) < LEAST_ROWS:
        return None, f"fewer than {LEAST_ROWS:,} rows: checking them is quicker"
    found, why = [], "no earlier run has left its work"
    for recipe in load_recipes(io.lake, [name for name in io.lake.names("_work") if name != io.recipe.recipe_hash]):
        unlike = _unlike(io, recipe, batches)
        if unlike is None and stage_done(io.lake, recipe, STAGE) is not None:
            found.append(recipe)
        else:
            why = f"of snapshot {recipe.snapshot_id}: {unlike or 'its work is not whole'}"
    if not found:
        return None, why
    best = max(found, key=lambda recipe: (recipe.known_at, recipe.as_of == io.recipe.as_of, recipe.recipe_hash))
    since = tuple(batch.batch_id for batch in batches if batch.batch_id not in best.batch_ids)
    return Earlier(best, since, best.as_of == io.recipe.as_of), f"of snapshot {best.snapshot_id}"


def _rows(batches: Sequence[Batch]) -> dict[int, int]:
    """Rows that each batch brought."""
    return {batch.batch_id: sum(table.rows for table in batch.tables) for batch in batches}


def _unlike(io: StageIO, recipe: Recipe, batches: Sequence[Batch]) -> str | None:
    """Why rows of that run are not taken over; None when they can be."""
    body, own = recipe.body, io.recipe.body
    if (body["code"], body["lock"]) != (own["code"], own["lock"]):
        return "other code or packages"
    if _conf_of_staging(settings_of(recipe)) != _conf_of_staging(io.settings):
        return "keywords, ages or systems are others in conf"
    now = {batch["batch_id"]: batch["digest"] for batch in own["batches"]}
    if any(now.get(batch["batch_id"]) != batch["digest"] for batch in body["batches"]):
        return "it knew other batches"
    rows = _rows(batches)
    new = sum(count for batch_id, count in rows.items() if batch_id not in recipe.batch_ids)
    if new > MOST_NEW * sum(rows.values()):
        return f"{new:,} of {sum(rows.values()):,} rows are new"
    return None


def _conf_of_staging(settings: Settings) -> tuple[object, ...]:
    return settings.themes.every_word(), settings.weights.age, settings.sources


def divide(
    io: StageIO, earlier: Earlier | None, why: str, table: Table, rows: DataFrame, batches: Sequence[Batch]
) -> Divided:
    """The raw rows that these batches brought, divided by whether the earlier run's word on them still holds."""
    if earlier is None:
        return Divided(rows, None, why)
    rules = RULES[table.source]
    if rules.doubtful and not earlier.same_day:
        return Divided(rows, None, "what is doubted depends on as_of, which is another day")
    if not _untouched(rows, table, [batch for batch in batches if batch.batch_id in earlier.recipe.batch_ids]):
        return Divided(rows, None, "raw rows that were there are gone")
    staged = io.lake.read_work(earlier.recipe.recipe_hash, STAGE, STAGED[table.source])
    touched = rows.where(F.col("batch_id").isin(list(earlier.since))).select("source_key")
    if rules.parent:
        column, parent = rules.parent
        if parent not in earlier.touched:
            return Divided(rows, None, f"{parent} was checked afresh")
        hanging = staged.join(earlier.touched[parent], on=column, how="left_semi").select("source_key")
        touched = touched.unionByName(hanging)
    touched = to_everyone(touched.distinct().localCheckpoint())
    # Few rows, which are read several times: all others are read for them once.
    again = rows.join(touched, on="source_key", how="left_semi").localCheckpoint()
    for child in RULES.values():
        if child.parent and child.parent[1] == table.source:
            earlier.touched[table.source] = _values(child.parent[0], touched, staged, again)
    return Divided(again, staged.join(touched, on="source_key", how="left_anti"), why)


def _untouched(rows: DataFrame, table: Table, known: Sequence[Batch]) -> bool:
    """Whether every batch still has as many raw rows as it brought: rows can be erased from a lake."""
    brought = {
        batch.batch_id: of.rows for batch in known for of in batch.tables if of.table_name == table.name and of.rows
    }
    ids = [batch.batch_id for batch in known]
    there = rows.where(F.col("batch_id").isin(ids)).groupBy("batch_id").count().collect()
    return {row["batch_id"]: row["count"] for row in there} == brought


def _values(column: str, touched: DataFrame, staged: DataFrame, again: DataFrame) -> DataFrame:
    """Values of the column on records delivered again, as they were and as they are."""
    before = staged.join(touched, on="source_key", how="left_semi").select(column)
    now = again.select(F.trim(F.col(column)).alias(column))
    return to_everyone(before.unionByName(now).distinct().localCheckpoint())
