"""The oracle against what was worked out by hand, against networkx, and against itself told another way."""

from __future__ import annotations

import csv
import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from . import (
    AS_OF,
    Oracle,
    by_key,
    differences,
    extracts,
    force_batch,
    load_conf,
    merge,
    overlaid,
    prefixed,
    random_extract,
    read_extract,
    small_records,
    write_extract,
)
from .people import whole_years
from .staging import parse_day, parse_end
from .weight import decay_micro

TESTS = Path(__file__).parents[1]
CONF = load_conf(TESTS.parent / "conf")
SMALL = overlaid(CONF, small_records(4))
GOLDEN = TESTS / "golden"
EVIDENCE_KEY = ("src", "dst", "tie", "record_ref")
EDGE_KEY = ("src", "dst", "relation")


def expected(name: str) -> list[dict]:
    """Rows of an expected file, as text."""
    with (GOLDEN / "expected" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def as_text(rows) -> list[dict]:
    """The same rows with every value as the expected files write it."""
    return [{k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in row.items()} for row in rows]


@pytest.fixture(scope="module")
def golden() -> Oracle:
    return Oracle(read_extract(GOLDEN / "extracts"), CONF, "2026-06-30")


def test_every_record_of_the_ten_people_weighs_what_was_worked_out_by_hand(golden):
    rows = by_key(as_text(golden.evidence()), *EVIDENCE_KEY)
    assert differences(by_key(expected("evidence"), *EVIDENCE_KEY), rows) == []


def test_the_edges_of_the_ten_people_are_those_worked_out_by_hand(golden):
    rows = by_key(as_text(golden.edges().values()), *EDGE_KEY)
    assert differences(by_key(expected("edges"), *EDGE_KEY), rows) == []


def test_twelve_person_records_are_ten_people(golden):
    assert golden.people() == {row["person_ref"]: row["nominal_id"] for row in expected("people")}
    assert len(set(golden.people().values())) == 10


def test_every_tie_of_conf_occurs_among_the_ten_people(golden):
    assert {row["tie"] for row in golden.evidence() if row["counted"]} == set(CONF["ties"])


@pytest.mark.parametrize("half_life", [548, 730, 1095])
def test_decay_is_the_nearest_integer_by_integer_arithmetic_alone(half_life):
    for days in (0, 1, 2, 365, 366, half_life, half_life + 1, 852, 3649, 3650):
        found = decay_micro(days, half_life, 3650)
        # found - 1/2 <= 1e6 x 0.5^(days/h) <= found + 1/2, both sides times 2 and raised to the power h.
        assert (2 * found - 1) ** half_life * 2**days <= (2 * 10**6) ** half_life
        assert (2 * found + 1) ** half_life * 2**days >= (2 * 10**6) ** half_life


def test_decay_halves_are_rounded_to_even_and_the_oldest_age_still_counts():
    assert decay_micro(7, 1, None) == 7812  # 7812.5
    assert decay_micro(3650, 365, 3650) == 977  # 976.5625
    assert decay_micro(3651, 365, 3650) == 0
    assert decay_micro(99_999, None, None) == 1_000_000


@pytest.mark.parametrize("seed", range(6))
def test_co_offending_without_decay_is_newmans_weight(seed):
    rng = random.Random(seed)
    on = {(f"C{rng.randrange(12)}", f"P{rng.randrange(15):02}") for _ in range(40)}
    extract = {
        "crimes": [{"crime_ref": crime, "recorded_at": "2026-06-30"} for crime in {c for c, _ in on}],
        "crime_people": [{"crime_ref": c, "person_ref": p, "role": "SUSPECT"} for c, p in on],
    }
    graph = nx.Graph(on)
    projected = nx.bipartite.collaboration_weighted_projected_graph(graph, sorted({p for _, p in on}))
    edges = Oracle(extract, CONF, AS_OF).edges()
    assert {(a, b) for a, b, _ in edges} == {tuple(sorted(pair)) for pair in projected.edges}
    for (a, b, relation), edge in edges.items():
        assert relation == "ASSOCIATION"
        assert abs(edge["weight_micro"] - projected[a][b]["weight"] * 1e6) <= edge["records"]


def test_thirty_random_forces_meet_every_tie_every_hub_and_every_reason_not_to_count():
    counted, dropped, hubs, sides = Counter(), Counter(), Counter(), Counter()
    for seed in range(30):
        oracle = Oracle(random_extract(seed), SMALL, AS_OF)
        for row in oracle.evidence():
            (counted if row["counted"] else dropped)[row["tie"]] += 1
            sides["both ways"] += row["src_to_dst_micro"] > 0 and row["dst_to_src_micro"] > 0
        hubs.update(tie for tie, _, _ in oracle.hub_events())
        sides.update((row["role"], row["side"]) for row in oracle.involvements())
        sides.update("not credible" for row in oracle.involvements() if not row["credible"])
    ties = set(CONF["ties"])
    assert min(counted[tie] for tie in ties) >= 20
    assert {tie for tie in ties if not dropped[tie]} <= {"family", "same_group"}
    assert set(hubs) == ties - {"recorded_association", "family"}
    assert sides["both ways"] > 5
    assert sides["not credible"] > 20
    for role in ("SUSPECT", "DETAINEE", "SUBJECT", "MEMBER"):
        assert sides[role, "OFFENDER"] > 20
        assert sides[role, "NEUTRAL"] > 5


def test_forces_together_have_the_edges_they_have_apart():
    seeds = range(5)
    together = Oracle(force_batch(seeds), SMALL, AS_OF)
    apart = {}
    for seed in seeds:
        for (a, b, relation), edge in Oracle(random_extract(seed), SMALL, AS_OF).edges().items():
            a, b = f"F{seed}X{a}", f"F{seed}X{b}"
            apart[a, b, relation] = edge | {"src": a, "dst": b}
    assert differences(apart, together.edges()) == []
    assert len(apart) > 100


def test_the_order_of_the_rows_does_not_matter_where_no_key_comes_twice():
    extract = random_extract(11, dirty=False)
    shuffled = {table: random.Random(1).sample(rows, len(rows)) for table, rows in extract.items()}
    one, other = Oracle(extract, SMALL, AS_OF), Oracle(shuffled, SMALL, AS_OF)
    assert one.edges() == other.edges() != {}
    assert one.people() == other.people()
    assert one.hub_events() == other.hub_events()


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_an_extract_reads_back_as_it_was_written(tmp_path, kind):
    extract = random_extract(3)
    write_extract(extract, tmp_path, dict.fromkeys(extract, kind))
    assert {path.suffix for path in tmp_path.iterdir()} == {f".{kind}"}
    assert read_extract(tmp_path) == extract


def test_the_later_of_two_rows_with_one_key_decides_also_when_it_cannot_be_used():
    extract = read_extract(GOLDEN / "extracts")
    extract["crimes"].append(extract["crimes"][2] | {"recorded_at": "not known"})
    edges = Oracle(extract, CONF, AS_OF).edges()
    # Without the crime, the arrest behind it counts.
    assert edges["N05", "N06", "ASSOCIATION"]["weight_micro"] == 524_826
    extract["associations"].append(extract["associations"][0] | {"op": "DELETE"})
    assert ("N01", "N07", "ASSOCIATION") not in Oracle(extract, CONF, AS_OF).edges()


def test_where_crime_and_arrest_weigh_the_same_the_crime_counts():
    extract = {
        "crimes": [{"crime_ref": "C1", "recorded_at": "2023-07-01"}],
        "crime_people": [{"crime_ref": "C1", "person_ref": ref, "role": "SUSPECT"} for ref in ("P1", "P2")],
        "custody": [
            {"custody_ref": ref, "arrest_ref": "A1", "crime_ref": "C1", "person_ref": ref, "detained_at": "2023-07-01"}
            for ref in ("P1", "P2")
        ],
    }
    as_heavy = overlaid(CONF, {"co_arrest": {"base": 1.0}})
    counted = {row["tie"]: row["counted"] for row in Oracle(extract, as_heavy, AS_OF).evidence()}
    assert counted == {"co_offending": True, "co_arrest": False}
    as_heavy = overlaid(CONF, {"co_arrest": {"base": 1.000002}})
    counted = {row["tie"]: row["counted"] for row in Oracle(extract, as_heavy, AS_OF).evidence()}
    assert counted == {"co_offending": False, "co_arrest": True}


def test_a_record_that_agrees_with_two_numbered_people_stays_alone():
    row = {"forename": "Zoë", "surname": "O'Brien", "dob": "1990-11-02", "sex": "f", "nominal_ref": None}
    refs = {"P1": "N1", "P2": "N2", "P3": None, "P4": None}
    people = [row | {"person_ref": ref, "nominal_ref": number} for ref, number in refs.items()]
    assert Oracle({"people": people}, CONF, AS_OF).people() == {"P1": "N1", "P2": "N2", "P3": "P3", "P4": "P4"}
    one_number = Oracle({"people": people[1:]}, CONF, AS_OF).people()
    assert one_number == {"P2": "N2", "P3": "N2", "P4": "N2"}
    no_number = Oracle({"people": people[:1:-1]}, CONF, AS_OF).people()
    assert no_number == {"P3": "P3", "P4": "P3"}


def test_a_date_of_birth_on_the_day_of_an_event_joins_nobody():
    row = {"forename": "Ash", "surname": "Barrow", "dob": "2020-02-02", "sex": "M", "nominal_ref": None}
    extract = {"people": [row | {"person_ref": "P1"}, row | {"person_ref": "P2"}]}
    assert set(Oracle(extract, CONF, AS_OF).people().values()) == {"P1"}
    extract["markers"] = [{"marker_ref": "K1", "person_ref": "P2", "kind": "ASSESSMENT", "set_at": "2020-02-02"}]
    assert set(Oracle(extract, CONF, AS_OF).people().values()) == {"P1", "P2"}


def test_dates_are_days_in_utc_and_an_end_in_2099_is_open():
    day = date(2026, 6, 30)
    for text in (
        "2026-06-30",
        "30/06/2026",
        "2026-06-30T23:59:59Z",
        "2026-06-30 00:00:00",
        "2026-07-01T00:30:00+01:00",
    ):
        assert parse_day(text) == day
    assert [parse_day(text) for text in (None, "", "30/02/2024", "2024-13-01", "June")] == [None] * 5
    assert parse_end("31/12/2099") is parse_end(None) is None
    assert parse_end("2098-12-31") == date(2098, 12, 31)


def test_someone_born_on_a_leap_day_is_ten_on_the_first_of_march():
    assert [whole_years(date(2016, 2, 29), day) for day in (date(2026, 2, 28), date(2026, 3, 1))] == [9, 10]


@settings(max_examples=40)
@given(extracts(), st.integers(1, 900))
def test_what_is_dated_after_as_of_changes_nothing(extract, days):
    later = prefixed(extract, "LATER") | {"people": []}
    for table, column in {"crimes": "occurred_from", "intelligence": "created_at", "custody": "detained_at"}.items():
        for row in later[table]:
            row[column] = (AS_OF + timedelta(days=days)).isoformat()
    for table, columns in {
        "missing_episodes": ["missing_from"],
        "associations": ["recorded_at"],
        "prison_stays": ["from_date"],
        "groups": ["from_date", "confirmed_at"],
    }.items():
        for row in later[table]:
            row.update(dict.fromkeys(columns, (AS_OF + timedelta(days=days)).isoformat()))
    for rows in later.values():
        for row in rows:
            for column in ("person_ref", "other_person_ref"):
                if row.get(column):
                    row[column] = row[column].removeprefix("LATER")
    now, then = Oracle(extract, SMALL, AS_OF), Oracle(merge([extract, later]), SMALL, AS_OF)
    assert differences(now.edges(), then.edges()) == []
    assert now.hub_events() == then.hub_events()


@settings(max_examples=40)
@given(extracts())
def test_edges_add_up_to_the_evidence_that_counts(extract):
    oracle = Oracle(extract, SMALL, AS_OF)
    counted = [row for row in oracle.evidence() if row["counted"]]
    edges = oracle.edges().values()
    for column in ("weight_micro", "src_to_dst_micro", "dst_to_src_micro"):
        assert sum(edge[column] for edge in edges) == sum(row[column] for row in counted)
    assert sum(edge["records"] for edge in edges) == len({tuple(row[k] for k in EVIDENCE_KEY) for row in counted})
    assert all(edge["src"] < edge["dst"] and edge["weight_micro"] > 0 for edge in edges)
    assert all(edge["last_date"] <= AS_OF for edge in edges)
