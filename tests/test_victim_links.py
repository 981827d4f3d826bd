"""Who may control someone exploited: which ties count, how near a controller is, who is looked at and who is not."""

from datetime import date

import pytest

from harmnet import victim_links
from harmnet.contracts.linked import NOMINALS
from harmnet.contracts.results import EDGES, NETWORK_MEMBERS, THEME_MEMBERS
from harmnet.contracts.safeguarding import SAFEGUARDING_FLAGS
from typed_rows import SHIPPED, frame_of, table_of, tuples

CONF = SHIPPED.safeguarding
SHARED = {
    "idx": "bigint",
    "role": "string",
    "member": "bigint",
    "member_side": "string",
    "source_system": "string",
    "source": "string",
    "event_date": "date",
    "credible": "boolean",
    "handling": "int",
}
BOSS, OTHER, CHILD, FRIEND = 1, 2, 10, 20


def edge(src, dst, relation, weight, **other):
    return {"src": src, "dst": dst, "relation": relation, "weight_micro": weight, "handling": 1} | {
        "src_to_dst_micro": 0,
        "dst_to_src_micro": 0,
        **other,
    }


def record(idx, member, ref, **other):
    usual = {"role": "MENTIONED", "member_side": "OFFENDER", "source_system": "intelligence", "handling": 4}
    usual |= {"source": f"intelligence:{ref}", "event_date": date(2026, 1, 1), "credible": True}
    return usual | {"idx": idx, "member": member, **other}


def links(spark, edges=(), shared=(), *, wanted=(CHILD,), conf=CONF):
    """Links of the wanted people to a county lines network of 1 and 2, of whom 2 also stands in soc, in no network."""
    members = [("county_lines", "cl-1", BOSS), ("county_lines", "cl-1", OTHER), ("soc", None, OTHER)]
    columns = ("theme", "network_id", "nominal_id")
    graph = table_of(spark, NETWORK_MEMBERS, [dict(zip(columns, row, strict=True)) for row in members])
    return victim_links.build(
        frame_of(spark, {"idx": "bigint"}, [{"idx": idx} for idx in wanted]),
        graph.select("theme", "network_id", graph.nominal_id.alias("idx")),
        table_of(spark, EDGES, edges),
        frame_of(spark, SHARED, shared),
        conf=conf,
    )


def test_a_direct_tie_weighs_its_edges_and_harm_only_towards_the_victim(spark):
    edges = [
        edge(BOSS, CHILD, "TOGETHER", 400),
        edge(BOSS, CHILD, "HARM", 900, src_to_dst_micro=700, dst_to_src_micro=200),
        edge(BOSS, CHILD, "FAMILY", 5000),
        edge(OTHER, CHILD, "HARM", 800, dst_to_src_micro=800),
        # The same pairs, looked at from a victim whose number is smaller.
        edge(0, OTHER, "HARM", 300, dst_to_src_micro=300),
        edge(0, BOSS, "SHARED_HARM", 300),
    ]
    found = links(spark, edges, wanted=(CHILD, 0))
    columns = ("nominal_id", "theme", "network_id", "controller_id", "via_id", "relations", "weight_micro", "rank")
    assert tuples(found, *columns, "controllers") == [
        (0, "county_lines", "cl-1", OTHER, None, ["HARM"], 300, 1, 2),
        (0, "soc", None, OTHER, None, ["HARM"], 300, 2, 2),
        (CHILD, "county_lines", "cl-1", BOSS, None, ["HARM", "TOGETHER"], 1100, 1, 1),
    ]


def test_records_alone_weigh_little_and_doubtful_ones_nothing(spark):
    shared = [
        record(CHILD, BOSS, "R1"),
        record(CHILD, BOSS, "R2"),
        record(CHILD, BOSS, "R3", credible=False),
        record(CHILD, OTHER, "R3", credible=False),
        record(CHILD, OTHER, "R4", member_side="VICTIM"),
        record(CHILD, OTHER, "R5", role="FAMILY", member_side="NEUTRAL"),
    ]
    columns = ("theme", "controller_id", "relations", "weight_micro", "records", "records_count", "uncorroborated")
    assert tuples(links(spark, shared=shared), *columns, "handling") == [
        ("county_lines", BOSS, ["RECORD"], 100_000, [f"intelligence:R{n}" for n in (1, 2, 3)], 3, False, 4),
        ("county_lines", OTHER, ["RECORD"], 0, ["intelligence:R3"], 1, True, 4),
        ("soc", OTHER, ["RECORD"], 0, ["intelligence:R3"], 1, True, 4),
    ]
    tied = links(spark, [edge(BOSS, CHILD, "TOGETHER", 7)], shared[:1])
    assert tuples(tied, *columns, "handling") == [
        ("county_lines", BOSS, ["TOGETHER"], 7, ["intelligence:R1"], 1, False, 5)
    ]


