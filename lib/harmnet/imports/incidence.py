"""Any list of who took part in which event: incidence.csv with person_id, event_id and perhaps role and date."""

from __future__ import annotations

from pathlib import Path

from harmnet.contracts.raw import CRIME_PEOPLE
from harmnet.errors import HarmnetError
from harmnet.imports.reading import Faults, Row, id_fault, instant, read_rows
from harmnet.imports.writing import Extract

ROLES = CRIME_PEOPLE.column("role").codes


def write(from_dir: Path, extract: Extract, *, roles: str) -> None:
    """A crime per event, with its people in the role given, SUSPECT where none is; rows that repeat count once.

    An event may carry its date on one row or on all, but only one date. HarmnetError on a missing file, unknown columns
    or roles, empty ids, bad or contradictory dates.
    """
    path = from_dir / "incidence.csv"
    if not path.is_file():
        raise HarmnetError(f"{path}: no such file; write it with the columns person_id,event_id[,role][,date]")
    faults = Faults(str(path))
    kept: set[tuple[str, str, str]] = set()
    dates: dict[str, str] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in read_rows(file, faults, required=("person_id", "event_id"), optional=("role", "date")):
            person, event, role = row["person_id"], row["event_id"], row["role"].upper() or "SUSPECT"
            wrong = _wrong(row, role, dates.get(event, ""))
            for fault in wrong:
                faults.add(row.line, fault)
            if wrong:
                continue
            dates[event] = (instant(row["date"]) if row["date"] else None) or dates.get(event, "")
            if (person, event, role) not in kept:
                kept.add((person, event, role))
                extract.person(person)
                extract.add("crime_people", crime_ref=event, person_ref=person, role=role)
    if not kept:
        raise HarmnetError(f"{path}: holds no row; write one per person and event")
    for event, occurred in dates.items():
        extract.crime(event, occurred)


def _wrong(row: Row, role: str, known: str) -> list[str]:
    """Faults of a row; `known` is the event's date as read so far, empty if none."""
    wrong = [fault for name in ("person_id", "event_id") if (fault := id_fault(name, row[name]))]
    if role not in ROLES:
        wrong.append(f"role {row['role']!r} is not one of {', '.join(ROLES)}; leave it empty for SUSPECT")
    found = instant(row["date"])
    if row["date"] and not found:
        wrong.append(f"date {row['date']!r} is no day or instant; write it as 2024-03-31 or 2024-03-31T18:30:00Z")
    elif found and known and found != known:
        wrong.append(
            f"event_id {row['event_id']!r} has the date {row['date']} here and {known} before; give it one date"
        )
    return wrong
