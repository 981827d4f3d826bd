"""A random force: its people, crimes, reports and arrests."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from .draw import FLAGS, GRADES, Draw, british, years_before
from .force_events import add_associations, add_episodes, add_groups, add_markers, add_stays
from .spoil import spoil

SURNAMES = ["Barrow", "O'Brien", "Nuñez", "Kettle-Ames", "Fosse"]
FORENAMES = ["Ash", "Zoë", "Cleo", "Dale"]
CODES = [
    *[("22B", "recorded_crime"), ("106", "recorded_crime"), ("30A", "recorded_crime"), ("34B", "recorded_crime")],
    *[("22B", "ho_class_subclass"), ("22B", None), (None, None), ("999Z", "recorded_crime")],
]


def build_force(rng: Random, as_of: date, dirty: bool) -> dict[str, list[dict]]:
    """All tables of one force."""
    draw = Draw(rng, as_of, dirty)
    for add in (add_people, add_crimes, add_reports, add_exploited, add_arrests):
        add(draw)
    for add in (add_stays, add_episodes, add_groups, add_associations, add_markers):
        add(draw)
    if dirty:
        spoil(draw)
    return draw.tables


def add_people(draw: Draw) -> None:
    """A dozen people, each with one to three records, some numbered, some alike, some with no usable date of birth."""
    r, numbers = draw.rng, draw.rng.sample(range(100, 1000), 60)
    births = [date(2016, 2, 29), date(1900, 1, 1), None, *[date(1988, 3, 14)] * 3, *[date(1990, 11, 2)] * 2]
    births += [draw.as_of + timedelta(days=1), years_before(draw.as_of, 10), years_before(draw.as_of, 2)]
    births += [years_before(draw.day(), 10) + timedelta(days=shift) for shift in (0, 1)]
    person: dict = {}
    for who in range(r.randint(8, 12)):
        numbered = draw.likely(0.6)
        namesake = person and draw.likely(0.2)
        person = (
            person
            if namesake
            else {
                "surname": r.choice(SURNAMES),
                "forename": r.choice(FORENAMES),
                "dob": r.choice(births),
                "sex": draw.one("F", "M", "M", None),
            }
        )
        for nth in range(draw.one(1, 1, 2, 3)):
            nominal_ref = f"N{who:02}" if numbered and nth in (0, 2) else None
            _add_person(draw, f"P{numbers.pop()}", nominal_ref, dict(person))
    draw.refs.append(f"P{numbers.pop()}")


def _add_person(draw: Draw, ref: str, nominal_ref: str | None, person: dict) -> None:
    if draw.likely(0.3):
        spelling = draw.one(str.upper, str.lower, "  {} ".format)
        person["surname"] = spelling(person["surname"]).replace("-", " ").replace("ñ", "n")
    if draw.likely(0.1):
        person[draw.one("surname", "forename", "dob", "sex")] = None
    if draw.likely(0.05):
        person["dob"] = draw.rng.choice(draw.days)
    write = british if draw.dirty and draw.likely(0.3) else date.isoformat
    born = person["dob"] and write(person["dob"])
    draw.add("people", person | {"person_ref": ref, "nominal_ref": nominal_ref, "dob": born})
    draw.refs.append(ref)


def add_crimes(draw: Draw) -> None:
    """Crimes and incidents with up to seven people, some of them on both sides."""
    for i in range(draw.rng.randint(6, 9)):
        day, occurred = draw.day(), draw.likely(0.8)
        code, system = draw.rng.choice(CODES)
        crime = {
            "crime_ref": f"C{i:02}",
            "is_crime": draw.one("true", "true", "true", "false", None),
            "offence_code": code,
            "offence_code_system": system,
            "occurred_from": draw.instant(day) if occurred else None,
            "recorded_at": draw.instant(draw.day() if occurred else day),
            "flags": list(draw.rng.choice(FLAGS)),
        }
        draw.add("crimes", crime)
        roles = ["SUSPECT"] * 4 + ["DEFENDANT", "VICTIM", "VICTIM", "WITNESS", "OTHER"]
        for person, role in _cast(draw, roles, ("SUSPECT", "VICTIM")):
            status = draw.one("SUSPECTED", "CHARGED", "CONVICTED", "NO_FURTHER_ACTION", None)
            row = {"crime_ref": crime["crime_ref"], "person_ref": person, "role": role, "status": status}
            draw.add("crime_people", row)


def _cast(draw: Draw, roles: list[str], both_sides: tuple[str, str]) -> list[tuple[str, str]]:
    rows = {(person, draw.rng.choice(roles)) for person in draw.people(7)}
    for person, _ in sorted(rows):
        if draw.likely(0.2):
            rows |= {(person, role) for role in both_sides}
    return sorted(rows)


def add_reports(draw: Draw) -> None:
    """Reports in both schemes, credible and not, some resting on the system's own output."""
    for i in range(draw.rng.randint(5, 7)):
        scheme, source, information = draw.rng.choice(GRADES)
        report = {
            "report_ref": f"R{i:02}",
            "created_at": draw.instant(draw.day()),
            "grading_scheme": scheme,
            "source_grade": source,
            "information_grade": information,
            "flags": list(draw.rng.choice(FLAGS)),
            "derived_from": "20260101-0a0b0c0d" if draw.likely(0.1) else None,
        }
        draw.add("intelligence", report)
        for person, role in _cast(draw, ["SUBJECT"] * 3 + ["ASSOCIATE", "VICTIM", "MENTIONED"], ("SUBJECT", "VICTIM")):
            draw.add("intelligence_people", {"report_ref": report["report_ref"], "person_ref": person, "role": role})


