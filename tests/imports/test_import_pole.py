"""POLE: three people and three crimes by hand, packed and unpacked, then the data itself against its counts."""

import zipfile
from collections import Counter
from pathlib import Path

import pytest
from imported import associates, co_offenders, component_sizes, filled, folder, real, table

from harmnet.errors import HarmnetError
from harmnet.imports import run_import

FILES = {
    "x.nodes.Person": (
        ":ID,surname,nhs_no,name,age,:LABEL\n0,Hamilton,1,Todd,,Person\n2,Gray,2,Ann,12,Person\n5,Dean,3,Jo,,Person\n"
    ),
    "x.nodes.Crime": (
        ":ID,date,id,type,last_outcome,note,charge,:LABEL\n"
        "10,4/08/2017,a,Drugs,,,Possession of Cannabis,Crime\n"
        "11,31/08/2017,b,Burglary,,,,Crime\n"
        "12,,c,,,,,Crime\n"
    ),
    "x.relationships.PARTY_TO": ":START_ID,:END_ID,:TYPE\n0,10,PARTY_TO\n2,12,PARTY_TO\n",
    "x.relationships.KNOWS": ":START_ID,:END_ID,:TYPE\n0,2,KNOWS\n2,0,KNOWS\n5,0,KNOWS\n",
    "x.relationships.FAMILY_REL": ":START_ID,:END_ID,:TYPE,rel_type\n0,2,FAMILY_REL,SIBLING\n",
}
COUNTS = {"people": 3, "crimes": 3, "crime_people": 2, "associations": 3}


def packed(path: Path, files: dict[str, str]) -> Path:
    path.mkdir()
    with zipfile.ZipFile(path / "data.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text)
    return path


def refusal(source: Path, out: Path) -> list[str]:
    with pytest.raises(HarmnetError) as refused:
        run_import("pole", source, out)
    assert not out.exists()
    return [problem.removeprefix(f"{source}/") for problem in refused.value.problems]


def test_crimes_have_their_day_and_kind_and_the_one_without_a_day_is_marked(tmp_path: Path) -> None:
    assert run_import("pole", folder(tmp_path / "in", **FILES), tmp_path / "out") == COUNTS
    assert filled(table(tmp_path / "out", "crimes")) == [
        {
            "crime_ref": "10",
            "is_crime": "true",
            "occurred_from": "2017-08-04T12:00:00Z",
            "mo_text": "Drugs; Possession of Cannabis",
        },
        {"crime_ref": "11", "is_crime": "true", "occurred_from": "2017-08-31T12:00:00Z", "mo_text": "Burglary"},
        {"crime_ref": "12", "is_crime": "true", "recorded_at": "2026-06-30T12:00:00Z", "flags": "DATE_ASSUMED"},
    ]
    assert filled(table(tmp_path / "out", "crime_people")) == [
        {"crime_ref": "10", "person_ref": "0", "role": "SUSPECT"},
        {"crime_ref": "12", "person_ref": "2", "role": "SUSPECT"},
    ]


def test_people_keep_their_names_and_the_pairs_of_knows_and_family_count_once_each(tmp_path: Path) -> None:
    run_import("pole", folder(tmp_path / "in", **FILES), tmp_path / "out")
    assert filled(table(tmp_path / "out", "people"))[1] == {
        "person_ref": "2",
        "nominal_ref": "2",
        "source_system": "POLE",
        "forename": "Ann",
        "surname": "Gray",
    }
    recorded = {"recorded_at": "2026-06-30T12:00:00Z", "flags": "DATE_ASSUMED"}
    assert filled(table(tmp_path / "out", "associations")) == [
        {"association_ref": ref, "person_ref": one, "other_person_ref": other, "kind": kind, **recorded}
        for ref, one, other, kind in (
            ("KNOWS-0-2", "0", "2", "ASSOCIATE"),
            ("KNOWS-5-0", "5", "0", "ASSOCIATE"),
            ("FAMILY_REL-0-2", "0", "2", "FAMILY"),
        )
    ]


def test_the_zip_and_its_unpacked_files_give_the_same_extract(tmp_path: Path) -> None:
    shadows = {"__MACOSX/._x.nodes.Crime": "not a table"}
    run_import("pole", folder(tmp_path / "files", **FILES), tmp_path / "one")
    run_import("pole", packed(tmp_path / "zip", {**FILES, **shadows}), tmp_path / "two")
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / out).iterdir()} for out in ("one", "two"))
    assert one == two


