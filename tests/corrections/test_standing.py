"""Corrections act at once on published snapshots: rows that go, networks that are marked, checks that are counted."""

from collections import Counter

import pytest
from small_world import SECOND, published_frame

from harmnet.contracts import TABLES
from harmnet.corrections.requests import correct
from harmnet.corrections.shown import only_shown
from harmnet.corrections.shown import told as told_of
from harmnet.corrections.standing import UNTOUCHED, Standing, standing_of
from harmnet.errors import HarmnetError
from harmnet.explain import explain
from harmnet.snapshots import manifest
from harmnet.sql import query
from made_corrections import NOW, asked
from typed_rows import tuples

pytestmark = pytest.mark.slow


def register(lake, action, *subjects, **given):
    return correct(lake, asked(action, *subjects, **given), now=NOW)


def shown(spark, table, standing, *columns):
    frame = only_shown(published_frame(spark, TABLES[table], SECOND[table]), TABLES[table], standing)
    return tuples(frame, *columns)


def rows(table, *columns):
    return sorted((tuple(row.get(name) for name in columns) for row in SECOND[table]), key=str)


OUT = Standing(everything={"N09": 1})


def test_rows_that_name_someone_out_of_everything_go_and_those_of_safeguarding_stay(spark):
    for table in ("people", "nominals", "nominal_names", "network_members", "nominal_priorities"):
        expected = [row for row in rows(table, "nominal_id") if row != ("N09",)]
        assert shown(spark, table, OUT, "nominal_id") == expected
    assert shown(spark, "edges", OUT, "src", "dst") == [("N01", "N02"), ("N01", "N02"), ("N02", "N03")]
    assert shown(spark, "networks", OUT, "network_id") == rows("networks", "network_id")
    assert shown(spark, "safeguarding_flags", OUT, "nominal_id") == rows("safeguarding_flags", "nominal_id")
    assert shown(spark, "victim_links", OUT, "nominal_id") == [("N08",), ("N09",)]


def test_nobody_withheld_is_shown_as_a_controller_or_between_two(spark):
    for person in ("N04", "N06"):
        assert shown(spark, "victim_links", Standing(everything={person: 1}), "nominal_id") == [("N08",)]


def test_out_of_safeguarding_too_takes_those_rows_as_well(spark):
    standing = Standing(everything={"N09": 1}, safeguarding=frozenset({"N09"}))
    assert shown(spark, "safeguarding_flags", standing, "nominal_id") == [("N04",)]
    assert shown(spark, "victim_links", standing, "nominal_id") == [("N08",)]


def test_a_component_named_after_someone_withheld_loses_its_name_and_no_row(spark):
    standing = Standing(everything={"N01": 1})
    assert shown(spark, "networks", standing, "network_id", "component_id") == [
        ("all-02", None),
        ("cse-01", "N04"),
        ("soc-03", None),
    ]
    assert len(shown(spark, "network_members", standing)) == len(SECOND["network_members"]) - 3


def test_out_of_a_theme_is_out_of_that_theme_and_of_its_safeguarding_only_if_authorised(spark):
    standing = Standing(themes={("cse", "N09"): 1, ("cse", "N06"): 2}, theme_safeguarding=frozenset({("cse", "N09")}))
    expected = [
        row for row in rows("network_members", "theme", "nominal_id") if row not in {("cse", "N09"), ("cse", "N06")}
    ]
    assert shown(spark, "network_members", standing, "theme", "nominal_id") == expected
    assert shown(spark, "safeguarding_flags", standing, "theme", "nominal_id") == [("all", "N09"), ("soc", "N04")]
    kept = Standing(themes={("cse", "N09"): 1})
    assert shown(spark, "safeguarding_flags", kept, "theme") == [("all",), ("cse",), ("soc",)]
    assert shown(spark, "edges", standing, "src") == rows("edges", "src")


def test_out_of_a_network_is_out_of_that_one(spark):
    standing = Standing(networks={("cse", "cse-01", "N06"): 1})
    everyone = set(rows("network_members", "network_id", "nominal_id"))
    assert everyone - set(shown(spark, "network_members", standing, "network_id", "nominal_id")) == {("cse-01", "N06")}


