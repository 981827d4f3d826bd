"""The stage `dismantle` and the command on a lake: who may be named, at what cost, and plans that add up."""

import json
from datetime import date

import networkx as nx
import pyarrow as pa
import pytest
from click.testing import CliRunner

from harmnet.cli import main
from harmnet.config import load_settings
from harmnet.contracts import check_key
from harmnet.contracts.dismantling import DISMANTLING_PLANS, DISMANTLING_STEPS
from harmnet.contracts.linked import NOMINAL_SIGNALS, NOMINALS
from harmnet.contracts.priorities import NETWORK_PRIORITIES
from harmnet.contracts.registry import ACCESS_LOG
from harmnet.contracts.results import GRAPH_EDGES, NETWORK_MEMBERS, NETWORKS, NOMINAL_HARM, THEME_MEMBERS
from harmnet.contracts.safeguarding import SAFEGUARDING_FLAGS
from harmnet.corrections.standing import UNTOUCHED, Standing
from harmnet.dismantling import stage
from harmnet.dismantling.planning import HowPlanned, planned
from harmnet.dismantling.published import read_network
from harmnet.errors import HarmnetError
from harmnet.snapshots.chain import read_events
from typed_rows import InMemory, table_of

CONF = load_settings().dismantling
LEADER, CHILD, EXPLOITED, VICTIM, PRISONER, UNKNOWN, OTHER, FLAGGED = range(1, 9)


@pytest.fixture(scope="module")
def force(spark):
    """One network of eight in theme `all` and of two of them in soc; everyone in a ring, and the leader tied to all."""
    people = range(1, 9)
    ring = [(one, one % 8 + 1) for one in people]
    ties = {tuple(sorted(pair)) for pair in [*ring, *((LEADER, other) for other in people if other != LEADER)]}
    nominals = [
        {
            "nominal_id": one,
            "is_child": {CHILD: True, UNKNOWN: None}.get(one, False),
            "in_prison": one == PRISONER,
            "release_due": date(2026, 9, 1) if one in (PRISONER, OTHER) else None,
        }
        for one in people
    ]
    signal = {"kind": "MARKER", "signal": "EXPLOITED", "side": "NEUTRAL", "credible": True, "no_further_action": False}
    tables = {
        NOMINALS: nominals,
        NOMINAL_SIGNALS: [{"nominal_id": EXPLOITED, **signal}],
        SAFEGUARDING_FLAGS: [
            {"theme": "cse", "nominal_id": FLAGGED, "reason": "CHILD_RUNNER"},
            {"theme": "all", "nominal_id": LEADER, "reason": "VULNERABLE"},
        ],
        THEME_MEMBERS: [
            {"theme": "cse", "nominal_id": VICTIM, "victim_only": True},
            {"theme": "cse", "nominal_id": LEADER, "victim_only": False, "victim": True, "involved": True},
            {"theme": "soc", "nominal_id": VICTIM, "victim_only": False, "involved": True},
        ],
        GRAPH_EDGES: [
            *({"theme": "all", "src": one, "dst": other, "weight_micro": 1} for one, other in sorted(ties)),
            {"theme": "soc", "src": LEADER, "dst": VICTIM, "weight_micro": 1},
            {"theme": "all", "src": LEADER, "dst": 99, "weight_micro": 1},
        ],
        NETWORK_MEMBERS: [
            *({"theme": "all", "network_id": "all-1", "nominal_id": one} for one in people),
            {"theme": "all", "network_id": "all-2", "nominal_id": 99},
            *({"theme": "soc", "network_id": "soc-1", "nominal_id": one} for one in (LEADER, VICTIM)),
        ],
        NETWORKS: [
            {"theme": "all", "network_id": "all-1", "size": 8},
            {"theme": "all", "network_id": "all-2", "size": 501},
            {"theme": "soc", "network_id": "soc-1", "size": 2},
        ],
        NOMINAL_HARM: [
            {"theme": "all", "nominal_id": LEADER, "crime_scope": "ALL", "status": status, "cchi_shared_micro": 5}
            for status in ("CHARGED", "CONVICTED")
        ],
        NETWORK_PRIORITIES: [
            {"theme": "all", "network_id": "all-1", "rank": CONF.plan_top},
            {"theme": "all", "network_id": "all-2", "rank": 1},
            {"theme": "soc", "network_id": "soc-1", "rank": 1},
        ],
    }
    io = InMemory(spark, {table.name: table_of(spark, table, rows) for table, rows in tables.items()})
    stage.run(io)
    for table in (DISMANTLING_PLANS, DISMANTLING_STEPS):
        check_key(io.read(table), table)
    plans = {row["network_id"]: row.asDict() for row in io.read(DISMANTLING_PLANS).collect()}
    steps = sorted((row.asDict() for row in io.read(DISMANTLING_STEPS).collect()), key=lambda row: row["step"])
    return plans, steps


