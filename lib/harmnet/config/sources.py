"""conf/sources.yml."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from harmnet.config.model import Strict, System


class SourceTable(Strict):
    """Where a raw table's rows come from and how the force's columns and codes map to ours."""

    path: str | None = None
    hive: str | None = None
    format: Literal["delta", "parquet"] = "delta"
    columns: dict[str, str] = Field(default_factory=dict)
    codes: dict[str, dict[str, str]] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_place(self) -> SourceTable:
        if self.path and self.hive:
            raise ValueError("names both path and hive; keep one")
        return self


class Sources(Strict):
    """Which systems are on, and each raw table's origin and mapping."""

    systems: dict[System, bool]
    tables: dict[str, SourceTable]
