"""Every fault that the truth lists stands in the extracts, in the row that it names."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from harmnet.contracts.raw import RAW_TABLES
from synthetic.reading import Force

KEYS = {table.source: list(table.key) for table in RAW_TABLES}
CODES = {table.source: {column.name: column.codes for column in table if column.codes} for table in RAW_TABLES}

Row = dict[str, str]


def _unknown(table: str, column: str) -> Callable[[Row], bool]:
    return lambda row: row[column] not in CODES[table][column]


# What can be seen in the row itself.
SEEN: dict[str, Callable[[Row], bool]] = {
    "BRITISH_DATE": lambda row: row["occurred_from"] == "14/03/2025",
    "BAD_END_DATE": lambda row: row["to_date"] == "2025-02-30",
    "OPEN_STAY_2099": lambda row: row["to_date"] == "31/12/2099",
    "UNKNOWN_OFFENCE_CODE": lambda row: row["offence_code"] in ("999Z", "8n"),
    "UNKNOWN_ROLE": _unknown("crime_people", "role"),
    "UNKNOWN_STATUS": _unknown("crime_people", "status"),
    "UNKNOWN_RISK": _unknown("missing_episodes", "risk_level"),
    "UNKNOWN_SEX": _unknown("people", "sex"),
    "LOWER_CASE_CODE": lambda row: (row["role"], row["status"]) == ("suspect", "charged"),
    "MISSING_VALUE": lambda row: row["kind"] == "",
    "BAD_NUMBER": lambda row: not row["times"].isdigit(),
    "GRADE_WITHOUT_SCHEME": lambda row: row["grading_scheme"] == "" and row["source_grade"] != "",
    "DERIVED_FROM": lambda row: row["derived_from"].startswith("harmnet:"),
    "DOB_DEFAULT": lambda row: row["dob"] == "1900-01-01",
    "DOB_IN_FUTURE": lambda row: row["dob"] > "2026-06-30",
    "DOB_UNREADABLE": lambda row: row["dob"] == "30/02/1990",
    "TRUE_INFANT": lambda row: row["dob"] > "2021-01-01",
}


def rows_of(force: Force, fault: str) -> pd.DataFrame:
    faults = force.truth("faults")
    return faults[faults["fault"] == fault]


def row(force: Force, table: str, key: str) -> Row:
    rows = force.table(table)
    found = rows[rows[KEYS[table]].agg("|".join, axis=1) == key].drop_duplicates()
    assert len(found) == 1, (table, key)
    return found.iloc[0].to_dict()


def test_every_fault_names_rows_that_are_there(tiny: Force) -> None:
    for fault in tiny.truth("faults").itertuples():
        assert fault.expected in ("KEPT", "ISSUE", "QUARANTINED")
        assert row(tiny, fault.table, fault.source_key)


@pytest.mark.parametrize("fault", SEEN)
def test_a_fault_is_seen_in_its_row(tiny: Force, fault: str) -> None:
    listed = rows_of(tiny, fault)
    assert len(listed)
    assert all(SEEN[fault](row(tiny, one.table, one.source_key)) for one in listed.itertuples())


def test_a_bad_date_is_quarantined_only_where_no_other_date_remains(tiny: Force) -> None:
    listed = rows_of(tiny, "BAD_DATE")
    crimes = listed[listed["table"] == "crimes"]
    for fault in crimes.itertuples():
        crime = row(tiny, "crimes", fault.source_key)
        assert crime["occurred_from"] in ("31/02/2024", "2025-13-01", "")
        assert (crime["recorded_at"] == "") == (fault.expected == "QUARANTINED")
    assert set(listed["table"]) == {"crimes", "custody", "intelligence"}


def test_an_end_lies_before_its_start(tiny: Force) -> None:
    spans = {
        "crimes": ("occurred_from", "occurred_to"),
        "prison_stays": ("from_date", "to_date"),
        "missing_episodes": ("missing_from", "returned_at"),
    }
    listed = rows_of(tiny, "END_BEFORE_START")
    assert set(listed["table"]) == set(spans)
    for fault in listed.itertuples():
        start, end = spans[fault.table]
        found = row(tiny, fault.table, fault.source_key)
        assert found[end] < found[start]


def test_a_crowd_is_larger_than_any_tie_admits(force: Force) -> None:
    keys = set(rows_of(force, "HUB_EVENT")["source_key"])
    suspects = force.on_crimes[force.on_crimes["crime_ref"].isin(keys)].groupby("crime_ref")["person"].nunique()
    on_report = force.on_reports[force.on_reports["report_ref"].isin(keys)].groupby("report_ref")["person"].nunique()
    assert len(suspects) == len(on_report) == 1
    assert min(suspects.min(), on_report.min()) > (150 if force.folder.name == "small" else 50)


def test_a_date_of_birth_is_that_of_the_event(tiny: Force) -> None:
    for fault in rows_of(tiny, "DOB_IS_EVENT_DATE").itertuples():
        written = row(tiny, "people", fault.source_key)["dob"]
        person = tiny.person_of[fault.source_key]
        events = tiny.on_crimes[tiny.on_crimes["person"] == person]["occurred_from"].str[:10]
        assert written in set(events)


def test_references_lead_nowhere(tiny: Force) -> None:
    (unknown,) = rows_of(tiny, "UNKNOWN_PERSON_REF")["source_key"]
    assert unknown.split("|")[1] not in set(tiny.table("people")["person_ref"])
    (lost,) = rows_of(tiny, "NO_SUCH_CRIME")["source_key"]
    assert lost.split("|")[0] not in set(tiny.crimes["crime_ref"])


def test_a_namesake_and_a_twin_are_someone_else(tiny: Force) -> None:
    records = tiny.table("people").assign(person=lambda rows: rows["person_ref"].map(tiny.person_of))
    names = records["forename"].str.upper() + "|" + records["surname"].str.upper()
    (namesake,) = set(rows_of(tiny, "NAMESAKE")["source_key"].map(tiny.person_of))
    mine = records[records["person"] == namesake].iloc[0]
    same = records[(names == names[mine.name]) & (records["person"] != namesake)]
    assert len(same)
    assert mine["dob"] not in set(same["dob"])
    (twin,) = set(rows_of(tiny, "TWIN")["source_key"].map(tiny.person_of))
    mine = records[records["person"] == twin].iloc[0]
    born_together = records[(records["dob"] == mine["dob"]) & (records["address"] == mine["address"])]
    assert born_together["person"].nunique() == 2


def test_people_of_quarantined_records_are_listed_with_them(force: Force) -> None:
    faults = force.truth("faults")
    gone = faults[faults["expected"] == "QUARANTINED"]
    for table, children in (("crimes", "crime_people"), ("intelligence", "intelligence_people")):
        parents = set(gone[gone["table"] == table]["source_key"])
        rows = force.table(children)
        on_them = rows[rows[KEYS[children][0]].isin(parents)][KEYS[children]].agg("|".join, axis=1)
        assert set(on_them) == set(rows_of(force, "RECORD_IN_QUARANTINE").query("table == @children")["source_key"])
