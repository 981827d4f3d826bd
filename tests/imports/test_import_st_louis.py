"""St. Louis: three crimes by hand, then the data itself against its published counts."""

from pathlib import Path

import pytest
from imported import co_offenders, component_sizes, filled, folder, real, table

from harmnet.errors import HarmnetError
from harmnet.imports import run_import

PERSON = "person_id,sex\nP1,1\nP2,0\nP3,1\n"
PERSON_CRIME = (
    "person_id,crime_id,role\n"
    "P1,C1,Suspect\n"
    "P2,C1,Victim Suspect\n"
    "P3,C1,Witness\n"
    "P3,C2,Victim\n"
    "P1,C3,Suspect\n"
    "P1,C3,Victim\n"
)


def on_crimes(out: Path) -> list[tuple[str, str, str]]:
    return [(row["crime_ref"], row["person_ref"], row["role"]) for row in table(out, "crime_people")]


def test_offenders_are_suspects_and_victim_suspects_and_nothing_else_is_kept(tmp_path: Path) -> None:
    source, out = folder(tmp_path / "in", person=PERSON, person_crime=PERSON_CRIME), tmp_path / "out"
    assert run_import("st_louis", source, out) == {"people": 2, "crimes": 2, "crime_people": 3}
    assert on_crimes(out) == [("C1", "P1", "SUSPECT"), ("C1", "P2", "SUSPECT"), ("C3", "P1", "SUSPECT")]
    assert filled(table(out, "people")) == [
        {"person_ref": "P1", "nominal_ref": "P1", "source_system": "ST_LOUIS"},
        {"person_ref": "P2", "nominal_ref": "P2", "source_system": "ST_LOUIS"},
    ]
    assert {row["flags"] for row in table(out, "crimes")} == {"DATE_ASSUMED"}


def test_all_folds_everyone_to_suspect_once_per_crime(tmp_path: Path) -> None:
    source, out = folder(tmp_path / "in", person=PERSON, person_crime=PERSON_CRIME), tmp_path / "out"
    assert run_import("st_louis", source, out, roles="all") == {"people": 3, "crimes": 3, "crime_people": 5}
    folded = [("C1", "P1"), ("C1", "P2"), ("C1", "P3"), ("C2", "P3"), ("C3", "P1")]
    assert on_crimes(out) == [(crime, person, "SUSPECT") for crime, person in folded]


def test_unknown_people_and_roles_are_named_with_their_line(tmp_path: Path) -> None:
    rows = "person_id,crime_id,role\nP9,C1,Suspect\nP1,C1,Boss\n"
    source = folder(tmp_path / "in", person=PERSON, person_crime=rows)
    with pytest.raises(HarmnetError) as refused:
        run_import("st_louis", source, tmp_path / "out")
    assert [problem.removeprefix(f"{source}/") for problem in refused.value.problems] == [
        "person_crime.csv, line 2: person_id 'P9' is not in person.csv; add the person or remove the row",
        "person_crime.csv, line 3: role 'Boss' is not one of Suspect, Victim Suspect, Victim, Witness",
    ]


def test_a_person_listed_twice_is_refused(tmp_path: Path) -> None:
    source = folder(tmp_path / "in", person=PERSON + "P1,0\n", person_crime=PERSON_CRIME)
    with pytest.raises(HarmnetError, match=r"person\.csv, line 5: person_id 'P1' stands twice; keep one"):
        run_import("st_louis", source, tmp_path / "out")


@pytest.mark.parametrize(("roles", "rows"), [("offenders", "P1,C1,Victim\n"), ("all", "")])
def test_an_import_without_a_row_is_refused(tmp_path: Path, roles: str, rows: str) -> None:
    source = folder(tmp_path / "in", person=PERSON, person_crime=f"person_id,crime_id,role\n{rows}")
    with pytest.raises(HarmnetError, match=f"no row to import; --roles {roles} keeps"):
        run_import("st_louis", source, tmp_path / "out", roles=roles)


@pytest.mark.real
def test_the_offenders_of_st_louis_are_442_people_in_162_components(tmp_path: Path) -> None:
    counts = run_import("st_louis", real("moreno_crime"), tmp_path / "out")
    graph = co_offenders(tmp_path / "out")
    sizes = component_sizes(graph)
    assert counts == {"people": 442, "crimes": 423, "crime_people": 682 + 41}
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (442, 694)
    assert (len(sizes), sizes.count(1), sizes[0]) == (162, 105, 48)


@pytest.mark.real
def test_everyone_in_st_louis_is_829_people_with_754_in_one_component(tmp_path: Path) -> None:
    counts = run_import("st_louis", real("moreno_crime"), tmp_path / "out", roles="all")
    graph = co_offenders(tmp_path / "out")
    sizes = component_sizes(graph)
    assert counts == {"people": 829, "crimes": 551, "crime_people": 1476}
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (829, 2253)
    assert (len(sizes), sizes.count(1), sizes[0]) == (20, 10, 754)
