"""Corrections after linking, on a few typed rows: who is who, what is known of them, what they were on."""

import dataclasses
from datetime import date

import pytest

from harmnet.contracts.corrections import CORRECTION_REGISTER
from harmnet.contracts.registry import CHAIN_COLUMNS
from harmnet.corrections import register
from harmnet.corrections.linked import Linking, person_key, refs_named
from harmnet.errors import HarmnetError
from harmnet.snapshots.digests import digested_columns
from made_corrections import made
from typed_rows import InMemory, frame_of, involvements_of, source_frame, tuples

PERSON = {"surname": "Ash", "forename": "Al", "sex": "M", "dob": date(1990, 1, 1)}
LINKED = [
    ("p1", "N1", "FORCE_NUMBER"),
    ("p2", "N1", "JOINED_NUMBERED"),
    ("p3", "N2", "FORCE_NUMBER"),
    ("p4", "p4", "SAME_PERSON"),
]
IDS = {"N1": 0, "N2": 1, "p4": 2}
MERGE = made(1, "MERGE", "N1", refs=("p1", "p2"), others=("N2",), other_refs=("p3",))


@pytest.fixture(scope="module")
def people(spark):
    columns = {"person_ref": "string", "nominal_id": "string", "how": "string", "why": "string"}
    rows = [dict(zip(columns, (*row, "linked"), strict=True)) for row in LINKED]
    return frame_of(spark, columns, rows).localCheckpoint()


@pytest.fixture(scope="module")
def records(spark):
    columns = {"person_ref": "string", "surname": "string", "forename": "string", "sex": "string", "dob": "date"}
    return frame_of(spark, columns, [{"person_ref": ref, **PERSON} for ref in ("p1", "p2", "p4")]).localCheckpoint()


@pytest.fixture(scope="module")
def numbers(spark):
    rows = [{"nominal_id": name, "idx": idx} for name, idx in IDS.items()]
    return frame_of(spark, {"nominal_id": "string", "idx": "bigint"}, rows).localCheckpoint()


@pytest.fixture
def linking(people, records):
    return lambda *corrections: Linking(register.in_force(corrections), people, records)


def test_people_merged_or_taken_off_say_so_and_others_are_as_they_were(linking):
    off = made(2, "UNLINK", "N1", refs=("p1",), person_ref="p2")
    assert tuples(linking(MERGE, off).people()) == [
        ("p1", "N2", "MERGED", "correction 1"),
        # Whoever is not N1 is not N2 for being merged with them.
        ("p2", "unlinked:p2", "UNLINKED", "correction 2"),
        ("p3", "N2", "FORCE_NUMBER", "linked"),
        ("p4", "p4", "SAME_PERSON", "linked"),
    ]
    assert tuples(linking(off).people(), "person_ref", "nominal_id", "how")[:2] == [
        ("p1", "N1", "FORCE_NUMBER"),
        ("p2", "unlinked:p2", "UNLINKED"),
    ]


def test_who_is_out_of_safeguarding_too_is_nobody_any_more(linking):
    removed = made(1, "REMOVE_NOMINAL", "N1", refs=("p1", "p2"), also_safeguarding=True)
    assert tuples(linking(removed).people(), "person_ref") == [("p3",), ("p4",)]
    assert linking(dataclasses.replace(removed, also_safeguarding=False)).people().count() == 4
    assert linking(removed, made(2, "LIFT", undoes=1)).people().count() == 4


def test_every_reference_of_whoever_is_named_by_id_reference_or_key_is_looked_at_and_no_other(spark, people, records):
    key = records.select(person_key(records.surname, records.forename, records.sex, records.dob)).collect()[0][0]

    def named(**given):
        return sorted(ref.person_ref for ref in refs_named([made(1, "RESTRICT", **given)], people, records))

    assert named(nominal_id="N1") == named(refs=("p2",)) == ["p1", "p2"]
    assert named(others=("N2",), other_refs=("p4",)) == ["p3", "p4"]
    assert named(keys=(key,)) == ["p1", "p2", "p4"]
    assert named(nominal_id="N9", refs=("p9",), keys=("none",)) == []


