"""Small networks for tests, drawn and made by hand, and what networkx says of them."""

from itertools import combinations

import networkx as nx
from hypothesis import strategies as st

from harmnet.dismantling.goal import Goal
from harmnet.dismantling.network import Network, Person


def network_of(ties, **people):
    """A network of pairs such as "ab bc", with persons by name."""
    pairs = ties.split()
    return Network.build([pair[0] for pair in pairs], [pair[1] for pair in pairs], people)


def ring(names):
    return " ".join(a + b for a, b in zip(names, names[1:] + names[0]))


@st.composite
def networks(draw, most=9, costs=True):
    """Up to so many people, any ties, costs of 0.5 to 3, harm, and some who are not eligible."""
    names = "abcdefghijkl"[: draw(st.integers(2, most))]
    pairs = [pair for pair in combinations(names, 2) if draw(st.booleans())]
    people = {
        name: Person(
            draw(st.sampled_from([500_000, 1_000_000, 3_000_000])) if costs else 1_000_000,
            draw(st.integers(0, 3)) * 1_000_000,
            draw(st.integers(0, 4)) > 0,
        )
        for name in names
    }
    return Network.build([pair[0] for pair in pairs], [pair[1] for pair in pairs], people)


@st.composite
def networks_with_goal(draw, most=9):
    """A network and a goal of either objective."""
    network = draw(networks(most))
    objective = draw(st.sampled_from(["connectivity", "harm"])) if network.harm.any() else "connectivity"
    return network, Goal.of(network, draw(st.sampled_from([0.1, 0.3, 0.5])), objective)


def graph_of(network, removed=()):
    graph = nx.Graph()
    graph.add_nodes_from(range(len(network)))
    graph.add_edges_from((person, other) for person, others in enumerate(network.neighbours) for other in others)
    graph.remove_nodes_from(removed)
    return graph


def left_of(network, removed, small):
    """Largest component, pairs who reach each other and harm in components of more than `small`, by networkx."""
    parts = list(nx.connected_components(graph_of(network, removed)))
    harm = sum(int(network.harm[person]) for part in parts if len(part) > small for person in part)
    return max(map(len, parts), default=0), sum(len(part) * (len(part) - 1) // 2 for part in parts), harm


def reaches(network, goal, removed):
    largest, _, harm = left_of(network, removed, goal.small)
    return largest <= goal.small if goal.objective == "connectivity" else harm <= goal.harm


def cheapest(network, goal):
    """Cost of the cheapest eligible set that reaches the goal, by trying all; None where none does."""
    eligible = [person for person in range(len(network)) if network.eligible[person]]
    return min(
        (
            sum(int(network.cost[person]) for person in people)
            for k in range(len(eligible) + 1)
            for people in combinations(eligible, k)
            if reaches(network, goal, people)
        ),
        default=None,
    )
