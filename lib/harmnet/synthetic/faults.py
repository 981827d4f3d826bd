"""Faults as they are found in real extracts, each listed with what should become of the row.

QUARANTINED: the row cannot be used. ISSUE: it is used, one field is empty and noted, or a span is noted. KEPT: used as
it stands (and handled with care further on). Every fault is written on rows of its own: nothing planted hangs on it.
"""

from __future__ import annotations

from collections.abc import Callable

from harmnet.synthetic.clock import LAST_DAY, MINUTES, YEAR, as_date
from harmnet.synthetic.layout import NONE
from harmnet.synthetic.planted.scene import Scene
from harmnet.synthetic.world import Fault

KEPT, ISSUE, QUARANTINED = "KEPT", "ISSUE", "QUARANTINED"


class Faults:
    """Writes faulty rows and lists them."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.world = scene.world

    def note(self, fault: str, table: str, row: int, expected: str) -> None:
        """List a fault."""
        self.world.faults.append(Fault(fault, table, row, expected))

    def spoil(self, fault: str, table: str, row: int, expected: str, **texts: str | None) -> None:
        """Put other texts into a row and list the fault."""
        for column, text in texts.items():
            self.world.frames[table].spoil(row, column, text)
        self.note(fault, table, row, expected)

    def person(self) -> int:
        """Someone of the background."""
        return self.scene.background_person(20, 60)

    def day(self) -> int:
        """A day of the last four years."""
        return LAST_DAY - self.scene.draws.between(30, 4 * YEAR)

    def crime(self, text: str = "Goods taken from shelf and concealed in bag", victims: int = 0) -> tuple[int, int]:
        """A shop theft with one suspect and so many victims; rows in crimes and (the last) in crime_people."""
        hurt = [self.scene.person(20, 60, area=1, women=50) for _ in range(victims)]
        row = self.scene.crime(self.day(), "46", [self.person()], area=1, text=text, victims=hurt, status="SUSPECTED")
        return row, self.world.frames["crime_people"].rows - 1


def _bad_dates(to: Faults) -> None:
    frame = to.world.frames["crime_people"]
    for found, recorded, expected in (
        ("31/02/2024", "as it is", ISSUE),
        ("2025-13-01", None, QUARANTINED),
        (None, None, QUARANTINED),
        ("14/03/2025", "as it is", KEPT),
    ):
        first = frame.rows
        crime, last = to.crime()
        if recorded is None:
            to.world.frames["crimes"].spoil(crime, "recorded_at", None)
        to.spoil("BAD_DATE" if expected != KEPT else "BRITISH_DATE", "crimes", crime, expected, occurred_from=found)
        if expected == QUARANTINED:
            for row in range(first, last + 1):
                to.note("RECORD_IN_QUARANTINE", "crime_people", row, QUARANTINED)
    to.scene.arrest(to.day(), [to.person()], "46", text="Detained at home address without incident")
    to.spoil(
        "BAD_DATE", "custody", to.world.frames["custody"].rows - 1, QUARANTINED, detained_at="2024-02-31T10:00:00Z"
    )
    first = to.world.frames["intelligence_people"].rows
    report = to.scene.report(to.day(), [to.person()], text="Sells fake trainers at the market")
    to.spoil("BAD_DATE", "intelligence", report, QUARANTINED, created_at=None)
    to.note("RECORD_IN_QUARANTINE", "intelligence_people", first, QUARANTINED)


def _prison(to: Faults) -> None:
    stays, draws = to.world.frames["prison_stays"], to.scene.draws
    for fault, expected, text in (
        ("BAD_END_DATE", QUARANTINED, "2025-02-30"),
        ("OPEN_STAY_2099", KEPT, "31/12/2099"),
        ("END_BEFORE_START", ISSUE, "2019-01-01"),
    ):
        to.scene.shared_cell([to.person()], LAST_DAY - draws.between(50, 600), 10)
        to.spoil(fault, "prison_stays", stays.rows - 1, expected, to_date=text)
    crime, _ = to.crime()
    to.spoil("END_BEFORE_START", "crimes", crime, ISSUE, occurred_to="2016-12-31T10:00:00Z")
    episode = to.scene.episode(to.day(), to.scene.person(12, 16, area=2), found=2, text="Late home", flags=["CHILD"])
    to.spoil("END_BEFORE_START", "missing_episodes", episode, ISSUE, returned_at="2016-12-31T10:00:00Z")


def _codes(to: Faults) -> None:
    frames = to.world.frames
    for code in ("999Z", "8n "):
        crime, _ = to.crime()
        to.spoil("UNKNOWN_OFFENCE_CODE", "crimes", crime, KEPT, offence_code=code.strip())
    to.spoil("UNKNOWN_ROLE", "crime_people", to.crime(victims=1)[1], QUARANTINED, role="BYSTANDER")
    to.spoil("UNKNOWN_STATUS", "crime_people", to.crime()[1], ISSUE, status="FILED")
    to.spoil("LOWER_CASE_CODE", "crime_people", to.crime()[1], KEPT, role="suspect", status="charged")
    episode = to.scene.episode(
        to.day(), to.person(), found=None, text="Walked out of the care home, confused on return"
    )
    to.spoil("UNKNOWN_RISK", "missing_episodes", episode, ISSUE, risk_level="EXTREME")
    marker = to.scene.marker(to.day(), to.person(), "DRUGS", "Known user")
    to.spoil("MISSING_VALUE", "markers", marker, QUARANTINED, kind=None)
    row = to.scene.known_to_each_other(to.person(), to.scene.person(30, 50, area=1), "ASSOCIATE", to.day())
    to.spoil("BAD_NUMBER", "associations", row, ISSUE, times="many")
    report = to.scene.report(
        to.day(), [to.person(), to.scene.person(20, 40, area=1)], text="Sells fake trainers at the market"
    )
    frames["intelligence"].spoil(report, "grading_scheme", None)
    to.note("GRADE_WITHOUT_SCHEME", "intelligence", report, KEPT)
    report = to.scene.report(
        to.day(), [to.person(), to.scene.person(20, 40, area=1)], text="Ranked first in the network list of March"
    )
    to.spoil("DERIVED_FROM", "intelligence", report, KEPT, derived_from="harmnet:20260331-0a1b2c3d")
    text = 'Said "it was not me", then ran;\nofficers, two of them, gave chase\\stopped at the bridge'
    to.note("TEXT_WITH_BREAKS", "crimes", to.crime(text)[0], KEPT)
    to.note("TEXT_WITH_BREAKS", "intelligence", to.scene.report(to.day(), [to.person()], text=text), KEPT)


def _people(to: Faults) -> None:
    people, draws = to.world.people, to.scene.draws
    for fault, dob in (
        ("DOB_DEFAULT", "1900-01-01"),
        ("DOB_IN_FUTURE", "2031-05-17"),
        ("DOB_UNREADABLE", "30/02/1990"),
    ):
        _, row = to.crime(victims=1)
        person = to.world.frames["crime_people"].value(row, "person_ref")
        people.dob_as_written[person] = dob
        to.note(fault, "people", person, ISSUE)
    crime, row = to.crime(victims=1)
    person = to.world.frames["crime_people"].value(row, "person_ref")
    day = to.world.frames["crimes"].value(crime, "occurred_from") // MINUTES
    people.dob_as_written[person] = as_date(day).isoformat()
    to.note("DOB_IS_EVENT_DATE", "people", person, KEPT)
    person = to.scene.person(30, 50, area=3)
    people.sex_as_written[person] = "Q"
    to.scene.crime(to.day(), "46", [person], area=3, text="Purse dipped from handbag on the bus")
    to.note("UNKNOWN_SEX", "people", person, ISSUE)
    born = LAST_DAY - draws.between(500, 1500)
    infant = people.add(draws, dob=born, sex=draws.one(2), area=4)
    to.scene.crime(
        born + draws.between(60, 300),
        "11A",
        [to.person()],
        area=4,
        text="Baby left alone in a cold room",
        victims=[infant],
    )
    to.note("TRUE_INFANT", "people", infant, KEPT)
    child = to.scene.person(8, 8, area=5)
    born = to.scene.dob(child)
    crime = to.scene.crime(
        born + 8 * 1461 // 4 + 2, "58D", [child], area=5, text="Stone thrown at a greenhouse", status=None
    )
    to.note("SUSPECT_UNDER_10", "crime_people", to.world.frames["crime_people"].rows - 1, KEPT)
    _namesakes(to, crime)


def _namesakes(to: Faults, crime: int) -> None:
    """The same name born on another day, and twins: not one person."""
    person = to.scene.person(25, 50, area=6)
    namesake = to.world.people.namesake(to.scene.draws, person)
    twin = to.world.people.add(to.scene.draws, dob=to.scene.dob(person), sex=0, area=6, like=person)
    for one in (person, namesake, twin):
        to.scene.crime(to.day(), "9A", [one], area=6, text="Shouting and swearing in the street, refused to leave")
    to.note("NAMESAKE", "people", namesake, KEPT)
    to.note("TWIN", "people", twin, KEPT)


def _references(to: Faults) -> None:
    frames = to.world.frames
    turn = len(to.world.faults)
    to.spoil("UNKNOWN_PERSON_REF", "crime_people", to.crime(victims=1)[1], KEPT, person_ref=f"CR-X{turn:06d}")
    row = frames["crime_people"].add_row(
        crime_ref=NONE,
        person_ref=to.person(),
        role=to.world.texts.place("SUSPECT"),
        status=to.world.texts.place("SUSPECTED"),
    )
    to.spoil("NO_SUCH_CRIME", "crime_people", row, QUARANTINED, crime_ref=f"C9{turn:07d}")
    crime, row = to.crime()
    frames["crimes"].repeat(crime)
    frames["crime_people"].repeat(row)
    to.note("DUPLICATE_ROW", "crimes", crime, KEPT)
    to.note("DUPLICATE_ROW", "crime_people", row, KEPT)
    to.scene.arrest(to.day(), [to.person()], "46", text="Detained shop entrance by staff until officers came")
    frames["custody"].repeat(frames["custody"].rows - 1)
    to.note("DUPLICATE_ROW", "custody", frames["custody"].rows - 1, KEPT)


def _hubs(scene: Scene, crowd: int) -> None:
    """A football disorder with hundreds of suspects, and a report that names hundreds."""
    to = Faults(scene)
    fans = list(dict.fromkeys(scene.background_person(16, 60) for _ in range(crowd)))
    crime = scene.crime(
        LAST_DAY - 400,
        "62A",
        fans,
        area=8,
        text="Disorder between supporters outside the ground, suspects identified from video",
        status="SUSPECTED",
    )
    to.note("HUB_EVENT", "crimes", crime, KEPT)
    report = scene.report(
        LAST_DAY - 300,
        fans[:1],
        associates=fans[1 : max(crowd * 4 // 5, 55)],
        text="List of all season ticket holders of the north stand",
    )
    to.note("HUB_EVENT", "intelligence", report, KEPT)


_ROUNDS: tuple[Callable[[Faults], None], ...] = (_bad_dates, _prison, _codes, _people, _references)


def plant(scene: Scene, times: int, crowd: int) -> None:
    """Every fault so many times, and the crowds once."""
    _hubs(scene, crowd)
    for _ in range(times):
        for write in _ROUNDS:
            write(Faults(scene))