def add_exploited(draw: Draw) -> None:
    """One victim on several crimes and reports, up to 366 days apart; sometimes on the offender side too."""
    victim, first = draw.rng.choice(draw.refs), draw.as_of - timedelta(days=draw.one(0, 0, 731, 3650))
    for i, ago in enumerate((0, 1, draw.one(364, 365), 365, 366)):
        when = draw.instant(first - timedelta(days=ago))
        offenders = sorted({*draw.people(2), *([victim] if draw.likely(0.2) else [])})
        if draw.likely(0.4):
            ref, people, role = {"report_ref": f"R5{i}"}, "intelligence_people", "SUBJECT"
            scheme, source, information = draw.rng.choice(GRADES)
            grades = {"grading_scheme": scheme, "source_grade": source, "information_grade": information}
            draw.add("intelligence", ref | grades | {"created_at": when, "flags": ["CSE"]})
        else:
            ref, people, role = {"crime_ref": f"C5{i}"}, "crime_people", "SUSPECT"
            by_code = {"offence_code": "22B", "offence_code_system": "recorded_crime"}
            kind = draw.one(by_code, {"flags": ["MODERN_SLAVERY"]})
            draw.add("crimes", ref | kind | {"recorded_at": when, "is_crime": draw.one("true", "false")})
        for person in offenders:
            draw.add(people, ref | {"person_ref": person, "role": role})
        draw.add(people, ref | {"person_ref": victim, "role": "VICTIM"})


def add_arrests(draw: Draw) -> None:
    """Arrests, most of them behind a crime of the force and of some of the same people."""
    number = 0
    for i in range(draw.rng.randint(4, 6)):
        crime, other = (row["crime_ref"] for row in draw.rng.sample(draw.tables["crimes"], 2))
        crime, other = (crime, other) if draw.likely(0.7) else (None, None)
        on_crime = sorted({row["person_ref"] for row in draw.tables["crime_people"] if row["crime_ref"] == crime})
        people, day = (on_crime[:3] if on_crime and draw.likely(0.7) else draw.people(7)), draw.day()
        arrest = f"A{i:02}" if draw.likely(0.85) else None
        for person in people:
            next_day = day < draw.as_of and draw.likely(0.3)
            row = {
                "custody_ref": f"U{number:02}",
                "arrest_ref": arrest,
                "crime_ref": draw.one(crime, crime, crime, None, other),
                "person_ref": person,
                "detained_at": draw.instant(day + timedelta(days=1) if next_day else day),
            }
            draw.add("custody", row)
            number += 1
