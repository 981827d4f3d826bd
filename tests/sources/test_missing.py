"""Missing episodes: the missing person and everyone named in the episode."""

from datetime import date

from harmnet.sources.missing import involve
from typed_rows import at, staged_of, tuples


def test_the_missing_person_stands_on_their_episode_beside_those_found_with_them(spark):
    episodes = [
        {"episode_ref": "E1", "person_ref": "A", "missing_from": at("2024-05-01 23:00"), "flags": ["CSE"]},
        {"episode_ref": "E2", "person_ref": "D", "missing_from": at("2024-05-02"), "found_area": "F1A1"},
    ]
    named = [
        {"episode_ref": "E1", "person_ref": "B", "role": "FOUND_WITH"},
        {"episode_ref": "E1", "person_ref": "C", "role": "MENTIONED"},
    ]
    found = involve(staged_of(spark, "missing_episodes", episodes), staged_of(spark, "missing_people", named))
    assert tuples(found, "event_id", "person_ref", "role", "event_date", "flags", "area_code") == [
        ("E1", "A", "MISSING", date(2024, 5, 1), ["CSE"], None),
        ("E1", "B", "FOUND_WITH", date(2024, 5, 1), ["CSE"], None),
        ("E1", "C", "MENTIONED", date(2024, 5, 1), ["CSE"], None),
        ("E2", "D", "MISSING", date(2024, 5, 2), None, "F1A1"),
    ]
