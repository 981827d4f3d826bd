"""Whom corrections hold out: what each stage after `link` cuts, and that nothing is cut where nobody is held out."""

import pytest

from harmnet.contracts.corrections import HELD_OUT
from harmnet.contracts.results import THEME_HITS
from harmnet.corrections import holding
from harmnet.corrections.holding import NOBODY, Held
from typed_rows import SHIPPED, InMemory, frame_of, involvements_of, table_of, tuples

HELD = Held(
    everything=frozenset({1}),
    themes={"soc": frozenset({2})},
    ties=frozenset({(3, 4)}),
    networks={("soc", 5): frozenset({6, 7})},
    safeguarding={"soc": frozenset({2})},
)
PAIR = {"src": "bigint", "dst": "bigint", "tie": "string"}


def test_rows_of_the_table_are_read_by_scope(spark):
    names = ("correction_id", "idx", "scope", "theme", "other_idx", "also_safeguarding")
    rows = [
        (1, 1, "EVERYTHING", None, None, False),
        (2, 2, "THEME", "soc", None, True),
        (3, 9, "THEME", "cse", None, False),
        (4, 4, "TIE", None, 3, False),
        (5, 5, "NETWORK", "soc", 6, False),
        (5, 5, "NETWORK", "soc", 7, False),
    ]
    found = holding.held_of(table_of(spark, HELD_OUT, [dict(zip(names, row, strict=True)) for row in rows]))
    themes = {"soc": frozenset({2}), "cse": frozenset({9})}
    assert found == Held(HELD.everything, themes, HELD.ties, HELD.networks, HELD.safeguarding)


def test_without_corrections_nobody_is_held_out_and_every_frame_is_given_back(spark):
    assert holding.held_out(InMemory(spark)) is NOBODY
    frame = spark.range(1)
    assert holding.only_ties_left(frame, NOBODY, tie_names=["co_offending"]) is frame
    assert holding.only_hits_left(frame, NOBODY) is frame
    assert holding.only_free(frame, NOBODY, person="idx") is frame
    assert holding.only_neutral(frame, NOBODY) is frame
    assert holding.only_edges_left(frame, NOBODY) is frame
    assert holding.out_of_safeguarding(frame, NOBODY) is frame
    assert holding.back_in_network(frame, NOBODY) == set()


def test_relations_cut_are_those_that_join_offenders_in_any_theme():
    assert holding.relations_cut(SHIPPED.themes) == ["ASSOCIATION", "INDIRECT"]


def test_ties_of_offenders_go_and_family_and_harm_stay(spark):
    rows = [(1, 9, "co_arrest"), (0, 1, "co_arrest"), (1, 9, "family"), (2, 9, "co_arrest"), (3, 4, "co_arrest")]
    rows += [(3, 4, "family"), (3, 5, "co_arrest"), (1, 9, "offended_against")]
    frame = frame_of(spark, PAIR, [dict(zip(PAIR, row, strict=True)) for row in rows])
    found = tuples(holding.only_ties_left(frame, HELD, tie_names=["co_arrest"]))
    gone = {(1, 9, "co_arrest"), (0, 1, "co_arrest"), (3, 4, "co_arrest")}
    assert found == sorted(set(rows) - gone, key=str)


def test_hits_go_but_those_of_a_victim(spark):
    rows = [
        ("soc", 1, "OFFENDER"),
        ("soc", 1, "VICTIM"),
        ("cse", 1, None),
        ("soc", 2, "NEUTRAL"),
        ("cse", 2, "OFFENDER"),
    ]
    hits = [dict(zip(("theme", "nominal_id", "side"), row, strict=True)) for row in rows]
    found = holding.only_hits_left(table_of(spark, THEME_HITS, hits), HELD)
    assert tuples(found, "theme", "nominal_id", "side") == [("cse", 2, "OFFENDER"), ("soc", 1, "VICTIM")]


def test_a_row_of_nobody_is_nobody_held_out(spark):
    rows = [("soc", None), ("soc", 2), ("cse", 2), ("cse", 1)]
    columns = {"theme": "string", "via_id": "bigint"}
    frame = frame_of(spark, columns, [dict(zip(columns, row, strict=True)) for row in rows])
    assert tuples(holding.only_free(frame, HELD, person="via_id")) == [("cse", 2), ("soc", None)]


def test_with_every_grade_let_in_the_offender_side_stays_away(spark):
    rows = involvements_of(spark, [{"idx": 1}, {"idx": 1, "side": "VICTIM"}, {"idx": 2}])
    assert tuples(holding.only_neutral(rows, HELD), "idx", "side") == [(1, "NEUTRAL"), (1, "VICTIM"), (2, "OFFENDER")]


def test_edges_into_the_network_go_in_its_theme_alone(spark):
    columns = {"theme": "string", "src": "bigint", "dst": "bigint"}
    rows = [("soc", 5, 6), ("soc", 5, 7), ("soc", 5, 8), ("soc", 6, 7), ("cse", 5, 6)]
    frame = frame_of(spark, columns, [dict(zip(columns, row, strict=True)) for row in rows])
    assert tuples(holding.only_edges_left(frame, HELD), *columns) == [("cse", 5, 6), ("soc", 5, 8), ("soc", 6, 7)]


@pytest.mark.parametrize(
    ("communities", "back"),
    [
        ({5: 5, 6: 6, 7: 6}, set()),
        ({5: 5, 6: 6, 7: 5}, {("soc", 5)}),
        ({5: 4, 7: 4, 8: 5}, {("soc", 5)}),
        ({6: 6, 7: 6}, set()),
        ({5: 5}, set()),
        ({5: 5, 8: 5}, set()),
    ],
)
def test_whoever_is_in_one_community_with_the_others_again_is_found(spark, communities, back):
    columns = {"theme": "string", "idx": "bigint", "community_idx": "bigint"}
    rows = [dict(zip(columns, ("soc", *row), strict=True)) for row in communities.items()]
    # In another theme they may be together.
    rows += [dict(zip(columns, ("cse", idx, 5), strict=True)) for idx in (5, 6)]
    assert holding.back_in_network(frame_of(spark, columns, rows), HELD) == back


def test_people_leave_a_graph_and_safeguarding_of_the_theme_alone(spark):
    rows = frame_of(spark, {"theme": "string", "idx": "bigint"}, [{"theme": t, "idx": 2} for t in ("soc", "cse")])
    assert tuples(holding.without(rows, {("soc", 2)}), "theme", "idx") == [("cse", 2)]
    flags = rows.withColumnRenamed("idx", "nominal_id")
    assert tuples(holding.out_of_safeguarding(flags, HELD), "theme") == [("cse",)]
