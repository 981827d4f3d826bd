"""People who share much and offend little: what a careless measure would take for a network."""

from __future__ import annotations

from harmnet.synthetic.clock import FIRST_DAY, LAST_DAY, YEAR
from harmnet.synthetic.names import PRISONS
from harmnet.synthetic.planted.scene import Scene


def plant(scene: Scene, times: int, crowd: int) -> None:
    """So many families, hostels, school trips, wings and street groups that only hang about."""
    for turn in range(times):
        _family(scene, 10 + min(crowd // 20, 15))
        _hostel(scene, 14 + min(crowd // 10, 30), turn)
        _school_trip(scene, 12 + min(crowd // 10, 25))
        _wing(scene, min(52 + crowd // 10, 80), turn)
        _hanging_about(scene, 6 + min(crowd // 50, 6), turn)


def _family(scene: Scene, n: int) -> None:
    """One name, few addresses, many recorded relations, quarrels without offences, hardly a crime."""
    draws = scene.draws
    first = scene.person(55, 75, area=draws.one(16), women=50)
    family = [first, *(scene.person(6, 55, area=0, women=50, like=first) for _ in range(n - 1))]
    for place, person in enumerate(family[1:], start=1):
        for other in draws.sample(family[:place], 2):
            scene.known_to_each_other(person, other, "FAMILY", LAST_DAY - draws.one(5 * YEAR))
    grown = [person for person in family if scene.dob(person) < LAST_DAY - 20 * 366]
    for _ in range(n // 2):
        pair = draws.sample(grown, 2)
        text = "Loud argument at a family party, all calm on arrival"
        scene.crime(
            LAST_DAY - draws.one(5 * YEAR), None, pair[:1], area=0, text=text, victims=pair[1:], flags=["DOMESTIC"]
        )
    scene.crime(
        LAST_DAY - draws.one(900), "46", grown[:1], area=0, text="Goods concealed under a pram", status="CHARGED"
    )


def _hostel(scene: Scene, n: int, turn: int) -> None:
    """Many people at one address, many incidents in common, next to no crime."""
    draws = scene.draws
    host = scene.person(30, 60, area=draws.one(16), women=30)
    scene.world.people.open_hostel(host, turn + 1)
    residents = [host]
    for _ in range(n - 1):
        person = scene.person(20, 60, area=0, women=30)
        scene.world.people.move_in(person, host)
        residents.append(person)
    for _ in range(n // 2):
        involved = draws.sample(residents, draws.between(2, 5))
        text = draws.choose(
            (
                "Noise in the hostel corridor after midnight",
                "Fire alarm set off by toast",
                "Dispute over the shared kitchen",
            )
        )
        scene.crime(LAST_DAY - draws.one(4 * YEAR), None, involved, area=0, text=text, status=None)
    for person in draws.sample(residents, n // 3):
        scene.marker(LAST_DAY - draws.one(3 * YEAR), person, "VULNERABLE", "Homeless, drug and alcohol needs")


def _school_trip(scene: Scene, n: int) -> None:
    """A whole class is late home together."""
    area = scene.draws.one(16)
    pupils = [scene.person(13, 14, area=area, women=50) for _ in range(n)]
    scene.episode(
        LAST_DAY - scene.draws.between(20, 400),
        pupils[0],
        found=(area + 6) % 16,
        days=1,
        flags=["CHILD"],
        text="School trip coach broke down, teacher's phone flat, class reported missing by parents",
        found_with=pupils[1:],
    )


def _wing(scene: Scene, n: int, turn: int) -> None:
    """A reception wing written down as one cell: dozens of people on the same nights."""
    draws = scene.draws
    prison, cell = scene.world.texts.places([PRISONS[turn % len(PRISONS)], f"RECEPTION-{turn + 1}"])
    start = max(LAST_DAY - draws.between(200, 1500), FIRST_DAY)
    inmates = [scene.person(22, 55, area=draws.one(16), women=0) for _ in range(n)]
    for person in inmates:
        scene.world.frames["prison_stays"].add_row(
            person_ref=person,
            prison=int(prison),
            cell=int(cell),
            from_date=start + draws.one(5),
            to_date=start + 40 + draws.one(20),
        )
        if draws.yes(30):
            scene.crime(
                start - draws.between(20, 200),
                "46",
                [person],
                area=draws.one(16),
                text="Shoplifting, repeat",
                status="CONVICTED",
            )


def _hanging_about(scene: Scene, n: int, turn: int) -> None:
    """Listed as a street group, but all that is known is noise and cannabis."""
    draws = scene.draws
    area = draws.one(16)
    youths = [scene.person(15, 19, area=area, women=20) for _ in range(n)]
    for person in youths:
        scene.listed(
            f"USG-D{turn + 1:03d}",
            f"Bandstand Crew {turn + 1}",
            "USG",
            person,
            "MEMBER",
            LAST_DAY - draws.between(100, 500),
        )
    for _ in range(n // 2):
        text = "Group of youths playing loud music at the bandstand, dispersed"
        scene.crime(LAST_DAY - draws.one(500), None, draws.sample(youths, 3), area=area, text=text, status=None)
        scene.crime(
            LAST_DAY - draws.one(500), "92E", draws.sample(youths, 1), area=area, text="Small bag of herbal cannabis"
        )
