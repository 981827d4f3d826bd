"""St. Louis police data (KONECT moreno_crime): who was suspect, victim or witness of which crime, without dates."""

from __future__ import annotations

from pathlib import Path

from harmnet.errors import HarmnetError
from harmnet.imports.reading import Faults, id_fault, read_rows
from harmnet.imports.writing import Extract

# A victim suspect was both; only the suspect's side counts here.
OFFENDERS = frozenset({"Suspect", "Victim Suspect"})
ROLES = ("Suspect", "Victim Suspect", "Victim", "Witness")


def write(from_dir: Path, extract: Extract, *, roles: str) -> None:
    """Crimes and their people, everyone as SUSPECT: `offenders` keeps suspects alone, `all` keeps everybody.

    Crimes and people without a row that is kept are left out. HarmnetError on missing files, unknown roles, and people
    that person.csv does not list.
    """
    for name in ("person.csv", "person_crime.csv"):
        if not (from_dir / name).is_file():
            raise HarmnetError(
                f"{from_dir / name}: no such file; --from must name the folder of person.csv and person_crime.csv"
            )
    people = _people(from_dir / "person.csv")
    path = from_dir / "person_crime.csv"
    faults = Faults(str(path))
    kept: set[tuple[str, str]] = set()
    crimes: set[str] = set()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in read_rows(file, faults, required=("person_id", "crime_id", "role")):
            person, crime, role = row["person_id"], row["crime_id"], row["role"]
            wrong = [fault for name in ("person_id", "crime_id") if (fault := id_fault(name, row[name]))]
            if person and person not in people:
                wrong.append(f"person_id {person!r} is not in person.csv; add the person or remove the row")
            if role not in ROLES:
                wrong.append(f"role {role!r} is not one of {', '.join(ROLES)}")
            for fault in wrong:
                faults.add(row.line, fault)
            if wrong or (roles == "offenders" and role not in OFFENDERS) or (person, crime) in kept:
                continue
            kept.add((person, crime))
            extract.person(person)
            if crime not in crimes:
                crimes.add(crime)
                extract.crime(crime, "")
            extract.add("crime_people", crime_ref=crime, person_ref=person, role="SUSPECT")
    if not kept:
        raise HarmnetError(
            f"{path}: no row to import; --roles {roles} keeps {'suspects' if roles == 'offenders' else 'everyone'}"
        )


def _people(path: Path) -> set[str]:
    """Ids in person.csv; its column sex (1 or 0) is not read, for nothing says which is which."""
    faults = Faults(str(path))
    found: set[str] = set()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in read_rows(file, faults, required=("person_id",)):
            fault = id_fault("person_id", row["person_id"])
            if row["person_id"] in found:
                fault = f"person_id {row['person_id']!r} stands twice; keep one"
            if fault:
                faults.add(row.line, fault)
            found.add(row["person_id"])
    return found
