"""Records that someone at risk and a member both stand on."""

import pytest
from pyspark.sql import functions as F

from harmnet.shared_records import shared_records
from typed_rows import involvements_of, tuples

AT_RISK, MEMBERS = [(1,), (2,), (3,)], [(3,), (4,), (5,), (6,)]
ROWS = [
    # With a member, who stands on it three times and is one of its people.
    {"idx": 1, "event_id": "C1", "role": "VICTIM", "side": "VICTIM"},
    {"idx": 4, "event_id": "C1"},
    {"idx": 4, "event_id": "C1", "role": "DEFENDANT"},
    {"idx": 4, "event_id": "C1", "role": "OTHER", "side": "OFFENDER"},
    # The same reference in another system, without a member.
    {"idx": 1, "event_id": "C1", "source_system": "intelligence", "event_kind": "REPORT"},
    # At risk and a member in one person is not shared with oneself.
    {"idx": 3, "event_id": "C2"},
    {"idx": 2, "event_id": "C2", "role": "WITNESS", "side": "NEUTRAL"},
    # Nobody at risk; nobody in a network; someone who is neither.
    {"idx": 4, "event_id": "C3"},
    {"idx": 5, "event_id": "C3"},
    {"idx": 2, "event_id": "C4"},
    {"idx": 9, "event_id": "C4"},
    # More people than max_people: a crime says nothing, a group names each.
    *({"idx": idx, "event_id": "C5"} for idx in (1, 4, 5, 6)),
    *({"idx": idx, "event_id": "G1", "source_system": "groups", "event_kind": "GROUP"} for idx in (1, 4, 5, 6)),
    # A cell is no record that people share.
    {"idx": 1, "event_id": "P1", "source_system": "prison", "event_kind": "STAY"},
    {"idx": 4, "event_id": "P1", "source_system": "prison", "event_kind": "STAY"},
]
SHARED = [
    (1, "SUSPECT", 4, "OFFENDER", "groups", "groups:G1"),
    (1, "SUSPECT", 5, "OFFENDER", "groups", "groups:G1"),
    (1, "SUSPECT", 6, "OFFENDER", "groups", "groups:G1"),
    (1, "VICTIM", 4, "OFFENDER", "crimes", "crimes:C1"),
    (2, "WITNESS", 3, "OFFENDER", "crimes", "crimes:C2"),
]


@pytest.mark.parametrize("numbers_repeat", [False, True])
def test_each_person_at_risk_with_each_member_on_a_record(spark, monkeypatch, numbers_repeat):
    if numbers_repeat:
        monkeypatch.setattr("harmnet.shared_records.record_number", lambda: F.lit(7).cast("bigint"))
    at_risk, members = (spark.createDataFrame(people, "idx bigint") for people in (AT_RISK, MEMBERS))
    found = shared_records(involvements_of(spark, ROWS), at_risk, members, max_people=3)
    assert tuples(found, "idx", "role", "member", "member_side", "source_system", "source") == SHARED
