"""A snapshot is derived again from what it was pinned to: the same to the digit, or told why not."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from tests.snapshots.made import command, publish

from harmnet.config import load_settings
from harmnet.contracts.raw import CRIMES
from harmnet.contracts.registry import RAW_BATCHES, RECIPES
from harmnet.contracts.results import EDGES
from harmnet.one_stage import pin_recipe
from harmnet.snapshots import manifest
from harmnet.snapshots.chain import read_events
from harmnet.snapshots.differences import difference
from harmnet.snapshots.inputs import changed_inputs
from harmnet.snapshots.lock import writer_lock
from harmnet.snapshots.recipe import load_recipe
from harmnet.snapshots.run_events import RunLog
from harmnet.snapshots.tied import of_snapshot
from harmnet.storage import Lake
from lakes import AS_OF, receive

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parents[1] / "golden" / "extracts"


@pytest.fixture(scope="module")
def received(
    spark: SparkSession, frame: Callable[..., DataFrame], nominals: DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Lake:
    """A lake with a batch, a recipe pinned on it, and a snapshot of that recipe with one table made by hand."""
    lake = Lake(spark, str(tmp_path_factory.mktemp("received") / "lake"))
    receive(lake, load_settings(), GOLDEN)
    recipe = load_recipe(lake, pin_recipe(lake, None, as_of=AS_OF, known_at=None))
    with writer_lock(lake, purpose="test"):
        row = (0, 1, "HARM", 5, 0, 0, 1, AS_OF, AS_OF, ["co_offending"], 21)
        snapshot = publish(lake, recipe, {"edges": frame(EDGES, row)}, nominals)
        log = RunLog(lake)
        log.add("PUBLISHED", snapshot=snapshot, detail=of_snapshot(lake, snapshot))
        log.flush()
    return lake


@pytest.fixture
def copied(received: Lake, tmp_path: Path) -> Lake:
    """A copy of that lake, to be changed."""
    shutil.copytree(received.root, tmp_path / "lake")
    return Lake(received.spark, str(tmp_path / "lake"))


def inputs(lake: Lake) -> list[tuple[str, bool]]:
    """The inputs of the lake's snapshot that changed."""
    recipe = load_recipe(lake, manifest.snapshots(lake)[0].recipe_hash)
    return [tuple(changed) for changed in changed_inputs(lake, recipe, read_events(lake))]


def test_what_was_erased_lawfully_leaves_what_is_stored_verified(copied: Lake) -> None:
    assert inputs(copied) == []
    crimes = copied.read_raw(CRIMES)
    assert crimes is not None
    rows = crimes.count()
    copied.spark.sql(f"DELETE FROM delta.`{copied.table_path(CRIMES)}` WHERE row_no = 1")
    told = f"batch 1: raw_crimes has {rows - 1} rows, not the {rows} received"
    assert inputs(copied) == [(told, False)]
    with writer_lock(copied, purpose="test"):
        log = RunLog(copied)
        log.add("ERASED", detail={"batches": [1]})
        log.flush()
    assert inputs(copied) == [(told, True)]
    said = command("reproduce", "--lake", copied.root, manifest.snapshots(copied)[0].snapshot_id)
    assert (said.exit_code, said.stdout.splitlines()) == (3, [f"input: {told}", "STORED_VERIFIED"])
    event = read_events(copied)[-1]
    assert (event["event"], json.loads(event["detail"])["answer"]) == ("REPRODUCED", "STORED_VERIFIED")
    # A changed value is found as well as a missing row, and a batch that is gone.
    copied.spark.sql(f"UPDATE delta.`{copied.table_path(CRIMES)}` SET mo_text = 'x' WHERE row_no = 2")
    assert inputs(copied) == [(told, True)]
    copied.spark.sql(f"UPDATE delta.`{copied.table_path(RAW_BATCHES)}` SET digest = 'x'")
    assert inputs(copied)[0] == ("batch 1 is another one than was pinned", True)


def test_a_recipe_whose_text_was_changed_is_no_ground_to_derive_from(copied: Lake) -> None:
    copied.spark.sql(f"UPDATE delta.`{copied.table_path(RECIPES)}` SET recipe = replace(recipe, '0.02', '0.01')")
    said = command("reproduce", "--lake", copied.root, manifest.snapshots(copied)[0].snapshot_id)
    assert said.exit_code == 4
    assert said.stdout.startswith("conf: ")
    assert said.stdout.splitlines()[-1] == "DIFFERENT"


def test_the_first_rows_that_differ_are_told_with_their_key_and_columns(frame: Callable[..., DataFrame]) -> None:
    def rows(*weights: int | None) -> DataFrame:
        ties = [(0, dst, "HARM", weight) for dst, weight in enumerate(weights, start=1) if weight is not None]
        return frame(EDGES, *ties)

    found = difference("edges", "5 rows", rows(1, 2, None, 4, 5), rows(1, 3, 7, None, 6), EDGES.key)
    assert found.rows == (
        "src=0, dst=2, relation=HARM: weight_micro: published 2, derived 3",
        "src=0, dst=3, relation=HARM: published no such row, derived a row",
        "src=0, dst=4, relation=HARM: published a row, derived no such row",
    )
