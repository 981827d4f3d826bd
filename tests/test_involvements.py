"""Involvements: age, side, quality and handling of everyone on a record."""

import itertools
from datetime import date, timedelta

from pyspark.sql import functions as F

from harmnet.contracts import conform
from harmnet.contracts.linked import INVOLVEMENTS
from harmnet.involvements import age_in_years, build, is_offender_side, is_victim_side
from typed_rows import SHIPPED, by_column, frame_of, source_frame, tuples

DAY = date(2025, 6, 30)
REFS = {"person_ref": "string", "idx": "bigint", "dob": "date", "refs": "bigint"}
CRIME = {"source_system": "crimes", "event_kind": "CRIME", "role": "SUSPECT"}
REPORT = {"source_system": "intelligence", "event_kind": "REPORT", "role": "SUBJECT"}
ASSOCIATION = {"source_system": "associations", "event_kind": "ASSOCIATION", "role": "ASSOCIATE"}


def involvements(spark, rows, refs=({"person_ref": "P", "idx": 0, "refs": 1},), events=None):
    """Involvements of source rows, each a record of its own unless it says otherwise, of P unless it says otherwise."""
    usual = {"person_ref": "P", "event_date": DAY}
    full = [usual | {"record_ref": str(place), "event_id": str(place)} | row for place, row in enumerate(rows)]
    people = frame_of(spark, REFS, refs)
    return conform(build(source_frame(spark, full), people, weights=SHIPPED.weights, events=events), INVOLVEMENTS)


def test_age_is_counted_in_whole_years_and_a_leap_day_birthday_falls_on_the_first_of_march(spark):
    expected = {
        (date(2016, 2, 29), date(2026, 2, 28)): 9,
        (date(2016, 2, 29), date(2026, 3, 1)): 10,
        (date(2016, 2, 29), date(2024, 2, 28)): 7,
        (date(2016, 2, 29), date(2024, 2, 29)): 8,
        (date(2015, 6, 30), date(2025, 6, 29)): 9,
        (date(2015, 6, 30), date(2025, 6, 30)): 10,
        (date(2025, 6, 29), date(2025, 6, 30)): 0,
        (date(2024, 12, 31), date(2025, 12, 30)): 0,
        (date(2024, 12, 31), date(2025, 12, 31)): 1,
        (date(1925, 1, 1), date(2025, 6, 30)): 100,
    }
    frame = frame_of(spark, {"dob": "date", "day": "date"}, [{"dob": dob, "day": day} for dob, day in expected])
    found = frame.withColumn("age", age_in_years(F.col("dob"), F.col("day")))
    assert {row[:2]: row[2] for row in tuples(found)} == expected


def test_an_infant_is_an_infant_and_a_birth_on_or_after_the_event_is_no_age_at_all(spark):
    births = {
        "born the day before": (DAY - timedelta(days=1), 0, "NEUTRAL"),
        "born on the day": (DAY, None, "OFFENDER"),
        "born the day after": (DAY + timedelta(days=1), None, "OFFENDER"),
        "unknown": (None, None, "OFFENDER"),
        "ten tomorrow": (date(2015, 7, 1), 9, "NEUTRAL"),
        "ten today": (date(2015, 6, 30), 10, "OFFENDER"),
    }
    refs = [{"person_ref": ref, "idx": n, "dob": dob, "refs": 1} for n, (ref, (dob, _, _)) in enumerate(births.items())]
    rows = [CRIME | {"person_ref": ref, "area_code": ref} for ref in births]
    found = by_column(involvements(spark, rows, refs), "area_code", "age_at_event", "side")
    assert found == {ref: (age, side) for ref, (_, age, side) in births.items()}


