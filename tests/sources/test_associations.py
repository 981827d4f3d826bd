"""Associations: two people on one record, and how many sightings it stands for."""

from datetime import date

from harmnet.sources.associations import involve
from typed_rows import at, staged_of, tuples


def test_both_people_stand_on_an_association_and_nobody_is_their_own_associate(spark):
    rows = [
        {"association_ref": "1", "person_ref": "A", "other_person_ref": "B", "kind": "ASSOCIATE", "times": 3},
        {"association_ref": "2", "person_ref": "A", "other_person_ref": "A", "kind": "FAMILY", "times": 0},
        {"association_ref": "3", "person_ref": "B", "other_person_ref": "A", "kind": "PARTNER"},
    ]
    rows = [row | {"recorded_at": at("2024-05-01 23:59")} for row in rows]
    found = involve(staged_of(spark, "associations", rows))
    day = date(2024, 5, 1)
    assert tuples(found, "event_id", "person_ref", "role", "kind", "times", "event_date") == [
        ("1", "A", "ASSOCIATE", "ASSOCIATE", 3, day),
        ("1", "B", "ASSOCIATE", "ASSOCIATE", 3, day),
        ("2", "A", "FAMILY", "FAMILY", 1, day),
        ("3", "A", "PARTNER", "PARTNER", 1, day),
        ("3", "B", "PARTNER", "PARTNER", 1, day),
    ]
