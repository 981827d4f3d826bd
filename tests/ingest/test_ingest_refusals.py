from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ingest_files import HEADERS, nothing_was_written, quiet, write_bytes, write_csv

from harmnet.config import Settings
from harmnet.errors import HarmnetError
from harmnet.ingest import extracts, ingest
from harmnet.snapshots.lock import writer_lock
from harmnet.storage import Lake

HEADER = HEADERS["crime_people"].encode()
LINE = b'{"crime_ref": "C1", "person_ref": "P1", "role": "SUSPECT"}\n'


def _refused(lake: Lake, settings: Settings, folder: Path | str, **more: str) -> list[str]:
    with pytest.raises(HarmnetError) as refused:
        ingest(lake, settings, extracts=str(folder), progress=quiet, **more)
    assert nothing_was_written(lake)
    return [line.removeprefix(f"{folder}/") for line in refused.value.problems]


CSV_FAULTS = {
    b"": "crime_people.csv: is empty (0 bytes)",
    HEADER[:-7] + b"\nC1,P1,SUSPECT\n": "crime_people.csv: missing column: status; found crime_ref, person_ref, role",
    HEADER + b",role\n": "crime_people.csv: column role stands twice in the header",
    HEADER.upper() + b"\n": "crime_people.csv: missing column: crime_ref, person_ref, role, status; found CRIME_REF,",
    HEADER + b"\nC1,P1,SUSPECT,\nC2,P1\n": "crime_people.csv: row 3: has 2 fields, the header has 4",
    HEADER + b"\nC1,P1,SUSPECT,,\n": "crime_people.csv: row 2: has 5 fields, the header has 4",
    HEADER + b"\nC1,P1,SUSPECT,": "crime_people.csv: line 2: the last line has no newline at its end",
    HEADER + b"\n\nC1,P1,SUSPECT,\n": "crime_people.csv: line 2: is empty",
    HEADER + b'\nC1,P1,"SUSPECT,\nC2,P1,SUSPECT,\n': 'crime_people.csv: line 2: a " is opened here and never closed',
    HEADER + b"\nC1,P\xe9,SUSPECT,\n": "crime_people.csv: line 2: byte 0xe9 is not UTF-8",
    HEADER + b",op\nC1,P1,SUSPECT,,\nC2,P1,SUSPECT,,delete\n": "crime_people.csv: row 3: op is 'delete'",
    HEADER + b",op\nC1\nC2,P1,SUSPECT,,x\n": "crime_people.csv: row 3: op is 'x'",
}


@pytest.mark.parametrize(("content", "fault"), CSV_FAULTS.items())
def test_a_faulty_csv_refuses_the_batch(
    lake: Lake, settings: Settings, folder: Path, content: bytes, fault: str
) -> None:
    write_bytes(folder / "crime_people.csv", content)
    assert [line for line in _refused(lake, settings, folder) if line.startswith(fault)]


JSON_FAULTS = {
    b"": "crime_people.jsonl: is empty (0 bytes)",
    LINE + b"\n" + LINE: "crime_people.jsonl: line 2: is not JSON",
    LINE + LINE[:-8] + b"\n": "crime_people.jsonl: line 2: is not JSON",
    LINE + LINE[:-1]: "crime_people.jsonl: line 2: the last line has no newline at its end",
    LINE + b'["C1", "P1"]\n': "crime_people.jsonl: line 2: is not a JSON object",
    LINE + LINE.replace(b'"P1"', b'["P1"]'): "crime_people.jsonl: line 2: person_ref holds an array: give one value",
    b"[]\n" + LINE.replace(b'"P1"', b'{"a": 1}'): "crime_people.jsonl: line 2: person_ref holds an object",
    LINE.replace(b'"P1"', b"NaN"): "crime_people.jsonl: line 1: is not JSON (NaN is not JSON)",
    LINE.replace(b"P1", b"\\ud800"): "crime_people.jsonl: line 1: person_ref holds half a character",
    LINE.replace(b'"P1"', b"[" * 100_000): "crime_people.jsonl: line 1: is not JSON",
    LINE.replace(
        b"role", b"rolle"
    ): "crime_people.jsonl: missing column: role is on no line; found crime_ref, person_ref, rolle",
    LINE.replace(b"P1", b"\xe9"): "crime_people.jsonl: line 1: byte 0xe9 is not UTF-8",
    LINE + LINE.replace(b"}", b', "op": "REMOVE"}'): "crime_people.jsonl: line 2: op is 'REMOVE'",
}


