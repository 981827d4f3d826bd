"""The records that ties rest on: crimes, reports, arrests and episodes with the people on them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from .weight import micro, quality_of_grades


@dataclass
class Record:
    """One crime, report, arrest or episode.

    `quality` is None where the record is not credible. `people` are (person_ref, role).
    """

    source: str
    ref: str
    day: date
    quality: int | None
    people: list[tuple[str, str]] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    crime_ref: str | None = None


def build_records(staged: dict[str, list[dict]], conf: dict) -> list[Record]:
    """Every crime, report, arrest and episode, whatever its date, with its people."""
    return [*_crimes(staged, conf), *_reports(staged, conf), *_arrests(staged, conf), *_episodes(staged, conf)]


def _crimes(staged, conf):
    quality, groups = conf["weights"]["quality"], conf["offence_groups"]
    people = _people(staged["crime_people"], "crime_ref")
    for row in staged["crimes"]:
        kind = "non_crime" if (row["is_crime"] or "").lower() == "false" else "crime"
        yield Record(
            source="crimes",
            ref=row["crime_ref"],
            day=row["event_date"],
            quality=micro(quality[kind]),
            people=people[row["crime_ref"]],
            flags=row["flags"],
            groups=groups.get((row["offence_code"], row["offence_code_system"]), set()),
        )


def _reports(staged, conf):
    people = _people(staged["intelligence_people"], "report_ref")
    for row in staged["intelligence"]:
        graded = quality_of_grades(row, conf["weights"]["grading"])
        yield Record(
            source="intelligence",
            ref=row["report_ref"],
            day=row["event_date"],
            quality=None if row["derived_from"] else graded,
            people=people[row["report_ref"]],
            flags=row["flags"],
        )


def _arrests(staged, conf):
    together = defaultdict(list)
    for row in staged["custody"]:
        together[row["arrest_ref"] or row["custody_ref"]].append(row)
    for ref, rows in together.items():
        yield Record(
            source="custody",
            ref=ref,
            day=min(row["event_date"] for row in rows),
            quality=micro(conf["weights"]["quality"]["other"]),
            people=[(row["person_ref"], "DETAINEE") for row in rows],
            crime_ref=min((row["crime_ref"] for row in rows if row["crime_ref"]), default=None),
        )


def _episodes(staged, conf):
    people = _people(staged["missing_people"], "episode_ref")
    for row in staged["missing_episodes"]:
        yield Record(
            source="missing",
            ref=row["episode_ref"],
            day=row["event_date"],
            quality=micro(conf["weights"]["quality"]["other"]),
            people=[(row["person_ref"], "MISSING"), *people[row["episode_ref"]]],
            flags=row["flags"],
        )


def _people(rows, ref):
    people = defaultdict(list)
    for row in rows:
        people[row[ref]].append((row["person_ref"], row["role"]))
    return people


def quality_of_association(row: dict, conf: dict) -> int | None:
    """Quality of an association in micro-units; None when it carries grades that are not credible."""
    if row["source_grade"] is None and row["information_grade"] is None:
        return micro(conf["weights"]["quality"]["ungraded_association"])
    return quality_of_grades(row, conf["weights"]["grading"])
