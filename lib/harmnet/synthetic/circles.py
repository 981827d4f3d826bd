"""Who spends time with whom among background offenders: small circles of one neighbourhood and age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmnet.synthetic.draws import Draws, Ints
from harmnet.synthetic.layout import NONE
from harmnet.synthetic.population import People

_SIZES = (30, 22, 16, 11, 8, 5, 4, 2, 2)


@dataclass(frozen=True)
class Circles:
    """`ranked` lists offenders circle by circle; `place`, `start` and `size` stand at the person's own place."""

    ranked: Ints
    place: Ints
    start: Ints
    size: Ints

    def mate(self, draws: Draws, persons: Ints, turn: Ints | int = 0, base: Ints | None = None) -> Ints:
        """Another member of each person's circle, -1 where there is none; other turns give other members."""
        size = self.size[persons]
        others = np.maximum(size - 1, 1)
        start = draws.below(len(persons), others) if base is None else base % others
        step = 1 + (start + turn) % others
        first = self.start[persons]
        found = self.ranked[first + (self.place[persons] - first + step) % np.maximum(size, 1)]
        return np.where((size > 1) & (np.asarray(turn) < size - 1), found, NONE)


def make_circles(draws: Draws, people: People) -> Circles:
    """Circles of one to nine offenders."""
    offenders = np.flatnonzero(people.crimes[: people.background] > 0)
    band = people.dob[offenders] // (6 * 365)
    order = np.lexsort((draws.words(len(offenders)), band, people.area[offenders]))
    ranked = offenders[order]
    starts = np.concatenate([[0], np.cumsum(1 + draws.pick(len(ranked), _SIZES))])
    starts = starts[starts < len(ranked)]
    sizes = np.diff(np.append(starts, len(ranked)))
    place, start, size = (np.zeros(people.background, dtype=np.int64) for _ in range(3))
    place[ranked] = np.arange(len(ranked))
    start[ranked] = np.repeat(starts, sizes)
    size[ranked] = np.repeat(sizes, sizes)
    return Circles(ranked, place, start, size)
