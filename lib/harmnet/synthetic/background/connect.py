"""Warning markers and recorded associations of the background."""

from __future__ import annotations

import numpy as np

from harmnet.synthetic.circles import Circles
from harmnet.synthetic.clock import LAST_DAY, LAST_MINUTE, MINUTES, event_days, with_time
from harmnet.synthetic.draws import Draws, Ints
from harmnet.synthetic.grading import graded
from harmnet.synthetic.layout import NONE
from harmnet.synthetic.population import PROFILES, member_of_household
from harmnet.synthetic.world import World

# Kind, the profiles it is set on, weight and detail.
_MARKERS = (
    ("VIOLENT", ("VIOLENT", "DOMESTIC"), 26, "Has assaulted officers"),
    ("WEAPONS", ("VIOLENT",), 10, "Has carried a blade in the past"),
    ("FIREARMS", ("VIOLENT",), 1, "Licensed shotgun at a relative's address"),
    ("DRUGS", ("DRUGS", "THEFT"), 22, "Known user"),
    ("ESCAPER", ("THEFT", "DISORDER"), 4, "Ran from officers on arrest"),
    ("VULNERABLE", ("NONE",), 26, "Mental health needs, appropriate adult required"),
    ("ASSESSMENT", ("NONE",), 3, "Referred after domestic incident, assessed, no further role"),
)
_IN_CARE = "Local authority care, residential placement"


def add_markers(world: World, in_care: Ints, n: int) -> None:
    """Write about n markers: those in care, then the rest."""
    draws, people, texts = world.draws("markers"), world.people, world.texts
    kinds = draws.pick(max(n - len(in_care), 0), [weight for _, _, weight, _ in _MARKERS])
    chosen = []
    for place, (_, profiles, _, _) in enumerate(_MARKERS):
        wanted = [PROFILES.index(name) for name in profiles]
        fit = np.flatnonzero(np.isin(people.profile[: people.background], wanted))
        fit = fit[people.dob[fit] < LAST_DAY - 13 * 366]
        count = int((kinds == place).sum())
        chosen.append(fit[draws.order(len(fit))][:count])
    person = np.concatenate([in_care, *chosen])
    kind = np.repeat(np.arange(len(_MARKERS) + 1), [len(in_care), *(len(part) for part in chosen)])
    born = people.dob[person]
    day = event_days(draws, born + np.where(kind == 0, 8, 12) * 366)
    set_at = with_time(draws, day)
    clear = np.minimum(set_at + draws.below(len(day), 900) * MINUTES, LAST_MINUTE)
    ended = np.where(kind == 0, born + 18 * 1461 // 4, LAST_DAY + 1)
    cleared = np.where(draws.chance(len(day), 150_000), clear, NONE)
    of_age = ended * MINUTES
    world.frames["markers"].add(
        len(person),
        person_ref=person,
        kind=texts.places(["LOOKED_AFTER_CHILD", *(kind for kind, *_ in _MARKERS)])[kind],
        set_at=set_at,
        cleared_at=np.where(kind > 0, cleared, np.where((of_age <= LAST_MINUTE) & (of_age > set_at), of_age, NONE)),
        detail=texts.places([_IN_CARE, *(detail for *_, detail in _MARKERS)])[kind],
    )


def add_associations(world: World, circles: Circles, n: int) -> None:
    """Write about n associations: friends in crime, families and partners."""
    draws, people, texts = world.draws("associations"), world.people, world.texts
    offenders = np.flatnonzero(people.crimes[: people.background] > 0)
    kind = draws.pick(n, (48, 34, 18))
    person = offenders[draws.pick(n, people.crimes[offenders] + 2)]
    at_home = draws.below(n, people.background)
    person = np.where(kind == 0, person, at_home)
    friend, relative = circles.mate(draws, person), member_of_household(people, person)
    other = np.where(kind == 0, friend, relative)
    grown = people.dob < LAST_DAY - 17 * 366
    kept = (other != NONE) & (other != person) & ((kind != 2) | (grown[person] & grown[other]))
    kind, person, other = kind[kept], person[kept], other[kept]
    youngest = np.maximum(people.dob[person], people.dob[other])
    day = event_days(draws, youngest + np.where(kind == 0, 11 * 366, 60))
    _write(world, draws, texts.places(["ASSOCIATE", "FAMILY", "PARTNER"])[kind], person, other, day, kind == 0)


def _write(world: World, draws: Draws, kind: Ints, person: Ints, other: Ints, day: Ints, friends: np.ndarray) -> None:
    n = len(day)
    grades = graded(draws, world.texts, day, credible=draws.chance(n, 700_000))
    with_grade = friends & draws.chance(n, 400_000)
    several = draws.chance(n, np.where(friends, 120_000, 0))
    world.frames["associations"].add(
        n,
        person_ref=person,
        other_person_ref=other,
        kind=kind,
        recorded_at=with_time(draws, day),
        times=np.where(several, 2 + draws.below(n, 6), 1),
        **{name: np.where(with_grade, column, NONE) for name, column in grades.items() if name != "credible"},
    )
