"""Listed groups: one row per membership, dated when it was last confirmed."""

from datetime import date

from harmnet.sources.groups import involve
from typed_rows import check, staged_of, tuples


def test_a_membership_is_dated_when_confirmed_or_else_from_its_first_day(spark):
    since, confirmed = date(2020, 1, 1), date(2024, 5, 1)
    rows = [
        {"person_ref": "A", "role": "LEADER", "from_date": since, "confirmed_at": confirmed},
        {"person_ref": "B", "role": "EXPLOITED", "from_date": since, "to_date": confirmed},
        {"person_ref": "C", "role": "RUNNER", "confirmed_at": confirmed},
    ]
    found = involve(staged_of(spark, "groups", [{"group_ref": "G", "group_kind": "LINE"} | row for row in rows]))
    assert tuples(found, "person_ref", "event_id", "role", "kind", "event_date", "from_date", "to_date") == [
        ("A", "G", "LEADER", "LINE", confirmed, since, None),
        ("B", "G", "EXPLOITED", "LINE", since, since, confirmed),
        ("C", "G", "RUNNER", "LINE", confirmed, None, None),
    ]


def test_a_membership_without_any_date_or_with_an_unknown_kind_of_group_is_quarantined(spark):
    rows = [
        {"person_ref": "A", "group_kind": "usg", "from_date": "2020-01-01", "to_date": "31/12/2099"},
        {"person_ref": "B", "group_kind": "OCG"},
        {"person_ref": "C", "group_kind": "CARTEL", "from_date": "2020-01-01"},
    ]
    found = check(spark, "groups", [{"group_ref": "G", "role": "member"} | row for row in rows])
    assert tuples(found, "person_ref", "group_kind", "to_date", "reason", "detail") == [
        ("A", "USG", None, None, None),
        ("B", "OCG", None, "NO_EVENT_DATE", "confirmed_at empty, from_date empty"),
        ("C", None, None, "UNKNOWN_CODE", "group_kind CARTEL"),
    ]