def test_over_one_person_between_it_is_half_the_weaker_step(spark):
    edges = [
        edge(CHILD, FRIEND, "SHARED_HARM", 301),
        edge(BOSS, FRIEND, "HARM", 500, src_to_dst_micro=500),
        # A second way round, weaker; a third over family, which counts for no step.
        edge(CHILD, 21, "ASSOCIATION", 200),
        edge(BOSS, 21, "ASSOCIATION", 900),
        edge(CHILD, 22, "FAMILY", 9000),
        edge(BOSS, 22, "ASSOCIATION", 9000),
        # Two victims of one crime do not lead on to a third.
        edge(OTHER, FRIEND, "SHARED_HARM", 9000),
    ]
    found = links(spark, edges)
    columns = ("theme", "controller_id", "via_id", "relations", "weight_micro", "records")
    assert tuples(found, *columns) == [("county_lines", BOSS, FRIEND, ["HARM", "SHARED_HARM"], 150, [])]
    direct = links(spark, [*edges, edge(BOSS, CHILD, "ASSOCIATION", 2)])
    assert tuples(direct, *columns) == [("county_lines", BOSS, None, ["ASSOCIATION"], 2, [])]


def test_only_the_nearest_are_kept_and_all_are_counted(spark):
    few = CONF.model_copy(update={"victim_links": CONF.victim_links.model_copy(update={"most": 2})})
    edges = [edge(BOSS, CHILD, "TOGETHER", 5), edge(OTHER, CHILD, "TOGETHER", 5)]
    assert tuples(links(spark, edges, conf=few), "rank", "theme", "controller_id", "controllers") == [
        (1, "county_lines", BOSS, 3),
        (2, "county_lines", OTHER, 3),
    ]


@pytest.fixture(scope="module")
def wanted(spark):
    signals = frame_of(
        spark,
        {"idx": "bigint", "signal": "string", "ended": "boolean"},
        [
            {"idx": 2, "signal": "LISTED", "ended": False},
            {"idx": 3, "signal": "LISTED", "ended": True},
            {"idx": 4, "signal": "EXPLOITED", "ended": False},
        ],
    )
    reasons = [(1, "EXPLOITED"), (2, "EXPLOITED"), (3, "EXPLOITED"), (4, "EXPLOITED"), (5, "CHILD"), (6, "VULNERABLE")]
    themes = [(7, "cse"), (8, "violent_crime"), (2, "county_lines")]
    flags = table_of(spark, SAFEGUARDING_FLAGS, [{"nominal_id": 9, "reason": "SEVERAL_SYSTEMS"}])
    return victim_links.people_without_list(
        flags,
        signals,
        frame_of(
            spark, {"idx": "bigint", "reason": "string"}, [{"idx": idx, "reason": reason} for idx, reason in reasons]
        ),
        frame_of(spark, {"idx": "bigint", "theme": "string"}, [{"idx": idx, "theme": theme} for idx, theme in themes]),
        conf=CONF.victim_links,
    )


def test_looked_for_are_the_exploited_who_are_on_no_list_now(wanted):
    assert tuples(wanted) == [(1,), (3,), (4,), (7,), (9,)]


def test_a_controller_who_is_a_child_or_a_victim_is_shown_as_one(spark):
    found = links(spark, [edge(idx, CHILD, "TOGETHER", 5) for idx in (BOSS, OTHER)])
    nominals = table_of(spark, NOMINALS, [{"nominal_id": BOSS, "is_child": True}, {"nominal_id": OTHER}])
    members = [{"theme": "county_lines", "nominal_id": BOSS, "victim": True}]
    shown = victim_links.with_controllers(found, nominals, table_of(spark, THEME_MEMBERS, members))
    assert tuples(shown, "controller_id", "theme", "controller_is_child", "controller_victim") == [
        (BOSS, "county_lines", True, True),
        (OTHER, "county_lines", None, False),
        (OTHER, "soc", None, False),
    ]


def test_the_exploited_child_of_no_line_is_led_to_the_member_they_were_found_with(tiny):
    nominals = tiny.nominals_of_people()
    planted = [row for row in tiny.truth("members") if row["side"] == "OFFENDER"]
    first = [row for row in tiny.rows("victim_links") if row["rank"] == 1]
    cases = [row for row in tiny.truth("safeguarding") if row["kind"] == "CHILD_NO_LINE"]
    assert cases
    for case in cases:
        line = set().union(*(nominals[row["person_id"]] for row in planted if row["network"] == case["network"]))
        own = nominals[case["person_id"]]
        assert {row["controller_id"] for row in first if row["nominal_id"] in own} & line
