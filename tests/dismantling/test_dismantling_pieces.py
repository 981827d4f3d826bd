"""What is left of a network, against networkx."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_networks import graph_of, left_of, network_of, networks, ring

from harmnet.dismantling.goal import Goal
from harmnet.dismantling.network import Network, Person
from harmnet.dismantling.pieces import curve, left_by_each
from harmnet.errors import HarmnetError


@given(networks(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_every_figure_of_a_curve_is_that_of_networkx(network, random, small):
    order = random.sample(range(len(network)), len(network))
    found = curve(network, order, small)
    for removals in range(len(network) + 1):
        expected = left_of(network, order[:removals], small)
        assert (found.largest[removals], found.pairs[removals], found.harm[removals]) == expected
        assert found.cost[removals] == sum(network.cost[person] for person in order[:removals])
    assert found.r == pytest.approx(sum(found.largest[1:]) / len(network) ** 2)


@given(networks(), st.sets(st.integers(0, 8), max_size=4))
def test_what_is_left_without_each_person_is_that_of_networkx(network, removed):
    gone = [person in removed for person in range(len(network))]
    graph = graph_of(network, [person for person in removed if person < len(network)])
    for part in nx.connected_components(graph):
        expected = {}
        for person in part:
            rest = graph.subgraph(part - {person})
            expected[person] = max(map(len, nx.connected_components(rest)), default=0)
        assert left_by_each(network, sorted(part), gone) == expected


@given(networks(), st.sets(st.integers(0, 8)))
def test_without_people_their_ties_and_harm_are_gone_and_places_hold(network, removed):
    removed = {person for person in removed if person < len(network)}
    left = network.without(removed)
    graph = graph_of(network, removed)
    graph.add_nodes_from(removed)
    assert {frozenset(edge) for edge in graph_of(left).edges} == {frozenset(edge) for edge in graph.edges}
    assert not left.eligible[list(removed)].any()
    assert not left.harm[list(removed)].any()


def test_people_are_in_byte_order_and_a_pair_counts_once():
    network = Network.build(["b", "a", "10", "9"], ["a", "b", "9", "B"], {"z": Person(2, 3, False)})
    assert network.ids == ("10", "9", "B", "a", "b", "z")
    assert network.ties == 3
    assert (network.cost[5], network.harm[5], network.eligible[5]) == (2, 3, False)
    assert network.largest == 3


def test_a_network_that_is_none_is_refused():
    with pytest.raises(HarmnetError, match="'a' is tied to themselves"):
        network_of("aa")
    with pytest.raises(HarmnetError, match="'a': a removal costs more than 0\nnetwork: 'b': harm is not below 0"):
        network_of("ab", a=Person(0), b=Person(1, -1))


@pytest.mark.parametrize(("target", "small"), [(0.1, 1), (0.5, 3), ("0.9", 6), (0.29, 2)])
def test_the_goal_is_a_share_of_the_largest_component_rounded_down(target, small):
    assert Goal.of(network_of(ring("abcdefg") + " xy"), target).small == small


@pytest.mark.parametrize("target", [0, 1, -0.1, 1.5])
def test_a_target_that_is_no_share_is_refused(target):
    with pytest.raises(HarmnetError, match="not a share above 0 and below 1"):
        Goal.of(network_of("ab"), target)


def test_the_objective_harm_needs_harm():
    with pytest.raises(HarmnetError, match="nobody in the network has harm"):
        Goal.of(network_of("ab"), 0.5, "harm")