def test_a_person_removed_is_found_under_a_new_reference_with_the_same_particulars(spark, people, records):
    key = records.select(person_key(records.surname, records.forename, records.sex, records.dob)).collect()[0][0]
    gone = made(1, "REMOVE_NOMINAL", "p0", refs=("p0",), keys=(key,))
    found = Linking([gone], people, records)
    # N1 has the same particulars and a number of the force's own.
    assert found.identities.people(gone) == {"p4"}


def test_a_regraded_record_has_the_later_grade_and_other_records_keep_theirs(spark, linking):
    names = ("source_system", "record_ref", "grading_scheme", "source_grade", "information_grade")
    given = [("intelligence", "R1", "5x5x5", "A", "1"), ("associations", "R1", "3x5x2", "1", "A"), ("crimes", "R1")]
    rows = source_frame(spark, [dict(zip(names, row, strict=False)) for row in given])
    grades = [made(n, "REGRADE", record="intelligence:R1", value=v) for n, v in ((1, "5x5x5 B 2"), (2, "3x5x2 2 D"))]
    assert tuples(linking(*grades).regraded(rows), *names) == [
        ("associations", "R1", "3x5x2", "1", "A"),
        ("crimes", "R1", None, None, None),
        ("intelligence", "R1", "3x5x2", "2", "D"),
    ]
    assert linking(MERGE).regraded(rows) is rows


KNOWN = {"idx": "bigint", "forename": "string", "surname": "string", "sex": "string"}
KNOWN |= {"dob": "date", "doubted_dob": "date"}


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("surname", "Oak", ("Al", "Oak", "M", date(1990, 1, 1), None)),
        ("forename", None, (None, "Ash", "M", date(1990, 1, 1), None)),
        ("sex", "F", ("Al", "Ash", "F", date(1990, 1, 1), None)),
        ("dob", "1991-02-03", ("Al", "Ash", "M", date(1991, 2, 3), None)),
        ("dob", None, ("Al", "Ash", "M", None, None)),
    ],
)
def test_what_is_right_stands_on_every_record_of_the_person_and_on_no_other(
    spark, linking, numbers, field, value, expected
):
    before = ("Al", "Ash", "M", date(1990, 1, 1), None)
    rows = [dict(zip(KNOWN, (idx, *before), strict=True)) for idx in (0, 0, 1)]
    known = frame_of(spark, KNOWN, rows)
    earlier = made(1, "RECTIFY", "N1", field=field, value="1980-12-31" if field == "dob" else "Elm")
    found = linking(earlier, made(2, "RECTIFY", "N1", field=field, value=value)).rectified(known, numbers)
    assert tuples(found) == [(0, *expected), (0, *expected), (1, *before)]


def test_a_rectified_birth_is_not_doubted_for_being_an_events_date(spark, linking, numbers):
    known = frame_of(spark, KNOWN, [{"idx": idx, "doubted_dob": date(2026, 1, 1)} for idx in (0, 1)])
    right = made(1, "RECTIFY", "N1", field="dob", value="2026-01-01")
    found = linking(right).rectified(known, numbers)
    assert tuples(found, "idx", "dob", "doubted_dob") == [(0, date(2026, 1, 1), None), (1, None, date(2026, 1, 1))]


SIDES = ("idx", "source_system", "event_id", "side")


def on_records(spark):
    rows = [
        (0, "crimes", "C1", "OFFENDER"),
        (0, "crimes", "C2", "VICTIM"),
        (0, "groups", "G1", "OFFENDER"),
        (0, "groups", "G2", "OFFENDER"),
        (0, "crimes", "G1", "OFFENDER"),
        (1, "crimes", "C1", "OFFENDER"),
        (1, "groups", "G1", "OFFENDER"),
        (2, "crimes", "C1", None),
    ]
    return rows, involvements_of(spark, [dict(zip(SIDES, row, strict=True)) for row in rows])


