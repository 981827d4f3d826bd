"""Plans: pruned, best first, never worse with a larger budget, and never better than the exact answer."""

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_networks import cheapest, left_of, network_of, networks, networks_with_goal, reaches, ring

from harmnet.dismantling.exact import solve
from harmnet.dismantling.goal import Goal
from harmnet.dismantling.key_players import key_players, pairs_left
from harmnet.dismantling.methods import methods_for
from harmnet.dismantling.network import Network, Person
from harmnet.dismantling.plan import make_plans
from harmnet.dismantling.pruning import prune, steepest


def plans_of(network, goal, budget=None):
    return make_plans(network, goal, methods_for(goal), budget)


@given(networks_with_goal())
def test_every_plan_is_eligible_and_reaches_what_it_says(drawn):
    network, goal = drawn
    possible = reaches(network, goal, [person for person in range(len(network)) if network.eligible[person]])
    for plan in plans_of(network, goal):
        assert sorted(plan.order) == list(range(len(network)))
        assert all(network.eligible[person] for person in plan.people)
        assert (plan.reached is not None) == possible
        if plan.reached is not None:
            assert reaches(network, goal, plan.people)
            assert not reaches(network, goal, plan.order[: plan.reached - 1]) or plan.reached == 0


def test_a_goal_that_is_out_of_reach_is_come_as_near_to_as_can_be_by_no_more_than_it_takes():
    apart = network_of(
        "ab bc ca cd de ef fg", a=Person(eligible=False), b=Person(eligible=False), e=Person(eligible=False)
    )
    goal = Goal.of(apart, 0.1)
    plan = plans_of(apart, goal)[0]
    # a and b stay together whatever is done; so may two others.
    assert (plan.reached, goal.small) == (None, 1)
    assert left_of(apart, plan.people, 1)[0] == 2
    assert [apart.ids[person] for person in sorted(plan.people)] in (["c", "f"], ["c", "d", "f"])
    assert not any(left_of(apart, set(plan.people) - {person}, 1)[0] == 2 for person in plan.people)


@given(networks_with_goal())
def test_nobody_of_a_pruned_plan_can_stay(drawn):
    network, goal = drawn
    for plan in plans_of(network, goal):
        if plan.pruned:
            for person in plan.people:
                assert not reaches(network, goal, set(plan.people) - {person})


def test_the_costliest_are_put_back_first():
    goal = Goal.of(network_of(ring("abcdef")), 0.5)
    # Any two of a ring of six but neighbours leave at most three: of a, c and e one is spared.
    assert prune(network_of(ring("abcdef")), goal, [0, 2, 4]) == {0, 2}
    for place, name in ((0, "a"), (2, "c"), (4, "e")):
        dear = network_of(ring("abcdef"), **{name: Person(9_000_000)})
        assert place not in prune(dear, goal, [0, 2, 4])


@given(networks_with_goal())
def test_the_steepest_order_names_the_same_people(drawn):
    network, goal = drawn
    people = {person for person in range(len(network)) if person % 2}
    assert sorted(steepest(network, goal, people)) == sorted(people)


@given(networks_with_goal())
def test_one_more_person_in_the_budget_never_makes_the_best_plan_worse(drawn):
    network, goal = drawn
    worth = []
    for budget in range(len(network) + 1):
        plan = plans_of(network, goal, budget)[0]
        assert plan.steps <= budget
        largest, _, harm = left_of(network, plan.people, goal.small)
        value = largest if goal.objective == "connectivity" else harm
        assert value == goal.values(plan.curve)[plan.steps]
        worth.append(max(value, goal.limit))
    assert worth == sorted(worth, reverse=True)


@given(networks_with_goal(most=8))
def test_the_exact_answer_is_that_of_trying_every_set(drawn):
    network, goal = drawn
    expected = cheapest(network, goal)
    best = plans_of(network, goal)[0]
    found = solve(network, goal, known=best.people, seconds=60)
    assert found.proved
    assert found.cost == found.bound == expected
    if expected is not None:
        assert reaches(network, goal, found.people)
        assert all(network.eligible[person] for person in found.people)
        assert sum(network.cost[person] for person in found.people) == expected
        assert all(plan.cost >= expected for plan in plans_of(network, goal))


@given(networks(most=8, costs=False), st.sampled_from([0.2, 0.5]))
def test_more_people_being_eligible_never_makes_the_exact_answer_dearer(network, target):
    goal, everyone = Goal.of(network, target), range(len(network))
    fewer = solve(network, goal, known=[], seconds=60)
    more = solve(network_with_all(network), goal, known=everyone, seconds=60)
    assert fewer.cost is None or more.cost <= fewer.cost


def network_with_all(network):
    people = {name: Person(int(network.cost[at])) for at, name in enumerate(network.ids)}
    pairs = [(network.ids[one], network.ids[other]) for one, other in zip(*network.pairs)]
    return Network.build([pair[0] for pair in pairs], [pair[1] for pair in pairs], people)


def test_without_time_the_bound_is_below_the_best_that_is_known():
    graph = nx.gnm_random_graph(60, 150, seed=2)
    network = Network.build([str(one) for one, _ in graph.edges], [str(other) for _, other in graph.edges])
    goal = Goal.of(network, 0.2)
    best = plans_of(network, goal)[0]
    found = solve(network, goal, known=best.people, seconds=0)
    assert not found.proved
    assert found.bound < found.cost <= best.cost
    assert reaches(network, goal, found.people)


@given(networks(most=7), st.integers(1, 3))
def test_key_players_are_those_of_trying_every_set(network, k):
    eligible = [person for person in range(len(network)) if network.eligible[person]]
    sets = list(combinations(eligible, k))
    found = key_players(network, k)
    assert (found is None) == (not sets)
    if sets:
        pairs = [left_of(network, people, 1)[1] for people in sets]
        assert found.people == sets[pairs.index(min(pairs))]
        assert found.pairs == min(pairs)
        assert found.fragmentation == pytest.approx(1 - 2 * min(pairs) / len(network) / (len(network) - 1))


def test_key_players_are_not_sought_among_too_many_sets(monkeypatch):
    network = network_of(ring("abcdefgh"))
    assert key_players(network, 2) is not None
    monkeypatch.setattr("harmnet.dismantling.key_players.MOST_WORK", 100)
    assert key_players(network, 2) is None


def test_pairs_are_counted_for_every_row():
    network = network_of("ab bc cd")
    assert pairs_left(network, np.array([[0, 1], [1, 2], [0, 3]])).tolist() == [1, 0, 1]
