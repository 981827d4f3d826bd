"""What is written: files, columns, references, dates, and the same bytes for the same seed."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pandas as pd
import pytest

from harmnet.contracts.raw import RAW_TABLES
from harmnet.errors import HarmnetError
from harmnet.synthetic import synthesise
from synthetic.conftest import SEED
from synthetic.reading import Force

PEOPLE_COLUMNS = ("person_ref", "other_person_ref")
DATES = re.compile(r"^(\d{4}-\d{2}-\d{2})")
# Changes with every change to what is drawn; it must not change with the machine.
TINY_DIGEST = "537ee12e874c338e87b74c6b3d8722948df7c34193a0452e62a6bb07dd210e6e"


def digest(folder: Path) -> str:
    """One digest over every text file of a force."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".csv", ".jsonl")):
        total.update(f"{path.relative_to(folder)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def all_bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("table", [table.source for table in RAW_TABLES])
def test_every_table_has_the_columns_of_its_contract(tiny: Force, table: str) -> None:
    declared = next(raw for raw in RAW_TABLES if raw.source == table)
    assert set(tiny.table(table).columns) == set(declared.names)


def test_all_three_formats_are_written(tiny: Force) -> None:
    suffixes = {path.stem: path.suffix for path in tiny.folder.iterdir() if path.is_file()}
    assert {suffixes["people"], suffixes["intelligence"], suffixes["prison_stays"]} == {".csv", ".jsonl", ".parquet"}
    assert set(suffixes) == {table.source for table in RAW_TABLES}


def test_rows_are_counted_as_they_are_written(tmp_path: Path) -> None:
    rows = synthesise("tiny", 5, tmp_path / "force")
    written = Force(tmp_path / "force")
    assert rows == {table.source: len(written.table(table.source)) for table in RAW_TABLES}
    counts = dict(written.truth("counts").itertuples(index=False))
    assert {name: int(counts[f"rows {name}"]) for name in rows} == rows


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tiny: Force, tmp_path: Path) -> None:
    synthesise("tiny", SEED, tmp_path / "again")
    synthesise("tiny", SEED + 1, tmp_path / "other")
    assert all_bytes(tmp_path / "again") == all_bytes(tiny.folder)
    assert digest(tmp_path / "other") != digest(tiny.folder)


def test_the_bytes_are_those_of_every_other_machine(tiny: Force) -> None:
    assert digest(tiny.folder) == TINY_DIGEST


def test_nothing_happens_after_the_last_day(force: Force) -> None:
    late = {}
    for table in RAW_TABLES:
        rows = force.table(table.source)
        for column in table:
            if column.type in ("date", "timestamp") and column.name not in ("dob", "release_due"):
                days = rows[column.name].str.extract(DATES, expand=False).dropna()
                late[table.source, column.name] = int((days > "2026-06-30").sum())
    assert {place: n for place, n in late.items() if n} == {}


def test_every_person_reference_is_known_apart_from_those_planted_as_unknown(force: Force) -> None:
    known = set(force.table("people")["person_ref"])
    met = {
        ref
        for table in RAW_TABLES
        if table.source != "people"
        for column in PEOPLE_COLUMNS
        if column in table.names
        for ref in force.table(table.source)[column]
    }
    faults = force.truth("faults")
    unknown = set(faults[faults["fault"] == "UNKNOWN_PERSON_REF"]["source_key"].str.split("|").str[1])
    assert met - known == unknown
    assert known == set(force.person_of)


def test_no_key_repeats_apart_from_the_rows_planted_twice(force: Force) -> None:
    repeated = set()
    for table in RAW_TABLES:
        rows = force.table(table.source)
        twice = rows[rows.duplicated(list(table.key))]
        repeated |= {(table.source, "|".join(row)) for row in twice[list(table.key)].itertuples(index=False)}
    faults = force.truth("faults")
    planted = faults[faults["fault"] == "DUPLICATE_ROW"]
    assert repeated == set(zip(planted["table"], planted["source_key"]))


def test_nobody_acts_or_suffers_before_birth_or_offends_before_ten(force: Force) -> None:
    assert (force.on_crimes["age"].dropna() > 0).all()
    assert (force.on_reports["age"].dropna() > 0).all()
    young = force.suspects[force.suspects["age"] < 10]
    faults = force.truth("faults")
    planted = set(faults[faults["fault"] == "SUSPECT_UNDER_10"]["source_key"].str.split("|").str[0])
    assert set(young["crime_ref"]) == planted
    assert (force.custody["age"].dropna() >= 10).all()


def test_nobody_is_in_two_cells_on_one_night(small: Force) -> None:
    stays = small.stays[small.stays["end"] > small.stays["start"]].sort_values(["person", "start", "end"])
    before = stays.groupby("person")["end"].shift()
    overlap = (before > stays["start"]).mean()
    assert overlap < 0.02


def test_text_with_quotes_and_line_breaks_comes_back_as_it_was(tiny: Force) -> None:
    text = 'Said "it was not me", then ran;\nofficers, two of them, gave chase\\stopped at the bridge'
    assert (tiny.crimes["mo_text"] == text).sum() == 1
    assert (tiny.reports["text"] == text).sum() == 1


def test_an_earlier_force_is_replaced_as_a_whole(tmp_path: Path) -> None:
    synthesise("tiny", 3, tmp_path / "force")
    (tmp_path / "force" / "crimes.parquet").write_bytes(b"left over")
    synthesise("tiny", 4, tmp_path / "force")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["force"]
    assert not (tmp_path / "force" / "crimes.parquet").exists()


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(HarmnetError, match="holds no fictional force: name a new or empty folder"):
        synthesise("tiny", 3, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("size", "seed", "said"),
    [("huge", 1, "no size 'huge': use tiny, small, medium, large"), ("tiny", -1, "seed -1 is negative")],
)
def test_what_cannot_be_made_is_said_in_one_line(tmp_path: Path, size: str, seed: int, said: str) -> None:
    with pytest.raises(HarmnetError, match=said):
        synthesise(size, seed, tmp_path / "force")
    assert not (tmp_path / "force").exists()


def test_every_area_is_one_of_the_fictional_force(tiny: Force) -> None:
    areas = pd.concat([tiny.crimes["area_code"], tiny.table("people")["area_code"], tiny.episodes["found_area"]])
    assert set(areas) - {""} == {f"F1{unit}{place}" for unit in "ABCD" for place in range(1, 5)}
