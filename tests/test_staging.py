"""The stage `stage`: rows in are rows staged and quarantined, and what a profile says of them."""

from datetime import UTC, date, datetime

import pytest

from harmnet import staging
from harmnet.contracts.raw import SYSTEMS
from harmnet.contracts.staged import PROFILE, QUARANTINE, STAGED, STAGED_COUNTS, STAGED_ISSUES
from harmnet.current import Keys, RawCount, one_row_per_key
from harmnet.errors import HarmnetError
from harmnet.ingest import Batch, BatchTable
from harmnet.staging import account, profile, systems_on
from typed_rows import RAW, SHIPPED, InMemory, at, raw_of, table_of, tuples


def batch(number, *tables):
    """A batch with (source, rows, deletes, repeated keys) for each table."""
    entries = tuple(BatchTable(f"raw_{source}", *counts, "digest", None, ()) for source, *counts in tables)
    return Batch(number, datetime(2026, 1, number, tzinfo=UTC), "DELTA", "EXTRACTS", f"batch {number}", entries)


def settings_with(*systems):
    sources = SHIPPED.sources.model_copy(update={"systems": {system: system in systems for system in SYSTEMS}})
    return SHIPPED.__class__(**{**vars(SHIPPED), "sources": sources})


CRIMES = [
    {"crime_ref": "C1", "recorded_at": "2024-01-01", "is_crime": "maybe", "offence_code": "1"},
    {"crime_ref": "C1", "recorded_at": "2024-02-01", "batch_id": 2, "row_no": 1, "offence_code": "2"},
    {"crime_ref": "C2", "recorded_at": "never"},
    {"crime_ref": "C3", "recorded_at": "2024-03-01", "offence_code": "2"},
    {"crime_ref": "C3", "op": "DELETE", "batch_id": 2, "row_no": 2},
    {"crime_ref": "C4", "recorded_at": "2023-03-01", "is_crime": "perhaps", "mo_text": "cuckooing"},
]
CRIME_PEOPLE = [
    {"crime_ref": "C1", "person_ref": "P1", "role": "SUSPECT"},
    {"crime_ref": "C2", "person_ref": "P1", "role": "SUSPECT"},
    {"crime_ref": "C3", "person_ref": "P1", "role": "SUSPECT"},
    {"crime_ref": "C4", "person_ref": "P2", "role": "victim", "status": "unknown"},
    {"crime_ref": "C4", "person_ref": "P2", "role": "culprit"},
]


