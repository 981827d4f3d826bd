"""Rows that staging throws out, codes in odd spelling, and rows delivered twice."""

from __future__ import annotations

from .draw import Draw

UNREADABLE = (None, "30/02/2024", "2024-13-01", "not known")
CODED = {
    "crime_people": "role",
    "intelligence_people": "role",
    "missing_people": "role",
    "associations": "kind",
    "groups": "role",
}


def spoil(draw: Draw) -> None:
    """Spoil the force's tables in place, each way at least once."""
    _respell(draw)
    _deliver_again(draw)
    _lose_dates(draw)
    _lose_records(draw)
    _lose_keys_and_codes(draw)


def _respell(draw: Draw) -> None:
    for table, column in CODED.items():
        for row in draw.tables[table]:
            if draw.likely(0.1):
                row[column] = draw.one(row[column].lower(), f" {row[column]} ", row[column].title())
    for row in (*draw.tables["intelligence"], *draw.tables["associations"]):
        if row["source_grade"] and draw.likely(0.2):
            row["source_grade"] = f" {row['source_grade'].lower()}"
            row["grading_scheme"] = (row["grading_scheme"] or "").upper() or None


def _deliver_again(draw: Draw) -> None:
    """The later row of a key decides, whatever the earlier one said, and also when the later one cannot be used."""
    crime, report = dict(draw.rng.choice(draw.tables["crimes"])), dict(draw.rng.choice(draw.tables["intelligence"]))
    draw.tables["crimes"].append(crime | {"occurred_from": draw.instant(draw.day())})
    draw.tables["intelligence"].append(report | {"created_at": draw.one(draw.instant(draw.day()), "not known")})
    stay, link = dict(draw.rng.choice(draw.tables["prison_stays"])), dict(draw.rng.choice(draw.tables["associations"]))
    draw.tables["prison_stays"].append(stay | {"from_date": draw.one(stay["from_date"], "30/02/2024")})
    draw.tables["associations"].append(link | {"times": "7"})
    person = dict(draw.rng.choice(draw.tables["people"]))
    draw.tables["people"].append(person | {"dob": draw.one(person["dob"], "2019-01-01", "someday")})
    draw.tables["crime_people"].append(dict(draw.rng.choice(draw.tables["crime_people"])))


def _lose_dates(draw: Draw) -> None:
    undated = {"crime_ref": "C97", "is_crime": "true"}
    draw.add("crimes", undated | {"occurred_from": draw.one(*UNREADABLE), "recorded_at": draw.one(*UNREADABLE)})
    for person in draw.people(3):
        draw.add("crime_people", {"crime_ref": "C97", "person_ref": person, "role": "SUSPECT"})
    half_dated = undated | {"crime_ref": "C98", "occurred_from": "30/02/2024"}
    draw.add("crimes", half_dated | {"recorded_at": draw.instant(draw.day())})
    for person in draw.people(3):
        draw.add("crime_people", {"crime_ref": "C98", "person_ref": person, "role": "SUSPECT"})
    pair = draw.rng.sample(draw.refs, 2)
    link = {"association_ref": "S97", "person_ref": pair[0], "other_person_ref": pair[1], "kind": "FAMILY"}
    draw.add("associations", link | {"recorded_at": draw.one(*UNREADABLE)})
    draw.add("custody", {"custody_ref": "U97", "arrest_ref": "A00", "person_ref": pair[0], "detained_at": "not known"})


def _lose_records(draw: Draw) -> None:
    """People on records that were never delivered; these references must not become people by it."""
    for i, person in enumerate(draw.people(3)):
        draw.add("crime_people", {"crime_ref": "C99", "person_ref": person, "role": "SUSPECT"})
        draw.add("intelligence_people", {"report_ref": "R99", "person_ref": person, "role": "SUBJECT"})
        draw.add("missing_people", {"episode_ref": "M99", "person_ref": f"Z{i}", "role": "FOUND_WITH"})


def _lose_keys_and_codes(draw: Draw) -> None:
    on_crime = dict(draw.rng.choice(draw.tables["crime_people"]))
    person = draw.rng.choice(draw.refs)
    draw.tables["crime_people"] += [on_crime | {"person_ref": None}, on_crime | {"role": "DRIVER"}]
    draw.add("intelligence_people", {"report_ref": "R00", "person_ref": person, "role": "SOURCE"})
    now = draw.instant(draw.as_of)
    draw.add("custody", {"custody_ref": "U98", "arrest_ref": "A00", "detained_at": now})
    draw.add("custody", {"arrest_ref": "A00", "person_ref": person, "detained_at": now})
    link = {"association_ref": "S98", "person_ref": person, "kind": "ASSOCIATE", "recorded_at": now}
    draw.add("associations", link)
    draw.add("associations", link | {"association_ref": "S99", "other_person_ref": "P000", "kind": "RIVAL"})
    stay = {"stay_ref": "T98", "person_ref": person, "prison": "Farrow", "from_date": "2020-01-01"}
    draw.add("prison_stays", stay)
    group = {"group_ref": "G0", "group_kind": "CLUB", "person_ref": person, "role": "MEMBER"}
    draw.add("groups", group | {"from_date": draw.as_of.isoformat()})
