"""Signals: what the records say about a person beside who they are tied to."""

from datetime import date

import pytest

from harmnet.contracts import check_key, conform
from harmnet.contracts.linked import NOMINAL_SIGNALS
from harmnet.harm import offence_group_rows
from harmnet.signals import nominal_signals
from typed_rows import AS_OF, SHIPPED, involvements_of, tuples

MARKER = {"source_system": "markers", "event_kind": "MARKER", "role": "FIREARMS", "kind": "FIREARMS", "side": "NEUTRAL"}
LISTED = {"source_system": "groups", "event_kind": "GROUP", "kind": "LINE", "role": "RUNNER"}
EPISODE = {"source_system": "missing", "event_kind": "EPISODE", "role": "MISSING", "kind": "HIGH", "side": "VICTIM"}
MURDER = {"offence_code": "1", "offence_code_system": "recorded_crime"}


@pytest.fixture(scope="module")
def signals(spark):
    rows = [
        {"idx": 1, "record_ref": "C1", "flags": ["KNIFE", "GANG"], "event_date": date(2024, 1, 1), "handling": 1},
        {"idx": 1, "record_ref": "C2", "flags": ["KNIFE"], "event_date": date(2025, 1, 1), "handling": 2},
        # The same record in two roles is one record.
        {"idx": 1, "record_ref": "C2", "flags": ["KNIFE"], "event_date": date(2025, 1, 1), "role": "DEFENDANT"},
        {"idx": 2, "record_ref": "C1", "flags": ["KNIFE"], "side": "VICTIM", "role": "VICTIM"},
        {"idx": 3, "record_ref": "C1", "flags": ["KNIFE"], "status": "NO_FURTHER_ACTION"},
        {"idx": 4, "record_ref": "R1", "flags": ["KNIFE"], "credible": False, "side": None},
        {"idx": 5, "record_ref": "C3", **MURDER},
        {"idx": 5, "record_ref": "C4", "offence_code": "1", "offence_code_system": "another"},
        MARKER | {"idx": 6, "record_ref": "K1", "to_date": AS_OF},
        MARKER | {"idx": 7, "record_ref": "K2", "to_date": AS_OF},
        MARKER | {"idx": 7, "record_ref": "K3", "to_date": date(2026, 7, 1)},
        MARKER | {"idx": 8, "record_ref": "K4"},
        LISTED | {"idx": 9, "record_ref": "G1"},
        EPISODE | {"idx": 10, "record_ref": "M1", "flags": ["CHILD"]},
        EPISODE | {"idx": 11, "record_ref": "M1", "role": "FOUND_WITH", "side": "NEUTRAL"},
        {"idx": 12, "record_ref": "C5", "flags": []},
    ]
    found = nominal_signals(involvements_of(spark, rows), offence_group_rows(spark, SHIPPED), as_of=AS_OF)
    found = conform(found, NOMINAL_SIGNALS).localCheckpoint()
    check_key(found, NOMINAL_SIGNALS)
    return found


def test_a_signal_is_told_by_side_grade_and_whether_the_person_was_let_go(signals):
    columns = ("nominal_id", "kind", "signal", "side", "credible", "no_further_action", "records", "still")
    assert tuples(signals, *columns) == sorted(
        [
            (1, "FLAG", "GANG", "OFFENDER", True, False, 1, None),
            (1, "FLAG", "KNIFE", "OFFENDER", True, False, 2, None),
            (2, "FLAG", "KNIFE", "VICTIM", True, False, 1, None),
            (3, "FLAG", "KNIFE", "OFFENDER", True, True, 1, None),
            (4, "FLAG", "KNIFE", "NEUTRAL", False, False, 1, None),
            (5, "OFFENCE", "violence", "OFFENDER", True, False, 1, None),
            (6, "MARKER", "FIREARMS", "NEUTRAL", True, False, 1, False),
            (7, "MARKER", "FIREARMS", "NEUTRAL", True, False, 2, True),
            (8, "MARKER", "FIREARMS", "NEUTRAL", True, False, 1, True),
            (9, "GROUP", "LINE RUNNER", "OFFENDER", True, False, 1, True),
            (10, "EPISODE", "MISSING", "VICTIM", True, False, 1, None),
            (10, "FLAG", "CHILD", "VICTIM", True, False, 1, None),
        ],
        key=lambda row: [(value is not None, str(value)) for value in row],
    )


def test_a_signal_carries_its_first_and_last_date_and_the_handling_of_all_its_records(signals):
    knives = signals.where("nominal_id = 1 and signal = 'KNIFE'")
    assert tuples(knives, "first_date", "last_date", "handling") == [(date(2024, 1, 1), date(2025, 1, 1), 3)]
