"""Any list of pairs: edgelist.csv with src, dst and perhaps times and date. Each row is an event two suspects share."""

from __future__ import annotations

import re
from pathlib import Path

from harmnet.errors import HarmnetError
from harmnet.imports.reading import Faults, Row, id_fault, instant, read_rows
from harmnet.imports.writing import Extract

MAX_TIMES = 10_000
MAX_EVENTS = 5_000_000


def write(from_dir: Path, extract: Extract, *, roles: str) -> None:
    """A crime with two suspects per row, `times` crimes where it says more than once; direction does not matter.

    Crimes are named after the row and the count: E3-2 is the second of the third row. HarmnetError on a missing file,
    unknown columns, empty ids, a pair of one person, bad dates, times that are no count from 1 to MAX_TIMES, and more
    than MAX_EVENTS crimes.
    """
    path = from_dir / "edgelist.csv"
    if not path.is_file():
        raise HarmnetError(f"{path}: no such file; write it with the columns src,dst[,times][,date]")
    faults = Faults(str(path))
    rows = events = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in read_rows(file, faults, required=("src", "dst"), optional=("times", "date")):
            rows += 1
            wrong = _wrong(row)
            for fault in wrong:
                faults.add(row.line, fault)
            if wrong:
                continue
            times = int(row["times"] or "1")
            events += times
            if events > MAX_EVENTS:
                raise HarmnetError(f"{path}, line {row.line}: more than {MAX_EVENTS} events so far; split the file")
            _write_row(extract, row, number=rows, times=times)
    if not rows:
        raise HarmnetError(f"{path}: holds no row; write one per pair")


def _write_row(extract: Extract, row: Row, *, number: int, times: int) -> None:
    occurred = instant(row["date"]) or ""
    extract.person(row["src"])
    extract.person(row["dst"])
    for count in range(1, times + 1):
        crime_ref = f"E{number}-{count}"
        extract.crime(crime_ref, occurred)
        extract.add("crime_people", crime_ref=crime_ref, person_ref=row["src"], role="SUSPECT")
        extract.add("crime_people", crime_ref=crime_ref, person_ref=row["dst"], role="SUSPECT")


def _wrong(row: Row) -> list[str]:
    wrong = [fault for name in ("src", "dst") if (fault := id_fault(name, row[name]))]
    if row["src"] and row["src"] == row["dst"]:
        wrong.append(f"src and dst are both {row['src']!r}; a pair is two people: remove the row")
    times = row["times"]
    if times and not (re.fullmatch(r"[0-9]{1,9}", times) and 1 <= int(times) <= MAX_TIMES):
        wrong.append(f"times {times!r} is not a whole number from 1 to {MAX_TIMES}; give the number of shared events")
    if row["date"] and not instant(row["date"]):
        wrong.append(f"date {row['date']!r} is no day or instant; write it as 2024-03-31 or 2024-03-31T18:30:00Z")
    return wrong
