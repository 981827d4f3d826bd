"""Stays in two-bed cells: most nights shared are few, some are many."""

from __future__ import annotations

import numpy as np

from harmnet.synthetic.clock import FIRST_DAY, LAST_DAY, YEAR
from harmnet.synthetic.draws import Draws, Ints
from harmnet.synthetic.layout import NONE
from harmnet.synthetic.names import PRISONS
from harmnet.synthetic.population import People
from harmnet.synthetic.world import World

# Nights of a stay (from, to, weight): people are moved about, so most stays in one cell are short.
_NIGHTS = ((1, 14, 52), (15, 29, 18), (30, 89, 20), (90, 300, 10))
_STAYS_PER_BED = 40
# Furthest release date that a stay may carry: dates further off are no use to anyone.
_LONGEST_LEFT = 1200


def add_prison(world: World, n: int) -> None:
    """Write about n stays."""
    draws = world.draws("prison")
    cells = max(n // (2 * _STAYS_PER_BED), 2)
    per_bed = max(n // (2 * cells), 1)
    start, nights = _spans(draws, cells, per_bed)
    cell = np.repeat(np.arange(cells), 2 * per_bed)
    person = _inmates(world.people, draws, start)
    end = start + nights
    here = (start <= LAST_DAY) & (start >= FIRST_DAY)
    here &= ~_held_elsewhere(person, start, end)
    cell, person, start, end = cell[here], person[here], start[here], end[here]
    prisons, names = cell_names(world, cells)
    still = end > LAST_DAY
    left = draws.below(len(end), _LONGEST_LEFT)
    due = np.where(still, LAST_DAY + 5 + left, end + left // 12)
    world.frames["prison_stays"].add(
        len(end),
        person_ref=person,
        prison=prisons[cell],
        cell=names[cell],
        from_date=start,
        to_date=np.where(still, NONE, end),
        release_due=np.where(draws.chance(len(end), 900_000), due, NONE),
    )


def cell_names(world: World, n: int) -> tuple[Ints, Ints]:
    """Prison and name of n cells that nobody has been in yet."""
    numbers = range(world.next_cell, world.next_cell + n)
    world.next_cell += n
    prisons = world.texts.places(PRISONS[number % len(PRISONS)] for number in numbers)
    floors = [number // len(PRISONS) for number in numbers]
    names = [f"{'ABCDEFGH'[floor % 8]}{1 + floor // 8 % 4}-{1 + floor // 32:02d}" for floor in floors]
    return prisons, world.texts.places(names)


def _spans(draws: Draws, cells: int, per_bed: int) -> tuple[Ints, Ints]:
    """First day and nights of every stay, bed after bed."""
    beds = 2 * cells
    low, high, weight = (np.array(column) for column in zip(*_NIGHTS))
    band = draws.pick(beds * per_bed, weight)
    nights = (low[band] + draws.below(len(band), high[band] - low[band] + 1)).reshape(beds, per_bed)
    gaps = draws.below(beds * per_bed, 7).reshape(beds, per_bed)
    ends = np.cumsum(nights + gaps, axis=1)
    # Two beds of a cell end about together; six cells in ten are in use today.
    last = np.where(draws.chance(cells, 600_000), LAST_DAY + 25, LAST_DAY - draws.below(cells, 4 * YEAR))
    last = np.repeat(last, 2) - draws.below(beds, 20)
    return (ends - nights + (last - ends[:, -1])[:, None]).ravel(), nights.ravel()


def _inmates(people: People, draws: Draws, start: Ints) -> Ints:
    """An adult offender for each stay; the same person again only after long."""
    n = people.background
    adults = np.flatnonzero((people.crimes[:n] > 0) & (people.dob[:n] < LAST_DAY - 19 * YEAR))
    often = adults[people.crimes[adults] >= 3]
    ready = often if len(often) > 20 else adults
    line = ready[draws.order(len(ready))]
    person = line[np.argsort(np.argsort(start, kind="stable"), kind="stable") % len(line)]
    oldest = adults[np.argsort(people.dob[adults], kind="stable")][: max(len(adults) // 2, 1)]
    young = people.dob[person] > start - 18 * 366
    return np.where(young, oldest[draws.below(len(start), len(oldest))], person)


def _held_elsewhere(person: Ints, start: Ints, end: Ints) -> np.ndarray:
    """True where the person's earlier stay is not over yet."""
    order = np.lexsort((start, person))
    same = person[order][1:] == person[order][:-1]
    clash = np.append(False, same & (start[order][1:] < end[order][:-1]))
    held = np.zeros(len(person), dtype=bool)
    held[order] = clash
    return held
