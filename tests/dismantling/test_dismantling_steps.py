"""What is said beside a plan: its steps, what if someone stays, chance, top lists, and how stable it is."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from made_networks import graph_of, left_of, network_of, networks_with_goal, reaches, ring

from harmnet.dismantling.analysis import HowAnalysed, analyse
from harmnet.dismantling.baselines import Spread, random_orders, top_lists
from harmnet.dismantling.goal import Goal
from harmnet.dismantling.methods import methods_for
from harmnet.dismantling.network import Network, Person
from harmnet.dismantling.plan import make_plans
from harmnet.dismantling.robustness import robustness, thinned
from harmnet.dismantling.steps import instead_of, steps_of

STAR = "ab ac ad ae af ag"


def plan_of(network, goal, budget=None):
    return make_plans(network, goal, methods_for(goal), budget)[0]


def random_network(people, ties, seed):
    graph = nx.gnm_random_graph(people, ties, seed=seed)
    return Network.build([f"{one:03}" for one, _ in graph.edges], [f"{other:03}" for _, other in graph.edges])


@given(networks_with_goal())
def test_every_figure_of_a_step_is_that_of_networkx(drawn):
    network, goal = drawn
    plan = plan_of(network, goal)
    for place, step in enumerate(steps_of(network, goal, plan)):
        before, after = plan.people[:place], plan.people[: place + 1]
        graph = graph_of(network, before)
        whole = nx.node_connected_component(graph, step.person)
        rest = graph.subgraph(whole - {step.person})
        assert step.degree == graph.degree[step.person]
        assert step.component == len(whole)
        assert list(step.pieces) == sorted(map(len, nx.connected_components(rest)), reverse=True)
        assert (step.largest_left, step.pairs_left, step.harm_left) == left_of(network, after, goal.small)
        assert (step.largest_before, step.pairs_before) == left_of(network, before, goal.small)[:2]
        others = [person for person in plan.people if person != step.person]
        assert step.largest_without == left_of(network, others, goal.small)[0]
        left = graph_of(network, after)
        largest = min(nx.connected_components(left), key=lambda part: (-len(part), min(part)), default=())
        candidates = [one for one in largest if network.eligible[one]]
        if len(largest) < 2 or not candidates:
            assert step.central_next is None
            continue
        between = nx.betweenness_centrality(left.subgraph(largest), normalized=False)
        best = min(candidates, key=lambda one: (-round(between[one], 9), -left.degree[one], one))
        assert step.central_next == best


def test_the_sentence_says_what_falls_apart():
    network = network_of("ab ac ad de df")
    step = steps_of(network, Goal.of(network, 0.5), plan_of(network, Goal.of(network, 0.5)))[0]
    assert network.ids[step.person] == "a"
    assert step.why() == (
        "Tied to 3 of the 5 others in a component: without this person it falls into 3 pieces, the largest of 3 "
        "people, and 12 pairs fewer can reach each other."
    )
    pair = network_of("ab")
    step = steps_of(pair, Goal.of(pair, 0.5), plan_of(pair, Goal.of(pair, 0.5)))[0]
    assert step.why() == (
        "Tied to one other person, who is tied to nobody else: without this person that one is tied to no one, and "
        "1 pair fewer can reach each other."
    )
    whole = network_of("ab bc ca")
    step = steps_of(whole, Goal.of(whole, 0.5), plan_of(whole, Goal.of(whole, 0.5)))[0]
    assert "it holds together with 2 people, and 2 pairs fewer can reach each other" in step.why()


@given(networks_with_goal())
def test_who_goes_instead_makes_up_for_who_stays_and_nobody_of_them_could_stay_too(drawn):
    network, goal = drawn
    plan = plan_of(network, goal)
    if plan.reached is None:
        return
    for person in plan.people:
        found = instead_of(network, goal, plan, person).people
        rest = [other for other in plan.people if other != person]
        anyone = [one for one in range(len(network)) if network.eligible[one] and one != person]
        assert (found is None) == (not reaches(network, goal, anyone))
        if found is not None:
            assert person not in found
            assert all(network.eligible[other] for other in found)
            assert reaches(network, goal, [*rest, *found])
            assert not any(reaches(network, goal, {*rest, *found} - {other}) for other in found)


def test_a_spread_is_the_mean_and_the_values_at_five_in_a_hundred():
    assert Spread.of([float(value) for value in range(1, 101)]) == Spread(50.5, 5.0, 95.0)
    assert Spread.of([]) is None


def test_removals_at_random_are_the_same_in_every_run_and_worse_than_the_plan():
    network = random_network(60, 90, 1)
    goal = Goal.of(network, 0.2)
    plan = plan_of(network, goal)
    found = random_orders(network, goal, plan.steps, 30)
    assert found == random_orders(network, goal, plan.steps, 30)
    assert found.reached == found.draws == 30
    assert found.removals.low > plan.steps
    assert found.value_left.low > goal.small


def test_removals_at_random_name_nobody_who_is_not_eligible():
    network = network_of(STAR, a=Person(eligible=False))
    found = random_orders(network, Goal.of(network, 0.2), 3, 10)
    assert found.value_left == Spread(4.0, 4.0, 4.0)
    assert found.reached == 10
    assert found.removals == Spread(6.0, 6.0, 6.0)


def test_top_lists_are_the_most_central_of_the_whole_network():
    network = network_of("ab ac ad ae de df fg gh", b=Person(eligible=False))
    goal = Goal.of(network, 0.3)
    by_degree, by_betweenness = top_lists(network, goal, 2)
    names = [[network.ids[person] for person in found.people] for found in (by_degree, by_betweenness)]
    assert (by_degree.measure, by_betweenness.measure) == ("degree", "betweenness")
    assert names == [["a", "d"], ["d", "a"]]
    for found in (by_degree, by_betweenness):
        assert found.value_left == left_of(network, found.people, goal.small)[0]


def test_a_draw_leaves_out_as_many_ties_and_people_as_it_says():
    network = random_network(100, 300, 3)
    left, missing = thinned(network, 0.1, 4)
    assert len(missing) == 2
    kept = set(graph_of(left).edges)
    assert kept < set(graph_of(network).edges)
    touching = [edge for edge in graph_of(network).edges if set(edge) & missing]
    assert 270 - len(touching) <= len(kept) <= 270
    assert not left.eligible[list(missing)].any()
    assert thinned(network, 0.1, 4)[1] == missing
    assert {frozenset(thinned(network, 0.1, draw)[1]) for draw in range(5)} != {frozenset(missing)}


def test_a_star_is_stable_and_a_ring_is_not():
    star = network_of(" ".join(f"a{name}" for name in "bcdefghijklmnopqrstuvwxyz"))
    goal = Goal.of(star, 0.1)
    found = robustness(star, goal, plan_of(star, goal), 20)
    assert found.agreement == {0.05: 1.0, 0.1: 1.0}
    assert found.named_again == {0: 1.0}
    assert not found.unstable
    circle = network_of(ring("abcdefghijklmnopqrst"))
    goal = Goal.of(circle, 0.2)
    found = robustness(circle, goal, plan_of(circle, goal), 20)
    assert found.mean < 0.8
    assert found.unstable


def test_agreement_is_the_mean_jaccard_index_over_the_draws():
    network = random_network(40, 60, 5)
    goal = Goal.of(network, 0.2)
    plan = plan_of(network, goal)
    found = robustness(network, goal, plan, 3)
    indices = []
    for draw in range(3):
        left, missing = thinned(network, 0.05, draw)
        again, named = set(make_plans(left, goal, [found.method])[0].people), set(plan.people) - missing
        indices.append(len(named & again) / len(named | again))
    assert found.agreement[0.05] == pytest.approx(sum(indices) / 3)


def test_the_analysis_holds_the_exact_answer_and_takes_its_plan_when_it_costs_less(monkeypatch):
    network = random_network(24, 34, 7)
    people = range(len(network))
    goal = Goal.of(network, 0.2)
    whole = analyse(network, goal, HowAnalysed(exact=True, draws=2, random_draws=5))
    assert whole.exact.proved
    assert whole.plan.cost == whole.exact.cost
    assert whole.key_players[1].people == (min(people, key=lambda one: (left_of(network, [one], 1)[1], one)),)
    assert set(whole.instead) == set(whole.plan.people)
    # With a portfolio of one poor method the exact people are the plan.
    monkeypatch.setattr("harmnet.dismantling.analysis.methods_for", lambda goal, quick: ("most_harm",))
    poor = analyse(network, goal, HowAnalysed(exact=True, draws=2, random_draws=5))
    assert poor.plan.cost == whole.exact.cost
    assert reaches(network, goal, poor.plan.people)
    assert sorted(poor.plan.order) == list(people)


def test_a_network_with_nobody_eligible_has_a_plan_of_nobody():
    network = network_of("ab bc", a=Person(eligible=False), b=Person(eligible=False), c=Person(eligible=False))
    found = analyse(network, Goal.of(network, 0.5), HowAnalysed(exact=True))
    assert (found.plan.people, found.plan.reached, found.steps, found.robustness) == ([], None, [], None)
    assert found.exact.people is None
    assert found.exact.proved


def test_a_large_network_is_left_to_the_quick_methods(monkeypatch):
    network = random_network(40, 70, 7)
    monkeypatch.setattr("harmnet.dismantling.analysis.PORTFOLIO_UP_TO", 1000)
    monkeypatch.setattr("harmnet.dismantling.analysis.DRAWS_UP_TO", 1000)
    found = analyse(network, Goal.of(network, 0.2), HowAnalysed())
    assert {plan.method for plan in found.plans} == {"corehd", "degree"}
    assert (found.whole_portfolio, found.robustness) == (False, None)


def test_the_same_network_is_worked_out_the_same_again():
    network = random_network(30, 50, 9)
    goal = Goal.of(network, 0.2)
    first, again = (analyse(network, goal, HowAnalysed(draws=3)) for _ in range(2))
    assert first.plan.order == again.plan.order
    assert first.steps == again.steps
    assert (first.random, first.top, first.robustness) == (again.random, again.top, again.robustness)
    assert np.array_equal(first.plan.curve.largest, again.plan.curve.largest)
