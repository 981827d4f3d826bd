"""What tests of snapshots make: recipes as a run pins them, without a lake behind them; commands run in process."""

from collections.abc import Mapping
from datetime import date

from click.testing import CliRunner, Result
from pyspark.sql import DataFrame

from harmnet.cli import main
from harmnet.snapshots import publish as publishing
from harmnet.snapshots.manifest import Snapshot
from harmnet.snapshots.recipe import Recipe
from harmnet.storage import Lake


def command(*arguments: object) -> Result:
    """What a harmnet command answers, run in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def made_by(**changes: object) -> Recipe:
    """A recipe as a run pinned it, without a lake behind it."""
    fields: dict[str, object] = {
        "recipe_hash": "c" * 64,
        "snapshot_id": "20260630-cccccccc",
        "as_of": date(2026, 6, 30),
        "known_at": 1,
        "batch_ids": (1,),
        "parent": None,
        "engine": "native",
        "body": {},
    }
    return Recipe(**{**fields, **changes})  # type: ignore[arg-type]


def publish(lake: Lake, recipe: Recipe, tables: Mapping[str, DataFrame], nominals: DataFrame) -> Snapshot:
    """Publish tables with the rows they have, as stages count them while they write."""
    rows = {name: frame.count() for name, frame in tables.items()}
    return publishing.publish(lake, recipe, tables, nominals, rows=rows)
