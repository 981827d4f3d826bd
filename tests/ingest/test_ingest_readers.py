import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest_files import HEADERS, parsed

from harmnet.config import load_settings
from harmnet.ingest import readers

SOURCES = load_settings().sources
NAMES = HEADERS["crimes"].split(",")
CRIMES: list[dict[str, Any]] = [
    {
        "crime_ref": "C1",
        "is_crime": "true",
        "offence_code": "4.10",
        "flags": ["KNIFE", "CSE"],
        "mo_text": 'a "knife",\nthen',
    },
    {"crime_ref": "C2", "is_crime": "false", "recorded_at": "2024-02-29T12:00:00Z", "flags": None},
    {"crime_ref": "C3", "area_code": "F1A1", "mo_text": "é🚓"},
]


def _read(folder: Path) -> list[dict[str, Any]]:
    """Raw rows of the one table delivered in a folder."""
    (rows,) = parsed(folder, SOURCES).values()
    return rows


def _csv(path: Path, rows: list[dict[str, Any]], names: list[str], **form: Any) -> None:
    with path.open("w", encoding=form.pop("encoding", "utf-8"), newline="") as file:
        writer = csv.writer(file, **form)
        writer.writerow(names)
        for row in rows:
            values = (row.get(name) for name in names)
            writer.writerow([";".join(value) if isinstance(value, list) else value for value in values])


def _jsonl(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _parquet(path: Path, rows: list[dict[str, Any]]) -> None:
    types = {"flags": pa.list_(pa.string())}
    pq.write_table(
        pa.table({name: pa.array([r.get(name) for r in rows], types.get(name, pa.string())) for name in NAMES}), path
    )


def test_the_three_formats_give_the_same_rows(tmp_path: Path) -> None:
    folders = [tmp_path / kind for kind in ("csv", "tsv", "jsonl", "parquet")]
    for folder in folders:
        folder.mkdir()
    _csv(folders[0] / "crimes.csv", CRIMES, NAMES)
    _csv(
        folders[1] / "crimes.csv", CRIMES, NAMES[::-1], quoting=csv.QUOTE_ALL, lineterminator="\n", encoding="utf-8-sig"
    )
    _jsonl(folders[2] / "crimes.jsonl", CRIMES)
    _parquet(folders[3] / "crimes.parquet", CRIMES)
    read = [_read(folder) for folder in folders]
    expected = [
        {"row_no": number, "op": "UPSERT", "source_key": row["crime_ref"], **{name: row.get(name) for name in NAMES}}
        for number, row in enumerate(CRIMES, start=1)
    ]
    assert read == [expected] * 4


def test_parts_of_a_folder_follow_each_other_by_name_each_with_its_own_header(tmp_path: Path) -> None:
    folder = tmp_path / "extracts"
    (folder / "crimes").mkdir(parents=True)
    _csv(folder / "crimes" / "part-2.csv", CRIMES[1:], ["extra", *NAMES])
    _csv(folder / "crimes" / "part-10.csv", CRIMES[:1], NAMES[::-1])
    (folder / "crimes" / "_SUCCESS").touch()
    assert [(row["row_no"], row["crime_ref"]) for row in _read(folder)] == [(1, "C1"), (2, "C2"), (3, "C3")]


def test_numbers_and_booleans_in_json_keep_the_text_they_are_written_as(tmp_path: Path) -> None:
    line = '{"crime_ref": 17, "is_crime": true, "offence_code": 4.10, "area_code": 1E5, "flags": ["A", false, 1.0]}\n'
    (tmp_path / "crimes.jsonl").write_text(line, encoding="utf-8")
    row = _read(tmp_path)[0]
    assert (row["crime_ref"], row["is_crime"], row["offence_code"], row["area_code"]) == ("17", "true", "4.10", "1E5")
    assert row["flags"] == ["A", "false", "1.0"]


def test_rows_stay_in_order_over_many_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_BLOCK", 512)
    monkeypatch.setattr(readers, "_LINES", 7)
    rows = [{"crime_ref": f"C{number}", "mo_text": "two\nlines"} for number in range(100)]
    for kind, write in (("csv", lambda path: _csv(path, rows, NAMES)), ("jsonl", lambda path: _jsonl(path, rows))):
        folder = tmp_path / kind
        folder.mkdir()
        write(folder / f"crimes.{kind}")
        assert [(row["row_no"], row["crime_ref"]) for row in _read(folder)] == [(n + 1, f"C{n}") for n in range(100)]


TEXTS = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8))


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6))
def test_any_text_arrives_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, values: list[tuple[str | None, str | None]]
) -> None:
    rows = [{"crime_ref": "C1", "area_code": area, "mo_text": text} for area, text in values]
    for kind in ("csv", "jsonl", "parquet"):
        folder = tmp_path_factory.getbasetemp() / f"any-{kind}"
        folder.mkdir(exist_ok=True)
        path = folder / f"crimes.{kind}"
        if kind == "csv":
            _csv(path, rows, NAMES, quoting=csv.QUOTE_ALL, lineterminator="\n")
        else:
            (_jsonl if kind == "jsonl" else _parquet)(path, rows)
        assert [(row["area_code"], row["mo_text"]) for row in _read(folder)] == values