def test_no_one_under_ten_is_on_the_offender_side_of_any_record_and_a_victim_stays_one(spark):
    graded = {"grading_scheme": "3x5x2", "source_grade": "1", "information_grade": "A"}
    sides = {(system, role): side for system, roles in SHIPPED.weights.sides.items() for role, side in roles.items()}
    rows = [
        {"source_system": system, "role": role, "person_ref": ref} | (graded if system == "intelligence" else {})
        for system, role in sides
        for ref in ("child", "adult")
    ]
    refs = [
        {"person_ref": "child", "idx": 0, "dob": date(2015, 7, 1), "refs": 1},
        {"person_ref": "adult", "idx": 1, "dob": date(1990, 1, 1), "refs": 1},
    ]
    found = {row[:3]: row[3] for row in tuples(involvements(spark, rows, refs), "source_system", "role", "idx", "side")}
    young = {key: "NEUTRAL" if side == "OFFENDER" else side for key, side in sides.items()}
    assert found == {(*key, 0): side for key, side in young.items()} | {(*key, 1): side for key, side in sides.items()}
    assert {(system, role) for (system, role), side in sides.items() if side == "OFFENDER"} == {
        *(("crimes", role) for role in ("SUSPECT", "DEFENDANT")),
        *(("intelligence", role) for role in ("SUBJECT", "ASSOCIATE")),
        *(("groups", role) for role in ("LEADER", "MEMBER", "RUNNER")),
        ("custody", "DETAINEE"),
    }


