"""Victims, witnesses and others, drawn so that a few people suffer again and again."""

from __future__ import annotations

import numpy as np

from harmnet.synthetic.clock import YEAR
from harmnet.synthetic.draws import Draws, Ints
from harmnet.synthetic.population import People

_TIMES = np.array([1, 2, 4, 8, 15])
_TIMES_WEIGHTS = (760, 150, 60, 22, 8)
# Small children are victims of what is done to children, not of what is stolen from cars.
_YOUNGEST = 8 * 366
# Nobody is met on the day of birth: systems write that date where they do not know it.
_DAYS_OLD = 40


class Bystanders:
    """An endless line of background people, each standing in it as often as their luck is bad."""

    def __init__(self, draws: Draws, people: People) -> None:
        self._draws = draws
        self._dob = people.dob[: people.background]
        n = people.background
        self._by_birth = np.argsort(self._dob, kind="stable")
        self._births = self._dob[self._by_birth]
        line = np.repeat(np.arange(n), _TIMES[draws.pick(n, _TIMES_WEIGHTS)])
        self._line = line[draws.order(len(line))]
        self._next = 0

    def on(self, days: Ints) -> Ints:
        """Someone for each day, no small child by then."""
        places = (self._next + np.arange(len(days))) % len(self._line)
        self._next = int((self._next + len(days)) % len(self._line))
        found = self._line[places]
        young = self._dob[found] > days - _YOUNGEST
        found[young] = self.aged(days[young], 18, 70)
        return found

    def aged(self, days: Ints, youngest: int, oldest: int) -> Ints:
        """Someone for each day who was between the two ages then (both included); anyone near where there is nobody."""
        low = np.searchsorted(self._births, days - ((oldest + 1) * 1461) // 4 + 2)
        high = np.searchsorted(self._births, days - np.maximum((youngest * 1461) // 4 + 1, _DAYS_OLD))
        low = np.minimum(low, len(self._births) - 1)
        place = low + self._draws.below(len(days), np.maximum(high - low, 1))
        return self._by_birth[np.minimum(place, len(self._births) - 1)]


def years_before(days: Ints, years: int) -> Ints:
    """About that many years earlier."""
    return days - years * YEAR - years // 4
