"""conf/maintenance.yml."""

from __future__ import annotations

from pydantic import Field

from harmnet.config.model import Strict


class Retention(Strict):
    """Which snapshots keep their rows."""

    keep_days: int | None = Field(ge=0)
    keep_last: int = Field(ge=1)


class Maintenance(Strict):
    """How a lake is kept in order; no result follows from it."""

    retention: Retention
    vacuum_hours: int = Field(ge=168)