@pytest.fixture(scope="module")
def ran(spark):
    """The stage on crimes alone: two batches, of which the second replaces one crime and deletes another."""
    raw = {"crimes": CRIMES, "crime_people": CRIME_PEOPLE}
    batches = [
        batch(1, ("people", 0, 0, 0), ("crimes", 4, 0, 0), ("crime_people", 5, 0, 0)),
        batch(2, ("crimes", 2, 1, 0)),
    ]
    io = InMemory(spark, settings=settings_with("crimes"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "batches_up_to", lambda lake, known_at: batches)
        patch.setattr(
            staging,
            "visible_rows",
            lambda lake, table, ids: raw_of(spark, table.source, raw[table.source]) if table.source in raw else None,
        )
        staging.run(io)
    return io


def test_rows_in_are_superseded_deleted_staged_or_quarantined_and_nothing_else(ran):
    columns = ("source", "raw_rows", "superseded", "deleted", "current", "staged", "quarantined")
    assert tuples(ran.read(STAGED_COUNTS), *columns) == [
        ("crime_people", 5, 0, 0, 5, 2, 3),
        ("crimes", 6, 2, 1, 3, 2, 1),
        ("people", 0, 0, 0, 0, 0, 0),
    ]
    assert sorted(ran.said) == [
        "  crime_people: 2 staged, 3 quarantined",
        "  crimes: 2 staged, 1 quarantined",
        "  people: 0 staged, 0 quarantined",
    ]


def test_what_was_thrown_out_or_doubted_is_listed_with_its_reason(ran):
    assert tuples(ran.read(QUARANTINE), "source", "source_key", "reason", "detail") == [
        ("crime_people", "C2|P1|SUSPECT", "NO_SUCH_RECORD", "C2 is not in crimes"),
        ("crime_people", "C3|P1|SUSPECT", "NO_SUCH_RECORD", "C3 is not in crimes"),
        ("crime_people", "C4|P2|culprit", "UNKNOWN_CODE", "role culprit"),
        ("crimes", "C2", "NO_EVENT_DATE", "occurred_from empty, recorded_at never"),
    ]
    assert tuples(ran.read(STAGED_ISSUES)) == [
        ("crime_people", "C4|P2|victim", "status", "UNKNOWN_CODE", "unknown"),
        # The row of C1 that said maybe was replaced.
        ("crimes", "C4", "is_crime", "BAD_VALUE", "perhaps"),
    ]
    words = {row[0]: row[1] for row in tuples(ran.read(STAGED["crimes"]), "crime_ref", "words")}
    assert words == {"C1": None, "C2": None, "C4": ["cuckooing"]}


def test_the_profile_counts_current_rows_by_source_and_column(ran):
    rows = {row[:2]: row[2:] for row in tuples(ran.read(PROFILE))}
    assert rows["crimes", "offence_code"] == (3, 2, 1, None, None)
    assert rows["crimes", "recorded_at"] == (3, 1, None, "2023-03-01", "2024-02-01")
    assert rows["crime_people", "role"] == (5, 1, 2, None, None)
    assert rows["people", "sex"] == (0, 0, 0, None, None)
    assert {field for source, field in rows if source == "crimes"} == set(RAW["crimes"].names) - {"mo_text"}


def test_a_profile_has_missing_values_distinct_codes_and_the_range_of_dates(spark):
    rows = [
        {"person_ref": "P1", "sex": "F", "dob": date(1990, 1, 2), "area_code": "F1A1", "surname": "Ash"},
        {"person_ref": "P2", "sex": "F", "dob": date(1980, 1, 2), "area_code": "F1A2", "surname": "Bay"},
        {"person_ref": "P3", "sex": "M", "reason": "MISSING_VALUE"},
    ]
    found = {row[1]: row[2:] for row in tuples(profile(table_of(spark, STAGED["people"], rows), STAGED["people"]))}
    assert found["person_ref"] == (3, 0, None, None, None)
    assert found["sex"] == (3, 0, 2, None, None)
    assert found["dob"] == (3, 1, None, "1980-01-02", "1990-01-02")
    assert found["area_code"] == (3, 1, 2, None, None)
    assert found["surname"] == (3, 1, None, None, None)
    assert found["forename"] == (3, 3, None, None, None)
    assert not set(found) & {"source_key", "reason", "detail", "raw_row", "issues", "first_batch", "address"}


def test_instants_are_profiled_by_their_day_in_utc(spark):
    rows = [{"marker_ref": "1", "set_at": at("2024-05-01 23:59")}, {"marker_ref": "2", "set_at": at("2024-05-03")}]
    found = {row[1]: row[4:] for row in tuples(profile(table_of(spark, STAGED["markers"], rows), STAGED["markers"]))}
    assert found["set_at"] == (None, "2024-05-01", "2024-05-03")


def test_rows_lost_or_doubled_on_the_way_stop_the_run():
    raw = RawCount(rows=12, keys=10, deleted=3)
    assert account(RAW["crimes"], raw, done=7, staged=5) == {
        "source": "crimes",
        "raw_rows": 12,
        "superseded": 2,
        "deleted": 3,
        "current": 7,
        "staged": 5,
        "quarantined": 2,
    }
    for done in (6, 8):
        with pytest.raises(HarmnetError) as refused:
            account(RAW["crimes"], raw, done=done, staged=5)
        said = f"stage: crimes: 7 rows are current, but {done} were staged or quarantined; nothing is published"
        assert str(refused.value) == said


def test_raw_rows_are_counted_by_key_and_by_their_last_word(spark):
    for crimes, count in ((CRIMES, RawCount(rows=6, keys=4, deleted=1)), ([], RawCount(0, 0, 0))):
        rows = raw_of(spark, "crimes", crimes)
        assert RawCount.of_rows(rows, Keys.of(rows)) == count


@pytest.mark.parametrize(
    ("batches", "tidy"),
    [
        ([], True),
        ([batch(1, ("crimes", 9, 0, 0))], True),
        ([batch(1, ("crimes", 9, 0, 1))], False),
        ([batch(1, ("crimes", 9, 1, 0))], False),
        ([batch(1, ("crimes", 9, 0, 0)), batch(2, ("crimes", 1, 0, 0))], False),
        ([batch(1, ("crimes", 9, 0, 0)), batch(2, ("people", 5, 1, 1))], True),
    ],
)
def test_only_one_batch_without_repeats_and_deletes_says_that_no_key_repeats(batches, tidy):
    assert one_row_per_key(batches, RAW["crimes"]) is tidy
    if tidy:
        assert RawCount.of(batches, RAW["crimes"]).deleted == 0


def test_people_are_staged_whatever_is_switched_off():
    assert systems_on(InMemory(None, settings=settings_with("missing"))) == ["people", "missing"]
    assert systems_on(InMemory(None)) == list(SYSTEMS)
