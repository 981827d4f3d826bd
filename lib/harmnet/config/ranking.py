"""conf/ranking.yml."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from harmnet.config.model import Strict
from harmnet.contracts.priorities import NETWORK_PARTS, NOMINAL_PARTS

SignalKind = Literal["FLAG", "OFFENCE", "MARKER", "GROUP", "EPISODE"]


class Weighting(Strict):
    """Weight of each part of a priority."""

    networks: dict[str, Decimal]
    nominals: dict[str, Decimal]

    @model_validator(mode="after")
    def _add_up(self) -> Self:
        for name, parts, known in (
            ("networks", self.networks, NETWORK_PARTS),
            ("nominals", self.nominals, NOMINAL_PARTS),
        ):
            if set(parts) != set(known):
                raise ValueError(f"{name}: parts are {', '.join(known)}; found {', '.join(parts)}")
            if sum(parts.values()) != 1:
                raise ValueError(f"{name}: weights add up to {sum(parts.values())}, not 1.0")
        return self


class Release(Strict):
    """When a release from prison counts."""

    within_days: int = Field(ge=0)


class GradeBands(Strict):
    """Quality from which a grade is high or medium."""

    high: Decimal
    medium: Decimal

    @model_validator(mode="after")
    def _descending(self) -> GradeBands:
        if not 1 >= self.high > self.medium > 0:
            raise ValueError("bands go down from 1: high above medium above 0")
        return self


class Reliability(Strict):
    """What counts as old, as weak and as a good grade in the reliability statement."""

    old_days: int = Field(ge=0)
    weakest_share: Decimal = Field(ge=0, lt=1)
    grade_bands: GradeBands


class Ranking(Weighting):
    """Weights of a priority, other weightings to hold it against, and what its parts count."""

    weightings: dict[str, Weighting]
    signals: dict[Literal["exploitation", "firearms"], dict[SignalKind, tuple[str, ...]]]
    release: Release
    reliability: Reliability
