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
    write_pairs(from_dir / "edgelist.csv", extract, ends=("src", "dst"), times="times", optional=("times", "date"))


def write_pairs(
    path: Path, extract: Extract, *, ends: tuple[str, str], times: str, optional: tuple[str, ...] = ()
) -> None:
    """The same for a list of pairs whose columns have other names."""
    columns = [name for name in (*ends, times) if name not in optional]
    if not path.is_file():
        wanted = ",".join(columns) + "".join(f"[,{name}]" for name in optional)
        raise HarmnetError(f"{path}: no such file; write it with the columns {wanted}")
    faults = Faults(str(path))
    rows = events = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in read_rows(file, faults, required=tuple(columns), optional=optional):
            rows += 1
            wrong = _wrong(row, ends, times)
            for fault in wrong:
                faults.add(row.line, fault)
            if wrong:
                continue
            events += int(row[times] or "1")
            if events > MAX_EVENTS:
                raise HarmnetError(f"{path}, line {row.line}: more than {MAX_EVENTS} events so far; split the file")
            _write_row(extract, row, ends, number=rows, times=int(row[times] or "1"))
    if not rows:
        raise HarmnetError(f"{path}: holds no row; write one per pair")


def _write_row(extract: Extract, row: Row, ends: tuple[str, str], *, number: int, times: int) -> None:
    occurred = instant(row["date"]) or ""
    for end in ends:
        extract.person(row[end])
    for count in range(1, times + 1):
        crime_ref = f"E{number}-{count}"
        extract.crime(crime_ref, occurred)
        for end in ends:
            extract.add("crime_people", crime_ref=crime_ref, person_ref=row[end], role="SUSPECT")


def _wrong(row: Row, ends: tuple[str, str], times: str) -> list[str]:
    wrong = [fault for name in ends if (fault := id_fault(name, row[name]))]
    one, other = (row[name] for name in ends)
    if one and one == other:
        wrong.append(f"{' and '.join(ends)} are both {one!r}; a pair is two people: remove the row")
    count = row[times]
    if count and not (re.fullmatch(r"[0-9]{1,9}", count) and 1 <= int(count) <= MAX_TIMES):
        wrong.append(f"{times} {count!r} is not a whole number from 1 to {MAX_TIMES}; give the number of shared events")
    if row["date"] and not instant(row["date"]):
        wrong.append(f"date {row['date']!r} is no day or instant; write it as 2024-03-31 or 2024-03-31T18:30:00Z")
    return wrong
