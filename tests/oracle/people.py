"""Who is who, and how old: identity and ages in plain Python."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from datetime import date

from .staging import parse_day


def normalised(name: str | None) -> str:
    """Letters and digits of a name, without accents, in upper case; empty when nothing is left."""
    parts = unicodedata.normalize("NFKD", name or "")
    plain = "".join(c for c in parts if not unicodedata.combining(c)).upper()
    return re.sub("[^A-Z0-9]", "", plain)


def whole_years(born: date, day: date) -> int:
    """Age in whole years; someone born on 29 February is a year older on 1 March of a common year."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def known_dobs(people: list[dict], seen: list[tuple[str, date]], unknown: set[date], as_of: date) -> dict[str, date]:
    """person_ref -> date of birth, where it is known.

    `seen` pairs each person_ref with the date of each event it is on: a birth on such a day is a default, as are the
    `unknown` dates and any day after as_of.
    """
    dates_seen = defaultdict(set)
    for person_ref, day in seen:
        dates_seen[person_ref].add(day)
    known = {}
    for row in people:
        born = parse_day(row["dob"])
        if born and born not in unknown and born <= as_of and born not in dates_seen[row["person_ref"]]:
            known[row["person_ref"]] = born
    return known


def nominal_dobs(
    people: list[dict], nominals: dict[str, str], dobs: dict[str, date], seen: list[tuple[str, date]]
) -> dict[str, date]:
    """nominal_id -> date of birth: the first of its records that has one not found to be an event's date on another."""
    on_events = {(ref, day) for ref, day in seen}
    doubted = {
        (nominals[row["person_ref"]], parse_day(row["dob"]))
        for row in people
        if (row["person_ref"], parse_day(row["dob"])) in on_events
    }
    known = {}
    for ref in sorted(dobs):
        if (nominals[ref], dobs[ref]) not in doubted:
            known.setdefault(nominals[ref], dobs[ref])
    return known


def link(people: list[dict], refs_on_events: set[str], dobs: dict[str, date]) -> dict[str, str]:
    """person_ref -> nominal_id, for every person record and every person_ref on an event."""
    nominal = {ref: ref for ref in refs_on_events}
    numbers, unnumbered = defaultdict(set), defaultdict(list)
    for row in people:
        ref, key = row["person_ref"], _identity(row, dobs)
        nominal[ref] = row["nominal_ref"] or ref
        if row["nominal_ref"]:
            numbers[key].add(row["nominal_ref"])
        else:
            unnumbered[key].append(ref)
    for key, refs in unnumbered.items():
        if key is None:
            continue
        if len(numbers[key]) == 1:
            nominal.update(dict.fromkeys(refs, next(iter(numbers[key]))))
        elif not numbers[key]:
            nominal.update(dict.fromkeys(refs, min(refs)))
    return nominal


def _identity(row: dict, dobs: dict[str, date]) -> tuple | None:
    sex = (row["sex"] or "").upper()
    names = (normalised(row["surname"]), normalised(row["forename"]), sex if sex in {"F", "M", "X"} else "")
    born = dobs.get(row["person_ref"])
    return (*names, born) if all(names) and born else None
