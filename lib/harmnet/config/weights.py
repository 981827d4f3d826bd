"""conf/weights.yml."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import field_validator

from harmnet.config.model import Side, Strict


class Handling(Strict):
    """Handling, action and sanitisation code of a record."""

    handling: Literal["P", "C"]
    action: Literal["A1", "A2", "A3"]
    sanitisation: Literal["S1", "S2"]


class HandlingRules(Strict):
    """What a record without codes, and one with the old codes, is handled as."""

    default: Handling
    from_5x5x5: dict[str, Handling]


class Grades(Strict):
    """Quality by grade for one scheme; grades that are not listed are not credible."""

    source: dict[str, Decimal]
    information: dict[str, Decimal]


class Ages(Strict):
    """Age limits in whole years, and dates of birth that stand for unknown."""

    criminal_responsibility: int
    adult: int
    bands: tuple[int, ...]
    unknown_dates_of_birth: tuple[str, ...]

    @field_validator("bands")
    @classmethod
    def _ascending(cls, bands: tuple[int, ...]) -> tuple[int, ...]:
        if not bands or bands[0] < 1 or list(bands) != sorted(set(bands)):
            raise ValueError("ages at which a band begins go up from 1")
        return bands


class Quality(Strict):
    """Quality of records that carry no grade."""

    crime: Decimal
    non_crime: Decimal
    ungraded_association: Decimal
    other: Decimal


class Weights(Strict):
    """Grades, quality, sides, basis, handling and ages."""

    grading: dict[Literal["5x5x5", "3x5x2"], Grades]
    quality: Quality
    sides: dict[str, dict[str, Side]]
    basis: dict[str, Literal["FACT", "ASSESSMENT"]]
    handling: HandlingRules
    age: Ages
