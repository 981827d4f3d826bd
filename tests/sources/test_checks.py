"""Raw text to typed columns: what is staged, what is quarantined and why, what is noted."""

import json
from datetime import date

import pytest
from pyspark.sql import functions as F

from harmnet import current
from harmnet.current import Keys, RawCount, current_rows
from harmnet.sources import RULES
from harmnet.sources.checks import only_issues, only_quarantined, only_staged
from typed_rows import RAW, at, by_column, check, frame_of, raw_of, tuples

STAY = {"person_ref": "P1", "prison": "HMP A", "cell": "1", "from_date": "2024-01-01"}


def verdicts(frame, key):
    """key -> (reason, detail, issues), issues as (field, issue, found)."""
    rows = frame.select(key, "reason", "detail", "issues").collect()
    return {row[0]: (row[1], row[2], sorted(tuple(issue) for issue in row[3] or [])) for row in rows}


def test_instants_are_read_in_both_ways_of_writing_as_utc_and_no_other_text_is_a_date(spark):
    read = {
        "2026-06-30": at("2026-06-30"),
        "30/06/2026": at("2026-06-30"),
        " 2026-06-30 ": at("2026-06-30"),
        "30/06/2026 23:30": at("2026-06-30 23:30"),
        "2026-06-30 23:59": at("2026-06-30 23:59"),
        "2026-06-30T23:59:59Z": at("2026-06-30 23:59:59"),
        "2026-06-30T23:59:59.5Z": at("2026-06-30 23:59:59.500000"),
        "2026-07-01T00:30:00+01:00": at("2026-06-30 23:30"),
        "2024-02-29": at("2024-02-29"),
        "9999-12-31": at("9999-12-31"),
    }
    unread = ["31/02/2024", "2025-13-01", "2023-02-29", "2025-1-1", "20240229", "30/06/26", "June 2024", "2024-06"]
    unread += ["2026-06-30T25:00:00Z", "06/30/2026", "0000-00-00", "2024-06-30 and later", "+2024-06-30"]
    rows = [{"marker_ref": text, "person_ref": "P", "kind": "DRUGS", "set_at": text} for text in [*read, *unread]]
    assert by_column(check(spark, "markers", rows), "source_key", "set_at") == read | dict.fromkeys(unread)


def test_a_crime_is_quarantined_only_when_none_of_its_dates_can_be_read(spark):
    found = check(
        spark,
        "crimes",
        [
            {"crime_ref": "both", "occurred_from": "2024-02-01", "recorded_at": "2024-02-02"},
            {"crime_ref": "one bad", "occurred_from": "31/02/2024", "recorded_at": "2024-02-02"},
            {"crime_ref": "two bad", "occurred_from": "31/02/2024", "recorded_at": "2025-13-01"},
            {"crime_ref": "one bad, one empty", "occurred_from": "31/02/2024", "recorded_at": " "},
            {"crime_ref": "only an end", "occurred_to": "2024-02-01"},
        ],
    )
    assert verdicts(found, "crime_ref") == {
        "both": (None, None, []),
        "one bad": (None, None, [("occurred_from", "BAD_DATE", "31/02/2024")]),
        "two bad": ("NO_EVENT_DATE", "occurred_from 31/02/2024, recorded_at 2025-13-01", []),
        "one bad, one empty": ("NO_EVENT_DATE", "occurred_from 31/02/2024, recorded_at  ", []),
        "only an end": ("NO_EVENT_DATE", "occurred_from empty, recorded_at empty", []),
    }


def test_every_system_is_dated_by_the_columns_the_design_names():
    assert {source: rules.event_date for source, rules in RULES.items() if rules.event_date} == {
        "crimes": ("occurred_from", "recorded_at"),
        "intelligence": ("created_at",),
        "custody": ("detained_at",),
        "prison_stays": ("from_date",),
        "missing_episodes": ("missing_from",),
        "markers": ("set_at",),
        "groups": ("confirmed_at", "from_date"),
        "associations": ("recorded_at",),
    }


def test_people_on_a_record_hang_on_a_record_that_was_staged():
    assert {source: rules.parent for source, rules in RULES.items() if rules.parent} == {
        "crime_people": ("crime_ref", "crimes"),
        "intelligence_people": ("report_ref", "intelligence"),
        "missing_people": ("episode_ref", "missing_episodes"),
    }