def test_missing_files_are_all_named(tmp_path: Path) -> None:
    files = {name: text for name, text in FILES.items() if "KNOWS" not in name and "Person" not in name}
    assert refusal(packed(tmp_path / "in", files), tmp_path / "out") == [
        "data.zip: 0 files named *nodes.Person.csv; there must be one",
        "data.zip: 0 files named *relationships.KNOWS.csv; there must be one",
    ]


@pytest.mark.parametrize("day", ["31/06/2017", "2017-08-31", "8/31/2017", "31/08/17"])
def test_a_day_that_is_none_is_named_with_its_line(tmp_path: Path, day: str) -> None:
    crimes = FILES["x.nodes.Crime"].replace("31/08/2017", day)
    source = folder(tmp_path / "in", **{**FILES, "x.nodes.Crime": crimes})
    assert refusal(source, tmp_path / "out") == [
        f"x.nodes.Crime.csv, line 3: date '{day}' is no day; write it as 31/08/2017"
    ]


def test_links_to_nobody_and_to_oneself_and_ids_that_repeat_are_named(tmp_path: Path) -> None:
    links = {
        "x.relationships.PARTY_TO": ":START_ID,:END_ID\n9,10\n0,2\n",
        "x.relationships.KNOWS": ":START_ID,:END_ID\n5,5\n",
        "x.nodes.Person": FILES["x.nodes.Person"] + "5,Dean,3,Jo,,Person\n",
    }
    found = [
        refusal(folder(tmp_path / name, **{**FILES, name: text}), tmp_path / "out") for name, text in links.items()
    ]
    party_to = "x.relationships.PARTY_TO.csv"
    assert found == [
        [
            f"{party_to}, line 2: :START_ID '9' is none of the people; add the person or remove the row",
            f"{party_to}, line 3: :END_ID '2' is none of the crimes; add it or remove the row",
        ],
        ["x.relationships.KNOWS.csv, line 2: both ends are '5'; a link joins two: remove the row"],
        ["x.nodes.Person.csv, line 5: :ID '5' stands twice; keep one"],
    ]


def test_a_damaged_zip_is_named(tmp_path: Path) -> None:
    whole = packed(tmp_path / "whole", FILES) / "data.zip"
    damaged, noise = folder(tmp_path / "damaged"), folder(tmp_path / "noise")
    content = bytearray(whole.read_bytes())
    content[60:90] = bytes(30)
    (damaged / "data.zip").write_bytes(content)
    (noise / "data.zip").write_bytes(b"no zip")
    assert "x.nodes.Person.csv: not readable" in refusal(damaged, tmp_path / "out")[0]
    assert refusal(noise, tmp_path / "out") == ["data.zip: not a readable zip; download it again"]


@pytest.mark.real
def test_pole_is_28762_crimes_of_august_2017_and_369_people_586_pairs_of_whom_know_each_other(tmp_path: Path) -> None:
    counts = run_import("pole", real("pole_manchester"), tmp_path / "out")
    months = Counter(row["occurred_from"][:7] for row in table(tmp_path / "out", "crimes"))
    assert counts == {"people": 369, "crimes": 28762, "crime_people": 55, "associations": 586 + 155}
    assert months == {"2017-08": 28762}
    assert associates(tmp_path / "out", "ASSOCIATE").number_of_edges() == 586
    assert associates(tmp_path / "out", "FAMILY").number_of_edges() == 155


@pytest.mark.real
def test_the_29_people_of_pole_on_a_crime_share_none_and_know_each_other_in_15_pairs(tmp_path: Path) -> None:
    run_import("pole", real("pole_manchester"), tmp_path / "out")
    suspects = co_offenders(tmp_path / "out")
    assert (suspects.number_of_nodes(), suspects.number_of_edges()) == (29, 0)
    suspects.add_edges_from(associates(tmp_path / "out", "ASSOCIATE").subgraph(list(suspects)).edges)
    sizes = component_sizes(suspects)
    assert suspects.number_of_edges() == 15
    assert (len(sizes), sizes[0]) == (20, 8)
