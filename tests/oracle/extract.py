"""Extract folders in plain Python: what files they hold, and reading and writing them."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

COLUMNS = {
    table: tuple(names.split())
    for table, names in {
        "people": "person_ref source_system nominal_ref forename surname dob sex ethnicity address area_code",
        "crimes": """crime_ref is_crime offence_code offence_code_system occurred_from occurred_to recorded_at area_code
            flags mo_text""",
        "crime_people": "crime_ref person_ref role status",
        "intelligence": """report_ref created_at grading_scheme source_grade information_grade handling_code action_code
            sanitisation_code flags text derived_from""",
        "intelligence_people": "report_ref person_ref role",
        "custody": """custody_ref arrest_ref crime_ref person_ref detained_at released_at offence_code
            offence_code_system disposal flags text""",
        "prison_stays": "stay_ref person_ref prison cell from_date to_date release_due",
        "missing_episodes": "episode_ref person_ref missing_from returned_at risk_level found_area flags text",
        "missing_people": "episode_ref person_ref role",
        "markers": "marker_ref person_ref kind set_at cleared_at detail",
        "groups": "group_ref group_name group_kind person_ref role from_date to_date confirmed_at",
        "associations": """association_ref person_ref other_person_ref kind recorded_at times grading_scheme
            source_grade information_grade handling_code action_code sanitisation_code flags""",
    }.items()
}
"""Table -> its columns, in the order of the files."""

KEYS = {
    "people": ("person_ref",),
    "crimes": ("crime_ref",),
    "crime_people": ("crime_ref", "person_ref", "role"),
    "intelligence": ("report_ref",),
    "intelligence_people": ("report_ref", "person_ref", "role"),
    "custody": ("custody_ref",),
    "prison_stays": ("stay_ref",),
    "missing_episodes": ("episode_ref",),
    "missing_people": ("episode_ref", "person_ref", "role"),
    "markers": ("marker_ref",),
    "groups": ("group_ref", "person_ref", "role", "from_date"),
    "associations": ("association_ref",),
}
"""Table -> the columns that tell two of its rows apart."""

LISTS = {"flags"}
"""Columns that hold a list of texts."""

FORMATS = ("csv", "jsonl", "parquet")


def read_extract(folder) -> dict[str, list[dict]]:
    """Table -> its rows, in file order, for every table the folder holds; an absent table is an empty list.

    Values are text or None, lists are lists of text. Part files of a folder `<table>/` are read in name order.
    """
    return {table: _read_table(Path(folder), table) for table in COLUMNS}


def _read_table(folder: Path, table: str) -> list[dict]:
    files = [folder / f"{table}.{kind}" for kind in FORMATS if (folder / f"{table}.{kind}").is_file()]
    if (folder / table).is_dir():
        files += sorted(p for p in (folder / table).iterdir() if p.suffix[1:] in FORMATS)
    return [_as_text(row) for path in files for row in _rows(path)]


def _rows(path: Path) -> list[dict]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    return pq.read_table(path).to_pylist()


def _as_text(row: dict) -> dict:
    return {name: _list(value) if name in LISTS else _text(value) for name, value in row.items()}


def _list(value) -> list[str]:
    if isinstance(value, str):
        value = value.split(";")
    return [text for text in (_text(item) for item in value or []) if text]


def _text(value) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        utc = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None or str(value).strip() == "" else str(value)


def write_extract(extract: dict[str, list[dict]], folder, formats: dict[str, str] | None = None) -> Path:
    """Write the extract as a force would deliver it; the folder comes back.

    One file per table with rows. `formats` says csv (the default), jsonl or parquet by table.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in extract.items():
        if rows:
            kind = (formats or {}).get(table, "csv")
            full = [{name: row.get(name) for name in _names(table, rows)} for row in rows]
            WRITERS[kind](full, folder / f"{table}.{kind}")
    return folder


def _names(table: str, rows: list[dict]) -> list[str]:
    return [*COLUMNS[table], *(["op"] if any("op" in row for row in rows) else [])]


def _write_csv(rows: list[dict], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({k: ";".join(v) if isinstance(v, list) else v for k, v in row.items()})


def _write_jsonl(rows: list[dict], path: Path) -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _write_parquet(rows: list[dict], path: Path) -> None:
    types = [(name, pa.list_(pa.string()) if name in LISTS else pa.string()) for name in rows[0]]
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(types)), path)


WRITERS = {"csv": _write_csv, "jsonl": _write_jsonl, "parquet": _write_parquet}