def test_required_values_and_codes_quarantine_a_row_and_optional_ones_only_leave_a_note(spark):
    parents = frame_of(spark, {"crime_ref": "string"}, [{"crime_ref": "C1"}])
    rows = [
        {"person_ref": "fine", "role": "SUSPECT", "status": "CHARGED"},
        {"person_ref": "lower case", "role": "suspect", "status": "charged"},
        {"person_ref": "spaces", "role": " Victim ", "status": "  "},
        {"person_ref": "unknown role", "role": "ACCUSED"},
        {"person_ref": "no role"},
        {"person_ref": "blank role", "role": "  "},
        {"person_ref": "unknown status", "role": "SUSPECT", "status": "CAUTIONED"},
        {"person_ref": "no such crime", "role": "SUSPECT", "crime_ref": "C2"},
        {"person_ref": "no role, no crime", "crime_ref": "C2"},
        {"person_ref": " ", "role": "SUSPECT"},
    ]
    found = check(spark, "crime_people", [{"crime_ref": "C1"} | row for row in rows], parents=parents)
    assert tuples(found, "person_ref", "role", "status", "reason", "detail") == [
        (None, "SUSPECT", None, "MISSING_VALUE", "person_ref"),
        ("blank role", None, None, "MISSING_VALUE", "role"),
        ("fine", "SUSPECT", "CHARGED", None, None),
        ("lower case", "SUSPECT", "CHARGED", None, None),
        ("no role", None, None, "MISSING_VALUE", "role"),
        ("no role, no crime", None, None, "MISSING_VALUE", "role"),
        ("no such crime", "SUSPECT", None, "NO_SUCH_RECORD", "C2 is not in crimes"),
        ("spaces", "VICTIM", None, None, None),
        ("unknown role", None, None, "UNKNOWN_CODE", "role ACCUSED"),
        ("unknown status", "SUSPECT", None, None, None),
    ]
    assert tuples(only_issues(found, "crime_people")) == [
        ("crime_people", "C1|unknown status|SUSPECT", "status", "UNKNOWN_CODE", "CAUTIONED")
    ]


def test_an_end_in_2099_is_open_and_an_end_that_cannot_be_read_is_not(spark):
    ends = [None, "31/12/2099", "2100-01-01", "2098-12-31", "31/02/2024", "soon", "2023-12-31"]
    found = check(spark, "prison_stays", [STAY | {"stay_ref": end or "none", "to_date": end} for end in ends])
    assert by_column(found, "stay_ref", "to_date", "reason") == {
        "none": (None, None),
        "31/12/2099": (None, None),
        "2100-01-01": (None, None),
        "2098-12-31": (date(2098, 12, 31), None),
        "31/02/2024": (None, "BAD_END_DATE"),
        "soon": (None, "BAD_END_DATE"),
        "2023-12-31": (date(2023, 12, 31), None),
    }
    assert tuples(only_issues(found, "prison_stays"), "source_key", "field", "issue", "found") == [
        ("2023-12-31", "to_date", "END_BEFORE_START", "2023-12-31")
    ]


def test_a_date_that_cannot_be_a_birthday_is_no_date_of_birth_but_the_record_stays(spark):
    births = {
        "1900-01-01": None,
        "01/01/1970": None,
        "2026-07-01": None,
        "31/02/1990": None,
        "2026-06-30": date(2026, 6, 30),
        "1970-01-02": date(1970, 1, 2),
        "29/02/2016": date(2016, 2, 29),
    }
    found = check(spark, "people", [{"person_ref": text, "dob": text} for text in births])
    assert by_column(found, "person_ref", "dob", "reason") == {text: (born, None) for text, born in births.items()}
    assert tuples(only_issues(found, "people"), "source_key", "issue") == [
        ("01/01/1970", "NOT_A_BIRTHDAY"),
        ("1900-01-01", "NOT_A_BIRTHDAY"),
        ("2026-07-01", "NOT_A_BIRTHDAY"),
        ("31/02/1990", "BAD_DATE"),
    ]


def test_lists_booleans_and_counts_are_read_and_what_is_none_of_them_is_noted(spark):
    found = check(
        spark,
        "crimes",
        [
            {"crime_ref": "1", "is_crime": "FALSE", "flags": [" knife ", "CSE", "KNIFE", ""]},
            {"crime_ref": "2", "is_crime": "y", "flags": []},
            {
                "crime_ref": "3",
                "is_crime": "perhaps",
                "offence_code": " 4.10 ",
                "offence_code_system": "RECORDED_CRIME",
            },
            {"crime_ref": "4", "offence_code_system": "cohort"},
        ],
    )
    found = found.withColumn("reason", found.reason.isNull())
    assert by_column(found, "crime_ref", "is_crime", "flags", "offence_code", "offence_code_system") == {
        "1": (False, ["CSE", "KNIFE"], None, None),
        "2": (True, [], None, None),
        "3": (None, None, "4.10", "recorded_crime"),
        "4": (None, None, None, None),
    }
    times = {"2": 2, "0": 0, "-1": None, "2.0": None, "many": None, "": None}
    row = {"person_ref": "A", "other_person_ref": "B", "kind": "family", "recorded_at": "2024-01-01"}
    found = check(spark, "associations", [row | {"association_ref": f"<{text}>", "times": text} for text in times])
    assert by_column(found, "association_ref", "times") == {f"<{text}>": number for text, number in times.items()}
    assert tuples(only_issues(found, "associations"), "field", "issue", "found") == [
        ("times", "BAD_VALUE", "-1"),
        ("times", "BAD_VALUE", "2.0"),
        ("times", "BAD_VALUE", "many"),
    ]


