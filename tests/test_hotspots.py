"""Events, harm and involved people by area and month."""

from datetime import date

import pytest

from harmnet.contracts import check_key, conform
from harmnet.contracts.hotspots import AREA_MONTH
from harmnet.contracts.results import THEME_HITS, THEME_MEMBERS
from harmnet.hotspots import area_month, first_month
from typed_rows import AS_OF, SHIPPED, frame_of, involvements_of, table_of, tuples

CRIMES = {"crime_ref": "string", "idx": "bigint", "cchi_micro": "bigint", "css_micro": "bigint"}
HERE = {"area_code": "F1A1", "event_date": date(2026, 6, 1)}


@pytest.mark.parametrize(
    ("as_of", "months", "first"),
    [
        (date(2026, 6, 30), 1, date(2026, 6, 1)),
        (date(2026, 6, 1), 6, date(2026, 1, 1)),
        (date(2026, 6, 1), 7, date(2025, 12, 1)),
        (date(2026, 12, 31), 36, date(2024, 1, 1)),
    ],
)
def test_the_months_end_with_that_of_as_of(as_of, months, first):
    assert first_month(as_of, months) == first


@pytest.fixture(scope="module")
def months(spark):
    rows = [
        # Two carry one crime, a third was let go; its victim and a witness are no offenders.
        HERE | {"record_ref": "C1", "idx": 1, "handling": 1},
        HERE | {"record_ref": "C1", "idx": 2},
        HERE | {"record_ref": "C1", "idx": 3, "status": "NO_FURTHER_ACTION"},
        HERE | {"record_ref": "C1", "idx": 4, "side": "VICTIM", "role": "VICTIM"},
        # No one carries it, and no index values it.
        HERE | {"record_ref": "C2", "idx": 4, "side": "VICTIM", "role": "VICTIM", "event_date": date(2026, 6, 30)},
        HERE | {"record_ref": "C3", "idx": 1},
        HERE | {"record_ref": "M1", "idx": 5, "source_system": "missing", "side": "VICTIM", "handling": 2},
        HERE | {"record_ref": "C4", "idx": 1, "event_date": date(2026, 5, 31)},
        HERE | {"record_ref": "C5", "idx": 1, "area_code": "elsewhere"},
        HERE | {"record_ref": "C6", "idx": 1, "event_date": date(2026, 4, 30)},
        HERE | {"record_ref": "R1", "idx": 1, "credible": False},
        HERE | {"record_ref": "C7", "idx": 1, "area_code": None},
    ]
    crimes = [("C1", 1, 10, 100), ("C1", 2, 10, 100), ("C3", 1, None, 7), ("C4", 1, 5, 5), ("C5", 1, 5, 5)]
    hit = {"theme": "cse", "source_system": "crimes", "credible": True}
    hits = [
        hit | {"record_ref": "C1", "nominal_id": 1, "rule": "a"},
        hit | {"record_ref": "C1", "nominal_id": 1, "rule": "b"},
        hit | {"record_ref": "C2", "nominal_id": 4, "rule": "a"},
        hit | {"record_ref": "C3", "nominal_id": 1, "rule": "a", "credible": False},
        hit | {"record_ref": "M1", "nominal_id": 1, "rule": "a", "source_system": "custody"},
    ]
    members = [
        {"theme": "cse", "nominal_id": 1, "involved": True},
        {"theme": "cse", "nominal_id": 2, "involved": False},
        {"theme": "soc", "nominal_id": 3, "involved": True},
    ]
    found = area_month(
        involvements_of(spark, rows),
        frame_of(spark, CRIMES, [dict(zip(CRIMES, row, strict=True)) for row in crimes]),
        table_of(spark, THEME_HITS, hits),
        table_of(spark, THEME_MEMBERS, members),
        months=2,
        areas=SHIPPED.areas,
        as_of=AS_OF,
    )
    found = conform(found, AREA_MONTH).localCheckpoint()
    check_key(found, AREA_MONTH)
    return found


def test_a_month_counts_each_event_and_each_carried_crime_once(months):
    columns = ("theme", "area_code", "month", "events", "crimes", "cchi_micro", "css_micro", "involved_people")
    june, may = date(2026, 6, 1), date(2026, 5, 1)
    assert tuples(months, *columns, "handling") == [
        ("all", "F1A1", may, 1, 1, 5, 5, 1, 0),
        ("all", "F1A1", june, 4, 2, 10, 107, 3, 3),
        ("all", "elsewhere", june, 1, 1, 5, 5, 1, 0),
        ("cse", "F1A1", june, 2, 1, 10, 100, 1, 1),
    ]


def test_an_area_carries_its_unit_and_force_and_an_unknown_one_neither(months):
    assert tuples(months.select("area_code", "unit_code", "force_code").distinct()) == [
        ("F1A1", "F1A", "F1"),
        ("elsewhere", None, None),
    ]
