"""Records that one of two snapshots knew and the other did not, or not as they are now, and whom they are about."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.contracts.model import Table
from harmnet.contracts.raw import RAW_TABLES
from harmnet.ingest import visible_rows
from harmnet.local_rows import local_rows
from harmnet.snapshots.digests import row_leaf
from harmnet.sources import RULES
from harmnet.storage import Lake

NEW_RECORD, CORRECTED_RECORD, FORGOTTEN_RECORD = "NEW_RECORD", "CORRECTED_RECORD", "FORGOTTEN_RECORD"
OF_SEVERAL = tuple(sorted({rules.parent[1] for rules in RULES.values() if rules.parent}))
"""Sources whose records have several people on them, each on a row of another table."""
_PERSON = ("person_ref", "other_person_ref")


def touched(lake: Lake, before: Sequence[int], after: Sequence[int], people: DataFrame) -> DataFrame:
    """nominal_id, reason, what: whose records differ between what was known with two sets of batches. Distinct rows.

    NEW_RECORD: only the second knew it. CORRECTED_RECORD: they knew it otherwise, or the second knew it was deleted.
    FORGOTTEN_RECORD: only the first knew it, because its batches are more. `people`: person_ref, nominal_id.
    """
    extra, all_batches = sorted({*before} ^ {*after}), sorted({*before, *after})
    none = local_rows(lake.spark, [], "nominal_id string, reason string, what string")
    found = [none]
    for table in RAW_TABLES if extra else ():
        rows = visible_rows(lake, table, all_batches)
        if rows is not None:
            changed = changes(rows, table, before, after, extra)
            found.append(_about(lake, changed, table, all_batches, people))
    return reduce(DataFrame.unionByName, found).distinct()


def changes(
    rows: DataFrame, table: Table, before: Sequence[int], after: Sequence[int], extra: Sequence[int]
) -> DataFrame:
    """reason, what, and the table's columns as known in each: one row per record known otherwise and side.

    `rows`: what the batches brought to the table; `extra`: those that are in one of `before` and `after` alone.
    """
    keys = rows.where(F.col("batch_id").isin(list(extra))).select("source_key").distinct()
    around = rows.join(keys, on="source_key", how="left_semi")
    one, other = (_known(around, table, batches) for batches in (before, after))
    sides = one.alias("a").join(other.alias("b"), on="source_key", how="full")
    reason = (
        F.when(F.col("a.leaf").isNull(), F.lit(NEW_RECORD))
        .when(F.col("b.leaf").isNull() & F.col("b.op").isNull(), F.lit(FORGOTTEN_RECORD))
        .when(~F.col("a.leaf").eqNullSafe(F.col("b.leaf")), F.lit(CORRECTED_RECORD))
    )
    what = F.concat(F.lit(f"{table.source} "), F.col("source_key"))
    both = sides.where(F.col("a.leaf").isNotNull() | F.col("b.leaf").isNotNull())
    told = both.select("source_key", reason.alias("reason"), what.alias("what")).where(F.col("reason").isNotNull())
    known = reduce(DataFrame.unionByName, [side.select("source_key", *table.names) for side in (one, other)])
    return told.join(known, on="source_key", how="inner")


def _known(rows: DataFrame, table: Table, batches: Sequence[int]) -> DataFrame:
    """The last word on each record with these batches: source_key, op, leaf (null where deleted), its columns."""
    columns = F.struct("batch_id", "row_no", "op", *table.names)
    known = rows.where(F.col("batch_id").isin(list(batches)))
    last = known.groupBy("source_key").agg(F.max(columns).alias("last"))
    flat = last.select("source_key", "last.op", *(F.col(f"last.{name}").alias(name) for name in table.names))
    leaf = F.when(F.col("op") != "DELETE", row_leaf(flat.select(*table.names)))
    return flat.withColumn("leaf", leaf)


def _about(lake: Lake, changed: DataFrame, table: Table, batches: Sequence[int], people: DataFrame) -> DataFrame:
    """Whom changed records are about: the people on the row, and for a record of several people those on it."""
    named = [
        changed.select("reason", "what", F.trim(column).alias("person_ref"))
        for column in _PERSON
        if column in table.names
    ]
    for child in RAW_TABLES:
        parent = RULES[child.source].parent
        rows = visible_rows(lake, child, batches) if parent and parent[1] == table.source else None
        if parent and rows is not None:
            reference = F.trim(parent[0]).alias(parent[0])
            on_it = rows.select(reference, F.trim("person_ref").alias("person_ref")).distinct()
            record = changed.select("reason", "what", reference).distinct()
            named.append(record.join(on_it, on=parent[0], how="inner").select("reason", "what", "person_ref"))
    about = reduce(DataFrame.unionByName, named)
    return about.join(people, on="person_ref", how="inner").select("nominal_id", "reason", "what")