@pytest.mark.parametrize(("content", "fault"), JSON_FAULTS.items())
def test_faulty_json_lines_refuse_the_batch(
    lake: Lake, settings: Settings, folder: Path, content: bytes, fault: str
) -> None:
    write_bytes(folder / "crime_people.jsonl", content)
    assert [line for line in _refused(lake, settings, folder) if line.startswith(fault)]


def test_a_faulty_parquet_file_refuses_the_batch(lake: Lake, settings: Settings, folder: Path) -> None:
    good = pa.table({name: pa.array(["x"]) for name in HEADERS["crime_people"].split(",")})
    pq.write_table(good, folder / "crime_people.parquet")
    whole = (folder / "crime_people.parquet").read_bytes()
    write_bytes(folder / "crime_people.parquet", whole[:-20])
    write_bytes(folder / "markers.parquet", b"marker_ref,person_ref\n")
    pq.write_table(good.append_column("op", [["x"]]).drop_columns("role"), folder / "missing_people.parquet")
    pq.write_table(pa.table({"person_ref": [{"a": 1}], "dob": [["x"]]}), folder / "people.parquet")
    found = "\n".join(_refused(lake, settings, folder))
    assert "crime_people.parquet: is not a readable Parquet file" in found
    assert "markers.parquet: is not a readable Parquet file" in found
    assert "missing_people.parquet: missing column: episode_ref, role; found crime_ref, person_ref, status, op" in found
    assert "people.parquet: column person_ref has type struct<a: int64>" in found
    assert "people.parquet: column dob is a list (list<element: string>), expected one value" in found


def test_a_damaged_page_of_parquet_refuses_the_batch(lake: Lake, settings: Settings, folder: Path) -> None:
    names = HEADERS["crime_people"].split(",")
    table = pa.table({name: [f"{name}{number}" for number in range(5000)] for name in names})
    pq.write_table(table, folder / "crime_people.parquet", compression="gzip", use_dictionary=False)
    content = bytearray((folder / "crime_people.parquet").read_bytes())
    content[100:400] = b"\x00" * 300
    write_bytes(folder / "crime_people.parquet", bytes(content))
    assert "crime_people.parquet: cannot be read past row 1 (" in _refused(lake, settings, folder)[0]


def test_every_fault_of_every_file_is_told_at_once(lake: Lake, settings: Settings, folder: Path) -> None:
    write_csv(folder / "crime_people" / "1.csv", "C1,P1\n")
    write_csv(folder / "crime_people" / "2.csv", "C1,P1,SUSPECT,\nC2\n\n")
    write_csv(folder / "markers.csv", 'M1,P1,"ESCAPER\n')
    write_bytes(folder / "people.csv", b"person_ref,dob\nP1,\n")
    write_bytes(folder / "groups.jsonl", b'{"group_ref": "G1"\n')
    found = _refused(lake, settings, folder)
    assert [line.split(": ")[0] for line in found] == [
        "people.csv",
        "crime_people/2.csv",
        "crime_people/2.csv",
        "markers.csv",
        "crime_people/1.csv",
        "groups.jsonl",
        "the batch is refused whole and nothing was written",
    ]


def test_of_many_faults_in_one_file_twenty_are_told_and_the_rest_counted(
    lake: Lake, settings: Settings, folder: Path
) -> None:
    write_csv(folder / "crime_people.csv", "C1,P1,SUSPECT,\n" + "C1\n" * 50)
    found = _refused(lake, settings, folder)
    assert found[0] == "crime_people.csv: row 3: has 1 field, the header has 4: mend the row"
    assert found[19].startswith("crime_people.csv: row 22:")
    assert found[20] == "crime_people.csv: and 30 more such faults"


def test_a_row_after_faulty_ones_is_still_told_by_its_own_number(lake: Lake, settings: Settings, folder: Path) -> None:
    rows = "C1,P1,SUSPECT,,\nC1\nC2,P1,SUSPECT,,\nC3\nC4\nC5,P1,SUSPECT,,X\n"
    write_bytes(folder / "crime_people.csv", HEADER + b",op\n" + rows.encode())
    assert "crime_people.csv: row 7: op is 'X': use UPSERT or DELETE, or leave it empty" in _refused(
        lake, settings, folder
    )


