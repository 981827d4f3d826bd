"""The stage `stage`: raw rows as known at known_at, typed, checked, counted."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.contracts import stored_schema
from harmnet.contracts.model import Table
from harmnet.contracts.raw import SYSTEMS
from harmnet.contracts.staged import PROFILE, QUARANTINE, STAGED, STAGED_COUNTS, STAGED_ISSUES, VERDICT
from harmnet.current import Keys, RawCount, current_rows, one_row_per_key
from harmnet.errors import HarmnetError
from harmnet.ingest import Batch, batches_up_to, visible_rows
from harmnet.local_rows import local_rows
from harmnet.parallel import each
from harmnet.sources import RULES
from harmnet.sources.checks import Context, check_rows, only_issues, only_quarantined, only_staged
from harmnet.stage_io import StageIO

_AT_ONCE = 3
_CODED = {"offence_code", "area_code", "kind", "prison", "source_system", "source_grade", "information_grade"}


def run(io: StageIO) -> None:
    """Stage every system that is switched on; stop when a row is neither staged nor quarantined."""
    batches = batches_up_to(io.lake, io.recipe.known_at)
    words = io.settings.themes.every_word()
    context = Context(io.settings.weights.age, io.recipe.as_of)
    tables = systems_on(io)

    def check(system: str) -> list[dict[str, object]]:
        return [_check(io, table, batches, words, context) for table in SYSTEMS[system]]

    counts = [count for found in each(check, tables, at_once=_AT_ONCE) for count in found]
    checked = {table.source: io.read(STAGED[table.source]) for system in tables for table in SYSTEMS[system]}
    schema = ", ".join(f"{column.name} {column.type}" for column in STAGED_COUNTS)
    values = [tuple(count[name] for name in STAGED_COUNTS.names) for count in counts]
    io.write(local_rows(io.spark, values, schema), STAGED_COUNTS)
    io.write(_union(only_quarantined(frame, name) for name, frame in checked.items()), QUARANTINE)
    io.write(_union(only_issues(frame, name) for name, frame in checked.items()), STAGED_ISSUES)
    io.write(_union(profile(frame, STAGED[name]) for name, frame in checked.items()), PROFILE)


def systems_on(io: StageIO) -> list[str]:
    """People and every system that conf/sources.yml has switched on."""
    on = {"people", *(system for system, wanted in io.settings.sources.systems.items() if wanted)}
    return [system for system in SYSTEMS if system in on]


def _check(
    io: StageIO, table: Table, batches: list[Batch], words: tuple[str, ...], context: Context
) -> dict[str, object]:
    """Write the staged form of one raw table; returns its row of staged_counts."""
    rules, to = RULES[table.source], STAGED[table.source]
    rows = visible_rows(io.lake, table, [batch.batch_id for batch in batches])
    rows = local_rows(io.spark, [], stored_schema(table)) if rows is None else rows
    keys = None if one_row_per_key(batches, table) else Keys.of(rows)
    parents = only_staged(io.read(STAGED[rules.parent[1]])) if rules.parent else None
    frame = check_rows(current_rows(rows, table, keys), table, rules, words=words, context=context, parents=parents)
    staged = io.write_counted(frame, to, {"staged": F.count_if(F.col("reason").isNull())})["staged"]
    raw = RawCount.of(batches, table) if keys is None else RawCount.of_rows(rows, keys)
    count = account(table, raw, done=io.rows[to.name], staged=staged)
    io.progress(f"  {table.source}: {staged:,} staged, {count['quarantined']:,} quarantined")
    return count


def account(table: Table, raw: RawCount, *, done: int, staged: int) -> dict[str, object]:
    """A row of staged_counts. Raises HarmnetError when a current row was neither staged nor quarantined, or twice."""
    if done != raw.keys - raw.deleted:
        raise HarmnetError(
            f"stage: {table.source}: {raw.keys - raw.deleted} rows are current, but {done} were staged or quarantined; "
            "nothing is published"
        )
    return {
        "source": table.source,
        "raw_rows": raw.rows,
        "superseded": raw.rows - raw.keys,
        "deleted": raw.deleted,
        "current": done,
        "staged": staged,
        "quarantined": done - staged,
    }


def profile(checked: DataFrame, table: Table) -> DataFrame:
    """Missing values, distinct codes and date range of every column: one row per column."""
    columns = [column for column in table if column not in VERDICT and column.name not in ("words", "first_batch")]
    measures = [F.count("*").alias("rows")]
    for column in columns:
        value = F.col(column.name)
        coded = bool(column.codes) or column.name in _CODED
        dated = column.type in ("date", "timestamp")
        measures += [
            F.count_if(value.isNull()).alias(f"missing_{column.name}"),
            (F.size(F.collect_set(value)) if coded else F.lit(None)).cast("bigint").alias(f"codes_{column.name}"),
            (F.min(value.cast("date")) if dated else F.lit(None)).cast("string").alias(f"earliest_{column.name}"),
            (F.max(value.cast("date")) if dated else F.lit(None)).cast("string").alias(f"latest_{column.name}"),
        ]
    entries = [
        F.struct(
            F.lit(column.name).alias("field"),
            *(
                F.col(f"{measure}_{column.name}").alias(measure)
                for measure in ("missing", "codes", "earliest", "latest")
            ),
        )
        for column in columns
    ]
    rows = checked.agg(*measures).select("rows", F.explode(F.array(*entries)).alias("entry"))
    return rows.select(
        F.lit(table.source).alias("source"),
        "entry.field",
        "rows",
        "entry.missing",
        "entry.codes",
        "entry.earliest",
        "entry.latest",
    )


def _union(frames: Iterable[DataFrame]) -> DataFrame:
    return reduce(DataFrame.unionByName, frames)
