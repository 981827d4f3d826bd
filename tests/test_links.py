"""Links between networks: shared members, ties across, shared victims, and the people behind them."""

import random
from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import combinations

import networkx as nx
import pytest

from harmnet import links
from harmnet.contracts import conform
from harmnet.contracts.linked import NOMINALS
from harmnet.contracts.networks import NETWORK_LINK_PEOPLE, NETWORK_LINKS
from harmnet.contracts.results import EDGES, NETWORK_MEMBERS, THEME_MEMBERS
from typed_rows import SHIPPED, InMemory, table_of, tuples

CUT = 20_000


def edge(src, dst, weight, relation="ASSOCIATION", **other):
    dates = {"first_date": date(2024, 1, 1), "last_date": date(2025, 1, 1), "handling": 0}
    return {"src": src, "dst": dst, "weight_micro": weight, "relation": relation} | dates | other


def harm(offender, victim, handling=0):
    """offended_against: one direction."""
    src, dst = sorted((offender, victim))
    way = "src_to_dst_micro" if src == offender else "dst_to_src_micro"
    weights = {"src_to_dst_micro": 0, "dst_to_src_micro": 0} | {way: 5}
    return edge(src, dst, 5, "HARM", handling=handling, **weights)


def run(spark, members, edges, *, involved=(), nominals=()):
    """The stage's part on (theme, network, person) rows; a network of None is someone tied to no one."""
    rows = [{"theme": theme, "network_id": network, "nominal_id": idx} for theme, network, idx in members]
    people = {idx: {"nominal_id": idx, "is_child": False, "handling": 0} for *_, idx in members}
    people |= {row["nominal_id"]: row for row in nominals}
    of_themes = [{"theme": theme, "nominal_id": idx, "involved": flag} for theme, idx, flag in involved]
    io = InMemory(
        spark,
        {
            EDGES.name: table_of(spark, EDGES, edges),
            NOMINALS.name: table_of(spark, NOMINALS, people.values()),
            THEME_MEMBERS.name: table_of(spark, THEME_MEMBERS, of_themes),
        },
    )
    links.run(io, table_of(spark, NETWORK_MEMBERS, rows))
    return conform(io.read(NETWORK_LINKS), NETWORK_LINKS), conform(io.read(NETWORK_LINK_PEOPLE), NETWORK_LINK_PEOPLE)


def test_members_ties_and_victims_in_common_link_two_networks_and_nothing_else_does(spark):
    """soc S = 0 1 2, county lines C = 2 3 4, cse X = 5 6, violent crime V = 7 8; 9 is in no network of a theme."""
    people = {
        "soc": ("S", (0, 1, 2)),
        "county_lines": ("C", (2, 3, 4)),
        "cse": ("X", (5, 6)),
        "violent_crime": ("V", (7, 8)),
    }
    members = [(theme, network, idx) for theme, (network, held) in people.items() for idx in held]
    members += [("all", "A", idx) for idx in range(10)] + [("soc", None, 9)]
    edges = [
        edge(0, 1, 500_000),
        edge(1, 2, 300_000, handling=1),
        edge(2, 3, 400_000, handling=2),
        # Two relations of one pair reach the cut that neither reaches; the other stays below it.
        edge(1, 3, CUT - 1, handling=4),
        edge(1, 3, 1, "INDIRECT", handling=8),
        edge(1, 4, CUT - 1),
        edge(0, 4, 900_000, handling=16),
        edge(0, 5, 900_000, "FAMILY"),
        edge(0, 6, 900_000, "TOGETHER"),
        edge(4, 9, 900_000),
        edge(5, 9, 900_000),
        # 20 was harmed by C, X and V; 21 by two members of one network; 22 harmed the two who then share no victim.
        harm(3, 20, handling=32),
        harm(5, 20),
        harm(6, 20),
        harm(7, 20, handling=64),
        harm(0, 21),
        harm(1, 21),
        harm(22, 7),
        harm(22, 0),
    ]
    child = {"nominal_id": 4, "is_child": True, "handling": 128}
    of_2 = {"nominal_id": 2, "is_child": None, "handling": 256}
    involved = [("soc", 3, False), ("soc", 4, True), *(("soc", idx, True) for idx in (0, 1, 2)), ("cse", 3, True)]
    found, linking = run(spark, members, edges, involved=involved, nominals=[child, of_2])
    c, s, v, x = ("county_lines", "C"), ("soc", "S"), ("violent_crime", "V"), ("cse", "X")
    assert sorted(tuples(linking)) == [
        (*c, *s, 0, 1, "TIED", 1, 900_000, False, False, 16),
        (*c, *s, 1, 4, "TIED", 1, CUT, False, False, 12),
        (*c, *s, 2, 3, "SHARED_MEMBER", 2, 700_000, False, None, 256 + 3),
        (*c, *s, 3, 5, "TIED", 1, CUT, True, False, 12),
        (*c, *s, 4, 2, "TIED", 1, 900_000, False, True, 16),
    ]
    assert sorted(tuples(found)) == [
        (*c, *x, 0, 0, 0, 1, 0, None, 32),
        (*c, *s, 1, 2, 900_000 + CUT, 0, 5, 1, 256 + 31),
        (*c, *v, 0, 0, 0, 1, 0, None, 96),
        (*x, *v, 0, 0, 0, 1, 0, None, 64),
    ]


