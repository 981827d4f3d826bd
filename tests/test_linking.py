"""The stage `link`: person records, nominals, areas, and what involvements may not depend on."""

import ast
from datetime import date
from pathlib import Path

import pytest

import harmnet
from harmnet import linking
from harmnet.contracts import TABLES
from harmnet.contracts.corrections import HELD_OUT
from harmnet.contracts.linked import INVOLVEMENTS, NOMINAL_AREAS, NOMINAL_IDS, NOMINAL_NAMES, NOMINALS, PEOPLE
from harmnet.contracts.raw import SYSTEMS
from harmnet.contracts.staged import STAGED
from harmnet.corrections import register
from harmnet.errors import HarmnetError
from made_corrections import made
from typed_rows import AS_OF, SHIPPED, InMemory, at, by_column, frame_of, involvements_of, staged_of, table_of, tuples

LEAP = date(2008, 2, 29)
PEOPLE_ROWS = [
    # Two records of one person; the day of the crime stands as a date of birth on the second.
    {"person_ref": "p1", "nominal_ref": "N1", "surname": "Ash", "forename": "Al", "sex": "M", "dob": date(1990, 1, 1)},
    {
        "person_ref": "p2",
        "nominal_ref": "N1",
        "surname": "Ash",
        "forename": "Alan",
        "sex": "F",
        "dob": date(2025, 3, 1),
    },
    {"person_ref": "p3", "surname": "Bay", "forename": "Bo", "sex": "F", "dob": LEAP, "area_code": "F1A1"},
    {"person_ref": "p4", "surname": "Coe", "forename": "Cy", "sex": "M", "dob": date(2026, 6, 29)},
    {"person_ref": "p5", "surname": "Dee", "forename": "Di", "sex": "X", "dob": None},
    {"person_ref": "p6", "surname": "BAY", "forename": "Bo", "sex": "F", "dob": LEAP, "area_code": "F1A1"},
]
CRIMES = [
    {"crime_ref": "today", "occurred_from": at("2026-06-30 23:59"), "area_code": "F1B1"},
    {"crime_ref": "tomorrow", "occurred_from": at("2026-07-01 00:00"), "area_code": "F1C1"},
    {"crime_ref": "spring", "occurred_from": at("2025-03-01"), "area_code": "F1B1"},
    {"crime_ref": "born", "occurred_from": at("2026-06-29 04:00"), "area_code": "F1D1"},
]
ON_CRIMES = [
    ("today", "p1", "SUSPECT"),
    ("tomorrow", "p1", "SUSPECT"),
    ("tomorrow", "p9", "SUSPECT"),
    ("spring", "p2", "SUSPECT"),
    ("spring", "p3", "VICTIM"),
    ("spring", "p8", "WITNESS"),
    ("today", "p4", "VICTIM"),
    ("born", "p5", "VICTIM"),
    ("today", "p6", "SUSPECT"),
]


def staged(spark, ethnicities):
    """Staged tables in which only people and crimes hold rows."""
    rows = {
        "people": [
            row | {"ethnicity": code, "first_batch": 1} for row, code in zip(PEOPLE_ROWS, ethnicities, strict=True)
        ],
        "crimes": CRIMES,
        "crime_people": [dict(zip(("crime_ref", "person_ref", "role"), row, strict=True)) for row in ON_CRIMES],
    }
    return {table.name: table_of(spark, table, rows.get(source, [])) for source, table in STAGED.items()}


def link(spark, ethnicities=("A1",) * 6, corrections=()):
    settings = SHIPPED.__class__(**{**vars(SHIPPED), "sources": only("crimes")})
    io = InMemory(spark, staged(spark, ethnicities), settings, corrections=corrections)
    linking.run(io)
    return io


def only(*systems):
    return SHIPPED.sources.model_copy(update={"systems": {system: system in systems for system in SYSTEMS}})


@pytest.fixture(scope="module")
def linked(spark):
    return link(spark)


@pytest.fixture(scope="module")
def names(linked):
    return by_column(linked.read(NOMINAL_IDS), "idx", "nominal_id")


