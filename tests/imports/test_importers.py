"""What holds for every importer: the form of what it writes, and that it writes all or nothing."""

import csv
from datetime import date
from pathlib import Path

import pytest
from imported import filled, folder, table

from harmnet.contracts.raw import RAW_TABLES
from harmnet.errors import HarmnetError
from harmnet.imports import IMPORTERS, run_import

PAIRS = "src,dst\nA,B\n"
BEFORE = date(2024, 2, 29)


def test_each_data_set_has_its_own_module_of_the_same_name() -> None:
    assert {name: write.__module__ for name, write in IMPORTERS.items()} == {
        name: f"harmnet.imports.{name}"
        for name in ("st_louis", "pole", "incidence", "edgelist", "montagna", "caviar", "ciel", "togo")
    }


def test_extracts_have_the_columns_of_the_contracts_and_end_with_a_newline(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    counts = run_import("edgelist", folder(tmp_path / "in", edgelist=PAIRS), out)
    columns = {raw.source: list(raw.names) for raw in RAW_TABLES}
    assert counts == {"people": 2, "crimes": 1, "crime_people": 2}
    assert {path.stem for path in out.iterdir()} == set(counts)
    for name, rows in counts.items():
        text = (out / f"{name}.csv").read_bytes().decode("utf-8")
        assert next(csv.reader([text.splitlines()[0]])) == columns[name]
        assert text.endswith("\n")
        assert len(table(out, name)) == rows


def test_a_record_without_a_date_is_recorded_at_noon_of_as_of_and_marked(tmp_path: Path) -> None:
    run_import("edgelist", folder(tmp_path / "in", edgelist=PAIRS), tmp_path / "out", as_of=BEFORE)
    assert filled(table(tmp_path / "out", "crimes")) == [
        {"crime_ref": "E1-1", "is_crime": "true", "recorded_at": "2024-02-29T12:00:00Z", "flags": "DATE_ASSUMED"}
    ]


def test_the_same_input_writes_the_same_bytes(tmp_path: Path) -> None:
    source = folder(tmp_path / "in", edgelist="src,dst,times\nB,A,2\nC,A,\n")
    for out in ("one", "two"):
        run_import("edgelist", source, tmp_path / out)
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / out).iterdir()} for out in ("one", "two"))
    assert one == two


def test_a_faulty_file_leaves_nothing_behind(tmp_path: Path) -> None:
    source = folder(tmp_path / "in", edgelist="src,dst\nA,B\nA,\n")
    with pytest.raises(HarmnetError):
        run_import("edgelist", source, tmp_path / "out")
    assert list(tmp_path.iterdir()) == [source]


def test_an_empty_out_folder_is_filled_and_one_that_holds_files_is_left_as_it_is(tmp_path: Path) -> None:
    source, out = folder(tmp_path / "in", edgelist=PAIRS), tmp_path / "out"
    out.mkdir()
    run_import("edgelist", source, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(HarmnetError, match=r"--out .*: holds files already; name a folder that is empty or"):
        run_import("edgelist", source, out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}


def test_an_out_that_is_a_file_is_refused(tmp_path: Path) -> None:
    source, out = folder(tmp_path / "in", edgelist=PAIRS), tmp_path / "out"
    out.write_text("mine")
    with pytest.raises(HarmnetError, match=r"--out .*: is a file"):
        run_import("edgelist", source, out)
    assert out.read_text() == "mine"


def test_an_out_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    source, file = folder(tmp_path / "in", edgelist=PAIRS), tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(HarmnetError, match="file") as refused:
        run_import("edgelist", source, file / "out")
    assert len(refused.value.problems) == 1


@pytest.mark.parametrize(
    ("dataset", "roles", "message"),
    [
        (
            "stupor_mundi",
            "offenders",
            "import stupor_mundi: no such data set; choose one of st_louis, pole, incidence, edgelist",
        ),
        ("edgelist", "everyone", "--roles everyone: not known; choose one of offenders, all"),
        ("pole", "all", "--roles all: pole keeps the roles it is given"),
        ("edgelist", "offenders", "edgelist.csv: no such file; write it with the columns src,dst"),
        ("montagna", "offenders", "meetings.csv: no such file; write it with the columns source,target,weight"),
        ("incidence", "offenders", "incidence.csv: no such file; write it with the columns person_id,event_id"),
        ("st_louis", "offenders", "person.csv: no such file; --from must name the folder of"),
        ("pole", "offenders", "0 zip files and no *nodes.Crime.csv; --from must name the folder"),
    ],
)
def test_what_cannot_be_imported_is_named_in_one_line(tmp_path: Path, dataset: str, roles: str, message: str) -> None:
    with pytest.raises(HarmnetError) as refused:
        run_import(dataset, folder(tmp_path / "in"), tmp_path / "out", roles=roles)
    assert message in str(refused.value)
    assert len(refused.value.problems) == 1
    assert not (tmp_path / "out").exists()


def test_a_source_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(HarmnetError, match=r"--from .*nowhere: no such folder"):
        run_import("edgelist", tmp_path / "nowhere", tmp_path / "out")
