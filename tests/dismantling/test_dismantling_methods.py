"""The methods: what holds for all of them, and what each of them takes first."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_networks import graph_of, network_of, networks, networks_with_goal, ring

from harmnet.dismantling.goal import Goal
from harmnet.dismantling.methods import METHODS, methods_for
from harmnet.dismantling.methods import betweenness as betweenness_method
from harmnet.dismantling.methods.spectral import cover, second_eigenvector
from harmnet.dismantling.methods.taking import ties_within
from harmnet.dismantling.network import Network, Person
from harmnet.dismantling.pieces import curve

every_method = pytest.mark.parametrize("method", METHODS)
BOWTIE = "ab ac bc cd ce de"


def order_of(method, network, target=0.3, objective="connectivity"):
    return "".join(network.ids[place] for place in METHODS[method](network, Goal.of(network, target, objective)))


@every_method
@given(drawn=networks_with_goal())
def test_everyone_goes_once_and_the_eligible_first(method, drawn):
    network, goal = drawn
    order = METHODS[method](network, goal)
    assert sorted(order) == list(range(len(network)))
    eligible = [bool(network.eligible[person]) for person in order]
    assert eligible == sorted(eligible, reverse=True)
    values = goal.values(curve(network, order, goal.small)).tolist()
    assert values == sorted(values, reverse=True)


@every_method
@given(network=networks(), random=st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(method, network, random):
    pairs = [(network.ids[one], network.ids[other]) for one, other in zip(*network.pairs)]
    shuffled = [pair[::-1] if random.random() < 0.5 else pair for pair in random.sample(pairs, len(pairs))]
    people = {
        name: Person(int(network.cost[at]), int(network.harm[at]), bool(network.eligible[at]))
        for at, name in random.sample(list(enumerate(network.ids)), len(network))
    }
    again = Network.build([pair[0] for pair in shuffled], [pair[1] for pair in shuffled], people)
    goal = Goal.of(network, 0.3)
    assert METHODS[method](network, goal) == METHODS[method](again, goal)


def test_whoever_is_in_the_middle_goes_first():
    assert {method: order_of(method, network_of(BOWTIE))[0] for method in ("betweenness", "corehd", "degree")} == {
        "betweenness": "c",
        "corehd": "c",
        "degree": "c",
    }
    assert order_of("spectral", network_of("ab ac ad bc cd de ef eg fg"))[0] in "de"


def test_equal_scores_go_by_degree_and_then_by_id():
    # Nobody lies between others. Of two pairs, that with the smaller id is taken first.
    assert order_of("betweenness", network_of("xy xz yz ab"), 0.1) == "xaybz"


def test_betweenness_is_worked_out_anew_in_the_largest_component():
    network = network_of("ab bc cd de ef fg xy xz")
    graph, order = graph_of(network), METHODS["betweenness"](network, Goal.of(network, 0.1))
    for person in order:
        part = min(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
        between = nx.betweenness_centrality(graph.subgraph(part), normalized=False)
        assert person == min(part, key=lambda one: (-round(between[one], 9), -graph.degree[one], one))
        graph.remove_node(person)


@given(networks(most=8))
def test_betweenness_is_that_of_networkx(network):
    expected = nx.betweenness_centrality(graph_of(network), normalized=False)
    one, other = ties_within(network, range(len(network)), [False] * len(network))
    if len(one):
        found = betweenness_method.betweenness(one, other, len(network))
        assert dict(enumerate(found)) == pytest.approx(expected)


def test_several_go_at_once_where_working_it_out_is_much_work(monkeypatch):
    path = network_of("ab bc cd de ef fg")
    assert order_of("betweenness", path, 0.1)[:2] == "db"
    # 7 people times 6 ties are 1.75 times 24: three at once, of equal ones the smaller id.
    monkeypatch.setattr(betweenness_method, "ONE_AT_A_TIME", 24)
    assert order_of("betweenness", path, 0.1)[:3] == "dce"


@given(networks(costs=False))
def test_corehd_leaves_no_cycle_before_it_breaks_trees(network):
    order = METHODS["corehd"](network, Goal.of(network, 0.3))
    graph = graph_of(network)
    for person in order:
        core = nx.k_core(graph, 2)
        allowed = [one for one in core if network.eligible[one]]
        if allowed:
            assert person == min(allowed, key=lambda one: (-core.degree[one], one))
        graph.remove_node(person)
        if not any(network.eligible[one] for one in graph):
            break


def test_a_tree_is_broken_in_the_middle():
    assert order_of("corehd", network_of("ab bc cd de ef fg"))[0] == "d"


def test_a_cheap_person_goes_before_a_dear_one_of_the_same_place():
    for method in ("betweenness", "degree", "corehd"):
        assert order_of(method, network_of("ab bc cd de ea", d=Person(200_000)))[0] == "d"


def test_the_second_eigenvector_parts_two_cliques():
    network = network_of("ab ac bc de df ef cd")
    one, other = ties_within(network, range(6), [False] * 6)
    side = second_eigenvector(one, other, np.ones(6)) > 0
    assert side.tolist() in ([True] * 3 + [False] * 3, [False] * 3 + [True] * 3)


def test_the_same_eigenvector_is_found_in_a_large_network():
    graph = nx.barbell_graph(160, 3)
    one, other = np.array(sorted(tuple(sorted(edge)) for edge in graph.edges)).T
    vector = second_eigenvector(one, other, np.ones(323))
    laplacian = nx.laplacian_matrix(graph).toarray().astype(float)
    exact = np.linalg.eigh(laplacian)[1][:, 1]
    assert abs(vector @ exact) == pytest.approx(1, abs=1e-2)


@given(networks())
def test_a_cover_holds_an_end_of_every_tie_that_can_be_covered(network):
    one, other = network.pairs
    found = cover(one, other, network.cost.tolist(), network.eligible.tolist())
    assert all(network.eligible[person] for person in found)
    for first, second in zip(one, other):
        assert {first, second} & set(found) or not (network.eligible[first] or network.eligible[second])


def test_a_cover_takes_the_cheap_end():
    ends = np.array([0, 0, 0]), np.array([1, 2, 3])
    assert cover(*ends, [1, 1, 1, 1], [True] * 4) == [0]
    assert cover(*ends, [9, 1, 1, 1], [True] * 4) == [1, 2, 3]


def test_most_harm_belongs_to_the_objective_harm_alone():
    network = network_of("ab bc", c=Person(1_000_000, 5), a=Person(1_000_000, 9, False))
    goal = Goal.of(network, 0.5, "harm")
    assert "most_harm" in methods_for(goal)
    assert "most_harm" not in methods_for(Goal.of(network, 0.5))
    assert order_of("most_harm", network, 0.5, "harm") == "cba"


def test_under_harm_the_component_with_most_harm_is_taken_apart_first():
    network = network_of(f"{ring('abcdef')} wx xy yz", x=Person(1_000_000, 7), z=Person(1_000_000, 7))
    assert order_of("betweenness", network, 0.3, "harm")[0] == "x"
    assert order_of("betweenness", network, 0.3)[0] == "a"
