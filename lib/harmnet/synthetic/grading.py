"""Grades as officers gave them: 5x5x5 until the force changed over during 2018, 3x5x2 since."""

from __future__ import annotations

from datetime import date

import numpy as np

from harmnet.synthetic.clock import day_number
from harmnet.synthetic.draws import Bools, Draws, Ints
from harmnet.synthetic.frames import Texts
from harmnet.synthetic.layout import NONE

CHANGE_BEGINS, CHANGE_ENDS = day_number(date(2018, 1, 1)), day_number(date(2018, 9, 30))

# Pairs of source and information grade, credible ones apart from the rest, by how often.
# fmt: off
_OLD = (("A1", 6), ("A2", 8), ("B1", 10), ("B2", 30), ("B3", 12), ("C2", 12), ("C3", 12), ("C1", 4)), (
    ("B4", 30), ("C4", 30), ("D3", 10), ("E4", 25), ("E2", 5), ("C5", 4), ("D5", 3),
)
_NEW = (("1A", 14), ("1B", 52), ("1C", 34)), (
    ("1D", 25), ("1E", 3), ("2B", 18), ("2C", 22), ("2D", 24), ("2A", 5), ("3C", 4), ("3D", 6), ("3E", 2),
)
# fmt: on


def graded(draws: Draws, texts: Texts, days: Ints, *, credible: Bools) -> dict[str, Ints]:
    """Scheme, grades, handling, action and sanitisation codes of reports made on the days."""
    n = len(days)
    into_change = np.clip(days - CHANGE_BEGINS, 0, CHANGE_ENDS - CHANGE_BEGINS)
    old = draws.below(n, CHANGE_ENDS - CHANGE_BEGINS) >= into_change
    source, information = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    for scheme, pairs in ((True, _OLD), (False, _NEW)):
        for good, grades in zip((True, False), pairs):
            here = (old == scheme) & (credible == good)
            chosen = draws.pick(int(here.sum()), [weight for _, weight in grades])
            source[here] = texts.places(pair[0] for pair, _ in grades)[chosen]
            information[here] = texts.places(pair[1] for pair, _ in grades)[chosen]
    handling = texts.places("PC")[draws.pick(n, (78, 22))]
    restricted = handling == texts.place("C")
    return {
        "grading_scheme": np.where(old, texts.place("5x5x5"), texts.place("3x5x2")),
        "source_grade": source,
        "information_grade": information,
        "handling_code": np.where(old, texts.places("12345")[draws.pick(n, (40, 25, 15, 12, 8))], handling),
        "action_code": np.where(old | ~restricted, NONE, texts.places(["A1", "A2", "A3"])[draws.pick(n, (15, 50, 35))]),
        "sanitisation_code": np.where(old | ~restricted, NONE, texts.places(["S1", "S2"])[draws.pick(n, (70, 30))]),
        "credible": credible.astype(np.int64),
    }
