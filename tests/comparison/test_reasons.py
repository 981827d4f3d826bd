"""Who joined, left or moved, and why: worked out again in plain Python on random rows."""

import random
from datetime import date
from types import SimpleNamespace

import pytest
from pyspark.sql import functions as F

from harmnet.comparison import people, reasons, records
from harmnet.contracts.raw import CRIME_PEOPLE
from harmnet.snapshots.digests import canonical_json
from typed_rows import raw_of, tuples

DAYS = [date(2026, 1, 1), date(2026, 2, 1)]
PEOPLE = [f"N{number}" for number in range(8)]
MEMBERSHIP = "theme string, nominal_id string, network_id string, rank bigint, harm_micro bigint, size_micro bigint"
TOUCHED = "nominal_id string, reason string, what string"


def membership(draw):
    """Random places of people in two themes: (theme, nominal) -> network, rank, parts."""
    return {
        (theme, person): (
            draw.choice([None, "n1", "n2"]),
            draw.choice([None, 1, 2]),
            draw.randint(0, 2),
            draw.randint(0, 1),
        )
        for theme in ("soc", "all")
        for person in PEOPLE
        if draw.random() < 0.7
    }


def frame(spark, rows):
    return spark.createDataFrame([(*key, *row) for key, row in rows.items()], MEMBERSHIP)


def expected_changes(before, after):
    found = {}
    for key in {*before, *after}:
        old, new = before.get(key, (None, None, None, None)), after.get(key, (None, None, None, None))
        if new[0] and not old[0]:
            change = "JOINED"
        elif old[0] and not new[0]:
            change = "LEFT"
        elif old[1] != new[1]:
            change = "MOVED"
        else:
            continue
        parts = [name for name, one, other in zip(("harm", "size"), old[2:], new[2:], strict=True) if one != other]
        found[key] = (change, old[0], new[0], old[1], new[1], parts if old[1] and new[1] else None)
    return found


def changes(spark, before, after):
    return people.changes(frame(spark, before), frame(spark, after))


def test_changes_are_those_of_plain_python(spark):
    print("seed 5")
    draw = random.Random(5)
    for _ in range(3):
        before, after = membership(draw), membership(draw)
        rows = changes(spark, before, after).collect()
        assert {(row[0], row[1]): tuple(row)[2:] for row in rows} == expected_changes(before, after)


def ties(draw):
    """Random ties: (src, dst, relation) -> weight, records, first and last date."""
    pairs = [(one, other) for place, one in enumerate(PEOPLE) for other in PEOPLE[place + 1 :]]
    return {
        (*pair, relation): (draw.choice([5, 20, 30, 100]), draw.randint(1, 3), draw.choice(DAYS), date(2026, 6, 1))
        for pair in pairs
        for relation in ("ASSOCIATION", "HARM")
        if draw.random() < 0.5
    }


def expected_by_tie(before, after, touched, *, older, cut):
    new = {person for person, reason, _ in touched if reason == "NEW_RECORD"}
    corrected = {person: what for person, reason, what in touched if reason == "CORRECTED_RECORD"}
    found = set()
    for key in {*before, *after}:
        (was, had, *old), (now, has, *new_dates) = before.get(key, (0, 0)), after.get(key, (0, 0))
        redated = bool(old and new_dates and old != new_dates)
        both = {corrected.get(end) for end in key[:2]}
        shared, of_one = len(both) == 1 and None not in both, "custody A1" in both
        ends = {key[0], key[1]}
        only = "JOINED LEFT MOVED"
        if has > had and ends & new:
            reason = "NEW_RECORD"
        elif (shared and (now < was or has < had or redated)) or (of_one and (has < had or redated)):
            reason = "CORRECTED_RECORD"
        elif older and now < was:
            reason = "DECAYED_TIE"
            only = only if was >= cut > now else "MOVED"
        else:
            continue
        found |= {(key[0], None, only, reason, f"tie to {key[1]}"), (key[1], None, only, reason, f"tie to {key[0]}")}
    return found


@pytest.mark.parametrize("older", [True, False])
def test_reasons_of_ties_are_those_of_plain_python(spark, older):
    print("seed 6")
    draw = random.Random(6)
    before, after = ties(draw), ties(draw)
    touched = [
        ("N1", "NEW_RECORD", "x"),
        ("N2", "CORRECTED_RECORD", "crimes C1"),
        ("N3", "NEW_RECORD", "z"),
        ("N3", "CORRECTED_RECORD", "custody A1"),
        ("N4", "CORRECTED_RECORD", "crimes C1"),
    ]
    schema = (
        "src string, dst string, relation string, weight_micro bigint, records bigint, first_date date, last_date date"
    )
    old, new = (spark.createDataFrame([(*key, *of) for key, of in rows.items()], schema) for rows in (before, after))
    changed = reasons.tie_changes(old, new, cut=20)
    found = reasons.by_tie(changed, spark.createDataFrame(touched, TOUCHED), older=older).distinct().collect()
    wanted = expected_by_tie(before, after, touched, older=older, cut=20)
    assert {tuple(row) for row in found} == wanted
    assert {reason for _, _, _, reason, _ in wanted} == {
        "NEW_RECORD",
        "CORRECTED_RECORD",
        *(["DECAYED_TIE"] if older else []),
    }


