"""What a table is: its grain, key and columns, declared once and used by code, tests and the data dictionary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum


class TableClass(Enum):
    """Where a table lives and how long."""

    RAW = "RAW"
    """Delta, append-only: what the force delivered, batch by batch."""
    WORK = "WORK"
    """Plain Parquet under `_work/<recipe_hash>/<stage>/`: what one stage hands the next; never published."""
    RESULT = "RESULT"
    """Delta, one partition per snapshot: what was published."""
    REGISTRY = "REGISTRY"
    """Delta or files under `registry/`: which batches, recipes, runs and snapshots exist."""


@dataclass(frozen=True)
class Column:
    """One column: name, Spark type, what it means.

    `nominal` marks a person: idx (long) while the refresh runs, nominal_id (string) once published.
    `required` and `codes` rule the raw tables: what staging quarantines or notes.
    """

    name: str
    type: str
    meaning: str
    unit: str = ""
    nominal: bool = False
    required: bool = False
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table: what one row is, its key, and its columns in order."""

    name: str
    table_class: TableClass
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    source: str = ""
    undigested: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        missing = [name for name in self.key if name not in self.names]
        if missing:
            raise ValueError(f"{self.name}: key columns not declared: {', '.join(missing)}")
        if len(set(self.names)) != len(self.names):
            raise ValueError(f"{self.name}: a column is declared twice")

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def nominal_columns(self) -> tuple[str, ...]:
        """Columns that hold a person: idx in WORK form, nominal_id once published."""
        return tuple(column.name for column in self.columns if column.nominal)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")
