"""Rows as delivered -> rows that may be used: dates, codes, and which rows are thrown out, by the obvious rules."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from .extract import COLUMNS, KEYS

CODES = {
    ("crime_people", "role"): {"SUSPECT", "DEFENDANT", "VICTIM", "WITNESS", "OTHER"},
    ("intelligence_people", "role"): {"SUBJECT", "ASSOCIATE", "VICTIM", "MENTIONED"},
    ("missing_people", "role"): {"FOUND_WITH", "MENTIONED"},
    ("groups", "group_kind"): {"OCG", "USG", "LINE"},
    ("groups", "role"): {"LEADER", "MEMBER", "RUNNER", "EXPLOITED"},
    ("associations", "kind"): {"ASSOCIATE", "FAMILY", "PARTNER"},
}
"""Columns whose value must be one of these, or the row is thrown out."""

NEEDED = {
    "custody": ("person_ref",),
    "prison_stays": ("person_ref", "prison", "cell"),
    "missing_episodes": ("person_ref",),
    "markers": ("person_ref", "kind"),
    "groups": ("group_kind",),
    "associations": ("person_ref", "other_person_ref", "kind"),
}
"""Columns beside the key that must not be empty."""

EVENT_DATES = {
    "crimes": ("occurred_from", "recorded_at"),
    "intelligence": ("created_at",),
    "custody": ("detained_at",),
    "prison_stays": ("from_date",),
    "missing_episodes": ("missing_from",),
    "markers": ("set_at",),
    "groups": ("confirmed_at", "from_date"),
    "associations": ("recorded_at",),
}
"""Table -> the columns that date its event, the first usable one taken."""

PARENTS = {
    "crime_people": ("crimes", "crime_ref"),
    "intelligence_people": ("intelligence", "report_ref"),
    "missing_people": ("missing_episodes", "episode_ref"),
}
"""Tables of people on a record, and where the record itself must be found."""

SYSTEMS = {"offence_code_system": ("recorded_crime", "ho_class_subclass"), "grading_scheme": ("5x5x5", "3x5x2")}
"""Optional codes that have a spelling of their own."""

DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
BRITISH_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+-]\d{2}:\d{2})?")


def parse_day(value: str | None) -> date | None:
    """The day of a text date or instant, in UTC; None when there is none or it cannot be read."""
    text = (value or "").strip()
    try:
        if found := DAY.fullmatch(text):
            return date(*map(int, found.groups()))
        if found := BRITISH_DAY.fullmatch(text):
            day, month, year = map(int, found.groups())
            return date(year, month, day)
        if found := INSTANT.fullmatch(text):
            zone = (found[3] or "Z").replace("Z", "+00:00")
            return datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}").astimezone(UTC).date()
    except (ValueError, OverflowError):
        return None
    return None


def parse_end(value: str | None) -> date | None:
    """The day an interval ends; None is open. Some systems write an open end as a day in 2099 or later."""
    day = parse_day(value)
    return None if day is None or day.year >= 2099 else day


def parse_times(value: str | None) -> int:
    """How many sightings: a whole number of 1 or more, else 1."""
    text = (value or "").strip()
    return max(int(text), 1) if text.isdecimal() else 1


def stage(extract: dict[str, list[dict]]) -> dict[str, list[dict]]:
    """Table -> its usable rows: current, complete, dated, with known codes, and none without its record.

    Values stay text, trimmed; coded columns are upper case; `event_date` is added where the table is an event.
    """
    staged = {}
    for table in COLUMNS:
        rows = [_clean(table, row) for row in _current(table, extract.get(table, []))]
        staged[table] = [row for row in rows if _usable(table, row)]
    for table, (parent, ref) in PARENTS.items():
        known = {row[ref] for row in staged[parent]}
        staged[table] = [row for row in staged[table] if row[ref] in known]
    return staged


def _current(table: str, rows: list[dict]) -> list[dict]:
    latest = {}
    for row in rows:
        key = tuple(row.get(name) for name in KEYS[table])
        latest.pop(key, None)
        latest[key] = row
    return [row for row in latest.values() if (row.get("op") or "UPSERT").strip().upper() != "DELETE"]


def _clean(table: str, row: dict) -> dict:
    clean = {}
    for name in COLUMNS[table]:
        value = row.get(name)
        if name == "flags":
            clean[name] = {flag.strip().upper() for flag in value or []}
        else:
            clean[name] = (value or "").strip() or None
            if clean[name] and (table, name) in CODES:
                clean[name] = clean[name].upper()
            if name in SYSTEMS:
                clean[name] = {text.lower(): text for text in SYSTEMS[name]}.get((clean[name] or "").lower())
    if table in EVENT_DATES:
        days = [parse_day(row.get(name)) for name in EVENT_DATES[table]]
        clean["event_date"] = next((day for day in days if day), None)
    return clean


def _usable(table: str, row: dict) -> bool:
    complete = all(row[name] for name in (*KEYS[table], *NEEDED.get(table, ())))
    known = all(row[name] in codes for (of, name), codes in CODES.items() if of == table)
    return complete and known and (table not in EVENT_DATES or row["event_date"] is not None)


def nights(start: date, end: date | None, as_of: date) -> set[date]:
    """The nights of a half-open stay, none of them on or after as_of; an open stay runs to as_of."""
    stop = as_of if end is None else min(end, as_of)
    return {start + timedelta(days=i) for i in range(max((stop - start).days, 0))}
