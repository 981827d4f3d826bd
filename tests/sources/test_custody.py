"""Custody: the arrest is the event."""

from datetime import date

from harmnet.sources.custody import involve
from typed_rows import at, by_column, staged_of


def test_an_arrest_is_dated_by_its_first_detention_and_has_the_smallest_crime_of_its_rows(spark):
    night, morning = at("2024-05-01 23:50"), at("2024-05-02 00:10")
    rows = [
        {"custody_ref": "K1", "arrest_ref": "A1", "person_ref": "P1", "detained_at": morning, "crime_ref": "C9"},
        {"custody_ref": "K2", "arrest_ref": "A1", "person_ref": "P2", "detained_at": night, "crime_ref": "C10"},
        {"custody_ref": "K3", "arrest_ref": "A1", "person_ref": "P3", "detained_at": morning},
        {"custody_ref": "K4", "person_ref": "P4", "detained_at": morning},
    ]
    found = involve(staged_of(spark, "custody", rows))
    assert by_column(found, "record_ref", "event_id", "event_date", "crime_ref", "role") == {
        "K1": ("A1", date(2024, 5, 1), "C10", "DETAINEE"),
        "K2": ("A1", date(2024, 5, 1), "C10", "DETAINEE"),
        "K3": ("A1", date(2024, 5, 1), "C10", "DETAINEE"),
        "K4": ("K4", date(2024, 5, 2), None, "DETAINEE"),
    }


def test_how_a_detention_ended_reads_as_a_status(spark):
    ends = {"CHARGED": "CHARGED", "nfa": "NO_FURTHER_ACTION", "NO_FURTHER_ACTION": "NO_FURTHER_ACTION"}
    ends |= {"CONVICTED": "CONVICTED", "BAILED": "SUSPECTED", "": "SUSPECTED"}
    rows = [
        {"custody_ref": end, "person_ref": "P", "detained_at": at("2024-05-01"), "disposal": end or None}
        for end in ends
    ]
    assert by_column(involve(staged_of(spark, "custody", rows)), "record_ref", "status") == ends
