"""The people of the force's area: who they are, with whom they live, and how they come to notice."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from harmnet.synthetic.clock import LAST_DAY
from harmnet.synthetic.draws import Draws, Ints
from harmnet.synthetic.layout import NONE
from harmnet.synthetic.names import AREAS, ETHNICITIES, ETHNICITY_WEIGHTS, FEMALE, MALE, STREETS, SURNAMES

F, M, X = 0, 1, 2
PROFILES = ("NONE", "THEFT", "DOMESTIC", "DRUGS", "DISORDER", "VIOLENT", "SEXUAL")
# Offenders by what they mostly do, then crimes per offender: a tenth of them commits about half.
_PROFILE_WEIGHTS = (26, 36, 12, 16, 8, 2)
_CRIMES = np.array([1, 2, 3, 5, 9, 16, 32, 60])
_CRIMES_WEIGHTS = (560, 180, 80, 65, 55, 38, 17, 5)
MEAN_CRIMES = 3.43
# fmt: off
_OFFENDER_AGES = ((11, 14, 2), (15, 17, 5), (18, 24, 20), (25, 34, 34), (35, 44, 23), (45, 59, 13), (60, 75, 3))
_OTHER_AGES = (
    (0, 9, 5), (10, 17, 12), (18, 24, 15), (25, 34, 20), (35, 44, 17), (45, 59, 18), (60, 74, 9), (75, 92, 4),
)
# fmt: on
# conf lists these as defaults that stand for "unknown", so nobody may really be born then.
NEVER_BORN = tuple(
    int(np.datetime64(day).astype("datetime64[D]").astype(int)) for day in ("1900-01-01", "1901-01-01", "1970-01-01")
)
# House numbers from here on are hostels.
HOSTEL = 1000
_COLUMNS = ("dob", "sex", "forename", "surname", "area", "house", "street", "ethnicity", "plain")


@dataclass
class People:
    """One column per attribute; a person is a place in them. The first `background` people are in no planted story."""

    dob: Ints
    sex: Ints
    forename: Ints
    surname: Ints
    area: Ints
    house: Ints
    street: Ints
    ethnicity: Ints
    plain: Ints
    profile: Ints
    crimes: Ints
    household: Ints
    background: int
    dob_as_written: dict[int, str] = field(default_factory=dict)
    sex_as_written: dict[int, str] = field(default_factory=dict)
    _new: list[tuple[int, ...]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.dob) + len(self._new)

    def add(self, draws: Draws, *, dob: int, sex: int, area: int, like: int | None = None) -> int:
        """Add someone to a planted story; `like`: of the same name and address as that person. Returns their place."""
        at_home = self.row(like) if like is not None else None
        forename = draws.one(len(FEMALE) if sex == F else len(MALE))
        alone = draws.one(len(SURNAMES)), area, draws.between(1, 120), draws.one(len(STREETS))
        home = at_home[3:7] if at_home else alone
        ethnicity = int(draws.pick(1, ETHNICITY_WEIGHTS)[0])
        self._new.append((_real_birthday(dob), sex, forename, *home, ethnicity, 0))
        return len(self) - 1

    def row(self, person: int) -> tuple[int, ...]:
        """Attributes of one person, in the order of the columns."""
        if person >= len(self.dob):
            return self._new[person - len(self.dob)]
        return tuple(int(getattr(self, name)[person]) for name in _COLUMNS)

    def open_hostel(self, host: int, number: int) -> None:
        """Let a person who was added live in a hostel: a house with a number that no street reaches."""
        row = self.row(host)
        self._new[host - len(self.dob)] = (*row[:5], HOSTEL + number, *row[6:])

    def move_in(self, person: int, host: int) -> None:
        """Let a person who was added live where the host lives."""
        row, there = self.row(person), self.row(host)
        self._new[person - len(self.dob)] = (*row[:4], *there[4:7], *row[7:])

    def keep_together(self, person: int) -> None:
        """Spell this person the same in every record."""
        if person >= len(self.dob):
            place = person - len(self.dob)
            self._new[place] = (*self._new[place][:-1], 1)
        else:
            self.plain[person] = 1

    def namesake(self, draws: Draws, person: int) -> int:
        """Add someone of exactly the same name and sex, born on another day."""
        dob, sex, forename, surname, area, house, street, _, _ = self.row(person)
        other = _real_birthday(dob - draws.between(40, 3000))
        ethnicity = int(draws.pick(1, ETHNICITY_WEIGHTS)[0])
        self._new.append((other, sex, forename, surname, (area + 5) % len(AREAS), house + 1, street, ethnicity, 0))
        return len(self) - 1

    def close(self) -> None:
        """Let the columns hold everyone who was added."""
        if not self._new:
            return
        added = np.array(self._new, dtype=np.int64)
        for place, name in enumerate(_COLUMNS):
            setattr(self, name, np.append(getattr(self, name), added[:, place]))
        for name in ("profile", "crimes"):
            setattr(self, name, np.append(getattr(self, name), np.zeros(len(added), dtype=np.int64)))
        self.household = np.append(self.household, np.full(len(added), NONE))
        self._new = []


def _real_birthday(dob: int) -> int:
    return dob + 1 if dob in NEVER_BORN else dob


def _births(draws: Draws, n: int, bands: tuple[tuple[int, int, int], ...]) -> Ints:
    """Days of birth of n people whose ages at the end of the records fall into the bands (from, to, weight)."""
    low, high, weight = (np.array(column, dtype=np.int64) for column in zip(*bands))
    band = draws.pick(n, weight)
    years = low[band] + draws.below(n, high[band] - low[band] + 1)
    born = LAST_DAY - (years * 36525) // 100 - 1 - draws.below(n, 364)
    return born + np.isin(born, NEVER_BORN)


def make_people(draws: Draws, *, offenders: int, others: int) -> People:
    """The background: people who offend and people who only suffer, see or go missing, mixed in drawn order."""
    n = offenders + others
    offends = np.zeros(n, dtype=bool)
    offends[draws.order(n)[:offenders]] = True
    dob = np.where(offends, _births(draws, n, _OFFENDER_AGES), _births(draws, n, _OTHER_AGES))
    female = np.where(offends, draws.chance(n, 175_000), draws.chance(n, 520_000))
    sex = np.where(draws.chance(n, 2_000), X, np.where(female, F, M))
    forename = draws.below(n, np.where(sex == F, len(FEMALE), len(MALE)))
    profile = np.where(offends, 1 + draws.pick(n, _PROFILE_WEIGHTS), 0)
    crimes = np.where(offends, _CRIMES[draws.pick(n, _CRIMES_WEIGHTS)], 0)
    # A child has had little time; sexual offenders are known for few crimes.
    crimes = np.minimum(crimes, np.where(profile == PROFILES.index("SEXUAL"), 3, 60))
    crimes = np.minimum(crimes, np.where(dob > LAST_DAY - 16 * 365, 9, 60))
    household, address = _households(draws, n)
    own_name = draws.below(n, len(SURNAMES))
    shared = draws.chance(n, 780_000)
    return People(
        dob=dob,
        sex=sex,
        forename=forename,
        surname=np.where(shared, draws.below(n, len(SURNAMES))[household], own_name),
        area=address[0],
        house=address[1],
        street=address[2],
        ethnicity=draws.pick(n, ETHNICITY_WEIGHTS),
        plain=np.zeros(n, dtype=np.int64),
        profile=profile,
        crimes=crimes,
        household=household,
        background=n,
    )


def _households(draws: Draws, n: int) -> tuple[Ints, tuple[Ints, Ints, Ints]]:
    """For each person the place of the first person of the household, and the household's area, house and street."""
    starts = np.concatenate([[0], np.cumsum(1 + draws.pick(n, (38, 28, 17, 12, 5)))])
    starts = starts[starts < n]
    sizes = np.diff(np.append(starts, n))
    home = np.repeat(np.arange(len(starts)), sizes)
    # Some areas are larger and busier than others.
    area = draws.pick(len(starts), (9, 7, 6, 5, 10, 8, 6, 4, 8, 6, 5, 4, 7, 6, 5, 4))
    house, street = draws.below(len(starts), 120) + 1, draws.below(len(starts), len(STREETS))
    return starts[home], (area[home], house[home], street[home])


def member_of_household(people: People, persons: Ints) -> Ints:
    """The next person of each person's household; the person themselves where they live alone. Background only."""
    after = np.minimum(persons + 1, people.background - 1)
    same = (people.household[after] == people.household[persons]) & (after != persons)
    return np.where(same, after, people.household[persons])


def ethnicity_code(place: int) -> str:
    """Code of an ethnicity by its place."""
    return ETHNICITIES[place]