PLACES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a misspelt name": (
        lambda folder: write_bytes(folder / "crime.csv", b"crime_ref\n"),
        "crime.csv: is no part of an extract: rename or remove it; harmnet reads people, crimes, crime_people,",
    ),
    "another format": (lambda folder: write_bytes(folder / "crimes.csv.gz", b"x"), "crimes.csv.gz: is no part of"),
    "a folder of another name": (lambda folder: (folder / "crime").mkdir(), "crime: is no part of an extract"),
    "an empty folder of parts": (lambda folder: (folder / "crimes").mkdir(), "crimes: is an empty folder"),
    "parts of two formats": (
        lambda folder: [write_csv(folder / "crimes" / "1.csv"), write_bytes(folder / "crimes" / "2.jsonl", LINE)],
        "crimes: must hold part files of one format (csv, jsonl, parquet), found 1.csv, 2.jsonl",
    ),
    "a folder among the parts": (
        lambda folder: [write_csv(folder / "crimes" / "1.csv"), (folder / "crimes" / "2.csv").mkdir()],
        "crimes: must hold part files of one format",
    ),
    "one table twice": (
        lambda folder: [write_csv(folder / "crimes.csv"), write_bytes(folder / "crimes.jsonl", LINE)],
        "crimes: is there more than once (crimes.csv, crimes.jsonl): keep one",
    ),
}


@pytest.mark.parametrize(("make", "fault"), PLACES.values(), ids=PLACES.keys())
def test_a_folder_that_holds_something_else_is_refused(
    lake: Lake, settings: Settings, folder: Path, make: Callable[[Path], object], fault: str
) -> None:
    write_csv(folder / "crime_people.csv")
    make(folder)
    assert _refused(lake, settings, folder)[0].startswith(fault)


def test_a_folder_without_extracts_or_that_is_not_there_is_refused(
    lake: Lake, settings: Settings, folder: Path
) -> None:
    write_bytes(folder / "README.md", b"about")
    write_bytes(folder / ".hidden.csv", b"x")
    write_bytes(folder / "truth" / "people.csv", b"x")
    assert _refused(lake, settings, folder)[0].startswith(f"{folder}: holds no extract; harmnet reads people,")
    assert _refused(lake, settings, folder / "nowhere") == [
        f"{folder}/nowhere: no such folder; give --from a folder of extracts"
    ]
    assert _refused(lake, settings, folder / "README.md")[0].endswith(
        "no such folder; give --from a folder of extracts"
    )


def test_a_folder_with_nothing_but_systems_switched_off_is_refused(
    lake: Lake, settings_with: Callable[..., Settings], folder: Path
) -> None:
    write_csv(folder / "crime_people.csv")
    found = _refused(lake, settings_with(systems={"crimes": False}), folder)
    assert found == [f"{folder}: holds only systems that conf/sources.yml switches off (crime_people)"]


def test_an_unknown_mode_is_refused(lake: Lake, settings: Settings, folder: Path) -> None:
    write_csv(folder / "crime_people.csv")
    assert _refused(lake, settings, folder, mode="full") == ["mode 'full' is not known: use DELTA or FULL"]


def test_names_in_conf_that_no_table_has_are_all_told(
    lake: Lake, settings_with: Callable[..., Settings], folder: Path
) -> None:
    write_csv(folder / "crime_people.csv")
    wrong = settings_with(
        tables={
            "crime": {},
            "people": {"columns": {"born": "DOB"}, "codes": {"gender": {"1": "M"}}},
            "crimes": {"columns": {"area_code": "AREA"}, "constants": {"area_code": "X", "op": "DELETE"}},
        }
    )
    assert [line.split(": ")[1] for line in _refused(lake, wrong, folder)] == [
        "tables.crime",
        "tables.people.columns.born",
        "tables.people.codes.gender",
        "tables.crimes.constants.area_code",
        "tables.crimes.constants.op",
    ]


def test_a_mapped_column_that_is_missing_is_told_by_both_names(
    lake: Lake, settings_with: Callable[..., Settings], folder: Path
) -> None:
    write_csv(folder / "crime_people.csv")
    mapped = settings_with(tables={"crime_people": {"columns": {"role": "ROLE_CD", "op": "CHANGE"}}})
    assert "missing column: ROLE_CD (for role), CHANGE (for op); found crime_ref," in _refused(lake, mapped, folder)[0]


def test_a_file_that_grows_while_it_is_read_is_refused(
    lake: Lake, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(folder / "crime_people.csv")
    read = extracts.read_csv

    def grow(*given: object) -> object:
        yield from read(*given)
        with path.open("a") as file:
            file.write("C9,P9,SUSPECT,\n")

    monkeypatch.setattr(extracts, "read_csv", grow)
    assert _refused(lake, settings, folder)[0].startswith("crime_people.csv: changed while it was read")


def test_a_second_writer_is_refused(lake: Lake, settings: Settings, folder: Path) -> None:
    write_csv(folder / "crime_people.csv")
    with writer_lock(lake, purpose="refresh"), pytest.raises(HarmnetError, match="in use: refresh"):
        ingest(lake, settings, extracts=str(folder), progress=quiet)
    assert nothing_was_written(lake)