def test_every_row_is_either_staged_or_quarantined_and_free_text_goes_with_neither(spark):
    rows = [
        {"crime_ref": "good", "recorded_at": "2024-01-01", "mo_text": "SECRET cuckooing"},
        {"crime_ref": "bad", "recorded_at": "never", "is_crime": "perhaps", "mo_text": "SECRET", "flags": ["CSE"]},
    ]
    checked = check(spark, "crimes", rows, words=["cuckooing"]).localCheckpoint()
    staged, quarantined = only_staged(checked), only_quarantined(checked, "crimes").collect()
    assert {"mo_text", "reason", "raw_row", "issues"}.isdisjoint(staged.columns)
    assert tuples(staged, "crime_ref", "words") == [("good", ["cuckooing"])]
    assert [row[:4] for row in quarantined] == [
        ("crimes", "bad", "NO_EVENT_DATE", "occurred_from empty, recorded_at never")
    ]
    assert json.loads(quarantined[0].raw_row) == {
        "crime_ref": "bad",
        "recorded_at": "never",
        "is_crime": "perhaps",
        "flags": ["CSE"],
    }
    # What is wrong with a row that nobody uses is said once, by its reason.
    assert only_issues(checked, "crimes").collect() == []


@pytest.mark.parametrize("most", [0, 500_000])
def test_the_last_word_on_a_key_decides_by_batch_then_row_and_delete_removes(spark, monkeypatch, most):
    """However many keys stand in several rows."""
    monkeypatch.setattr("harmnet.joining.most_rows", lambda spark: most)
    told = [
        ("later batch", 1, 9, "UPSERT", "old"),
        ("later batch", 2, 1, "UPSERT", "new"),
        ("later row", 3, 10, "UPSERT", "new"),
        ("later row", 3, 9, "UPSERT", "old"),
        ("deleted", 1, 1, "UPSERT", "old"),
        ("deleted", 2, 1, "DELETE", None),
        ("deleted in its own batch", 2, 2, "UPSERT", "old"),
        ("deleted in its own batch", 2, 3, "DELETE", None),
        ("came back", 2, 4, "DELETE", None),
        ("came back", 1, 4, "UPSERT", "old"),
        ("came back", 3, 4, "UPSERT", "new"),
        ("once", 2, 5, "UPSERT", "new"),
        ("only deleted", 2, 6, "DELETE", None),
    ]
    columns = ("person_ref", "batch_id", "row_no", "op", "surname")
    rows = raw_of(spark, "people", [dict(zip(columns, row, strict=True)) for row in told])
    found = current_rows(rows, RAW["people"], Keys.of(rows))
    assert tuples(found, "source_key", "person_ref", "surname", "first_batch") == [
        ("came back", "came back", "new", 1),
        ("later batch", "later batch", "new", 1),
        ("later row", "later row", "new", 3),
        ("once", "once", "new", 2),
    ]


def test_keys_that_share_a_number_are_told_apart(spark, monkeypatch):
    rows = raw_of(spark, "people", [{"person_ref": "P1"}, {"person_ref": "P2"}, {"person_ref": "P2", "row_no": 9}])
    monkeypatch.setattr(current, "hashed", lambda rows: rows.withColumn("_key_hash", F.lit(1).cast("bigint")))
    keys = Keys.of(rows)
    assert keys.settled == 0
    assert tuples(current_rows(rows, RAW["people"], keys), "source_key") == [("P1",), ("P2",)]
    assert RawCount.of_rows(rows, keys) == RawCount(rows=3, keys=2, deleted=0)


def test_where_no_key_repeats_the_short_way_gives_the_same_rows(spark):
    rows = raw_of(spark, "groups", [{"group_ref": "G1", "from_date": day, "batch_id": 4} for day in ("a", "b", None)])
    short, long = (current_rows(rows, RAW["groups"], keys) for keys in (None, Keys.of(rows)))
    assert tuples(short) == tuples(long.select(short.columns))
    assert short.count() == 3