def test_children_exploited_people_and_victims_are_never_named(force):
    plans, steps = force
    steps = [row for row in steps if row["network_id"] == "all-1"]
    named = {row["nominal_id"] for row in steps}
    assert plans["all-1"]["not_eligible"] == 4
    assert named <= {LEADER, PRISONER, UNKNOWN, OTHER}
    for column in ("instead_id", "central_next_id"):
        assert not {row[column] for row in steps} & {CHILD, EXPLOITED, VICTIM, FLAGGED}


def test_a_victim_who_is_involved_in_the_theme_is_eligible_there(force):
    plans, _ = force
    assert plans["soc-1"]["not_eligible"] == 0
    assert plans["soc-1"]["removals"] == 1


def test_someone_in_prison_is_cheap_until_the_release_and_not_gone(force):
    plans, steps = force
    cost = {row["nominal_id"]: (row["cost_micro"], row["in_prison"], row["release_due"]) for row in steps}
    assert cost[PRISONER] == (250_000, True, date(2026, 9, 1))
    assert cost[LEADER] == (1_000_000, False, None)
    assert plans["all-1"]["removals_in_prison"] == 1
    assert plans["all-1"]["people"] == 8


def test_a_network_too_large_has_no_plan_and_ties_that_leave_a_network_do_not_count(force):
    plans, _ = force
    assert set(plans) == {"all-1", "soc-1"}
    assert plans["all-1"]["ties"] == 13


def test_harm_is_added_up_over_statuses(force):
    plans, _ = force
    assert plans["all-1"]["harm_before_micro"] == 10
    assert plans["soc-1"]["harm_before_micro"] == 0


def row_of(network, src, dst=None, **other):
    usual = {} if dst else {"cost_micro": 1_000_000, "harm_micro": 0, "eligible": True, "in_prison": False}
    return {"theme": "all", "network_id": network, "src": src, "dst": dst} | usual | other


def batches_of(rows):
    names = ("theme", "network_id", "src", "dst", "cost_micro", "harm_micro", "eligible", "in_prison", "release_due")
    return pa.Table.from_pylist([{name: row.get(name) for name in names} for row in rows]).to_batches(3)


COLUMNS = {column.name: column.type for table in (DISMANTLING_PLANS, DISMANTLING_STEPS) for column in table}
SCHEMA = pa.schema([(name, stage._ARROW[kind]) for name, kind in COLUMNS.items()])


def test_each_network_of_a_task_is_planned_by_itself_whatever_the_order_of_its_rows():
    star = [row_of("one", 9), *(row for leaf in (10, 11, 100) for row in (row_of("one", leaf), row_of("one", 9, leaf)))]
    pair = [row_of("two", 5), row_of("two", 7), row_of("two", 5, 7)]
    how = HowPlanned("0.1", 5)
    both = planned(batches_of([*star, *pair]), SCHEMA, how)
    assert planned(batches_of([*pair, *star][::-1]), SCHEMA, how) == both
    alone = [planned(batches_of(rows), SCHEMA, how) for rows in (star, pair)]
    assert pa.concat_tables(alone) == both
    rows = both.to_pylist()
    assert [(row["network_id"], row["step"], row["nominal_id"]) for row in rows] == [
        ("one", None, None),
        ("one", 1, 9),
        ("two", None, None),
        ("two", 1, 5),
    ]
    # Numbers, not text, decide between equals: 10 comes before 100 and after 9.
    assert (rows[1]["instead_id"], rows[1]["instead_people"], rows[1]["largest_without"]) == (10, 3, 4)
    assert planned([], SCHEMA, how) is None


def graph_of(tiny, theme, network_id):
    """A published network as networkx sees it: ties of the theme's relations, added up, of min_weight or more."""
    members = {row["nominal_id"] for row in tiny.rows("network_members") if row["network_id"] == network_id}
    relations = tiny.settings.themes.themes[theme].relations if theme != "all" else ("ASSOCIATION",)
    weight = {}
    for row in tiny.rows("edges"):
        if row["relation"] in relations and row["src"] in members and row["dst"] in members:
            weight[row["src"], row["dst"]] = weight.get((row["src"], row["dst"]), 0) + row["weight_micro"]
    graph = nx.Graph(pair for pair, total in weight.items() if total >= int(tiny.settings.graph.min_weight * 10**6))
    graph.add_nodes_from(members)
    return graph


