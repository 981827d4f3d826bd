"""What the tie stage keeps of the records behind a pair: their kind, grade and age, adding up to the edges."""

from datetime import date, timedelta

import pytest

from harmnet.config import GradeBands
from harmnet.contracts import check_key
from harmnet.contracts.linked import INVOLVEMENTS
from harmnet.contracts.results import EDGE_SOURCES, EDGES
from harmnet.record_kinds import BANDS, KINDS, grade_band, record_kind
from harmnet.tying import run
from typed_rows import AS_OF, InMemory, by_column, frame_of, involvements_of, tuples

REPORT = {"source_system": "intelligence", "event_kind": "REPORT", "role": "SUBJECT", "basis": "ASSESSMENT"}
ARREST = {"source_system": "custody", "event_kind": "ARREST", "role": "DETAINEE"}
CSE = {"flags": ["CSE"]}
VICTIM = {"role": "VICTIM", "side": "VICTIM"}


def on(record, *people, **row):
    return [row | {"record_ref": record, "idx": idx} for idx in people]


def rows():
    day, old = AS_OF, AS_OF - timedelta(days=731)
    return [
        *on("C1", 0, 1, event_date=day),
        *on("C2", 0, 1, event_date=AS_OF - timedelta(days=730)),
        *on("C3", 0, 1, event_date=old),
        *on("N1", 0, 1, event_kind="NON_CRIME", quality_micro=500_000, event_date=day),
        *on("I1", 0, 1, event_date=day, quality_micro=800_000, **REPORT),
        *on("I2", 0, 1, event_date=day, quality_micro=799_999, **REPORT),
        *on("I3", 0, 1, event_date=day, quality_micro=499_999, **REPORT),
        # The arrest behind C4 is the same event: set aside.
        *on("C4", 0, 1, event_date=day),
        *on("R1", 0, 1, event_date=day, **ARREST | {"crime_ref": "C4"}),
        # One victim of a crime and of a report: shared_victim rests on the weaker kind.
        *on("C5", 2, event_date=day, **CSE),
        *on("C5", 9, event_date=day, **CSE | VICTIM),
        *on("I5", 3, event_date=day, **CSE | REPORT),
        *on("I5", 9, event_date=day, **CSE | REPORT | VICTIM),
    ]


@pytest.fixture(scope="module")
def tied(spark):
    """The stage, run on these rows."""
    io = InMemory(spark, {INVOLVEMENTS.name: involvements_of(spark, rows())})
    run(io)
    return io


def test_each_pair_keeps_its_weight_by_kind_of_record_grade_and_age(tied):
    sources = tied.read(EDGE_SOURCES)
    check_key(sources, EDGE_SOURCES)
    columns = ("src", "tie", "record_kind", "grade_band", "weight_micro", "old_micro", "records", "set_aside")
    told = [
        (src, tie, *KINDS[kind], BANDS[band], *rest)
        for src, tie, kind, band, *rest in tuples(sources.where("relation <> 'HARM'"), *columns)
    ]
    in_two_years, older = 629_961, 629_562
    assert sorted(told) == sorted(
        [
            (0, "co_arrest", "ARREST", "FACT", "none", 0, 0, 0, 1),
            (0, "co_offending", "CRIME", "FACT", "none", 2_000_000 + in_two_years + older, older, 4, 0),
            (0, "co_offending", "NON_CRIME", "FACT", "none", 500_000, 0, 1, 0),
            (0, "co_reported", "REPORT", "ASSESSMENT", "high", 400_000, 0, 1, 0),
            (0, "co_reported", "REPORT", "ASSESSMENT", "medium", 399_999, 0, 1, 0),
            (0, "co_reported", "REPORT", "ASSESSMENT", "low", 249_999, 0, 1, 0),
            (2, "shared_victim", "REPORT", "ASSESSMENT", "high", 300_000, 0, 1, 0),
        ]
    )


def test_edges_are_the_sums_of_their_sources(tied):
    columns = ("weight_micro", "src_to_dst_micro", "dst_to_src_micro", "records")
    sums = tied.read(EDGE_SOURCES).where("records > 0").groupBy("src", "dst", "relation")
    summed = sums.sum(*columns).toDF("src", "dst", "relation", *columns)
    assert tuples(summed) == tuples(tied.read(EDGES).select(*summed.columns)) != []
    assert by_column(tied.read(EDGES).where("src = 0"), "relation", "first_date") == {"ASSOCIATION": date(2024, 6, 29)}


def test_every_kind_of_record_has_a_number_and_the_weaker_of_two_the_smaller_one(spark):
    pairs = frame_of(
        spark,
        {"event_kind": "string", "basis": "string"},
        [{"event_kind": kind, "basis": basis} for kind, basis in [*KINDS, ("MARKER", "FACT")]],
    )
    found = {row[:2]: row[2] for row in tuples(pairs.select("*", record_kind()))}
    assert found == {pair: place for place, pair in enumerate(KINDS)} | {("MARKER", "FACT"): None}
    assert found["REPORT", "ASSESSMENT"] < found["NON_CRIME", "FACT"] < found["CRIME", "FACT"]


def test_only_reports_have_a_grade_and_its_band_begins_at_the_quality_in_conf(spark):
    kinds = {"report": KINDS.index(("REPORT", "FACT")), "crime": KINDS.index(("CRIME", "FACT"))}
    cases = {("report", 700_000): 3, ("report", 699_999): 2, ("report", 400_000): 2, ("report", 1): 1, ("crime", 1): 0}
    frame = frame_of(
        spark,
        {"record_kind": "int", "quality_micro": "bigint"},
        [{"record_kind": kinds[kind], "quality_micro": quality} for kind, quality in cases],
    )
    bands = GradeBands(high="0.7", medium="0.4")
    found = {row[:2]: row[2] for row in tuples(frame.select("*", grade_band(bands).alias("band")))}
    assert found == {(kinds[kind], quality): band for (kind, quality), band in cases.items()}
