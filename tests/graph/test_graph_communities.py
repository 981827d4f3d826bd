"""Communities without Spark: what a division must be, and that it follows from the component and nothing else."""

import random

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from graph_reference import edge_rows, random_graph
from hypothesis import given
from hypothesis import strategies as st

from harmnet.graph.communities import communities, divide, gains, joined
from harmnet.graph.weighted import Part

SPLIT_ABOVE = 12
SCHEMA = pa.schema(
    [("theme", pa.string()), *((name, pa.int64()) for name in ("component_idx", "src", "dst", "weight_micro"))]
)


def planted(groups: int, size: int, seed: int) -> nx.Graph:
    """Groups of strong ties in a ring of weak ones."""
    graph = nx.connected_caveman_graph(groups, size)
    draw = random.Random(seed)
    for a, b in graph.edges:
        same = a // size == b // size
        graph.edges[a, b]["weight"] = draw.randint(500_000, 900_000) if same else draw.randint(20_000, 60_000)
    return graph


def sent(graphs: dict[str, nx.Graph]) -> pa.Table:
    """Edges of every component, as they reach the task."""
    rows = []
    for theme, graph in graphs.items():
        component = {idx: min(piece) for piece in nx.connected_components(graph) for idx in piece}
        rows += [(theme, component[src], src, dst, weight) for _, src, dst, weight in edge_rows({theme: graph})]
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, row)) for row in rows], SCHEMA)


def divided(table: pa.Table, split_above: int = SPLIT_ABOVE, rows_in_batch: int = 50) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    result = communities(iter(table.to_batches(rows_in_batch)), split_above=split_above)
    assert result is not None
    for row in result.to_pylist():
        assert row["idx"] not in found.setdefault(row["theme"], {})
        found[row["theme"]][row["idx"]] = row["community_idx"]
    return found


def groups_of(community: dict[int, int]) -> dict[int, set[int]]:
    groups: dict[int, set[int]] = {}
    for idx, name in community.items():
        groups.setdefault(name, set()).add(idx)
    return groups


def part_of(graph: nx.Graph) -> Part:
    rows = np.array(sorted((min(a, b), max(a, b), weight) for a, b, weight in graph.edges(data="weight")))
    return Part.of_edges(*rows.T)


def broken_rules(graph: nx.Graph, community: dict[int, int], split_above: int) -> list[str]:
    """Every rule of a division that this one breaks; a component, not divided again, may be above the size."""
    broken = []
    groups = groups_of(community)
    tied = {idx for idx in graph if graph.degree(idx)}
    if set(community) != tied:
        broken.append("not everyone who is tied has a community")
    for name, members in groups.items():
        if name != min(members):
            broken.append(f"{name} is not the smallest")
        if len(members) < 2:
            broken.append(f"{name} is alone")
        if not nx.is_connected(graph.subgraph(members)):
            broken.append(f"{name} is not connected")
        if len(members) > split_above:
            part = part_of(graph.subgraph(members))
            again = divide(part, split_above=split_above)
            if len(set(again.tolist())) > 1:
                broken.append(f"{name} could be divided")
    for piece in nx.connected_components(graph):
        if len(piece) <= split_above and len({community[idx] for idx in piece & tied}) > 1:
            broken.append(f"{min(piece)} was divided")
    return broken


GRAPHS = {f"seed {seed}": random_graph(seed) for seed in range(40)}


def test_a_division_covers_everyone_in_connected_communities_of_two_or_more() -> None:
    found = divided(sent(GRAPHS))
    sizes = []
    for theme, graph in GRAPHS.items():
        assert broken_rules(graph, found[theme], SPLIT_ABOVE) == [], theme
        sizes += [len(members) for members in groups_of(found[theme]).values()]
    # Cliques, stars and rings are among them: some cannot be divided.
    assert any(size > SPLIT_ABOVE for size in sizes)
    assert sum(size <= SPLIT_ABOVE for size in sizes) > 100


def test_the_check_of_a_division_finds_what_is_wrong() -> None:
    graph = planted(3, 6, seed=1)
    whole = divided(sent({"soc": graph}))["soc"]
    assert sorted(map(len, groups_of(whole).values())) == [6, 6, 6]
    assert broken_rules(graph, whole, SPLIT_ABOVE) == []
    assert broken_rules(graph, dict.fromkeys(graph, 0), SPLIT_ABOVE) == ["0 could be divided"]
    assert broken_rules(graph, whole | {17: 17}, SPLIT_ABOVE) == ["17 is alone"]
    assert broken_rules(graph, whole | {3: 12}, SPLIT_ABOVE) == ["12 is not the smallest", "12 is not connected"]
    assert broken_rules(graph, {idx: whole[idx] for idx in range(17)}, SPLIT_ABOVE) == [
        "not everyone who is tied has a community"
    ]
    assert broken_rules(graph, whole, 18) == ["0 was divided"]


def test_planted_groups_come_out_whole_and_weights_decide_where_ties_alone_do_not() -> None:
    graph = planted(20, 7, seed=2)
    assert groups_of(divided(sent({"soc": graph}))["soc"]) == {
        7 * place: set(range(7 * place, 7 * place + 7)) for place in range(20)
    }
    # Everyone tied to everyone: only the weights say that there are two groups of seven.
    even = nx.complete_graph(14)
    nx.set_edge_attributes(even, 20_000, "weight")
    assert set(divided(sent({"soc": even}))["soc"].values()) == {0}
    for a, b in even.edges:
        even.edges[a, b]["weight"] = 900_000 if a // 7 == b // 7 else 20_000
    assert groups_of(divided(sent({"soc": even}))["soc"]) == {0: set(range(7)), 7: set(range(7, 14))}