@pytest.fixture(scope="module")
def random_force(spark):
    """Sixty people in networks of four themes, random ties; what the page says of it, worked out pair by pair."""
    print("seed 20260630")
    draw = random.Random(20260630)
    networks, members = {}, []
    for theme in ("cse", "county_lines", "soc", "violent_crime"):
        people = draw.sample(range(60), 40)
        for place in range(8):
            held = set(people[place * 5 : place * 5 + draw.randint(2, 5)])
            networks[theme, f"{theme}-{draw.randrange(10**6):06d}"] = held
    members = [(theme, network, idx) for (theme, network), held in networks.items() for idx in held]
    graph = nx.gnm_random_graph(60, 400, seed=20260630)
    edges = [edge(min(pair), max(pair), draw.randint(CUT // 2, 10 * CUT)) for pair in graph.edges]
    harmed = {(draw.randrange(60), draw.randrange(60, 80)) for _ in range(60)}
    edges += [harm(offender, victim) for offender, victim in sorted(harmed)]
    in_soc = {idx for (theme, _), held in networks.items() if theme == "soc" for idx in held}
    involved = [("soc", idx, True) for idx in sorted(in_soc | {59})]
    return networks, edges, harmed, in_soc | {59}, run(spark, members, edges, involved=involved)


def test_figures_of_random_networks_are_those_counted_pair_by_pair(random_force):
    networks, edges, harmed, in_soc, (found, linking) = random_force
    tied = nx.Graph()
    tied.add_weighted_edges_from(
        (row["src"], row["dst"], row["weight_micro"])
        for row in edges
        if row["relation"] == "ASSOCIATION" and row["weight_micro"] >= CUT
    )
    victims = defaultdict(set)
    for offender, victim in harmed:
        victims[offender].add(victim)
    expected, of_people = set(), set()
    for (key_a, a), (key_b, b) in combinations(sorted(networks.items()), 2):
        across = list(nx.edge_boundary(tied, a - b, b - a, data="weight")) if a - b and b - a else []
        both = set().union(*(victims[idx] for idx in a)) & set().union(*(victims[idx] for idx in b))
        people = {idx: ("SHARED_MEMBER", [(u, v) for u, v in tied.edges(idx) if v in a | b]) for idx in a & b}
        for u, v, _ in across:
            for one in (u, v):
                people.setdefault(one, ("TIED", []))[1].append((u, v))
        if not people and not both:
            continue
        soc = "soc" in (key_a[0], key_b[0])
        weight = {idx: sum(tied.edges[pair]["weight"] for pair in ties) for idx, (_, ties) in people.items()}
        order = sorted(people, key=lambda idx: (-weight[idx], idx))
        for rank, idx in enumerate(order, 1):
            how, ties = people[idx]
            new = idx not in in_soc if soc else None
            of_people.add((*key_a, *key_b, idx, rank, how, len(ties), weight[idx], new))
        new = sum(idx not in in_soc for idx in people) if soc else None
        total = sum(weight for *_, weight in across)
        expected.add((*key_a, *key_b, len(a & b), len(across), total, len(both), len(people), new))
    assert len(of_people) > 300
    assert set(tuples(linking, *linking.columns[:10])) == of_people
    assert set(tuples(found, *found.columns[:10])) == expected


def test_the_cut_is_the_one_of_the_graphs():
    assert SHIPPED.graph.min_weight == Decimal("0.02")
