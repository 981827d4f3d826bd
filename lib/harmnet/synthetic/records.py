"""Person records: one person is met in several systems, mostly under the force's number, now and then twice in one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from harmnet.synthetic import render
from harmnet.synthetic.draws import Draws, Ints
from harmnet.synthetic.layout import LAYOUT, NONE, Person
from harmnet.synthetic.names import AREAS, ETHNICITIES, FEMALE, MALE, STREETS, SURNAMES, SYSTEM_NAMES, SYSTEMS, TOWNS
from harmnet.synthetic.population import HOSTEL, F
from harmnet.synthetic.world import World

# Per million: people with a force number; second records by system; what a record without a number looks like.
_HAS_NUMBER = 945_000
_SECOND = {"CR": 28_000, "IN": 18_000, "CU": 9_000}
_NO_NUMBER, _SPELT_APART, _SPELT_SAME, _NO_DOB = 55_000, 9_000, 12_000, 9_000
_UPPER, _PLAIN_LETTERS = 60_000, 150_000
# Custody and markers share the crime system's person records in part.
_SHARED = {"CU": 250_000, "MK": 300_000}
_DIGITS, _MODULUS = 7, 10**7
_SECOND_OFFSET = 5_000_000
_STEPS = (7_654_321, 3_141_593, 2_718_283, 1_618_033, 9_192_631, 6_022_141, 8_314_463, 1_380_651)


@dataclass(frozen=True)
class Records:
    """Person records, ordered by system, person and first or second; and what a row of any table needs to name one."""

    person: Ints
    system: Ints
    second: Ints
    numbered: Ints
    spelt: Ints
    no_dob: Ints
    style: Ints
    number: Ints
    home_system: dict[str, Ints]
    has_second: dict[str, Ints]

    def refs(self, person: Ints, system: Ints | int, second: Ints) -> pa.Array:
        """Person references of people in systems; null for -1."""
        known = np.where(person == NONE, 0, self.number[person]) + second * _SECOND_OFFSET
        steps = np.array(_STEPS)[np.asarray(system)]
        numbers = (known * steps + 271_828 * (np.asarray(system) + 1)) % _MODULUS
        systems = np.broadcast_to(np.asarray(system), person.shape)
        prefixes = pa.array([f"{prefix}-" for prefix in SYSTEMS]).take(pa.array(systems))
        refs = pc.binary_join_element_wise(prefixes, render.numbered("", numbers, _DIGITS), "")
        missing = person == NONE
        return pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), refs) if missing.any() else refs

    def of_rows(self, prefix: str, person: Ints, rows: Ints) -> pa.Array:
        """Person references as rows of a table of that system write them."""
        return self.refs(person, *self.places(prefix, person, rows))

    def places(self, prefix: str, person: Ints, rows: Ints) -> tuple[Ints, Ints]:
        """System and first or second record that each row uses for its person."""
        system = self.home_system[prefix][person]
        # Whoever has two records in a system is met under either, by chance of the row.
        either = ((rows * 2_654_435_761) >> 16) & 1
        second = np.zeros(len(person), dtype=np.int64)
        for place, name in enumerate(SYSTEMS):
            if name in self.has_second:
                here = (system == place) & (person != NONE)
                second[here] = (self.has_second[name][person[here]] & either[here]).astype(np.int64)
        return system, second


def make_records(world: World) -> Records:
    """The records of everyone who is on something."""
    draws, n = world.draws("records"), len(world.people)
    number = draws.order(n) + 1
    home = {prefix: np.full(n, place) for place, prefix in enumerate(SYSTEMS)}
    for prefix, chance in _SHARED.items():
        home[prefix] = np.where(draws.chance(n, chance), SYSTEMS.index("CR"), home[prefix])
    plain = world.people.plain == 1
    second = {prefix: (draws.chance(n, chance) & ~plain).astype(np.int64) for prefix, chance in _SECOND.items()}
    empty = np.empty(0, dtype=np.int64)
    naming = Records(empty, empty, empty, empty, empty, empty, empty, number, home, second)
    met = _met(world, naming)
    place = np.flatnonzero(met.ravel())
    system, rest = np.divmod(place, 2 * n)
    person, twice = np.divmod(rest, 2)
    return _details(world, draws, naming, system, person, twice)


def _met(world: World, naming: Records) -> np.ndarray:
    """True at [system, person, first or second] where a row of some table names that record."""
    met = np.zeros((len(SYSTEMS), len(world.people), 2), dtype=bool)
    for table, columns in LAYOUT.items():
        frame = world.frames[table]
        for name, kind in columns.items():
            if isinstance(kind, Person):
                person = frame[name]
                rows = np.arange(frame.rows, dtype=np.int64)
                system, second = naming.places(kind.system, person, rows)
                here = person != NONE
                met[system[here], person[here], second[here]] = True
    # A second record does not come without the first.
    met[:, :, 0] |= met[:, :, 1]
    return met


def _details(world: World, draws: Draws, naming: Records, system: Ints, person: Ints, second: Ints) -> Records:
    """How each record is written: with the number or not, spelt the same or not."""
    n, people = len(person), len(world.people)
    plain = world.people.plain[person] == 1
    has_number = draws.chance(people, _HAS_NUMBER)[person]
    chance = np.where(second == 1, 500_000, _NO_NUMBER)
    numbered = has_number & ~draws.chance(n, chance)
    # Nothing but the number can join records of someone whose date of birth no system knows.
    numbered |= plain & np.isin(person, list(world.people.dob_as_written))
    apart = ~numbered & ~plain & draws.chance(n, np.where(second == 1, 300_000, _SPELT_APART * 8))
    same = numbered & draws.chance(n, _SPELT_SAME)
    return Records(
        person,
        system,
        second,
        numbered.astype(np.int64),
        (apart | same).astype(np.int64),
        (~plain & draws.chance(n, _NO_DOB)).astype(np.int64),
        draws.pick(n, (1_000_000 - _UPPER - _PLAIN_LETTERS, _UPPER, _PLAIN_LETTERS)),
        naming.number,
        naming.home_system,
        naming.has_second,
    )


def _plain_letters(name: str) -> str:
    return name.translate(str.maketrans("ÉéëèíóáüúñçğşöZÖ", "EeeeioauuncgsoZO"))


_HEARD = {"ph": "f", "ck": "k", "ie": "y", "ll": "l", "th": "t", "ey": "y", "nn": "n", "ss": "s"}


def _misspelt(name: str) -> str:
    """The name as someone else might hear it."""
    for right, wrong in _HEARD.items():
        if right in name[1:]:
            return name[0] + name[1:].replace(right, wrong, 1)
    return name[:2] + name[1] + name[2:] if len(name) > 2 else name + "e"


def _styles(names: tuple[str, ...]) -> pa.Array:
    """Every name in each style, right and misspelt: style * 2 * len + spelt * len + place."""
    right = [*names, *(_misspelt(name) for name in names)]
    return pa.array([*right, *(name.upper() for name in right), *(_plain_letters(name) for name in right)])


_FORENAMES, _SURNAMES = _styles(FEMALE + MALE), _styles(SURNAMES)
_MALE_FROM = len(FEMALE)


def people_columns(world: World, records: Records, rows: Ints) -> dict[str, pa.Array]:
    """Columns of the people table for some of the records."""
    person, style = records.person[rows], records.style[rows]
    people, n_names = world.people, len(FEMALE) + len(MALE)
    sex = people.sex[person]
    forename = people.forename[person] + np.where(sex == F, 0, _MALE_FROM)
    spelt = records.spelt[rows]
    surname = people.surname[person] + style * 2 * len(SURNAMES) + (spelt & (person & 1)) * len(SURNAMES)
    forename = forename + style * 2 * n_names + (spelt & ~person & 1) * n_names
    numbers = np.where(records.numbered[rows] == 1, records.number[person], NONE)
    return {
        "person_ref": records.refs(person, records.system[rows], records.second[rows]),
        "source_system": pa.array(SYSTEM_NAMES).take(pa.array(records.system[rows])),
        "nominal_ref": render.numbered("N", numbers, _DIGITS),
        "forename": _FORENAMES.take(pa.array(forename)),
        "surname": _SURNAMES.take(pa.array(surname)),
        "dob": _births(world, records, rows),
        "sex": _sexes(world, person, sex),
        "ethnicity": pa.array(ETHNICITIES).take(pa.array(people.ethnicity[person])),
        "address": _addresses(world, person),
        "area_code": pa.array(AREAS).take(pa.array(people.area[person])),
    }


def _births(world: World, records: Records, rows: Ints) -> pa.Array:
    person = records.person[rows]
    written = world.people.dob_as_written
    births = render.dates(world.people.dob[person])
    births = pc.if_else(pa.array(records.no_dob[rows] == 1), pa.scalar(None, pa.string()), births)
    return _as_written(births, person, written)


def _sexes(world: World, person: Ints, sex: Ints) -> pa.Array:
    return _as_written(pa.array(["F", "M", "X"]).take(pa.array(sex)), person, world.people.sex_as_written)


def _as_written(column: pa.Array, person: Ints, written: dict[int, str]) -> pa.Array:
    places = np.flatnonzero(np.isin(person, list(written)))
    if not len(places):
        return column
    return render.replaced(column, places.tolist(), [written[int(person[place])] or None for place in places])


def _addresses(world: World, person: Ints) -> pa.Array:
    people = world.people
    house, street, area = (getattr(people, name)[person] for name in ("house", "street", "area"))
    hostel = house > HOSTEL
    number = pa.array(np.where(hostel, house - HOSTEL, house)).cast(pa.string())
    named = pc.if_else(pa.array(hostel), pc.binary_join_element_wise("Bridge House Hostel", number, " "), number)
    road = pc.binary_join_element_wise(named, pa.array(STREETS).take(pa.array(street)), " ")
    return pc.binary_join_element_wise(road, pa.array(TOWNS).take(pa.array(area)), ", ")
