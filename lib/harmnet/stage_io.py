"""What a stage is handed: settings, recipe, and its tables by contract. Stages never see a path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pyspark.sql import Column, DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from harmnet.config import Settings
from harmnet.contracts import Table
from harmnet.snapshots import manifest
from harmnet.snapshots.recipe import Recipe
from harmnet.storage import Lake


@dataclass
class StageIO:
    """Reads the tables of earlier stages and writes this stage's own, each in WORK form."""

    lake: Lake
    recipe: Recipe
    settings: Settings
    stage: str
    written_by: dict[str, str]
    """Table name -> stage that writes it."""
    progress: Callable[[str], None] = print
    rows: dict[str, int] = field(default_factory=dict)
    """Table name -> rows written, for the tables this stage has written."""

    @property
    def spark(self) -> SparkSession:
        """The session of the run."""
        return self.lake.spark

    def read(self, table: Table) -> DataFrame:
        """A table as the stage that made it wrote it."""
        return self.lake.read_work(self.recipe.recipe_hash, self.written_by[table.name], table)

    def read_parent(self, table: Table) -> DataFrame | None:
        """A result table of the snapshot this one follows, as published: people are nominal_id.

        None when there is no such snapshot, or when it was made without this table or one of its columns.
        """
        if self.recipe.parent is None:
            return None
        return manifest.read_table(self.lake, self.recipe.parent, table)

    def write(self, frame: DataFrame, table: Table) -> DataFrame:
        """Write one of this stage's tables and return it as read back: what follows works on what was stored."""
        self.write_counted(frame, table, {})
        return self.lake.read_work(self.recipe.recipe_hash, self.stage, table)

    def write_counted(self, frame: DataFrame, table: Table, counts: Mapping[str, Column]) -> dict[str, int]:
        """Write one of this stage's tables; returns the aggregates asked for, taken while the rows went by."""
        seen = Observation()
        counted = frame.observe(
            seen, F.count(F.lit(1)).alias("rows"), *(column.alias(name) for name, column in counts.items())
        )
        self.lake.write_work(counted, self.recipe.recipe_hash, self.stage, table)
        found = seen.get
        self.rows[table.name] = found["rows"]
        return {name: found[name] for name in counts}

    def scratch(self, name: str) -> str:
        """A folder of this stage for files that are no table; gone with the stage's own."""
        return self.lake.path("_work", self.recipe.recipe_hash, self.stage, f"_{name}")
