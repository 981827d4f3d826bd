"""A random force: its cells, missing episodes, groups, associations and markers."""

from __future__ import annotations

from datetime import date, timedelta

from .draw import GRADES, Draw


def add_stays(draw: Draw) -> None:
    """Two cells whose people share 28 to 31 nights, in one stay or several, across leap days and up to as_of."""
    stays = []
    for cell in ("A1", "A2"):
        until = draw.one(draw.as_of, date(2024, 3, 10), draw.as_of - timedelta(days=draw.one(3649, 3650)), draw.day())
        people, length = draw.people(6), draw.one(29, 30, 30, 31)
        stays.append((people[0], cell, until - timedelta(days=90), draw.one(until, until + timedelta(days=5))))
        for person in people[1:]:
            start = until - timedelta(days=length - draw.one(0, 0, 1))
            middle, end = until - timedelta(days=12), until + timedelta(days=draw.one(0, 0, 5))
            parts = draw.one([(start, end)], [(start, middle), (middle, end)])
            overlapping = [(start, start + timedelta(days=3))] if draw.likely(0.3) else []
            stays += [(person, cell, *part) for part in parts + overlapping]
    for cell, ago in (("A1", 30), ("A1", draw.one(29, 30, 31)), ("A2", -1)):
        stays.append((draw.rng.choice(draw.refs), cell, draw.as_of - timedelta(days=ago), None))
    for i, (person, cell, start, end) in enumerate(stays):
        row = {"stay_ref": f"T{i:02}", "person_ref": person, "prison": "Farrow", "cell": cell}
        draw.add("prison_stays", row | {"from_date": start.isoformat(), "to_date": draw.end(end)})


def add_episodes(draw: Draw) -> None:
    """Missing episodes with up to seven people, sometimes the missing person under a second role."""
    for i in range(draw.rng.randint(2, 4)):
        ref, people = f"M{i:02}", draw.people(7)
        when = draw.instant(draw.day())
        draw.add("missing_episodes", {"episode_ref": ref, "person_ref": people[0], "missing_from": when})
        for person in people[draw.one(0, 1, 1) :]:
            role = draw.one("FOUND_WITH", "FOUND_WITH", "FOUND_WITH", "MENTIONED")
            draw.add("missing_people", {"episode_ref": ref, "person_ref": person, "role": role})


def add_groups(draw: Draw) -> None:
    """Groups whose memberships end on the day, the day before or the day after others begin."""
    for i in range(3):
        kind, turn = draw.one("OCG", "USG", "LINE"), draw.day()
        group = {"group_ref": f"G{i}", "group_name": f"Group {i}", "group_kind": kind}
        for person in draw.people(7):
            for _ in range(draw.one(1, 1, 2)):
                draw.add("groups", group | {"person_ref": person} | _membership(draw, turn))
    draw.tables["groups"] = list({_membership_key(row): row for row in draw.tables["groups"]}.values())


def _membership(draw: Draw, turn: date) -> dict:
    start = draw.one(turn, turn, turn - timedelta(days=30), turn - timedelta(days=1))
    end = draw.one(None, None, turn, turn + timedelta(days=1), start)
    confirmed = start + timedelta(days=draw.one(0, 1, 40)) if draw.likely(0.5) else None
    return {
        "role": draw.one("LEADER", "MEMBER", "MEMBER", "RUNNER", "EXPLOITED"),
        "from_date": start.isoformat(),
        "to_date": draw.end(None if end is None or end < start else end),
        "confirmed_at": confirmed and confirmed.isoformat(),
    }


def _membership_key(row: dict) -> tuple:
    return row["group_ref"], row["person_ref"], row["role"], row["from_date"]


def add_associations(draw: Draw) -> None:
    """Associations of all kinds, graded and not, some of a person with themselves, some older than ten years."""
    for i in range(draw.rng.randint(5, 8)):
        scheme, source, information = draw.one((None, None, None), draw.rng.choice(GRADES))
        day = date(2009, 1, 1) if draw.likely(0.1) else draw.day()
        row = {
            "association_ref": f"S{i:02}",
            "person_ref": draw.rng.choice(draw.refs),
            "other_person_ref": draw.rng.choice(draw.refs),
            "kind": draw.one("ASSOCIATE", "ASSOCIATE", "FAMILY", "PARTNER"),
            "recorded_at": draw.instant(day),
            "times": draw.one(None, "1", "2", "3", "12"),
            "grading_scheme": scheme,
            "source_grade": source,
            "information_grade": information,
        }
        draw.add("associations", row)


def add_markers(draw: Draw) -> None:
    """Markers; one set on the day of birth makes that date of birth a default."""
    for i in range(2):
        person = draw.rng.choice(draw.tables["people"])
        on_birth = person["dob"] and draw.likely(0.3)
        row = {
            "marker_ref": f"K{i}",
            "person_ref": person["person_ref"],
            "kind": draw.one("LOOKED_AFTER_CHILD", "FIREARMS"),
            "set_at": person["dob"] if on_birth else draw.instant(draw.day()),
        }
        draw.add("markers", row)
