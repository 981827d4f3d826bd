"""How each column of the extracts is held while a force is made: as whole numbers, -1 where there is nothing."""

from __future__ import annotations

from dataclasses import dataclass

NONE = -1


@dataclass(frozen=True)
class Text:
    """A place in the pool of texts."""


@dataclass(frozen=True)
class Many:
    """A place in the pool of texts, which there is a list joined with `;`."""


@dataclass(frozen=True)
class Day:
    """Days since 1970-01-01."""


@dataclass(frozen=True)
class Minute:
    """Minutes since 1970-01-01."""


@dataclass(frozen=True)
class Number:
    """A plain whole number."""


@dataclass(frozen=True)
class Ref:
    """A row of the table `of`, written as its prefix and the row's number in `digits` digits."""

    of: str
    prefix: str
    digits: int = 8


@dataclass(frozen=True)
class Person:
    """A person, written as the person's reference in the system with this prefix."""

    system: str


Kind = Text | Many | Day | Minute | Number | Ref | Person
TEXT, MANY, DAY, MINUTE, NUMBER = Text(), Many(), Day(), Minute(), Number()
CRIME, REPORT, EPISODE = Ref("crimes", "C"), Ref("intelligence", "R"), Ref("missing_episodes", "E")
_GRADED = ("grading_scheme", "source_grade", "information_grade", "handling_code")
_GRADES: dict[str, Kind] = dict.fromkeys(_GRADED, TEXT)
_MORE_GRADES: dict[str, Kind] = {"action_code": TEXT, "sanitisation_code": TEXT}

LAYOUT: dict[str, dict[str, Kind]] = {
    "crimes": {
        "crime_ref": CRIME,
        "is_crime": TEXT,
        "offence_code": TEXT,
        "offence_code_system": TEXT,
        "occurred_from": MINUTE,
        "occurred_to": MINUTE,
        "recorded_at": MINUTE,
        "area_code": TEXT,
        "flags": MANY,
        "mo_text": TEXT,
    },
    "crime_people": {"crime_ref": CRIME, "person_ref": Person("CR"), "role": TEXT, "status": TEXT},
    "intelligence": {
        "report_ref": REPORT,
        "created_at": MINUTE,
        **_GRADES,
        **_MORE_GRADES,
        "flags": MANY,
        "text": TEXT,
        "derived_from": TEXT,
    },
    "intelligence_people": {"report_ref": REPORT, "person_ref": Person("IN"), "role": TEXT},
    "custody": {
        "custody_ref": Ref("custody", "D"),
        "arrest_ref": Ref("arrests", "A"),
        "crime_ref": CRIME,
        "person_ref": Person("CU"),
        "detained_at": MINUTE,
        "released_at": MINUTE,
        "offence_code": TEXT,
        "offence_code_system": TEXT,
        "disposal": TEXT,
        "flags": MANY,
        "text": TEXT,
    },
    "prison_stays": {
        "stay_ref": Ref("prison_stays", "S"),
        "person_ref": Person("PR"),
        "prison": TEXT,
        "cell": TEXT,
        "from_date": DAY,
        "to_date": DAY,
        "release_due": DAY,
    },
    "missing_episodes": {
        "episode_ref": EPISODE,
        "person_ref": Person("MI"),
        "missing_from": MINUTE,
        "returned_at": MINUTE,
        "risk_level": TEXT,
        "found_area": TEXT,
        "flags": MANY,
        "text": TEXT,
    },
    "missing_people": {"episode_ref": EPISODE, "person_ref": Person("MI"), "role": TEXT},
    "markers": {
        "marker_ref": Ref("markers", "M"),
        "person_ref": Person("MK"),
        "kind": TEXT,
        "set_at": MINUTE,
        "cleared_at": MINUTE,
        "detail": TEXT,
    },
    "groups": {
        "group_ref": TEXT,
        "group_name": TEXT,
        "group_kind": TEXT,
        "person_ref": Person("GR"),
        "role": TEXT,
        "from_date": DAY,
        "to_date": DAY,
        "confirmed_at": DAY,
    },
    "associations": {
        "association_ref": Ref("associations", "L"),
        "person_ref": Person("AS"),
        "other_person_ref": Person("AS"),
        "kind": TEXT,
        "recorded_at": MINUTE,
        "times": NUMBER,
        **_GRADES,
        **_MORE_GRADES,
        "flags": MANY,
    },
}
"""Table -> column -> how it is held; the columns and their order are those of the raw contracts. people is not here:
its rows follow from who is met in which system."""

# Column that dates a row, for the order in which rows are delivered and numbered. Child rows follow their record.
DATED = {
    "crimes": "recorded_at",
    "intelligence": "created_at",
    "custody": "detained_at",
    "prison_stays": "from_date",
    "missing_episodes": "missing_from",
    "markers": "set_at",
    "groups": "confirmed_at",
    "associations": "recorded_at",
}
PARENTS = {"crime_people": "crimes", "intelligence_people": "intelligence", "missing_people": "missing_episodes"}

# What the writer knows of a record and the extracts do not say: `topic` (bits of truth.THEME_BITS) and `credible`.
HIDDEN = {"crimes": ("topic",), "intelligence": ("topic", "credible"), "custody": ("topic",)}
