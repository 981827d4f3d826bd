"""Random choices that fall on the days and values where a rule turns."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from .extract import COLUMNS, LISTS

OPEN_ENDS = [None, "31/12/2099", "9999-12-31"]
FLAGS = [[], [], [], ["KNIFE"], ["CSE"], ["CSE"], ["COUNTY_LINES", "GANG"], ["DOMESTIC"]]
GRADES = [
    *[("5x5x5", source, information) for source in "ABC" for information in "123"],
    *[("3x5x2", "1", information) for information in "ABC" for _ in range(3)],
    *[("5x5x5", "D", "1"), ("5x5x5", "A", "4"), ("5x5x5", "1", "A"), ("3x5x2", "2", "A"), ("3x5x2", "1", "D")],
    *[("3x5x2", "B", "2"), (None, None, None)],
]


def days_near(as_of: date) -> list[date]:
    """Days on which a rule turns: as_of and the day after, leap days, half-lives, the oldest age that still counts."""
    ages = (-1, 0, 0, 1, 2, 364, 365, 366, 548, 730, 1095, 2190, 3649, 3650, 3651)
    leap = [date(2020, 2, 29), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2026, 2, 28)]
    return [*(as_of - timedelta(days=d) for d in ages), *leap]


class Draw:
    """A source of random choices and the tables they fill; nothing else decides what is in a force.

    `refs` are the person references that events may name.
    """

    def __init__(self, rng: Random, as_of: date, dirty: bool) -> None:
        self.rng, self.as_of, self.dirty = rng, as_of, dirty
        self.tables: dict[str, list[dict]] = {table: [] for table in COLUMNS}
        self.refs: list[str] = []
        self.days = days_near(as_of)

    def add(self, table: str, values: dict) -> None:
        """One row more, with every column of the table."""
        self.tables[table].append({name: values.get(name, [] if name in LISTS else None) for name in COLUMNS[table]})

    def likely(self, share: float) -> bool:
        """True in that share of draws."""
        return self.rng.random() < share

    def one(self, *values):
        """One of the values."""
        return self.rng.choice(values)

    def people(self, most: int) -> list[str]:
        """Between one and `most` different person references, any order."""
        return self.rng.sample(self.refs, min(self.rng.randint(1, most), len(self.refs)))

    def day(self) -> date:
        """A day in the last ten years, mostly one on which a rule turns."""
        anywhere = self.as_of - timedelta(days=self.rng.randint(0, 3700))
        return self.rng.choice(self.days) if self.likely(0.7) else anywhere

    def instant(self, day: date) -> str:
        """Some moment of the day as text; dirty forces write it in other forms too."""
        text = day.isoformat()
        forms = [f"{text}T00:00:00Z", f"{text}T23:59:59Z", f"{text}T12:30:00Z"]
        other = [f"{text} 23:30:00", text, british(day)] if self.dirty else []
        return self.rng.choice(forms + other)

    def end(self, day: date | None) -> str | None:
        """The end of an interval as text; None is one of the ways to write an open end."""
        return self.rng.choice(OPEN_ENDS) if day is None else day.isoformat()


def british(day: date) -> str:
    """DD/MM/YYYY."""
    return day.strftime("%d/%m/%Y")


def years_before(day: date, years: int) -> date:
    """The same day that many years earlier; 1 March where 29 February does not exist."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)
