"""Places in the drawing: the same for the same ties, no one on top of another, strangers apart."""

import random

import networkx as nx
import numpy as np
import pytest

from harmnet.charts.layout import distances, positions

TWO_CIRCLES = [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (2, 3)]


def apart(places, one, other):
    return float(np.hypot(*(np.array(places[one]) - np.array(places[other]))))


def test_the_same_ties_give_the_same_places_in_whatever_order_they_come():
    shuffled = [(b, a) for a, b in TWO_CIRCLES]
    random.Random(7).shuffle(shuffled)
    assert positions(6, 6, TWO_CIRCLES) == positions(6, 6, shuffled)


@pytest.mark.parametrize(("members", "people"), [(1, 1), (2, 2), (1, 2), (2, 3), (3, 3)])
def test_networks_of_one_to_three_people_have_places(members, people):
    places = positions(members, people, [(at, at + 1) for at in range(people - 1)])
    assert len(set(places)) == people


def test_circles_stand_apart_and_the_tie_between_them_is_the_longest():
    places = positions(6, 6, TWO_CIRCLES)
    lengths = {tie: apart(places, *tie) for tie in TWO_CIRCLES}
    assert max(lengths, key=lengths.get) == (2, 3)


def test_people_around_the_network_move_no_member():
    alone = positions(6, 6, TWO_CIRCLES)
    accompanied = positions(6, 8, [*TWO_CIRCLES, (0, 6), (5, 7), (4, 7)])
    assert accompanied[:6] == alone
    assert apart(accompanied, 6, 0) < apart(accompanied, 6, 5)


def test_no_two_of_five_hundred_stand_on_each_other_and_the_picture_is_wider_than_high():
    graph = nx.connected_caveman_graph(50, 10)
    places = np.array(positions(500, 500, list(graph.edges)))
    gaps = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) + 1000 * np.eye(500)
    assert gaps.min() > 35
    wide, high = places.max(axis=0) - places.min(axis=0)
    assert wide > high


def test_distances_are_shortest_paths_of_a_seeded_random_graph_drawn_in():
    graph = nx.gnm_random_graph(30, 60, seed=11)
    for a, b in graph.edges:
        graph.edges[a, b]["length"] = 10 * int((100 * max(len(set(graph[a]) ^ set(graph[b])), 1)) ** 0.5)
    found = distances(30, list(graph.edges))
    for one, lengths in nx.all_pairs_dijkstra_path_length(graph, weight="length"):
        for other, length in lengths.items():
            assert found[one, other] == pytest.approx(length**0.75 * 100**0.25)


def test_parts_that_nothing_joins_stand_further_apart_than_anyone_within_a_part():
    found = distances(4, [(0, 1), (2, 3)])
    assert found[0, 2] > max(found[0, 1], found[2, 3])
