"""What every part of conf shares: strict models, micro-units, the words that several files use."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from harmnet.errors import HarmnetError

MICRO = 1_000_000
Side = Literal["OFFENDER", "VICTIM", "NEUTRAL"]
System = Literal["crimes", "intelligence", "custody", "prison", "missing", "markers", "groups", "associations"]
Relation = Literal["ASSOCIATION", "INDIRECT", "FAMILY", "TOGETHER", "HARM", "SHARED_HARM"]
Status = Literal["SUSPECTED", "CHARGED", "CONVICTED", "NO_FURTHER_ACTION"]


def to_micro(value: Decimal) -> int:
    """The value in micro-units; HarmnetError when it has more than six decimals."""
    scaled = value * MICRO
    if scaled != int(scaled):
        raise HarmnetError(f"conf: {value} has more than six decimals; weights are kept in millionths")
    return int(scaled)


class Strict(BaseModel):
    """A key that is not declared is an error; nothing is changed after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
