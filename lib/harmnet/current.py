"""Which of the raw rows are current at known_at, and how many were delivered in all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as F

from harmnet.contracts.model import Table
from harmnet.ingest import Batch
from harmnet.joining import to_everyone

_HASH = "_key_hash"


class Keys(NamedTuple):
    """Keys of a raw table that must be looked at row by row, and how many others there are."""

    unsettled: DataFrame
    """Hashes of the keys that stand in several rows or are deleted; now and then of two keys that share one."""
    settled: int
    """Keys in one row that does not delete."""

    @classmethod
    def of(cls, rows: DataFrame) -> Keys:
        """By one pass over the rows: numbers meet in half the time that texts do, and most keys stand in one row."""
        found = hashed(rows).groupBy(_HASH)
        keys = found.agg(F.count("*").alias("rows"), F.max(F.col("op") == "DELETE").alias("deleted"))
        settled, seen = (F.col("rows") == 1) & ~F.col("deleted"), Observation()
        counted = keys.observe(seen, F.count_if(settled).alias("settled"))
        unsettled = counted.where(~settled).select(_HASH).localCheckpoint()
        return cls(to_everyone(unsettled), seen.get["settled"])

    def settled_rows(self, rows: DataFrame) -> DataFrame:
        """The rows that are the only word on their key."""
        return hashed(rows).join(self.unsettled, on=_HASH, how="left_anti")

    def unsettled_rows(self, rows: DataFrame) -> DataFrame:
        """All other rows."""
        return hashed(rows).join(self.unsettled, on=_HASH, how="left_semi")


def hashed(rows: DataFrame) -> DataFrame:
    """The rows with a number for their key: equal where keys are, and hardly ever where they are not."""
    return rows.withColumn(_HASH, F.xxhash64("source_key"))


def current_rows(rows: DataFrame, table: Table, keys: Keys | None) -> DataFrame:
    """The raw rows current at known_at: the latest per source_key (batch, then row), DELETE removes.

    One row per source_key, with `first_batch`. Without `keys` no key repeats and nothing is deleted.
    """
    columns = ["source_key", *table.names]
    settled = rows if keys is None else keys.settled_rows(rows)
    current = settled.select(*columns, F.col("batch_id").alias("first_batch"))
    return current if keys is None else current.unionByName(_latest(keys.unsettled_rows(rows), table))


def _latest(rows: DataFrame, table: Table) -> DataFrame:
    latest = rows.groupBy("source_key").agg(
        F.max(F.struct("batch_id", "row_no", "op", *table.names)).alias("last"),
        F.min("batch_id").alias("first_batch"),
    )
    last = (F.col(f"last.{name}").alias(name) for name in table.names)
    return latest.where(F.col("last.op") != "DELETE").select("source_key", *last, "first_batch")


def one_row_per_key(batches: Sequence[Batch], table: Table) -> bool:
    """True when the batches themselves say that no key of the table repeats and none is deleted."""
    entries = [entry for batch in batches for entry in batch.tables if entry.table_name == table.name]
    return len(entries) <= 1 and all(entry.repeated_keys == 0 and entry.deletes == 0 for entry in entries)


class RawCount(NamedTuple):
    """Rows delivered for a raw table, keys among them, and keys whose last word is DELETE."""

    rows: int
    keys: int
    deleted: int

    @classmethod
    def of(cls, batches: Sequence[Batch], table: Table) -> RawCount:
        """By the batches' own statement, for a table in which no key repeats."""
        rows = sum(entry.rows for batch in batches for entry in batch.tables if entry.table_name == table.name)
        return cls(rows, rows, 0)

    @classmethod
    def of_rows(cls, rows: DataFrame, keys: Keys) -> RawCount:
        """By counting: the settled ones were, the others' rows are now."""
        # One number says batch, row and whether it deletes, and is counted without sorting.
        told = F.col("batch_id") * 2**44 + F.col("row_no") * 2 + (F.col("op") == "DELETE").cast("bigint")
        last = (
            keys.unsettled_rows(rows).groupBy("source_key").agg(F.count("*").alias("rows"), F.max(told).alias("last"))
        )
        found = last.agg(
            F.coalesce(F.sum("rows"), F.lit(0)).alias("rows"),
            F.count("*").alias("keys"),
            F.count_if(F.col("last") % 2 == 1).alias("deleted"),
        ).collect()[0]
        return cls(keys.settled + found["rows"], keys.settled + found["keys"], found["deleted"])
