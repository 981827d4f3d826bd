"""conf/operating.yml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from harmnet.config.model import Strict

Seconds = Annotated[int, Field(ge=1)] | None


class StageSeconds(Strict):
    """Seconds that each stage may take; None: as long as it needs. The names are those of the list of stages."""

    pin: Seconds
    stage: Seconds
    link: Seconds
    tie: Seconds
    theme: Seconds
    network: Seconds
    measure: Seconds
    harm: Seconds
    rank: Seconds
    safeguard: Seconds
    dismantle: Seconds
    publish: Seconds


class Room(Strict):
    """Bytes of disk that a refresh takes for each delivered row; 0: it is not looked at."""

    lake_bytes_per_row: int = Field(ge=0)
    local_bytes_per_row: int = Field(ge=0)


class Operating(Strict):
    """What whoever operates harmnet is told of; no result follows from it."""

    stage_seconds: StageSeconds
    room: Room

    @property
    def budgets(self) -> dict[str, int]:
        """Stage -> the seconds it may take, for those that have a budget."""
        return self.stage_seconds.model_dump(exclude_none=True)
