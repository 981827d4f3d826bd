"""Intelligence reports: what a report says of itself goes with everyone on it."""

from datetime import date

from harmnet.sources.intelligence import involve
from typed_rows import at, by_column, staged_of


def test_grades_handling_and_our_own_output_go_with_everyone_on_the_report(spark):
    graded = {"grading_scheme": "3x5x2", "source_grade": "1", "information_grade": "B"}
    coded = {"handling_code": "C", "action_code": "A2", "sanitisation_code": "S2"}
    reports = [
        {"report_ref": "R1", "created_at": at("2024-05-01 23:59"), "flags": ["CSE"], "words": ["ocg"]} | graded | coded,
        {"report_ref": "R2", "created_at": at("2024-05-02"), "derived_from": "20240501-abcdef12"},
    ]
    people = [("R1", "A", "SUBJECT"), ("R1", "B", "MENTIONED"), ("R2", "C", "ASSOCIATE")]
    people = [dict(zip(("report_ref", "person_ref", "role"), row, strict=True)) for row in people]
    rows = involve(staged_of(spark, "intelligence", reports), staged_of(spark, "intelligence_people", people))
    report = (date(2024, 5, 1), ["CSE"], ["ocg"], *graded.values(), *coded.values(), None)
    columns = ("event_id", "role", "event_date", "flags", "words", *graded, *coded, "derived_from")
    assert by_column(rows, "person_ref", *columns) == {
        "A": ("R1", "SUBJECT", *report),
        "B": ("R1", "MENTIONED", *report),
        "C": ("R2", "ASSOCIATE", date(2024, 5, 2), *[None] * 8, "20240501-abcdef12"),
    }
