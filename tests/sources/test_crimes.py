"""Crimes: which date, which kind of event."""

from datetime import date

from harmnet.sources.crimes import involve
from typed_rows import at, by_column, staged_of


def test_a_crime_is_dated_when_it_happened_or_else_when_recorded_and_an_incident_is_no_crime(spark):
    crimes = [
        {"crime_ref": "C1", "occurred_from": at("2024-05-01 23:59"), "recorded_at": at("2024-05-03")},
        {"crime_ref": "C2", "recorded_at": at("2024-05-03"), "is_crime": True},
        {"crime_ref": "C3", "recorded_at": at("2024-05-03"), "is_crime": False},
    ]
    people = [{"crime_ref": f"C{n}", "person_ref": f"P{n}", "role": "VICTIM", "status": None} for n in (1, 2, 3)]
    rows = involve(staged_of(spark, "crimes", crimes), staged_of(spark, "crime_people", people))
    assert by_column(rows, "person_ref", "event_id", "crime_ref", "role", "event_kind", "event_date") == {
        "P1": ("C1", "C1", "VICTIM", "CRIME", date(2024, 5, 1)),
        "P2": ("C2", "C2", "VICTIM", "CRIME", date(2024, 5, 3)),
        "P3": ("C3", "C3", "VICTIM", "NON_CRIME", date(2024, 5, 3)),
    }
