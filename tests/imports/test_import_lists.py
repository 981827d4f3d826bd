"""The two general lists: who took part in which event, and pairs."""

from pathlib import Path

import networkx as nx
import pytest
from imported import co_offenders, filled, folder, table

from harmnet.errors import HarmnetError
from harmnet.imports import run_import

RECORDED = {"recorded_at": "2026-06-30T12:00:00Z", "flags": "DATE_ASSUMED"}


def imported(tmp_path: Path, dataset: str, text: str) -> Path:
    run_import(dataset, folder(tmp_path / "in", **{dataset: text}), tmp_path / "out")
    return tmp_path / "out"


def refusal(tmp_path: Path, dataset: str, text: str | bytes) -> list[str]:
    """The problems of a refused import, without the folder they stand in."""
    source = folder(tmp_path / "in")
    (source / f"{dataset}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(HarmnetError) as refused:
        run_import(dataset, source, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    return [problem.removeprefix(f"{source}/") for problem in refused.value.problems]


def test_an_incidence_row_is_a_suspect_unless_it_names_a_role(tmp_path: Path) -> None:
    out = imported(tmp_path, "incidence", "person_id,event_id,role\nA,e1,\nB,e1,victim\nB,e1,WITNESS\n")
    assert filled(table(out, "crime_people")) == [
        {"crime_ref": "e1", "person_ref": "A", "role": "SUSPECT"},
        {"crime_ref": "e1", "person_ref": "B", "role": "VICTIM"},
        {"crime_ref": "e1", "person_ref": "B", "role": "WITNESS"},
    ]
    assert filled(table(out, "people")) == [
        {"person_ref": "A", "nominal_ref": "A", "source_system": "INCIDENCE"},
        {"person_ref": "B", "nominal_ref": "B", "source_system": "INCIDENCE"},
    ]


def test_incidence_rows_that_repeat_count_once(tmp_path: Path) -> None:
    out = imported(tmp_path, "incidence", "person_id,event_id\nA,e1\nA,e1\n")
    assert len(table(out, "crime_people")) == len(table(out, "people")) == len(table(out, "crimes")) == 1


def test_an_event_takes_its_date_from_any_of_its_rows_and_a_day_is_its_noon(tmp_path: Path) -> None:
    text = "person_id,event_id,date\nA,e1,\nB,e1,2024-02-29\nA,e2,2024-03-01T23:30:00Z\nB,e3,\n"
    assert filled(table(imported(tmp_path, "incidence", text), "crimes")) == [
        {"crime_ref": "e1", "is_crime": "true", "occurred_from": "2024-02-29T12:00:00Z"},
        {"crime_ref": "e2", "is_crime": "true", "occurred_from": "2024-03-01T23:30:00Z"},
        {"crime_ref": "e3", "is_crime": "true", **RECORDED},
    ]


def test_the_projection_of_an_incidence_list_is_that_of_networkx(tmp_path: Path) -> None:
    incidences = nx.bipartite.gnmk_random_graph(30, 20, 60, seed=7)
    rows = "".join(f"p{person},e{event}\n" for person, event in incidences.edges)
    involved = [node for node in range(30) if incidences.degree(node)]
    expected = nx.bipartite.projected_graph(incidences, involved)
    found = co_offenders(imported(tmp_path, "incidence", f"person_id,event_id\n{rows}"))
    assert set(found) == {f"p{node}" for node in expected}
    assert {frozenset(pair) for pair in found.edges} == {frozenset((f"p{a}", f"p{b}")) for a, b in expected.edges}


def test_a_byte_order_mark_quotes_spaces_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    text = '\ufeffperson_id, event_id\r\n"Smith, ""Jo""",e1\r\n B ,e1\r\n\r\n'
    people = table(imported(tmp_path, "incidence", text), "people")
    assert [row["person_ref"] for row in people] == ['Smith, "Jo"', "B"]


def test_every_fault_of_an_incidence_list_is_named_with_its_line(tmp_path: Path) -> None:
    text = (
        "person_id,event_id,role,date\n"
        ",e1,,\n"
        "A,e|1,,\n"
        "A,e1,BOSS,2024-13-01\n"
        "A,e2,,2024-01-01\n"
        "B,e2,,2024-01-02\n"
        "C,e3,,31/12/2024\n"
        "C,e4\n"
    )
    day = "is no day or instant; write it as 2024-03-31 or 2024-03-31T18:30:00Z"
    roles = "SUSPECT, DEFENDANT, VICTIM, WITNESS, OTHER"
    assert refusal(tmp_path, "incidence", text) == [
        "incidence.csv, line 2: person_id is empty; every row needs one",
        "incidence.csv, line 3: event_id 'e|1' holds a | or a control character; ids must not",
        f"incidence.csv, line 4: role 'BOSS' is not one of {roles}; leave it empty for SUSPECT",
        f"incidence.csv, line 4: date '2024-13-01' {day}",
        "incidence.csv, line 6: event_id 'e2' has the date 2024-01-02 here and 2024-01-01T12:00:00Z before; "
        "give it one date",
        f"incidence.csv, line 7: date '31/12/2024' {day}",
        "incidence.csv, line 8: 2 fields, the header has 4; mend or quote the row",
    ]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["incidence.csv: empty; its first line must name the columns person_id, event_id"]),
        ("person_id,event_id\n", ["incidence.csv: holds no row; write one per person and event"]),
        (
            "person;event\n",
            [
                "incidence.csv: no column person_id (found: person;event)",
                "incidence.csv: no column event_id (found: person;event)",
                "incidence.csv: column 'person;event' is not one of person_id, event_id, role, date; "
                "rename or remove it",
            ],
        ),
        (
            "person_id,event_id,Date\nA,e1,2024-01-01\n",
            ["incidence.csv: column 'Date' is not one of person_id, event_id, role, date; rename or remove it"],
        ),
        ("person_id,event_id,role,role\n", ["incidence.csv: column role stands twice"]),
        (b"person_id,event_id\n\xe9,e1\n", ["incidence.csv: not UTF-8 (invalid continuation byte); save it as UTF-8"]),
        ('person_id,event_id\n"A,e1\n', ["incidence.csv, line 2: not readable as CSV: unexpected end of data"]),
    ],
)
def test_a_file_that_is_no_incidence_list_is_refused(tmp_path: Path, text: str | bytes, problems: list[str]) -> None:
    assert refusal(tmp_path, "incidence", text) == problems


