"""conf/harm.yml."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from harmnet.config.model import Status, Strict


class HarmIndex(Strict):
    """A harm index: its file under conf and the column that holds the value."""

    file: str
    value: str


class Harm(Strict):
    """How harm is counted."""

    window_days: int | None
    count_police_generated: bool
    hotspot_months: int = Field(ge=1)
    statuses: tuple[Status, ...]
    empty_status: Status
    indices: dict[Literal["cchi", "css"], HarmIndex]
    offence_groups: str
