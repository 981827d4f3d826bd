"""`harmnet dismantle --edges`: what it prints, and that bad input is one line a fault."""

import json

import networkx as nx
import pytest
from click.testing import CliRunner

from harmnet import cli
from harmnet.dismantling.telling import NOTICES

FIRST_KEYS = ["order", "removals_to_target", "lcc", "R", "exact"]
STAR = "src,dst\n" + "".join(f"a,{leaf}\n" for leaf in "bcdefghijk")


@pytest.fixture(autouse=True)
def no_spark(monkeypatch):
    """Files need no session: asking for one fails."""

    def refuse(*_args, **_kwargs):
        raise AssertionError("a Spark session was asked for")

    monkeypatch.setattr("harmnet.session.build_session", refuse)


def run(*arguments):
    return CliRunner().invoke(cli.main, ["dismantle", *(str(argument) for argument in arguments)])


def answer(*arguments):
    result = run(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(*arguments):
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.output
    return [line.removeprefix("harmnet: ") for line in result.stderr.splitlines()]


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def star(tmp_path):
    return written(tmp_path / "star.csv", STAR)


def test_the_answer_has_the_fixed_keys_first_and_adds_up(tmp_path):
    graph = nx.gnm_random_graph(30, 45, seed=4)
    ties = "".join(f"p{one},p{other},2.5\n" for one, other in graph.edges)
    found = answer("--edges", written(tmp_path / "ties.csv", f"src,dst,weight\n{ties}"), "--exact", "--target", "0.2")
    assert list(found)[:5] == FIRST_KEYS
    people = {f"p{one}" for one in graph if graph.degree[one]}
    assert sorted(found["order"]) == sorted(people)
    left = nx.relabel_nodes(graph.subgraph([one for one in graph if graph.degree[one]]), lambda one: f"p{one}").copy()
    first = len(max(nx.connected_components(left), key=len))
    for person, largest in zip(found["order"], found["lcc"]):
        left.remove_node(person)
        assert largest == max(map(len, nx.connected_components(left)), default=0)
    small = found["largest_wanted"]
    assert small == first * 2 // 10
    assert found["removals_to_target"] == 1 + next(q for q, largest in enumerate(found["lcc"]) if largest <= small)
    assert found["R"] == pytest.approx(sum(found["lcc"]) / len(people) ** 2)
    assert set(found["exact"]) >= {"value", "bound", "proved"}
    assert found["exact"]["value"] == found["exact"]["bound"] <= found["removals_to_target"]
    assert found["plan"] == found["order"][: found["removals_to_target"]] == [step["id"] for step in found["steps"]]
    assert found["notices"] == list(NOTICES)


def test_the_order_of_rows_and_ends_does_not_matter(tmp_path):
    graph = nx.gnm_random_graph(25, 40, seed=6)
    rows = [f"{one},{other}" for one, other in graph.edges]
    turned = [",".join(reversed(row.split(","))) for row in reversed(rows)]
    files = [
        written(tmp_path / name, "src,dst\n" + "\n".join(each) + "\n")
        for name, each in (("a.csv", rows), ("b.csv", turned))
    ]
    first, second = (answer("--edges", file) for file in files)
    assert first == second


def test_without_exact_there_is_no_exact_answer(star):
    found = answer("--edges", star)
    assert (found["exact"], found["key_players"], found["plan"]) == (None, {}, ["a"])


def test_a_table_says_what_falls_apart_what_it_is_held_against_and_what_it_cannot_say(star):
    shown = run("--edges", star, "--exact").stdout
    assert "11 people, 10 ties, the largest component of 11" in shown
    assert (
        "1. a: Tied to 10 of the 10 others in a component: without this person it falls into 10 people tied to no one"
        in shown
    )
    for words in ("at random", "top 1 by degree", "exact: 1, proved: a", "stable", "key players, 1: a", *NOTICES):
        assert words in shown


def test_who_is_not_eligible_is_never_named_and_goes_last(tmp_path, star):
    nodes = written(tmp_path / "nodes.csv", "id,eligible\na,false\nz,true\n" + "".join(f"{n},\n" for n in "bcdefghijk"))
    found = answer("--edges", star, "--nodes", nodes, "--target", "0.5")
    assert found["order"][-1] == "a"
    assert found["not_eligible"] == ["a"]
    assert found["people"] == 12
    assert (found["removals_to_target"], found["exact"]) == (6, None)
    assert answer("--edges", star, "--nodes", nodes, "--exact")["removals_to_target"] == 10
    everyone = written(tmp_path / "all.csv", "id,eligible\n" + "".join(f"{name},no\n" for name in "abcdefghijk"))
    nobody = answer("--edges", star, "--nodes", everyone, "--exact")
    assert (nobody["removals_to_target"], nobody["plan"], nobody["exact"]["value"]) == (None, [], None)


def test_costs_come_from_the_column_that_is_named(tmp_path):
    edges = written(tmp_path / "ties.csv", "src,dst\na,b\nb,c\nc,d\nd,e\ne,a\n")
    nodes = written(tmp_path / "nodes.csv", "id,cost,days\na,1,9\nb,1,9\nc,1,9\nd,0.5,9\ne,1,0.25\n")
    first = answer("--edges", edges, "--nodes", nodes, "--target", "0.5", "--exact")
    second = answer("--edges", edges, "--nodes", nodes, "--target", "0.5", "--cost", "days", "--exact")
    assert "d" in first["plan"]
    assert "e" in second["plan"]
    assert (first["exact"]["value"], first["plan_cost"]) == (1.5, 1.5)
    assert (second["exact"]["value"], second["plan_cost"]) == (9.25, 9.25)


def test_harm_is_taken_apart_where_it_is(tmp_path):
    edges = written(tmp_path / "ties.csv", "src,dst\na,b\nb,c\nc,d\nd,e\nx,y\ny,z\n")
    nodes = written(tmp_path / "nodes.csv", "id,harm\nx,50\nz,50\n" + "".join(f"{name},\n" for name in "abcdey"))
    found = answer("--edges", edges, "--nodes", nodes, "--objective", "harm", "--target", "0.4", "--exact")
    assert found["plan"] == ["y"]
    assert found["steps"][0]["harm_left"] == 0
    assert found["exact"]["value"] == 1


def test_a_budget_is_the_most_people_removed(tmp_path):
    ties = "".join(f"{one},{(one + step) % 20}\n" for one in range(20) for step in (1, 2))
    edges = written(tmp_path / "ties.csv", f"src,dst\n{ties}")
    found = [answer("--edges", edges, "--budget", budget) for budget in range(5)]
    assert [len(each["plan"]) for each in found] == [0, 1, 2, 3, 4]
    left = [min([20, *each["lcc"][: len(each["plan"])]]) for each in found]
    assert left == sorted(left, reverse=True)


def test_people_who_are_not_in_nodes_are_told_of(tmp_path, star):
    nodes = written(tmp_path / "nodes.csv", "id,harm\na,3\n")
    result = run("--edges", star, "--nodes", nodes, "--format", "json")
    assert result.exit_code == 0
    assert "10 people of" in result.stderr
    assert "such as b: taken as eligible, cost 1, no harm" in result.stderr


@pytest.mark.parametrize(
    ("edges", "nodes", "problems"),
    [
        ("source,dst\na,b\n", None, [
            "edges.csv: no column src (found: source, dst)",
            "edges.csv: column 'source' is not one of src, dst, weight; rename or remove it",
        ]),
        ("src,dst\n", None, ["edges.csv: holds no row; write one per tie"]),
        ("src,dst\na,\nb,b\n", None, [
            "edges.csv, line 2: dst is empty; every row needs one",
            "edges.csv, line 3: src and dst are both 'b'; a tie joins two: remove the row",
        ]),
        ("src,dst,weight\na,b,heavy\na,c,0\n", None, [
            "edges.csv, line 2: weight 'heavy' is not a number above 0",
            "edges.csv, line 3: weight '0' is not a number above 0",
        ]),
        ("src,dst\na,b\n", "name\na\n", ["nodes.csv: no column id (found: name)"]),
        ("src,dst\na,b\n", "id,cost,harm,eligible\na,0,-1,perhaps\na,1,,\n", [
            "nodes.csv, line 2: cost '0' is not a number above 0",
            "nodes.csv, line 2: harm '-1' is not a number of 0 or more",
            "nodes.csv, line 2: eligible 'perhaps' is not true or false",
            "nodes.csv, line 3: id 'a' stands twice; keep one",
        ]),
    ],
)  # fmt: skip
def test_a_faulty_file_is_named_line_by_line(tmp_path, edges, nodes, problems):
    asked = ["--edges", written(tmp_path / "edges.csv", edges)]
    if nodes:
        asked += ["--nodes", written(tmp_path / "nodes.csv", nodes)]
    assert [line.replace(f"{tmp_path}/", "") for line in refused(*asked)] == problems


def test_what_does_not_fit_together_is_refused(tmp_path, star):
    assert refused() == ["dismantle: give either --lake URI and --network ID, or --edges FILE"]
    assert refused("--edges", star, "--lake", "x") == refused()
    assert "--network, --snapshot and --purpose belong to --lake" in refused("--edges", star, "--network", "soc-1")[0]
    assert "--cost days: names a column of --nodes" in refused("--edges", star, "--cost", "days")[0]
    assert "target ten: not a share" in refused("--edges", star, "--target", "ten")[0]
    assert "target 1: not a share above 0 and below 1" in refused("--edges", star, "--target", "1")[0]
    assert "nobody in the network has harm" in refused("--edges", star, "--objective", "harm")[0]
    assert refused("--edges", tmp_path / "none.csv") == [f"{tmp_path}/none.csv: No such file or directory"]
