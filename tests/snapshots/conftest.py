"""A small lake with batches, and a recipe pinned on it; one with two snapshots."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from tests.snapshots.made import made_by, publish

from harmnet.config import load_settings
from harmnet.contracts import Table
from harmnet.contracts.registry import RAW_BATCHES
from harmnet.contracts.results import EDGES, HUB_EVENTS, NETWORK_MEMBERS
from harmnet.snapshots.lock import writer_lock
from harmnet.snapshots.recipe import Recipe, pin
from harmnet.snapshots.run_events import RunLog
from harmnet.snapshots.tied import of_snapshot
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


@pytest.fixture(scope="session")
def frame(spark: SparkSession) -> Callable[..., DataFrame]:
    """Makes the WORK form of a table from rows of its first columns; the other columns are null."""

    def make(table: Table, *rows: tuple[object, ...]) -> DataFrame:
        schema = ", ".join(f"{column.name} {column.type}" for column in table)
        width = len(table.names)
        return spark.createDataFrame([row + (None,) * (width - len(row)) for row in rows], schema)

    return make


@pytest.fixture(scope="session")
def nominals(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(list(NOMINALS.items()), "idx bigint, nominal_id string")


@pytest.fixture(scope="session")
def two_published(
    spark: SparkSession, frame: Callable[..., DataFrame], nominals: DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Lake:
    """A lake with two published snapshots of three small tables. Read only: `published` is a copy to change."""
    lake = Lake(spark, str(tmp_path_factory.mktemp("two") / "lake"))
    day = date(2026, 6, 1)
    with writer_lock(lake, purpose="test"):
        for number, as_of in enumerate((date(2026, 5, 31), date(2026, 6, 30)), start=1):
            ties = [(0, 1, "ASSOCIATION", number), (1, 2, "HARM", 2)]
            tables = {
                "edges": frame(EDGES, *((*tie, 0, 0, 1, day, day, ["co_offending"], 21) for tie in ties)),
                "network_members": frame(NETWORK_MEMBERS, ("all", "n", 0, 0), ("all", "n", 0, 1), ("all", None, 2, 2)),
                "hub_events": frame(HUB_EVENTS),
            }
            letter = "ab"[number - 1] * 8
            recipe = made_by(recipe_hash=letter * 8, snapshot_id=f"{as_of:%Y%m%d}-{letter}", as_of=as_of)
            snapshot = publish(lake, recipe, tables, nominals)
            log = RunLog(lake)
            log.add("PUBLISHED", snapshot=snapshot, detail=of_snapshot(lake, snapshot))
            log.flush()
    return lake


@pytest.fixture
def published(two_published: Lake, tmp_path: Path) -> Lake:
    """A copy of that lake, to be changed."""
    shutil.copytree(two_published.root, tmp_path / "copy")
    return Lake(two_published.spark, str(tmp_path / "copy"))


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