def test_a_hit_is_out_of_its_window_when_it_counted_and_no_record_was_corrected(spark):
    schema = "theme string, rule string, nominal_id string, source_system string, record_ref string, counted boolean"
    rows = [("soc", "ocg", "N1"), ("soc", "ocg", "N2"), ("soc", "drugs", "N3"), ("soc", "drugs", "N4")]
    before = spark.createDataFrame([(*row, "crimes", "C1", row[2] != "N4") for row in rows], schema)
    after = spark.createDataFrame([(*row, "crimes", "C1", row[2] == "N3") for row in rows[1:]], schema)
    touched = spark.createDataFrame([("N2", "CORRECTED_RECORD", "x"), ("N1", "NEW_RECORD", "y")], TOUCHED)
    [row] = reasons.out_of_window(before, after, touched).collect()
    assert tuple(row) == ("N1", "soc", None, "OUT_OF_WINDOW", "rule ocg C1")


def test_each_person_gets_their_own_reasons_and_those_that_hold_for_all(spark):
    nobody = (None, None, 0, 0)
    before = {
        ("soc", "N1"): ("n1", 1, 0, 0),
        ("soc", "N2"): ("n1", 2, 0, 0),
        ("all", "N1"): ("n1", 1, 0, 0),
        ("soc", "N3"): nobody,
    }
    after = {
        ("soc", "N1"): nobody,
        ("soc", "N2"): ("n1", 1, 0, 0),
        ("all", "N1"): ("n1", 2, 1, 0),
        ("soc", "N3"): ("n2", 7, 0, 0),
    }
    found = spark.createDataFrame(
        [
            ("N1", "soc", None, "OUT_OF_WINDOW", "rule ocg C1"),
            ("N1", None, "MOVED", "DECAYED_TIE", "tie to N2"),
            ("N3", None, None, "NEW_RECORD", "crimes C2"),
            ("N3", None, None, "NEW_RECORD", "crimes C1"),
        ],
        "nominal_id string, theme string, only string, reason string, what string",
    )
    told = people.with_reasons(changes(spark, before, after), found, general=["CHANGED_CONF"])
    assert {
        (row["theme"], row["nominal_id"]): (row["change"], row["why"], row["records"]) for row in told.collect()
    } == {
        ("soc", "N1"): ("LEFT", ["CHANGED_CONF", "OUT_OF_WINDOW"], ["OUT_OF_WINDOW: rule ocg C1"]),
        ("all", "N1"): ("MOVED", ["CHANGED_CONF", "DECAYED_TIE"], ["DECAYED_TIE: tie to N2"]),
        ("soc", "N2"): ("MOVED", ["CHANGED_CONF", "OTHERS"], []),
        ("soc", "N3"): ("JOINED", ["CHANGED_CONF", "NEW_RECORD"], ["NEW_RECORD: crimes C1", "NEW_RECORD: crimes C2"]),
    }
    [first] = people.first(told.where("theme = 'soc' AND change = 'MOVED'"), 1).collect()
    assert first["nominal_id"] == "N2"


def test_records_known_otherwise_are_those_of_plain_python(spark):
    print("seed 7")
    draw = random.Random(7)
    rows = []
    for batch in (1, 2, 3):
        for number in range(12):
            if draw.random() < 0.6:
                op = draw.choice(["UPSERT", "UPSERT", "DELETE"])
                status = draw.choice(["CHARGED", "SUSPECTED"]) if op == "UPSERT" else None
                rows.append((batch, number, op, f"C{number}|P{number}", f"C{number}", f"P{number}", "SUSPECT", status))
    texts = ("op", "source_key", "crime_ref", "person_ref", "role", "status")
    schema = ", ".join(["batch_id bigint", "row_no bigint", *(f"{name} string" for name in texts)])
    frame = spark.createDataFrame(rows, schema)

    def known(batches):
        last = {row[3]: row for row in sorted(rows) if row[0] in batches}
        return {key: canonical_json(row[4:]) if row[2] == "UPSERT" else None for key, row in last.items()}

    for before, after in (([1], [1, 2, 3]), ([1, 2, 3], [1, 2])):
        one, other = known(before), known(after)
        wanted = {}
        for key in {*one, *other}:
            old, new = one.get(key), other.get(key)
            if new and not old:
                wanted[key] = "NEW_RECORD"
            elif old and key not in other:
                wanted[key] = "FORGOTTEN_RECORD"
            elif old != new:
                wanted[key] = "CORRECTED_RECORD"
        extra = sorted({*before} ^ {*after})
        found = records.changes(frame, CRIME_PEOPLE, before, after, extra).collect()
        assert {row["what"].removeprefix("crime_people "): row["reason"] for row in found} == wanted
        assert len(set(wanted.values())) >= 2
    assert records.changes(frame, CRIME_PEOPLE, [1], [1, 2], [2]).where(F.col("person_ref").isNull()).count() == 0


def test_changed_records_are_those_of_people_whose_references_the_source_pads(spark):
    raw = {
        "crimes": [{"crime_ref": " C1"}, {"crime_ref": "C1", "offence_code": "2", "batch_id": 2}],
        "crime_people": [
            {"crime_ref": "C1  ", "person_ref": "P1 ", "role": "SUSPECT"},
            {"crime_ref": "C2  ", "person_ref": "P2 ", "role": "SUSPECT", "batch_id": 2},
        ],
    }
    lake = SimpleNamespace(
        spark=spark,
        read_raw=lambda table: raw_of(spark, table.source, raw[table.source]) if table.source in raw else None,
    )
    named = spark.createDataFrame([("P1", "N1"), ("P2", "N2")], "person_ref string, nominal_id string")
    assert tuples(records.touched(lake, [1], [1, 2], named)) == [
        ("N1", "CORRECTED_RECORD", "crimes C1"),
        ("N2", "NEW_RECORD", "crime_people C2|P2|SUSPECT"),
    ]