def test_everyone_on_an_event_or_in_people_is_a_nominal_and_later_events_bring_no_one(linked, names):
    found = {row[0]: (names[row[1]], row[2]) for row in tuples(linked.read(PEOPLE), "person_ref", "nominal_id", "how")}
    assert found == {
        "p1": ("N1", "FORCE_NUMBER"),
        "p2": ("N1", "FORCE_NUMBER"),
        "p3": ("p3", "SAME_PERSON"),
        "p4": ("p4", "SAME_PERSON"),
        "p5": ("p5", "ALONE"),
        "p6": ("p3", "SAME_PERSON"),
        "p8": ("p8", "NOT_IN_PEOPLE"),
    }


def test_events_on_as_of_are_used_and_those_of_the_day_after_are_not(linked, names):
    rows = tuples(linked.read(INVOLVEMENTS), "idx", "record_ref", "role", "side", "age_at_event")
    assert sorted((names[row[0]], *row[1:]) for row in rows) == [
        ("N1", "spring", "SUSPECT", "OFFENDER", 35),
        ("N1", "today", "SUSPECT", "OFFENDER", 36),
        ("p3", "spring", "VICTIM", "VICTIM", 17),
        ("p3", "today", "SUSPECT", "OFFENDER", 18),
        ("p4", "today", "VICTIM", "VICTIM", 0),
        ("p5", "born", "VICTIM", "VICTIM", None),
        ("p8", "spring", "WITNESS", "NEUTRAL", None),
    ]


def test_a_date_of_birth_that_is_an_events_date_gives_way_to_another_records(linked, names):
    rows = tuples(linked.read(NOMINAL_NAMES), "nominal_id", "forename", "surname", "dob")
    assert {names[row[0]]: row[1:] for row in rows} == {
        "N1": ("Al", "Ash", date(1990, 1, 1)),
        "p3": ("Bo", "Bay", LEAP),
        "p4": ("Cy", "Coe", date(2026, 6, 29)),
        "p5": ("Di", "Dee", None),
        "p8": (None, None, None),
    }


def test_whether_someone_is_a_child_is_yes_no_or_not_known(linked, names):
    columns = ("nominal_id", "sex", "dob_year", "age_known", "age_at_as_of", "is_child", "has_force_number", "refs")
    rows = tuples(linked.read(NOMINALS), *columns)
    assert {names[row[0]]: row[1:] for row in rows} == {
        # The two records disagree on sex.
        "N1": (None, 1990, True, 36, False, True, 2),
        "p3": ("F", 2008, True, 18, False, False, 2),
        "p4": ("M", 2026, True, 0, True, False, 1),
        "p5": ("X", None, False, None, None, False, 1),
        "p8": (None, None, False, None, None, False, 1),
    }


def test_areas_are_those_of_addresses_and_of_events(linked, names):
    rows = tuples(linked.read(NOMINAL_AREAS), "nominal_id", "relation", "area_code", "events", "last_date")
    assert sorted((names[row[0]], *row[1:]) for row in rows if row[1] == "HOME") == [("p3", "HOME", "F1A1", 2, None)]
    assert {(names[row[0]], *row[2:]) for row in rows if row[1] == "ACTIVE"} == {
        ("N1", "F1B1", 2, AS_OF),
        ("p3", "F1B1", 2, AS_OF),
        ("p4", "F1B1", 1, AS_OF),
        ("p5", "F1D1", 1, date(2026, 6, 29)),
        ("p8", "F1B1", 1, date(2025, 3, 1)),
    }


def test_the_day_a_child_comes_of_age_ends_childhood(spark):
    births = {0: date(2008, 6, 30), 1: date(2008, 7, 1), 2: AS_OF, 3: None}
    first = spark.createDataFrame(
        [(idx, None, dob, False, 1) for idx, dob in births.items()],
        "idx bigint, sex string, dob date, has_force_number boolean, refs bigint",
    )
    rows = linking.nominal_rows(first, table_of(spark, INVOLVEMENTS, []), as_of=AS_OF, age=SHIPPED.weights.age)
    assert by_column(rows, "nominal_id", "age_at_as_of", "is_child") == {
        0: (18, False),
        1: (17, True),
        2: (0, True),
        3: (None, None),
    }


