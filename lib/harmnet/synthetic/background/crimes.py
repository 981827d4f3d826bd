"""Crimes and non-crime incidents of the background, and who was on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmnet.synthetic.background.bystanders import Bystanders
from harmnet.synthetic.circles import Circles
from harmnet.synthetic.clock import LAST_MINUTE, MINUTES, YEAR, age_on, event_days, with_time
from harmnet.synthetic.draws import Draws, Ints
from harmnet.synthetic.layout import NONE
from harmnet.synthetic.names import AREAS
from harmnet.synthetic.offences import Catalogue, catalogue
from harmnet.synthetic.population import PROFILES, member_of_household
from harmnet.synthetic.world import World

# Role and status of a suspect, by how often.
# fmt: off
OUTCOMES = (
    ("SUSPECT", None, 12), ("SUSPECT", "SUSPECTED", 24), ("SUSPECT", "NO_FURTHER_ACTION", 33),
    ("SUSPECT", "CHARGED", 7), ("DEFENDANT", "CHARGED", 10), ("DEFENDANT", "CONVICTED", 14),
)
# fmt: on
_FIRST_AGE = 12
# Chance in a million that others took part: the young offend together far more often.
_WITH_OTHERS = ((18, 340_000), (25, 230_000), (200, 125_000))
_LAGS = np.array([0, 1, 3, 6, 30, 120])
_LAG_WEIGHTS = (70, 15, 7, 4, 3, 1)


@dataclass(frozen=True)
class Suspected:
    """Suspects of the background, one row per person and crime, as far as custody needs to know them."""

    crime: Ints
    person: Ints
    minute: Ints
    status: Ints
    kind: Ints


def add_crimes(world: World, circles: Circles, bystanders: Bystanders, without_suspect: int) -> Suspected:
    """Write the background's crimes; what is returned feeds custody."""
    draws, people = world.draws("crimes"), world.people
    kinds = catalogue(world.texts)
    main = np.repeat(np.arange(people.background), people.crimes[: people.background])
    main = main[draws.order(len(main))]
    days = event_days(draws, people.dob[main] + (_FIRST_AGE * 1461) // 4)
    kind = kinds.pick(draws, _doing(draws, people.profile[main]))
    minutes = with_time(draws, days)
    crimes = _write(world, draws, kinds, kind, minutes, _place(draws, people.area[main]))
    suspects = _suspects(world, draws, circles, kinds, Suspected(crimes, main, minutes, crimes, kind))
    _victims(world, draws, bystanders, kinds, kind, crimes, days, main)

    nobody = np.zeros(without_suspect, dtype=np.int64)
    later = event_days(draws, nobody)
    kind = kinds.pick(draws, nobody)
    anywhere = _place(draws, draws.below(without_suspect, len(AREAS)))
    more = _write(world, draws, kinds, kind, with_time(draws, later), anywhere)
    _victims(world, draws, bystanders, kinds, kind, more, later, np.full(without_suspect, NONE))
    return suspects


def _doing(draws: Draws, profile: Ints) -> Ints:
    """Now and then offenders do something else than usual."""
    usual = ~draws.chance(len(profile), 120_000) | (profile >= PROFILES.index("VIOLENT"))
    return np.where(usual, profile, 1 + draws.pick(len(profile), (60, 0, 10, 30)))


def _place(draws: Draws, home: Ints) -> Ints:
    """Most crime is near home."""
    n = len(home)
    near = home // 4 * 4 + draws.below(n, 4)
    choice = draws.pick(n, (74, 16, 9, 1))
    return np.choose(choice, [home, near, draws.below(n, len(AREAS)), np.full(n, NONE)])


def _write(world: World, draws: Draws, kinds: Catalogue, kind: Ints, minutes: Ints, area: Ints) -> Ints:
    """Rows of crimes; their numbers."""
    n, texts = len(kind), world.texts
    areas, systems = texts.places(AREAS), texts.places(["recorded_crime", "ho_class_subclass"])
    other = draws.chance(n, 45_000) & (kinds.subclass[kind] != NONE)
    code = np.where(other, kinds.subclass[kind], kinds.code[kind])
    flags = kinds.flags[kind]
    flags = np.where((flags == NONE) & draws.chance(n, 7_000), texts.place("DATE_ASSUMED"), flags)
    lag = _LAGS[draws.pick(n, _LAG_WEIGHTS)] * MINUTES + draws.below(n, 600)
    recorded = np.minimum(minutes + lag, LAST_MINUTE)
    until = np.where(draws.chance(n, 350_000), np.minimum(minutes + draws.below(n, 700), recorded), NONE)
    accounts = kinds.account[kind, draws.below(n, kinds.account.shape[1])]
    return world.frames["crimes"].add(
        n,
        is_crime=texts.places(["false", "true"])[kinds.is_crime[kind]],
        offence_code=code,
        offence_code_system=np.where(code == NONE, NONE, systems[other.astype(np.int64)]),
        occurred_from=minutes,
        occurred_to=until,
        recorded_at=recorded,
        area_code=np.where(area == NONE, NONE, areas[area]),
        flags=flags,
        mo_text=np.where(draws.chance(n, 60_000), NONE, accounts),
        topic=kinds.topic[kind],
    )


def _suspects(world: World, draws: Draws, circles: Circles, kinds: Catalogue, alone: Suspected) -> Suspected:
    """Suspects: the main one of each crime, and those who took part."""
    age = age_on(world.people.dob[alone.person], alone.minute // MINUTES)
    limits, chances = (np.array(column) for column in zip(*_WITH_OTHERS))
    chance = chances[np.searchsorted(limits, age, side="right")]
    chance = np.where(kinds.domestic[alone.kind] == 1, 5_000, chance)
    together = np.flatnonzero(draws.chance(len(age), chance))
    others = 1 + draws.pick(len(together), (72, 19, 6, 3))
    row, turn = np.repeat(together, others), _turns(others)
    base = np.repeat(draws.below(len(together), 1 << 20), others)
    mate = circles.mate(draws, alone.person[row], turn, base)
    old_enough = (mate != NONE) & (world.people.dob[mate] < alone.minute[row] // MINUTES - 11 * YEAR)
    row, mate = row[old_enough], mate[old_enough]
    rows = np.concatenate([np.arange(len(age)), row])
    person = np.concatenate([alone.person, mate])
    roles, statuses = (world.texts.places(column) for column in list(zip(*OUTCOMES))[:2])
    outcome = draws.pick(len(rows), [weight for *_, weight in OUTCOMES])
    world.frames["crime_people"].add(
        len(rows), crime_ref=alone.crime[rows], person_ref=person, role=roles[outcome], status=statuses[outcome]
    )
    return Suspected(alone.crime[rows], person, alone.minute[rows], statuses[outcome], alone.kind[rows])


def _turns(counts: Ints) -> Ints:
    """0, 1, 2 ... within each count."""
    ends = np.cumsum(counts)
    return np.arange(int(counts.sum())) - np.repeat(ends - counts, counts)


def _victims(
    world: World,
    draws: Draws,
    bystanders: Bystanders,
    kinds: Catalogue,
    kind: Ints,
    crimes: Ints,
    days: Ints,
    main: Ints,
) -> None:
    """Victims, witnesses and others of the crimes."""
    n = len(crimes)
    suffered = (kinds.has_victim[kind] == 1) & draws.chance(n, 930_000)
    row = np.repeat(np.flatnonzero(suffered), 1 + draws.pick(int(suffered.sum()), (88, 9, 3)))
    person = bystanders.on(days[row])
    child = kinds.child[kind[row]] == 1
    person[child] = bystanders.aged(days[row[child]], 2, 14)
    at_home = (kinds.domestic[kind[row]] == 1) & (main[row] != NONE)
    partner = member_of_household(world.people, main[row[at_home]])
    born = world.people.dob[partner] < days[row[at_home]] - 100
    person[at_home] = np.where((partner != main[row[at_home]]) & born, partner, person[at_home])
    seen = np.flatnonzero(draws.chance(n, 120_000))
    other = np.flatnonzero(draws.chance(n, 25_000))
    rows = np.concatenate([row, seen, other])
    people = np.concatenate([person, bystanders.on(days[seen]), bystanders.on(days[other])])
    role = np.repeat([0, 1, 2], [len(row), len(seen), len(other)])
    once = np.unique((rows * 4 + role) * len(world.people.dob) + people, return_index=True)[1]
    once = np.sort(once[people[once] != main[rows[once]]])
    roles = world.texts.places(["VICTIM", "WITNESS", "OTHER"])
    world.frames["crime_people"].add(
        len(once), crime_ref=crimes[rows[once]], person_ref=people[once], role=roles[role[once]]
    )
