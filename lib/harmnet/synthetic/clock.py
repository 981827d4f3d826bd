"""When things happen: days and minutes since 1970-01-01, all between the first and the last day of the records."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from harmnet.synthetic.draws import Draws, Ints

_EPOCH = date(1970, 1, 1)
MINUTES = 24 * 60
YEAR = 365


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def as_date(day: int) -> date:
    """The date of a day number."""
    return _EPOCH + timedelta(days=int(day))


FIRST_DAY = day_number(date(2017, 1, 1))
LAST_DAY = day_number(date(2026, 6, 30))
LAST_MINUTE = (LAST_DAY + 1) * MINUTES - 1

# Older records were weeded or never moved to the present systems, so recent years are denser. 2026 is half a year.
_YEARS = {2017: 4, 2018: 6, 2019: 8, 2020: 9, 2021: 11, 2022: 13, 2023: 15, 2024: 17, 2025: 18, 2026: 9}
_STARTS = np.array([day_number(date(year, 1, 1)) for year in _YEARS], dtype=np.int64)
_ENDS = np.append(_STARTS[1:], LAST_DAY + 1)
# Chance of each hour of the day, in parts of 240: nights at weekends lift the evening.
_HOURS = (9, 7, 5, 3, 2, 2, 3, 5, 8, 9, 10, 11, 12, 12, 12, 14, 15, 15, 15, 14, 14, 14, 14, 15)


def event_days(draws: Draws, earliest: Ints) -> Ints:
    """A day for each place, not before `earliest` (nor the first day), recent years denser."""
    n = len(earliest)
    year = draws.pick(n, list(_YEARS.values()))
    days = _STARTS[year] + draws.below(n, _ENDS[year] - _STARTS[year])
    early = days < earliest
    floor = np.maximum(earliest[early], FIRST_DAY)
    days[early] = floor + draws.below(int(early.sum()), np.maximum(LAST_DAY + 1 - floor, 1))
    return np.minimum(days, LAST_DAY)


def with_time(draws: Draws, days: Ints) -> Ints:
    """A minute on each of the days."""
    n = len(days)
    return days * MINUTES + draws.pick(n, _HOURS) * 60 + draws.below(n, 60)


def recent_day(draws: Draws, years: int = 5) -> int:
    """One day in the last `years` years, the nearer the likelier."""
    span = years * YEAR
    return LAST_DAY - min(draws.one(span), draws.one(span))


def age_on(dob: Ints, day: Ints | int) -> Ints:
    """Whole years from the day numbers of a birth and a day, as birthdays are counted."""
    born, then = (np.asarray(value, dtype=np.int64).astype("datetime64[D]") for value in (dob, day))
    born_month, then_month = born.astype("datetime64[M]"), then.astype("datetime64[M]")
    months = (then_month - born_month).astype(np.int64)
    before = (then - then_month).astype(np.int64) < (born - born_month).astype(np.int64)
    return (months - before) // 12
