"""Detentions of the background: mostly for the crimes, some for warrants and breaches."""

from __future__ import annotations

import numpy as np

from harmnet.synthetic.background.crimes import Suspected
from harmnet.synthetic.clock import LAST_MINUTE, MINUTES, event_days, with_time
from harmnet.synthetic.draws import Draws, Ints
from harmnet.synthetic.layout import NONE
from harmnet.synthetic.world import World

_DELAYS = np.array([0, 1, 4, 14, 40])
_DELAY_WEIGHTS = (60, 15, 10, 10, 5)
_WARRANT_CODES = ("83", "80", "79", "66")
_TEXTS = (
    "Detained at home address without incident",
    "Arrested on the street after a short foot chase",
    "Attended the station by appointment and was arrested",
    "Arrested on warrant, appeared before the next court",
    "Detained shop entrance by staff until officers came",
)


def add_custody(world: World, suspected: Suspected, n: int) -> None:
    """Write about n detentions."""
    draws = world.draws("custody")
    for_crimes = min(int(n * 0.9), len(suspected.crime))
    _for_crimes(world, draws, suspected, for_crimes)
    _for_other_reasons(world, draws, suspected, n - for_crimes)


def _for_crimes(world: World, draws: Draws, suspected: Suspected, n: int) -> None:
    crimes, texts = world.frames["crimes"], world.texts
    is_crime = crimes["is_crime"][suspected.crime] == texts.place("true")
    rows = np.sort(draws.order(len(suspected.crime))[:n])
    rows = rows[is_crime[rows]]
    order = np.argsort(suspected.crime[rows], kind="stable")
    rows = rows[order]
    crime = suspected.crime[rows]
    # Co-suspects are mostly arrested together; a fifth is arrested alone, some of them without an arrest reference.
    new_crime = np.append(True, crime[1:] != crime[:-1])[: len(crime)]
    alone = draws.chance(len(rows), 200_000)
    arrest = np.cumsum(new_crime | alone)
    first = world.new_arrests(len(rows))
    no_ref = alone & draws.chance(len(rows), 400_000)
    start = np.maximum.accumulate(np.where(new_crime | alone, np.arange(len(rows)), 0))
    delay = (_DELAYS[draws.pick(len(rows), _DELAY_WEIGHTS)] * MINUTES + 30 + draws.below(len(rows), 240))[start]
    detained = np.minimum(suspected.minute[rows] + delay, LAST_MINUTE)
    world.frames["custody"].add(
        len(rows),
        arrest_ref=np.where(no_ref, NONE, first + arrest),
        crime_ref=crime,
        person_ref=suspected.person[rows],
        detained_at=detained,
        released_at=_released(draws, detained),
        offence_code=crimes["offence_code"][crime],
        offence_code_system=crimes["offence_code_system"][crime],
        disposal=_disposals(world, draws, suspected.status[rows]),
        flags=_youth(world, suspected.person[rows], detained),
        text=_accounts(world, draws, len(rows)),
        topic=crimes["topic"][crime],
    )


def _for_other_reasons(world: World, draws: Draws, suspected: Suspected, n: int) -> None:
    texts = world.texts
    person = suspected.person[draws.below(n, len(suspected.person))]
    detained = with_time(draws, event_days(draws, world.people.dob[person] + 12 * 366))
    first = world.new_arrests(n)
    disposals = texts.places(["CHARGED", "RELEASED", "NFA", "BAILED"])
    world.frames["custody"].add(
        n,
        arrest_ref=np.where(draws.chance(n, 300_000), NONE, first + np.arange(n)),
        person_ref=person,
        detained_at=detained,
        released_at=_released(draws, detained),
        offence_code=texts.places(_WARRANT_CODES)[draws.pick(n, (5, 1, 1, 3))],
        offence_code_system=texts.place("recorded_crime"),
        disposal=disposals[draws.pick(n, (5, 2, 2, 1))],
        flags=_youth(world, person, detained),
        text=_accounts(world, draws, n),
        topic=0,
    )


def _released(draws: Draws, detained: Ints) -> Ints:
    n = len(detained)
    released = np.minimum(detained + 90 + draws.below(n, 1300), LAST_MINUTE)
    return np.where(draws.chance(n, 15_000), NONE, released)


def _disposals(world: World, draws: Draws, status: Ints) -> Ints:
    """How the detention ended, in keeping with the suspect's status on the crime."""
    place = world.texts.place
    charged = np.isin(status, [place("CHARGED"), place("CONVICTED")])
    dropped = status == place("NO_FURTHER_ACTION")
    pending = np.where(draws.chance(len(status), 500_000), place("BAILED"), place("RELEASED"))
    return np.where(charged, place("CHARGED"), np.where(dropped, place("NFA"), pending))


def _youth(world: World, person: Ints, detained: Ints) -> Ints:
    young = world.people.dob[person] > detained // MINUTES - 18 * 1461 // 4
    return np.where(young, world.texts.place("YOUTH"), NONE)


def _accounts(world: World, draws: Draws, n: int) -> Ints:
    return np.where(draws.chance(n, 300_000), NONE, world.texts.places(_TEXTS)[draws.below(n, len(_TEXTS))])