def test_plans_of_the_tiny_force_add_up_and_name_nobody_to_protect(tiny):
    plans = {(row["theme"], row["network_id"]): row for row in tiny.rows("dismantling_plans")}
    ranks = {(row["theme"], row["network_id"]): row["rank"] for row in tiny.rows("network_priorities")}
    assert set(plans) == {key for key, rank in ranks.items() if rank <= CONF.plan_top}
    assert {theme for theme, _ in plans} == {theme for theme, _ in ranks}
    children = {row["nominal_id"] for row in tiny.rows("nominals") if row["is_child"]}
    flagged = {row["nominal_id"] for row in tiny.rows("safeguarding_flags") if row["reason"] in CONF.not_eligible}
    victims = {(row["theme"], row["nominal_id"]) for row in tiny.rows("theme_members") if row["victim_only"]}
    steps = tiny.rows("dismantling_steps")
    for row in steps:
        for column in ("nominal_id", "central_next_id", "instead_id"):
            assert row[column] not in children | flagged
            assert (row["theme"], row[column]) not in victims
    for (theme, network_id), plan in sorted(plans.items(), key=lambda item: -item[1]["people"])[:8]:
        graph = graph_of(tiny, theme, network_id)
        assert (len(graph), graph.number_of_edges()) == (plan["people"], plan["ties"])
        assert plan["largest_before"] == max(map(len, nx.connected_components(graph)))
        mine = sorted((row for row in steps if row["network_id"] == network_id), key=lambda row: row["step"])
        assert [row["step"] for row in mine] == list(range(1, plan["removals"] + 1))
        for row in mine:
            graph.remove_node(row["nominal_id"])
            assert row["largest_left"] == max(map(len, nx.connected_components(graph)), default=0)
        assert plan["reached"] == (plan["largest_left"] <= plan["largest_wanted"])


def test_the_command_works_out_a_network_of_a_lake(tiny):
    plan = max(tiny.rows("dismantling_plans"), key=lambda row: (row["people"], row["network_id"]))
    asked = ["dismantle", "--lake", tiny.lake.root, "--network", plan["network_id"], "--exact", "--format", "json"]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["people"], found["ties"]) == (plan["people"], plan["ties"])
    assert len(found["not_eligible"]) == plan["not_eligible"]
    assert not set(found["plan"]) & set(found["not_eligible"])
    assert found["plan_cost"] * 1e6 <= plan["cost_micro"] or not plan["reached"]
    assert set(found["order"]) == set(graph_of(tiny, plan["theme"], plan["network_id"]))
    assert found["robustness"]["method"]
    logged = read_events(tiny.lake, ACCESS_LOG)[-1]
    assert (logged["command"], logged["event"]) == ("dismantle", "CLOSE")
    assert len(logged["nominals"]) == plan["people"]
    assert {row["method"] for row in found["portfolio"]} >= {"betweenness", "corehd", "degree", "spectral"}


def test_whom_a_correction_withholds_is_not_in_the_network(tiny):
    plan = max(tiny.rows("dismantling_plans"), key=lambda row: (row["people"], row["network_id"]))
    network_id, theme = plan["network_id"], plan["theme"]
    whole, _ = read_network(tiny.lake, tiny.snapshot, UNTOUCHED, network_id, None)
    one, ties = whole.ids[0], sorted(tuple(sorted(tie)) for tie in graph_of(tiny, theme, network_id).edges)
    first, second = next(tie for tie in ties if one not in tie)
    held = Standing(everything={one: 1}, ties={(first, second): 2}, relations=("ASSOCIATION", "INDIRECT"))
    left, _ = read_network(tiny.lake, tiny.snapshot, held, network_id, None)
    expected = graph_of(tiny, theme, network_id)
    expected.remove_edges_from([(first, second)])
    expected.remove_nodes_from([one])
    assert (set(left.ids), left.ties) == (set(expected), expected.number_of_edges())
    here = Standing(networks={(theme, network_id, one): 1})
    assert one not in read_network(tiny.lake, tiny.snapshot, here, network_id, None)[0].ids


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--network", "soc-nowhere"], "no network soc-nowhere in snapshot"),
        ([], "--network ID is missing"),
        (["--network", "soc-1", "--nodes", "nodes.csv"], "--nodes belongs to --edges"),
        (["--network", "soc-1", "--cost", "gold"], "--cost gold: conf/dismantling.yml has the costs custody, equal"),
    ],
)
def test_what_a_lake_does_not_have_is_refused(tiny, asked, said):
    result = CliRunner().invoke(main, ["dismantle", "--lake", tiny.lake.root, *asked])
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_conf_that_does_not_fit_together_is_refused(tmp_path):
    (tmp_path / "dismantling.yml").write_text("cost: gold\nnot_eligible: [CHILD]\n", encoding="utf-8")
    with pytest.raises(HarmnetError, match="cost gold is none of costs: custody, equal"):
        load_settings(tmp_path)
    (tmp_path / "dismantling.yml").write_text("not_eligible: [CHIELD]\n", encoding="utf-8")
    with pytest.raises(HarmnetError, match="CHIELD is no reason of safeguarding"):
        load_settings(tmp_path)
