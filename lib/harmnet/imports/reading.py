"""CSV files of other people's making, read row by row; every fault names file and line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TextIO

from harmnet.errors import HarmnetError

FAULTS_SHOWN = 20
_UNFIT = re.compile(r"[|\x00-\x1f\x7f]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)


class Faults:
    """What is wrong with one file; `stop` raises it all, and reading ends by itself when there is too much."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[str] = []

    def add(self, line: int, what: str) -> None:
        """Notes a fault on a line; HarmnetError when as many have come together as are worth showing."""
        self.found.append(f"{self.file}, line {line}: {what}")
        if len(self.found) == FAULTS_SHOWN:
            raise HarmnetError([*self.found, f"{self.file}: reading stopped after {FAULTS_SHOWN} faults"])

    def stop(self) -> None:
        """HarmnetError with every fault, one a line, if there is one."""
        if self.found:
            raise HarmnetError(self.found)


class Row(dict[str, str]):
    """Values of one row by column, trimmed, and the line it ends on; a column that is absent reads as empty."""

    def __init__(self, line: int, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self.line = line

    def __missing__(self, name: str) -> str:
        return ""


def read_rows(
    file: TextIO, faults: Faults, *, required: tuple[str, ...], optional: tuple[str, ...] | None = None
) -> Iterator[Row]:
    """Rows of a CSV file with a header.

    `optional=None` lets any further column pass; a tuple names the only ones allowed, so that a misspelt one is not
    overlooked. HarmnetError on missing or unknown columns and on text that is not CSV in UTF-8; at the end of the file
    every fault in `faults` is raised, those added by the caller too.
    """
    reader = csv.reader(file, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header, faults.file, required, optional)
        for values in reader:
            if not values:
                continue
            if len(values) != len(header):
                faults.add(
                    reader.line_num, f"{len(values)} fields, the header has {len(header)}; mend or quote the row"
                )
                continue
            yield Row(reader.line_num, {name: value.strip() for name, value in zip(header, values)})
    except csv.Error as error:
        raise HarmnetError(f"{faults.file}, line {reader.line_num}: not readable as CSV: {error}") from None
    except UnicodeDecodeError as error:
        raise HarmnetError(f"{faults.file}: not UTF-8 ({error.reason}); save it as UTF-8") from None
    faults.stop()


def _check_header(header: list[str], file: str, required: tuple[str, ...], optional: tuple[str, ...] | None) -> None:
    if not header:
        raise HarmnetError(f"{file}: empty; its first line must name the columns {', '.join(required)}")
    shown = ", ".join(header)
    problems = [f"{file}: no column {name} (found: {shown})" for name in required if name not in header]
    problems += [f"{file}: column {name} stands twice" for name in sorted({n for n in header if header.count(n) > 1})]
    if optional is not None:
        allowed = ", ".join([*required, *optional])
        strange = [name for name in header if name not in required and name not in optional]
        problems += [f"{file}: column {name!r} is not one of {allowed}; rename or remove it" for name in strange]
    if problems:
        raise HarmnetError(problems)


def id_fault(name: str, value: str) -> str | None:
    """What is wrong with an id, or None: ids are not empty and hold no | (it joins keys) and no control character."""
    if not value:
        return f"{name} is empty; every row needs one"
    if _UNFIT.search(value):
        return f"{name} {value!r} holds a | or a control character; ids must not"
    return None


def noon(day: str) -> str:
    """Noon UTC of a day written YYYY-MM-DD, as extracts write instants."""
    return f"{day}T12:00:00Z"


def instant(text: str) -> str | None:
    """The text as an instant of an extract: a day is its noon, UTC. None when it is no such day or instant."""
    whole = noon(text) if _DAY.fullmatch(text) else text
    if not _INSTANT.fullmatch(whole):
        return None
    try:
        datetime.fromisoformat(whole)
    except ValueError:
        return None
    return whole


def british_day(text: str) -> str | None:
    """A day written D/MM/YYYY or DD/MM/YYYY as the instant of an extract, noon UTC. None when it is no such day."""
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text, re.ASCII)
    return instant(f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}") if found else None