def test_a_tie_withheld_goes_in_the_relations_of_offenders(spark):
    standing = Standing(ties={("N01", "N02"): 1}, relations=("ASSOCIATION", "INDIRECT"))
    assert shown(spark, "edges", standing, "src", "dst", "relation")[:1] == [("N01", "N02", "FAMILY")]
    assert len(shown(spark, "edges", standing)) == len(SECOND["edges"]) - 1


def test_rows_of_affected_networks_are_marked_and_checks_counted(spark):
    counts = Counter({("CONFIRM", ("soc", "soc-03")): 2, ("REFUTE", ("soc", "soc-03")): 1})
    people = Counter({("REFUTE", ("", "N09")): 1, ("REFUTE", ("cse", "N09")): 2})
    standing = Standing(
        affected=frozenset({("soc", "soc-03")}), checks={"networks": counts, "nominal_priorities": people}
    )

    def told(table, *columns):
        frame = published_frame(spark, TABLES[table], SECOND[table])
        added = [f"{text} AS {name}" for name, text in told_of(TABLES[table], standing).items()]
        return tuples(
            frame.selectExpr("*", *added),
            *columns,
        )

    assert told("networks", "network_id", "affected_by_correction", "confirmed", "refuted") == [
        ("all-02", False, 0, 0),
        ("cse-01", False, 0, 0),
        ("soc-03", True, 2, 1),
    ]
    refuted = [row for row in told("nominal_priorities", "theme", "nominal_id", "refuted") if row[2]]
    assert refuted == [("all", "N09", 1), ("cse", "N09", 3)]
    assert told_of(TABLES["people"], standing) == {}
    assert len(told_of(TABLES["network_link_people"], standing)) == 1


def test_what_was_registered_stands_at_once_and_is_gone_once_lifted(lake):
    assert standing_of(lake, manifest.current(lake)) is UNTOUCHED
    register(lake, "REMOVE_NOMINAL", "N09")
    register(lake, "RESTRICT", "N02", applies_to="network:soc-03")
    register(lake, "RESTRICT", "N01", applies_to="tie:N02")
    register(lake, "RESTRICT", "N04", applies_to="theme:cse", safeguarding_authority="board")
    register(lake, "RECTIFY", "N03", field="sex", value="X")
    register(lake, "CONFIRM", "network:cse-01")
    register(lake, "REFUTE", "N02", "N01")
    register(lake, "REFUTE", "N06", applies_to="theme:cse")
    first, second = manifest.snapshots(lake)
    standing = standing_of(lake, second)
    assert standing.everything == {"N09": 1}
    assert standing.networks == {("soc", "soc-03", "N02"): 2}
    assert standing.ties == {("N01", "N02"): 3}
    assert standing.themes == {("cse", "N04"): 4}
    assert (standing.safeguarding, standing.theme_safeguarding) == (set(), {("cse", "N04")})
    assert standing.affected == {("all", "all-02"), ("soc", "soc-03"), ("cse", "cse-01")}
    assert standing.checks == {
        "networks": Counter({("CONFIRM", ("cse", "cse-01")): 1}),
        "network_priorities": Counter({("CONFIRM", ("cse", "cse-01")): 1}),
        "nominal_priorities": Counter({("REFUTE", ("cse", "N06")): 1}),
        "edges": Counter({("REFUTE", ("N01", "N02")): 1}),
    }
    # The network is gone in the other snapshot; there N02 is with N01 in another of the theme, and N03 in one alone.
    before = standing_of(lake, first)
    assert before.networks == {("soc", "soc-01", "N02"): 2}
    assert before.affected == {("all", "all-01"), ("soc", "soc-01"), ("soc", "soc-02")}
    _, found = query(lake, "SELECT DISTINCT nominal_id FROM pub_network_members WHERE theme = 'cse'")
    assert sorted(found) == [["N01"], ["N06"]]
    with pytest.raises(HarmnetError, match=r"explain: N09 is withheld by correction 1; harmnet sql"):
        explain(lake, second, "N06", "N09")
    with pytest.raises(HarmnetError, match=r"explain: the tie of N02 and N01 is withheld by correction 3"):
        explain(lake, second, "N02", "N01")
    for number in ("1", "2", "3", "4", "5"):
        register(lake, "LIFT", number)
    lifted = standing_of(lake, second)
    assert (lifted.everything, lifted.networks, lifted.ties, lifted.themes, lifted.affected) == ({}, {}, {}, {}, set())
