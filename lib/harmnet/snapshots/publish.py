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
_IN_CHUNK = 32
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
    ids = in_chunks(nominals)

    def store(some: list[Table]) -> tuple[list[Entry], list[str]]:
        ready = [with_nominal_ids(tables[table.name], table, ids) for table in some]
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


def in_chunks(nominals: DataFrame) -> DataFrame:
    """The ids of 32 people after another in each row, for `with_nominal_ids`.

    `nominals`: idx (dense from 0), nominal_id. Every table is joined with all people, and a few large rows are sent and
    looked up sooner than millions of small ones.
    Raises HarmnetError where a number stands for two ids, or one between two others for none.
    """
    chunk = F.floor(F.col("idx") / _IN_CHUNK).alias("_chunk")
    people = F.array_sort(F.collect_list(F.struct("idx", "nominal_id"))).alias("people")
    chunks = nominals.groupBy(chunk).agg(people).localCheckpoint()
    first = F.col("_chunk") * _IN_CHUNK
    expected = F.sequence(first, first + F.size("people") - 1)
    told = chunks.agg(
        F.count_if(F.col("people.idx") != expected).alias("wrong"),
        F.count_if(F.size("people") < _IN_CHUNK).alias("short"),
        F.count("*").alias("chunks"),
        F.max("_chunk").alias("last"),
        F.sum(F.size("people")).alias("people"),
    ).collect()[0]
    if told["wrong"] or told["short"] > 1 or told["chunks"] != (-1 if told["last"] is None else told["last"]) + 1:
        raise HarmnetError("publish: nominal_ids does not hold one nominal_id for each number from 0; refresh again")
    ids = chunks.select("_chunk", F.col("people.nominal_id").alias("_ids"))
    return F.broadcast(ids) if (told["people"] or 0) <= BROADCAST_NOMINALS else ids


def with_nominal_ids(frame: DataFrame, table: Table, ids: DataFrame) -> DataFrame:
    """A table's WORK form with nominal_id in place of idx in its nominal columns; a null idx stays null.

    `ids`: of `in_chunks`. An idx that it does not hold stops the query that reads the result.
    """
    for name in table.nominal_columns:
        idx = F.col(name)
        joined = frame.join(ids, on=F.floor(idx / _IN_CHUNK) == F.col("_chunk"), how="left")
        found = F.get("_ids", (idx % _IN_CHUNK).cast("int"))
        lost = F.raise_error(F.concat(F.lit(f"{_LOST}{table.name}.{name}="), idx.cast("string"), F.lit(";")))
        nominal_id = F.when(idx.isNotNull() & found.isNull(), lost.cast("string")).otherwise(found)
        frame = joined.withColumn(name, nominal_id).drop("_chunk", "_ids")
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
