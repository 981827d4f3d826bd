"""Markers: the kind of marker is the role of the person on it."""

from datetime import date

from harmnet.sources.markers import involve
from typed_rows import at, by_column, staged_of


def test_the_kind_of_a_marker_is_read_in_any_case(spark):
    rows = [
        {"marker_ref": "1", "kind": "cse_risk", "set_at": at("2024-05-01 23:00")},
        {
            "marker_ref": "2",
            "person_ref": "A",
            "kind": "DRUGS",
            "set_at": at("2024-05-02"),
            "cleared_at": at("2025-01-01"),
        },
    ]
    found = involve(staged_of(spark, "markers", [row | {"person_ref": "A"} for row in rows]))
    assert by_column(found, "record_ref", "role", "kind", "event_date", "to_date") == {
        "1": ("CSE_RISK", "CSE_RISK", date(2024, 5, 1), None),
        "2": ("DRUGS", "DRUGS", date(2024, 5, 2), date(2025, 1, 1)),
    }
