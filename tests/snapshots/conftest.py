"""A small lake with batches, and a recipe pinned on it."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from harmnet.config import load_settings
from harmnet.contracts import Table
from harmnet.contracts.registry import RAW_BATCHES
from harmnet.snapshots.lock import writer_lock
from harmnet.snapshots.recipe import Recipe, pin
from harmnet.storage import Lake

NOMINALS = {0: "N1", 1: "N2", 2: "N3"}


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Lake:
    return Lake(spark, str(tmp_path))


@pytest.fixture
def batched(lake: Lake) -> Lake:
    """A lake with batches 1 and 2."""
    lake.append_registry([batch(1, "a" * 64), batch(2, "b" * 64)], RAW_BATCHES)
    return lake


@pytest.fixture
def held(batched: Lake) -> Iterator[Lake]:
    """That lake, with the writer lock held."""
    with writer_lock(batched, purpose="test"):
        yield batched


@pytest.fixture
def recipe(held: Lake) -> Recipe:
    return pin(held, load_settings(), as_of=date(2026, 6, 30), known_at=None)


@pytest.fixture
def frame(spark: SparkSession) -> Callable[..., DataFrame]:
    """Makes the WORK form of a table from rows of its first columns; the other columns are null."""

    def make(table: Table, *rows: tuple[object, ...]) -> DataFrame:
        schema = ", ".join(f"{column.name} {column.type}" for column in table)
        width = len(table.names)
        return spark.createDataFrame([row + (None,) * (width - len(row)) for row in rows], schema)

    return make


@pytest.fixture
def nominals(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(list(NOMINALS.items()), "idx bigint, nominal_id string")


def batch(batch_id: int, digest: str) -> dict[str, object]:
    received = datetime(2026, 7, batch_id, tzinfo=UTC)
    return {
        "batch_id": batch_id,
        "received_at": received,
        "mode": "DELTA",
        "origin": "EXTRACTS",
        "digest": digest,
        "tables": [],
    }
