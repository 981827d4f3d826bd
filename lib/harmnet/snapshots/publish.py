"""Publish: a recipe's tables become a snapshot, all of them in one commit of the manifest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.contracts import RESULT_TABLES, Table
from harmnet.errors import HarmnetError
from harmnet.parallel import each
from harmnet.snapshots import manifest
from harmnet.snapshots.digests import digested_columns, table_digests
from harmnet.snapshots.lock import check_held
from harmnet.snapshots.manifest import Entry, Snapshot
from harmnet.snapshots.stored import record_files
from harmnet.storage import Lake

if TYPE_CHECKING:
    from harmnet.snapshots.recipe import Recipe

AT_ONCE = 3
# Tables digested in one query: a query each costs more than the rows, one for all takes longer to plan.
TOGETHER = 6
BROADCAST_NOMINALS = 3_000_000
_LOST = "idx-without-nominal:"


def publish(
    lake: Lake,
    recipe: Recipe,
    tables: Mapping[str, DataFrame],
    nominals: DataFrame,
    *,
    rows: Mapping[str, int],
) -> Snapshot:
    """Write the recipe's tables, digest what was stored, and make the snapshot exist. Returns it.

    `tables`: result table name -> its WORK form, whose nominal columns are idx; read from storage. `nominals`: idx,
    nominal_id. `rows`: table name -> the rows its stage wrote. The same recipe again returns the snapshot that is
    there. Raises HarmnetError when an idx has no nominal_id or a row got lost on the way; a reader then sees nothing
    of it.
    """
    existing = manifest.find(lake, recipe.recipe_hash)
    if existing is not None:
        return existing
    check_held(lake)
    known = {table.name: table for table in RESULT_TABLES}
    unknown = sorted(set(tables) - set(known))
    if unknown:
        raise HarmnetError(f"publish: {', '.join(unknown)}: not declared as a result table")
    declared = [known[name] for name in sorted(tables)]
    few = nominals.count() <= BROADCAST_NOMINALS

    def store(some: list[Table]) -> tuple[list[Entry], list[str]]:
        ready = [with_nominal_ids(tables[table.name], table, nominals, broadcast=few) for table in some]
        stored = [_write(lake, frame, table, recipe.snapshot_id) for frame, table in zip(ready, some, strict=True)]
        digests = table_digests(list(zip(stored, some, strict=True)))
        entries = [_entry(table, rows[table.name], found) for table, found in zip(some, digests, strict=True)]
        return entries, [path for frame in stored for path in lake.files_of(frame)]

    groups = [declared[first : first + TOGETHER] for first in range(0, len(declared), TOGETHER)]
    done = each(store, groups, at_once=AT_ONCE)
    record_files(lake, recipe.snapshot_id, [path for _, paths in done for path in paths])
    return manifest.commit(lake, recipe, [entry for entries, _ in done for entry in entries])


def _entry(table: Table, expected: int, stored: tuple[int, str]) -> Entry:
    rows, digest = stored
    if rows != expected:
        raise HarmnetError(f"publish: {table.name}: {expected:,} rows to store, {rows:,} stored; nothing was published")
    return Entry(table.name, rows, digest, digested_columns(table))


def with_nominal_ids(frame: DataFrame, table: Table, nominals: DataFrame, *, broadcast: bool) -> DataFrame:
    """A table's WORK form with nominal_id in place of idx in its nominal columns; a null idx stays null.

    An idx that `nominals` does not hold stops the query that reads the result.
    """
    ids = nominals.select(F.col("idx").alias("_idx"), F.col("nominal_id").alias("_nominal_id"))
    for name in table.nominal_columns:
        joined = frame.join(F.broadcast(ids) if broadcast else ids, on=F.col(name) == F.col("_idx"), how="left")
        lost = F.raise_error(F.concat(F.lit(f"{_LOST}{table.name}.{name}="), F.col(name).cast("string"), F.lit(";")))
        is_lost = F.col(name).isNotNull() & F.col("_nominal_id").isNull()
        nominal_id = F.when(is_lost, lost.cast("string")).otherwise(F.col("_nominal_id"))
        frame = joined.withColumn(name, nominal_id).drop("_idx", "_nominal_id")
    return frame


def _write(lake: Lake, frame: DataFrame, table: Table, snapshot_id: str) -> DataFrame:
    """Write one table of the snapshot; its rows as stored. Raises HarmnetError when an idx stands for nobody."""
    try:
        return lake.write_result(frame, table, snapshot_id)
    except (PySparkException, Py4JJavaError) as error:
        lost = re.search(_LOST + r"([^;]+);", str(error))
        if lost is None:
            raise
        raise HarmnetError(
            f"publish: {lost[1]}: no nominal_id stands for this number; nothing was published, "
            f"delete _work/ of this recipe in {lake.root} and refresh again"
        ) from None