def test_name_and_birth_are_those_of_the_first_record_that_has_them_unless_another_belies_the_birth(spark):
    known = [
        (0, "p1", 2, "Late", date(1990, 1, 1), None),
        (0, "p2", 1, "First", None, None),
        (0, "p0", 1, None, date(1991, 1, 1), None),
        (0, "p9", 1, "Later ref", date(1992, 1, 1), None),
        # The second record of this person stood on an event of the day that the first gives as date of birth.
        (1, "q1", 1, "Bay", date(2020, 2, 2), None),
        (1, "q2", 1, "Bay", None, date(2020, 2, 2)),
        (1, "q3", 2, "Bay", date(1993, 1, 1), None),
        (2, "r1", 1, "Coe", date(2020, 2, 2), None),
    ]
    columns = {"idx": "bigint", "person_ref": "string", "first_batch": "bigint", "surname": "string", "dob": "date"}
    columns |= {"doubted_dob": "date", "forename": "string", "sex": "string", "how": "string"}
    frame = frame_of(spark, columns, [dict(zip(columns, row, strict=False)) | {"how": "SAME_PERSON"} for row in known])
    assert by_column(linking.first_records(frame), "idx", "surname", "dob", "refs", "has_force_number") == {
        0: ("First", date(1991, 1, 1), 4, False),
        1: ("Bay", date(1993, 1, 1), 3, False),
        2: ("Coe", date(2020, 2, 2), 1, False),
    }


def test_a_birth_on_the_day_of_an_event_is_not_known_and_only_for_the_record_that_was_there(spark):
    born = [{"person_ref": ref, "dob": date(2020, 2, 2)} for ref in ("there", "not there", "day after")]
    people = staged_of(spark, "people", born)
    rows = spark.createDataFrame(
        [
            ("there", date(2020, 2, 2)),
            ("there", date(2021, 2, 2)),
            ("day after", date(2020, 2, 3)),
            ("new", date(2020, 2, 2)),
        ],
        "person_ref string, event_date date",
    )
    assert by_column(linking.person_records(people, rows), "person_ref", "dob", "doubted_dob", "in_people") == {
        "there": (None, date(2020, 2, 2), True),
        "not there": (date(2020, 2, 2), None, True),
        "day after": (date(2020, 2, 2), None, True),
        "new": (None, None, False),
    }


def test_ethnicity_given_to_other_people_changes_nothing_that_link_makes(spark, linked):
    other = link(spark, ethnicities=("W1", None, "M3", "B2", "O9", "A1"))
    for table in (INVOLVEMENTS, PEOPLE, NOMINALS):
        assert tuples(other.read(table)) == tuples(linked.read(table)) != []


def test_no_table_after_staging_has_a_column_for_ethnicity():
    carries = {table.name for table in TABLES.values() if any("ethnic" in name for name in table.names)}
    assert carries == {"raw_people", "stg_people"}


def test_no_module_but_the_raw_contract_and_the_fictional_force_names_ethnicity():
    """Not as a name, an attribute, an argument or part of a text."""
    package = Path(harmnet.__file__).parent
    naming = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            texts = [getattr(node, name, None) for name in ("id", "attr", "arg", "name", "value")]
            if any(isinstance(text, str) and "ethnic" in text.lower() for text in texts):
                naming.add(path.relative_to(package).as_posix())
    assert {name for name in naming if not name.startswith("synthetic/")} == {"contracts/raw.py"}


def test_an_age_falls_in_the_band_that_begins_with_it_and_an_unknown_age_in_none(spark):
    ages = (0, 9, 10, 17, 18, 24, 25, 49, 50, 99, None)
    rows = frame_of(spark, {"years": "int"}, [{"years": years} for years in ages])
    bands = rows.withColumn("band", linking.age_band(rows.years, SHIPPED.weights.age.bands))
    assert dict(tuples(bands)) == {
        **dict.fromkeys((0, 9), "0-9"),
        **dict.fromkeys((10, 17), "10-17"),
        **dict.fromkeys((18, 24), "18-24"),
        **dict.fromkeys((25,), "25-34"),
        **dict.fromkeys((49,), "35-49"),
        **dict.fromkeys((50, 99), "50+"),
        None: None,
    }