def test_a_grade_is_read_only_together_with_its_own_scheme(spark):
    """Every source grade with every information grade in each scheme and in none."""
    quality = {("5x5x5", s, i): a * b // 10 for s, a in zip("ABC", (10, 8, 5)) for i, b in zip("123", (10, 9, 7))}
    quality |= {("3x5x2", "1", i): b for i, b in zip("ABC", (10, 8, 5))}
    # Tenths lose 0.35, 0.45, 0.56 and 0.72.
    quality |= {("5x5x5", "C", "3"): 3.5, ("5x5x5", "C", "2"): 4.5, ("5x5x5", "B", "3"): 5.6, ("5x5x5", "B", "2"): 7.2}
    grades = [*"ABCDEabc12345X", None]
    every = list(itertools.product(("5x5x5", "3x5x2", None), grades, grades))
    rows = [
        kind
        | {"grading_scheme": scheme, "source_grade": source, "information_grade": information, "record_ref": str(place)}
        for place, (scheme, source, information) in enumerate(every)
        for kind in (REPORT | {"event_id": "report"}, ASSOCIATION | {"event_id": "association"})
    ]
    frame = involvements(spark, rows).localCheckpoint()
    found = {row[:2]: row[2:] for row in tuples(frame, "event_id", "record_ref", "quality_micro", "credible")}
    for place, (scheme, source, information) in enumerate(every):
        worth = quality.get((scheme, (source or "").upper(), (information or "").upper()), 0)
        expected = (int(worth * 100_000), worth > 0)
        assert found["report", str(place)] == expected, (scheme, source, information)
        if (source, information) != (None, None):
            assert found["association", str(place)] == expected, (scheme, source, information)
    ungraded = every.index((None, None, None))
    assert found["association", str(ungraded)] == (1_000_000, True)
    assert set(tuples(frame.where("event_id = 'report' and not credible"), "side")) == {("NEUTRAL",)}


def test_what_rests_on_our_own_output_is_never_credible_however_well_graded(spark):
    graded = {"grading_scheme": "3x5x2", "source_grade": "1", "information_grade": "A"}
    rows = [
        REPORT | graded | {"area_code": "plain"},
        REPORT | graded | {"area_code": "derived", "derived_from": "20260101-abcdef12"},
        REPORT | graded | {"area_code": "derived victim", "derived_from": "x", "role": "VICTIM"},
    ]
    frame = involvements(spark, rows).withColumns({"offender": is_offender_side(), "victim": is_victim_side()})
    assert by_column(frame, "area_code", "quality_micro", "credible", "basis", "offender", "victim") == {
        "plain": (1_000_000, True, "ASSESSMENT", True, False),
        "derived": (0, False, "DERIVED", False, False),
        "derived victim": (0, False, "DERIVED", False, False),
    }


def test_records_without_grades_count_by_their_kind(spark):
    rows = [
        CRIME | {"area_code": "crime"},
        CRIME | {"area_code": "incident", "event_kind": "NON_CRIME"},
        CRIME | {"area_code": "let go", "status": "NO_FURTHER_ACTION"},
        {"source_system": "custody", "event_kind": "ARREST", "role": "DETAINEE", "area_code": "arrest"},
        {"source_system": "markers", "event_kind": "MARKER", "role": "DRUGS", "area_code": "marker"},
        {"source_system": "markers", "event_kind": "MARKER", "role": "EXPLOITED", "area_code": "exploited"},
        {"source_system": "groups", "event_kind": "GROUP", "role": "RUNNER", "area_code": "group", "times": 3},
    ]
    columns = ("quality_micro", "credible", "side", "basis", "times")
    assert by_column(involvements(spark, rows), "area_code", *columns) == {
        "crime": (1_000_000, True, "OFFENDER", "FACT", 1),
        "incident": (500_000, True, "OFFENDER", "FACT", 1),
        "let go": (1_000_000, True, "OFFENDER", "FACT", 1),
        "arrest": (1_000_000, True, "OFFENDER", "FACT", 1),
        "marker": (1_000_000, True, "NEUTRAL", "ASSESSMENT", 1),
        "exploited": (1_000_000, True, "VICTIM", "ASSESSMENT", 1),
        "group": (1_000_000, True, "OFFENDER", "ASSESSMENT", 3),
    }


def test_two_references_of_one_person_in_one_role_are_one_involvement_under_the_highest_status(spark):
    refs = [{"person_ref": ref, "idx": 5, "refs": 3} for ref in ("A", "B", "C")]
    on_crime = CRIME | {"event_id": "C1", "record_ref": "C1"}
    rows = [
        on_crime | {"person_ref": "A", "status": "CHARGED"},
        on_crime | {"person_ref": "B", "status": "NO_FURTHER_ACTION"},
        on_crime | {"person_ref": "C"},
        on_crime | {"person_ref": "C", "role": "VICTIM"},
        on_crime | {"person_ref": "B", "record_ref": "C2", "event_id": "C2", "status": "NO_FURTHER_ACTION"},
        on_crime | {"person_ref": "A", "record_ref": "C2", "event_id": "C2", "status": "SUSPECTED"},
    ]
    assert tuples(involvements(spark, rows, refs), "event_id", "role", "idx", "status", "side") == [
        ("C1", "SUSPECT", 5, "CHARGED", "OFFENDER"),
        ("C1", "VICTIM", 5, None, "VICTIM"),
        ("C2", "SUSPECT", 5, "SUSPECTED", "OFFENDER"),
    ]


def test_the_same_involvements_come_of_one_reference_sent_to_everyone_or_not_and_of_events_worked_out_before(
    spark, monkeypatch
):
    """Repeated roles are found by a number; rows that only share the number stay apart."""
    refs = [{"person_ref": f"P{n}", "idx": n // 3, "refs": 3 if n < 9 else 1} for n in range(10)]
    rows = [
        CRIME | {"person_ref": f"P{n}", "event_id": f"C{n % 2}", "record_ref": f"C{n % 2}", "status": status}
        for n, status in enumerate(("CHARGED", None, "CONVICTED", *["SUSPECTED"] * 6, "CHARGED"))
    ]
    found = tuples(involvements(spark, rows, refs), "idx", "event_id", "status")
    assert found == [
        *((0, "C0", "CONVICTED"), (0, "C1", None)),
        *((idx, event, "SUSPECTED") for idx in (1, 2) for event in ("C0", "C1")),
        (3, "C1", "CHARGED"),
    ]
    monkeypatch.setattr("harmnet.joining.most_rows", lambda spark: 0)
    assert tuples(involvements(spark, rows, refs), "idx", "event_id", "status") == found
    monkeypatch.setattr("harmnet.involvements.record_key", lambda: F.lit(7).cast("bigint"))
    assert tuples(involvements(spark, rows, refs), "idx", "event_id", "status") == found
    # Told that nothing is repeated, it looks no further.
    no_events = spark.createDataFrame([], "person_ref string, record_key bigint")
    assert involvements(spark, rows, refs, events=no_events).count() == len(rows) > len(found)
