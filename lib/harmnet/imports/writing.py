"""An extract folder as CSV files, one per raw table; it appears under its name only when it is complete."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from harmnet.contracts.raw import RAW_TABLES
from harmnet.errors import HarmnetError
from harmnet.imports.reading import noon

COLUMNS = {table.source: table.names for table in RAW_TABLES}
DATE_ASSUMED = "DATE_ASSUMED"


class Extract:
    """Rows of raw tables on their way into a folder."""

    def __init__(self, folder: Path, *, dataset: str, as_of: date) -> None:
        self.folder = folder
        self.source_system = dataset.upper()
        self.assumed = noon(as_of.isoformat())
        self._people: set[str] = set()
        self._files: dict[str, TextIO] = {}
        self._writers: dict[str, Any] = {}
        self._rows: dict[str, int] = {}

    def add(self, table: str, **values: str) -> None:
        """Adds a row; columns not given are empty."""
        columns = COLUMNS[table]
        if not values.keys() <= set(columns):
            raise ValueError(f"not columns of {table}: {', '.join(sorted(values.keys() - set(columns)))}")
        if table not in self._files:
            self._files[table] = (self.folder / f"{table}.csv").open("w", encoding="utf-8", newline="")
            self._writers[table] = csv.writer(self._files[table], lineterminator="\n")
            self._writers[table].writerow(columns)
            self._rows[table] = 0
        self._writers[table].writerow([values.get(column, "") for column in columns])
        self._rows[table] += 1

    def person(self, person_id: str, **values: str) -> None:
        """Adds a person unless added before. The id is the force's number too, so it becomes the nominal_id."""
        if person_id not in self._people:
            self._people.add(person_id)
            self.add("people", person_ref=person_id, nominal_ref=person_id, source_system=self.source_system, **values)

    def crime(self, crime_ref: str, occurred: str, **values: str) -> None:
        """Adds a crime; `occurred` is an instant, or empty: then it is recorded at as_of and marked DATE_ASSUMED."""
        dated = {"occurred_from": occurred} if occurred else {"recorded_at": self.assumed, "flags": DATE_ASSUMED}
        self.add("crimes", crime_ref=crime_ref, is_crime="true", **dated, **values)

    def association(self, association_ref: str, person_id: str, other_id: str, *, kind: str) -> None:
        """Adds an undated association: recorded at as_of and marked DATE_ASSUMED."""
        self.add(
            "associations",
            association_ref=association_ref,
            person_ref=person_id,
            other_person_ref=other_id,
            kind=kind,
            recorded_at=self.assumed,
            flags=DATE_ASSUMED,
        )

    def counts(self) -> dict[str, int]:
        """Rows per table, in the order of the contracts; tables without a row are left out."""
        return {table: self._rows[table] for table in COLUMNS if table in self._rows}

    def close(self) -> None:
        """Closes the files, so that all rows are in them."""
        for file in self._files.values():
            file.close()


@contextmanager
def new_extract(out: Path, *, dataset: str, as_of: date) -> Iterator[Extract]:
    """An extract to fill; `out` exists afterwards if and only if nothing went wrong.

    Rows go into a hidden folder beside `out`, renamed at the end. HarmnetError when `out` is a file or a folder that
    holds something, and when a file cannot be read or written.
    """
    out = out.absolute()
    if out.exists() and not out.is_dir():
        raise HarmnetError(f"--out {out}: is a file; name a folder that is empty or does not exist")
    if out.is_dir() and any(out.iterdir()):
        raise HarmnetError(f"--out {out}: holds files already; name a folder that is empty or does not exist")
    partial = out.with_name(f".{out.name}.partial-{os.getpid()}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
        extract = Extract(partial, dataset=dataset, as_of=as_of)
        try:
            yield extract
        finally:
            extract.close()
        partial.rename(out)
    except OSError as error:
        raise HarmnetError(f"{error.filename or out}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
