"""Neo4j's POLE demo: crimes of Greater Manchester in August 2017 (real) with people (fictitious) and who knows whom."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from harmnet.errors import HarmnetError
from harmnet.imports.reading import Faults, british_day, id_fault, read_rows
from harmnet.imports.writing import Extract

FILES = ("nodes.Crime", "nodes.Person", "relationships.PARTY_TO", "relationships.KNOWS", "relationships.FAMILY_REL")
# KNOWS_LW, KNOWS_PHONE and KNOWS_SN say how two people know each other; every pair in them is in KNOWS too.
ASSOCIATIONS = {"KNOWS": "ASSOCIATE", "FAMILY_REL": "FAMILY"}


class Files:
    """The CSV files of the demo, in its zip or unpacked; they share a prefix before nodes. and relationships."""

    def __init__(self, from_dir: Path) -> None:
        self._zip: zipfile.ZipFile | None = None
        names = [path.name for path in from_dir.glob("*.csv")]
        self.place = from_dir
        if not any(_is(name, FILES[0]) for name in names):
            self.place = _only_zip(from_dir)
            try:
                self._zip = zipfile.ZipFile(self.place)
            except zipfile.BadZipFile:
                raise HarmnetError(f"{self.place}: not a readable zip; download it again") from None
            names = self._zip.namelist()
        self._names = {wanted: [name for name in names if _is(name, wanted)] for wanted in FILES}
        problems = [
            f"{self.place}: {len(found)} files named *{wanted}.csv; there must be one"
            for wanted, found in self._names.items()
            if len(found) != 1
        ]
        if problems:
            raise HarmnetError(problems)

    def label(self, wanted: str) -> str:
        """Where the file is, for messages."""
        return f"{self.place}/{self._names[wanted][0]}"

    @contextmanager
    def open(self, wanted: str) -> Iterator[TextIO]:
        """The file as text. HarmnetError when the zip is damaged there or wants a password."""
        name = self._names[wanted][0]
        try:
            with self._zip.open(name) if self._zip else (self.place / name).open("rb") as raw:
                yield io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
            raise HarmnetError(f"{self.label(wanted)}: not readable ({error}); download the zip again") from None


def _is(name: str, wanted: str) -> bool:
    file = name.rsplit("/", 1)[-1]
    # Zips packed on a Mac hold a shadow of every file, named ._<file>.
    return not file.startswith("._") and (file == f"{wanted}.csv" or file.endswith(f".{wanted}.csv"))


def _only_zip(from_dir: Path) -> Path:
    zips = sorted(from_dir.glob("*.zip"))
    if len(zips) != 1:
        raise HarmnetError(
            f"{from_dir}: {len(zips)} zip files and no *{FILES[0]}.csv; "
            "--from must name the folder that holds the POLE zip or its files"
        )
    return zips[0]


def write(from_dir: Path, extract: Extract, *, roles: str) -> None:
    """All crimes and people; PARTY_TO as SUSPECT, KNOWS as ASSOCIATE and FAMILY_REL as FAMILY associations.

    Associations have no date. The kind of crime goes into mo_text: police.uk's fourteen kinds are no offence codes.
    HarmnetError on missing or damaged files, bad dates, repeated ids, and links to people or crimes not listed.
    """
    files = Files(from_dir)
    people = _write_people(files, extract)
    crimes = _write_crimes(files, extract)
    for person, crime in _links(files, "relationships.PARTY_TO", people, crimes, "crimes"):
        extract.add("crime_people", crime_ref=crime, person_ref=person, role="SUSPECT")
    for relation, kind in ASSOCIATIONS.items():
        seen: set[frozenset[str]] = set()
        for one, other in _links(files, f"relationships.{relation}", people, people, "people"):
            if frozenset((one, other)) not in seen:
                seen.add(frozenset((one, other)))
                extract.association(f"{relation}-{one}-{other}", one, other, kind=kind)


def _write_people(files: Files, extract: Extract) -> set[str]:
    found: set[str] = set()
    faults = Faults(files.label("nodes.Person"))
    with files.open("nodes.Person") as file:
        for row in read_rows(file, faults, required=(":ID", "name", "surname")):
            _check_new(row[":ID"], found, faults, row.line)
            extract.person(row[":ID"], forename=row["name"], surname=row["surname"])
    return found


def _write_crimes(files: Files, extract: Extract) -> set[str]:
    found: set[str] = set()
    faults = Faults(files.label("nodes.Crime"))
    with files.open("nodes.Crime") as file:
        for row in read_rows(file, faults, required=(":ID", "date", "type", "charge")):
            _check_new(row[":ID"], found, faults, row.line)
            occurred = british_day(row["date"])
            if row["date"] and not occurred:
                faults.add(row.line, f"date {row['date']!r} is no day; write it as 31/08/2017")
            text = "; ".join(part for part in (row["type"], row["charge"]) if part)
            extract.crime(row[":ID"], occurred or "", mo_text=text)
    return found


def _check_new(node: str, found: set[str], faults: Faults, line: int) -> None:
    fault = id_fault(":ID", node) or (f":ID {node!r} stands twice; keep one" if node in found else None)
    if fault:
        faults.add(line, fault)
    found.add(node)


def _links(files: Files, wanted: str, starts: set[str], ends: set[str], what: str) -> Iterator[tuple[str, str]]:
    """Distinct (start, end) of a relationship file, in its order."""
    faults = Faults(files.label(wanted))
    seen: set[tuple[str, str]] = set()
    with files.open(wanted) as file:
        for row in read_rows(file, faults, required=(":START_ID", ":END_ID")):
            start, end = row[":START_ID"], row[":END_ID"]
            if start not in starts:
                faults.add(row.line, f":START_ID {start!r} is none of the people; add the person or remove the row")
            if end not in ends:
                faults.add(row.line, f":END_ID {end!r} is none of the {what}; add it or remove the row")
            if start == end:
                faults.add(row.line, f"both ends are {start!r}; a link joins two: remove the row")
            if (start, end) not in seen:
                seen.add((start, end))
                yield start, end