def test_reading_stops_after_twenty_faults(tmp_path: Path) -> None:
    problems = refusal(tmp_path, "edgelist", "src,dst\n" + "A,A\n" * 30)
    assert len(problems) == 21
    assert problems[-1] == "edgelist.csv: reading stopped after 20 faults"


def test_a_pair_shares_as_many_crimes_as_times_says_and_each_row_adds_its_own(tmp_path: Path) -> None:
    text = "src,dst,times,date\nA,B,2,2024-02-29\nB,A,,\nB,C,1,\n"
    out = imported(tmp_path, "edgelist", text)
    assert filled(table(out, "crimes")) == [
        {"crime_ref": "E1-1", "is_crime": "true", "occurred_from": "2024-02-29T12:00:00Z"},
        {"crime_ref": "E1-2", "is_crime": "true", "occurred_from": "2024-02-29T12:00:00Z"},
        {"crime_ref": "E2-1", "is_crime": "true", **RECORDED},
        {"crime_ref": "E3-1", "is_crime": "true", **RECORDED},
    ]
    on_crimes = [(row["crime_ref"], row["person_ref"], row["role"]) for row in table(out, "crime_people")]
    pairs = {"E1-1": "AB", "E1-2": "AB", "E2-1": "BA", "E3-1": "BC"}
    assert on_crimes == [(crime, person, "SUSPECT") for crime, pair in pairs.items() for person in pair]
    assert [row["person_ref"] for row in table(out, "people")] == ["A", "B", "C"]


@pytest.mark.parametrize("times", ["0", "-1", "1.5", "10001", "1e3", "٣", "99999999999999999999"])
def test_times_that_are_no_sensible_count_are_refused(tmp_path: Path, times: str) -> None:
    assert refusal(tmp_path, "edgelist", f"src,dst,times\nA,B,{times}\n") == [
        f"edgelist.csv, line 2: times '{times}' is not a whole number from 1 to 10000; give the number of shared events"
    ]


def test_more_events_than_a_file_may_make_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harmnet.imports.edgelist.MAX_EVENTS", 5)
    problems = refusal(tmp_path, "edgelist", "src,dst,times\nA,B,3\nA,C,3\n")
    assert problems == ["edgelist.csv, line 3: more than 5 events so far; split the file"]


def test_a_pair_of_one_person_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, "edgelist", "src,dst\nA,A\n") == [
        "edgelist.csv, line 2: src and dst are both 'A'; a pair is two people: remove the row"
    ]
