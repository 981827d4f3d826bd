"""What a stage is handed: settings, recipe, and its tables by contract. Stages never see a path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pyspark.sql import DataFrame, SparkSession

from harmnet.config import Settings
from harmnet.contracts import Table
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
    wrote: list[Table] = field(default_factory=list)

    @property
    def spark(self) -> SparkSession:
        """The session of the run."""
        return self.lake.spark

    def read(self, table: Table) -> DataFrame:
        """A table as the stage that made it wrote it."""
        return self.lake.read_work(self.recipe.recipe_hash, self.written_by[table.name], table)

    def write(self, frame: DataFrame, table: Table) -> DataFrame:
        """Write one of this stage's tables and return it as read back: what follows works on what was stored."""
        self.lake.write_work(frame, self.recipe.recipe_hash, self.stage, table)
        self.wrote.append(table)
        return self.lake.read_work(self.recipe.recipe_hash, self.stage, table)

    def scratch(self, name: str) -> str:
        """A folder of this stage for files that are no table; gone with the stage's own."""
        return self.lake.path("_work", self.recipe.recipe_hash, self.stage, f"_{name}")