def test_a_person_is_in_prison_while_a_stay_is_open_and_due_when_the_latest_of_them_says(spark):
    stay = {"source_system": "prison", "event_kind": "STAY", "role": "PRISONER", "side": "NEUTRAL"}
    first, second = date(2026, 9, 1), date(2027, 9, 1)
    stays = [
        (0, None, first),
        (0, date(2026, 7, 1), second),
        (1, AS_OF, first),
        (2, None, None),
        (3, date(2026, 7, 1), first),
    ]
    rows = [
        stay | {"idx": idx, "record_ref": f"S{place}", "to_date": to, "release_due": due}
        for place, (idx, to, due) in enumerate(stays)
    ]
    columns = {"idx": "bigint", "dob": "date", "sex": "string", "has_force_number": "boolean", "refs": "bigint"}
    first_rows = frame_of(spark, columns, [{"idx": idx} for idx in range(5)])
    found = linking.nominal_rows(first_rows, involvements_of(spark, rows), as_of=AS_OF, age=SHIPPED.weights.age)
    assert by_column(found, "nominal_id", "in_prison", "release_due") == {
        0: (True, second),
        1: (False, None),
        2: (True, None),
        3: (True, first),
        4: (False, None),
    }


def test_a_run_with_every_system_off_is_refused(spark):
    settings = SHIPPED.__class__(**{**vars(SHIPPED), "sources": only()})
    with pytest.raises(HarmnetError, match=r"conf/sources.yml: every source system is switched off"):
        linking.source_rows(InMemory(spark, settings=settings))


def test_a_run_without_corrections_looks_at_none(spark, linked, monkeypatch):
    def never(*_, **__):
        raise AssertionError("corrections were looked at")

    monkeypatch.setattr(register, "table_digest", never)
    monkeypatch.setattr(linking.corrected, "Linking", never)
    assert register.pinned(None, linked.recipe) == ()
    assert HELD_OUT.name not in linked.tables


@pytest.mark.slow
def test_corrections_that_were_undone_leave_every_table_as_it_was(spark, linked):
    merge = made(1, "MERGE", "N1", refs=("p1", "p2"), others=("p4",), other_refs=("p4",))
    undoing = (made(3, "UNMERGE", undoes=1), made(4, "LIFT", undoes=2))
    undone = link(spark, corrections=(merge, made(2, "RESTRICT", "p3"), *undoing))
    assert undone.read(HELD_OUT).count() == 0
    for name, table in linked.tables.items():
        if not name.startswith("stg_"):
            assert tuples(undone.tables[name]) == tuples(table)


@pytest.mark.slow
def test_corrections_reach_every_table_of_the_stage(spark):
    corrections = (
        made(1, "MERGE", "N1", refs=("p1", "p2"), others=("p4",), other_refs=("p4",)),
        made(2, "RECTIFY", "p3", refs=("p3", "p6"), field="dob", value="2014-01-01"),
        made(3, "REMOVE_NOMINAL", "p3", refs=("p3",)),
        made(4, "UNLINK", "p5", refs=("p5",), record="crimes:born"),
        made(5, "RESTRICT", "p8", refs=("p8",), also_safeguarding=True, safeguarding_authority="board"),
    )
    io = link(spark, corrections=corrections)
    names = by_column(io.read(NOMINAL_IDS), "idx", "nominal_id")
    assert sorted(names.values()) == ["p3", "p4", "p5"]
    assert {row[0]: names[row[1]] for row in tuples(io.read(PEOPLE), "person_ref", "nominal_id")} == {
        "p1": "p4",
        "p2": "p4",
        "p3": "p3",
        "p4": "p4",
        "p5": "p5",
        "p6": "p3",
    }
    rows = tuples(io.read(INVOLVEMENTS), "idx", "record_ref", "role", "side", "age_at_event")
    assert sorted((names[row[0]], *row[1:]) for row in rows) == [
        ("p3", "spring", "VICTIM", "VICTIM", 11),
        ("p3", "today", "SUSPECT", "NEUTRAL", 12),
        ("p4", "spring", "SUSPECT", "OFFENDER", 35),
        ("p4", "today", "SUSPECT", "OFFENDER", 36),
        ("p4", "today", "VICTIM", "VICTIM", 36),
    ]
    ages = {names[row[0]]: row[1:] for row in tuples(io.read(NOMINALS), "nominal_id", "age_at_as_of", "refs")}
    assert ages == {"p3": (12, 2), "p4": (36, 3), "p5": (None, 1)}
    assert [(names[row[0]], row[1]) for row in tuples(io.read(HELD_OUT), "idx", "scope")] == [("p3", "EVERYTHING")]