def test_a_component_of_as_many_as_the_size_stays_whole_and_one_more_is_divided() -> None:
    graph = planted(2, 6, seed=3)
    assert len(groups_of(divided(sent({"soc": graph}), split_above=12)["soc"])) == 1
    assert len(groups_of(divided(sent({"soc": graph}), split_above=11)["soc"])) == 2


def test_a_community_still_too_large_is_divided_by_its_inner_ties_alone() -> None:
    """Rings of rings: the first division finds the large ones, only a second one the small."""
    rings = [planted(8, 5, seed) for seed in range(6)]
    graph = nx.disjoint_union_all(rings)
    for place in range(6):
        graph.add_edge(40 * place, 40 * ((place + 1) % 6) + 20, weight=20_000)
    found = divided(sent({"soc": graph}), split_above=5)["soc"]
    assert broken_rules(graph, found, 5) == []
    assert max(map(len, groups_of(found).values())) == 5


def test_one_who_would_be_alone_joins_their_strongest_neighbour_and_of_equal_ones_the_first() -> None:
    ties = {
        (0, 1): 9,
        (2, 3): 9,
        (4, 1): 5,
        (4, 3): 5,
        (5, 3): 7,
        (5, 6): 8,
        (6, 0): 1,
        (7, 6): 4,
        (8, 2): 6,
        (8, 0): 5,
    }
    graph = nx.Graph([(a, b, {"weight": weight}) for (a, b), weight in ties.items()])
    # 0 and 1, 2 and 3 are pairs; the others are alone: 5 and 6 have each other, 7 goes where 6 goes.
    label = joined(part_of(graph), np.array([0, 0, 1, 1, 2, 3, 4, 5, 6]))
    groups = groups_of(dict(enumerate(label.tolist()))).values()
    assert sorted(map(sorted, groups)) == [[0, 1, 4], [2, 3, 8], [5, 6, 7]]


def test_the_rules_hold_whatever_the_method_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels drawn by lot leave people alone and communities in pieces, and gain nothing where all are tied to all."""
    draw = np.random.default_rng(7)
    monkeypatch.setattr("harmnet.graph.communities._leiden", lambda part: draw.integers(0, 4, len(part.vertices)))
    graphs = {f"ring {seed}": planted(8, 4, seed) for seed in range(5)}
    found = divided(sent(graphs), split_above=6)
    for theme, graph in graphs.items():
        broken = broken_rules(graph, found[theme], split_above=len(graph))
        assert [rule for rule in broken if "divided" not in rule] == [], theme
    assert any(len(groups_of(community)) > 1 for community in found.values())
    even = nx.complete_graph(14)
    nx.set_edge_attributes(even, 20_000, "weight")
    assert set(divided(sent({"soc": even}))["soc"].values()) == {0}


def test_a_division_gains_when_its_modularity_is_above_0() -> None:
    for seed in range(30):
        graph = random_graph(seed)
        graph = graph.subgraph(max(nx.connected_components(graph), key=len))
        part = part_of(graph)
        draw = np.random.default_rng(seed)
        for label in (draw.integers(0, 3, len(graph)), np.zeros(len(graph), np.int64)):
            label = np.unique(label, return_inverse=True)[1]
            sets = [set(part.vertices[label == name].tolist()) for name in range(label.max() + 1)]
            modularity = nx.community.modularity(graph, sets, weight="weight")
            if abs(modularity) > 1e-12:
                assert gains(part, label) == (modularity > 0), seed
    pair = part_of(nx.Graph([(0, 1, {"weight": 10**12}), (1, 2, {"weight": 10**12})]))
    assert not gains(pair, np.zeros(3, np.int64))
    assert not gains(pair, np.array([0, 1, 1]))


@given(st.data())
def test_a_division_is_the_same_for_rows_in_any_order(data: st.DataObject) -> None:
    table = sent({name: GRAPHS[name] for name in ("seed 1", "seed 5", "seed 8")})
    order = data.draw(st.permutations(range(table.num_rows)))
    rows_in_batch = data.draw(st.integers(1, table.num_rows))
    assert divided(table.take(order), rows_in_batch=rows_in_batch) == divided(table)


def test_a_division_of_a_component_is_the_same_alone_and_beside_others() -> None:
    together = divided(sent(GRAPHS))
    for theme in ("seed 2", "seed 3", "seed 11"):
        for piece in nx.connected_components(GRAPHS[theme]):
            if len(piece) > 1:
                alone = divided(sent({"": GRAPHS[theme].subgraph(piece)}))[""]
                assert alone == {idx: together[theme][idx] for idx in piece}


@pytest.mark.parametrize("gap", [1, 1_000_003, 10**12])
def test_gaps_in_the_numbering_change_nothing_but_the_names(gap: int) -> None:
    graph = planted(9, 6, seed=4)
    wide = nx.relabel_nodes(graph, {idx: idx * gap + 11 for idx in graph})
    plain = divided(sent({"soc": graph}))["soc"]
    assert divided(sent({"soc": wide}))["soc"] == {idx * gap + 11: name * gap + 11 for idx, name in plain.items()}


def test_no_edges_give_no_rows() -> None:
    assert communities(iter([]), split_above=60) is None
    assert communities(iter(sent({"soc": GRAPHS["seed 1"]}).slice(0, 0).to_batches()), split_above=60) is None
