"""The weight of one record for one pair, in exact arithmetic."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import cache

MICRO = 10**6
DIGITS = Context(prec=80, rounding=ROUND_HALF_EVEN)


def micro(value) -> int:
    """A number of conf in micro-units; ValueError when it has more than six decimals."""
    exact = Fraction(str(value)) * MICRO
    if exact.denominator != 1:
        raise ValueError(f"{value} is not a whole number of micro-units")
    return int(exact)


@cache
def decay_micro(days: int, half_life: int | None, max_age: int | None) -> int:
    """round_half_even(1e6 x 0.5^(days / half_life)): 0 past max_age, 1e6 where nothing fades."""
    if max_age is not None and days > max_age:
        return 0
    if half_life is None:
        return MICRO
    power = DIGITS.power(Decimal("0.5"), DIGITS.divide(Decimal(days), Decimal(half_life)))
    return int((power * MICRO).quantize(Decimal(1), rounding=ROUND_HALF_EVEN, context=DIGITS))


def weight_micro(times: int, base: int, quality: int, decay: int, n: int) -> int:
    """floor(times x base x quality x decay / (10^12 x (n - 1))); base, quality and decay in micro-units."""
    return times * base * quality * decay // (10**12 * (n - 1))


def quality_of_grades(row: dict, grading: dict) -> int | None:
    """Micro-units of quality of a graded record; None when its grades, read in its scheme, are not credible."""
    scheme = grading.get(row["grading_scheme"])
    source, information = ((row[name] or "").upper() for name in ("source_grade", "information_grade"))
    if scheme is None or source not in scheme["source"] or information not in scheme["information"]:
        return None
    return micro(Fraction(str(scheme["source"][source])) * Fraction(str(scheme["information"][information])))


def age_in_days(day: date, as_of: date) -> int:
    """Whole days from an event to as_of; negative when the event is later."""
    return (as_of - day).days
