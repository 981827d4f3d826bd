"""Missing episodes: mostly children, many of them again and again, many of those in care."""

from __future__ import annotations

import numpy as np

from harmnet.synthetic.background.bystanders import Bystanders
from harmnet.synthetic.clock import FIRST_DAY, LAST_DAY, LAST_MINUTE, MINUTES, event_days, with_time
from harmnet.synthetic.draws import Draws, Ints
from harmnet.synthetic.layout import NONE
from harmnet.synthetic.names import AREAS
from harmnet.synthetic.world import World

_TIMES, _TIMES_WEIGHTS = np.array([1, 2, 4, 8, 16]), (500, 200, 150, 110, 40)
_HOURS = ((2, 12, 60), (13, 47, 25), (48, 160, 12), (161, 480, 3))
_CHILD_TEXTS = (
    "Did not return from school, located at a friend's address",
    "Left placement through window after argument with staff, returned by taxi",
    "Out past curfew, phone switched off, back by morning",
    "Went to see the sea with friends, no concerns on return",
    "Located at the railway station without a ticket",
)
_ADULT_TEXTS = (
    "Left hospital before being seen, found at home",
    "Walked out of the care home, confused on return",
    "Low mood after bereavement, located by phone",
)


def add_missing(world: World, bystanders: Bystanders, n: int) -> Ints:
    """Write about n episodes; the looked-after children among the missing."""
    draws, people = world.draws("missing"), world.people
    born = people.dob[: people.background]
    young = np.flatnonzero((born > FIRST_DAY - 15 * 365) & (born < LAST_DAY - 12 * 366))
    young = young[draws.order(len(young))]
    times = _TIMES[draws.pick(len(young), _TIMES_WEIGHTS)]
    wanted = int(n * 0.65)
    children = young[: max(int(np.searchsorted(np.cumsum(times), wanted)), 1)]
    times = times[: len(children)]
    in_care = children[draws.chance(len(children), np.where(times >= 4, 420_000, 70_000))]
    child = np.repeat(children, times)
    low = np.maximum(born[child] + 11 * 366, FIRST_DAY)
    high = np.minimum(born[child] + 17 * 365 + 350, LAST_DAY + 1)
    day = low + draws.below(len(child), np.maximum(high - low, 1))
    _write(world, draws, bystanders, child, day, child=True)

    adults = np.flatnonzero(born < FIRST_DAY - 18 * 366)
    adult = np.repeat(adults, 1 + draws.pick(len(adults), (80, 15, 5)))
    adult = adult[draws.order(len(adult))][: max(n - len(child), 1)]
    _write(world, draws, bystanders, adult, event_days(draws, np.zeros(len(adult), dtype=np.int64)), child=False)
    return in_care


def _write(world: World, draws: Draws, bystanders: Bystanders, person: Ints, day: Ints, *, child: bool) -> None:
    n, texts = len(person), world.texts
    low, high, weight = (np.array(column) for column in zip(*_HOURS))
    band = draws.pick(n, weight)
    left = with_time(draws, day)
    back = left + (low[band] + draws.below(n, high[band] - low[band] + 1)) * 60
    accounts = texts.places(_CHILD_TEXTS if child else _ADULT_TEXTS)
    flags = np.where(draws.chance(n, 850_000), texts.place("CHILD"), NONE) if child else np.full(n, NONE)
    home = world.people.area[person]
    near, anywhere = home // 4 * 4 + draws.below(n, 4), draws.below(n, len(AREAS))
    found = np.choose(draws.pick(n, (64, 16, 10, 10)), [home, near, anywhere, np.full(n, NONE)])
    rows = world.frames["missing_episodes"].add(
        n,
        person_ref=person,
        missing_from=left,
        returned_at=np.where(back > LAST_MINUTE, NONE, back),
        risk_level=texts.places(["NONE", "LOW", "MEDIUM", "HIGH"])[draws.pick(n, (5, 24, 56, 15))],
        found_area=np.where(found == NONE, NONE, texts.places(AREAS)[found]),
        flags=flags,
        text=accounts[draws.below(n, len(accounts))],
    )
    _others(world, draws, bystanders, rows, person, left // MINUTES, child=child)


def _others(
    world: World, draws: Draws, bystanders: Bystanders, rows: Ints, person: Ints, day: Ints, *, child: bool
) -> None:
    """Some are found with someone, mostly of their own age; some episodes name someone else."""
    for role, chance in (("FOUND_WITH", 180_000 if child else 20_000), ("MENTIONED", 60_000)):
        here = np.flatnonzero(draws.chance(len(rows), chance))
        other = bystanders.aged(day[here], 12, 20) if child else bystanders.aged(day[here], 20, 70)
        kept = other != person[here]
        world.frames["missing_people"].add(
            int(kept.sum()), episode_ref=rows[here[kept]], person_ref=other[kept], role=world.texts.place(role)
        )