@pytest.mark.parametrize(
    ("corrections", "neutral", "gone"),
    [
        ([made(1, "REMOVE_NOMINAL", "N1")], {0, 2, 3, 4}, set()),
        ([made(1, "RESTRICT", "N1", applies_to="group:G1")], {2}, set()),
        ([made(1, "RESTRICT", "N1", applies_to="group:G1"), made(2, "RESTRICT", "N2")], {2, 5, 6}, set()),
        ([made(1, "RESTRICT", "N1", applies_to="theme:soc")], set(), set()),
        ([made(1, "REMOVE_NOMINAL", "N1"), made(2, "LIFT", undoes=1)], set(), set()),
        ([made(1, "UNLINK", "N1", record="crimes:C1")], set(), {0}),
        ([made(1, "UNLINK", "N1", record="crimes:G1"), made(2, "REMOVE_NOMINAL", "N2")], {5, 6}, {4}),
    ],
)
def test_held_out_people_have_no_offender_side_and_records_taken_off_are_gone(
    spark, linking, numbers, corrections, neutral, gone
):
    rows, involvements = on_records(spark)
    expected = [
        (*row[:3], "NEUTRAL" if place in neutral else row[3]) for place, row in enumerate(rows) if place not in gone
    ]
    found = linking(*corrections).involved(involvements, numbers)
    assert found.columns == involvements.columns
    assert tuples(found, *SIDES) == sorted(expected, key=str)


def test_held_out_names_people_scope_theme_and_the_others(linking, numbers):
    corrections = [
        made(1, "REMOVE_NOMINAL", "N1", refs=("p1", "p2")),
        made(2, "RESTRICT", "N2", refs=("p3",), applies_to="theme:soc", also_safeguarding=True),
        made(3, "REMOVE_NOMINAL", "N2", applies_to="tie:p4", others=("p4",), other_refs=("p4",)),
        made(4, "REMOVE_NOMINAL", "p4", applies_to="network:county_lines-00ff", others=("N1", "N2", "N9")),
        made(5, "RESTRICT", "N2", applies_to="theme:cse"),
        made(6, "LIFT", undoes=5),
        made(7, "CONFIRM", "N2"),
        made(8, "RESTRICT", "N1", applies_to="group:G1"),
    ]
    columns = ("correction_id", "idx", "scope", "theme", "other_idx", "also_safeguarding")
    assert tuples(linking(*corrections).held(numbers), *columns) == [
        (1, 0, "EVERYTHING", None, None, False),
        (2, 1, "THEME", "soc", None, True),
        (3, 1, "TIE", None, 2, False),
        (4, 2, "NETWORK", "county_lines", 0, False),
        (4, 2, "NETWORK", "county_lines", 1, False),
    ]


def test_a_removal_holds_for_whoever_the_person_is_merged_into(linking, numbers):
    removed = made(2, "REMOVE_NOMINAL", "N1", refs=("p1", "p2"))
    assert tuples(linking(MERGE, removed).held(numbers), "idx", "scope") == [(1, "EVERYTHING")]


def test_a_key_has_one_text_for_each_person_and_none_where_something_is_not_known(spark):
    columns = {"surname": "string", "forename": "string", "sex": "string", "dob": "date"}
    people = [PERSON, PERSON | {"surname": " ásh"}, PERSON | {"surname": "As", "forename": "hAl"}]
    people += [PERSON | {name: None} for name in columns] + [PERSON | {"surname": "--"}]
    frame = frame_of(spark, columns, people)
    keys = [row[0] for row in frame.select(person_key(frame.surname, frame.forename, frame.sex, frame.dob)).collect()]
    assert keys[0] == keys[1] != keys[2]
    assert keys[3:] == [None] * 5


def test_a_register_that_changed_since_the_recipe_was_pinned_stops_the_run(spark):
    io = InMemory(spark, corrections=(made(1, "RESTRICT", "N1"),))
    recipe = io.recipe
    io.corrections = (dataclasses.replace(io.corrections[0], nominal_id="N2"),)
    with pytest.raises(HarmnetError, match=r"memory: correction_register no longer holds the 1 correction\(s\)"):
        register.pinned(io.lake, recipe)


def test_later_corrections_change_nothing_of_a_recipe_pinned_before(spark):
    io = InMemory(spark, corrections=(made(1, "RESTRICT", "N1"),))
    recipe = io.recipe
    io.corrections = (*io.corrections, made(2, "LIFT", undoes=1))
    assert [one.correction_id for one in register.pinned(io.lake, recipe)] == [1]


def test_the_register_holds_every_value_of_a_correction():
    chain = [column.name for column in CHAIN_COLUMNS]
    fields = [field.name for field in dataclasses.fields(register.Correction)]
    assert sorted(CORRECTION_REGISTER.names) == sorted([*fields, *chain])
    # A recipe pinned before they were there names the same digest.
    assert [name for name, _ in digested_columns(CORRECTION_REGISTER)] == [*CORRECTION_REGISTER.names[: -len(chain)]]
