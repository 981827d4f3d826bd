"""Graphs, components and networks: who is in which, and what it is called."""

import hashlib
import random
from datetime import date
from decimal import Decimal

import networkx as nx
import pytest

from harmnet import networks
from harmnet.config import settings_from_contents
from harmnet.contracts import conform
from harmnet.contracts.linked import INVOLVEMENTS, NOMINAL_AREAS, NOMINAL_IDS, NOMINAL_SIGNALS, NOMINALS
from harmnet.contracts.results import EDGES, GRAPH_EDGES, GRAPH_VERTICES, NETWORK_MEMBERS, NETWORKS, THEME_MEMBERS
from harmnet.errors import HarmnetError
from typed_rows import SHIPPED, InMemory, involvements_of, table_of, tuples

CUT = 20_000
SPLIT_ABOVE = 12


def edge(src, dst, weight, relation="ASSOCIATION", **other):
    dates = {"first_date": date(2024, 1, 1), "last_date": date(2025, 1, 1), "handling": 0}
    return {"src": src, "dst": dst, "weight_micro": weight, "relation": relation} | dates | other


def id_of(theme, *members):
    """The rule of the page on network ids, written a second time."""
    text = "".join(f"{len(name)}:{name}" for name in sorted(members, key=str.encode))
    return f"{theme}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def test_the_full_network_holds_everyone_with_a_credible_offender_role_and_a_theme_those_involved(spark):
    rows = [
        {"idx": 0},
        {"idx": 0, "record_ref": "C2"},
        {"idx": 1, "role": "VICTIM", "side": "VICTIM"},
        {"idx": 2, "side": "OFFENDER", "credible": False},
        {"idx": 3, "side": "NEUTRAL", "age_at_event": 9},
        {"idx": 4, "status": "NO_FURTHER_ACTION"},
        {"idx": 5, "source_system": "custody", "role": "DETAINEE"},
    ]
    members = [
        {"theme": "cse", "nominal_id": 0, "involved": True},
        {"theme": "cse", "nominal_id": 1, "involved": False, "victim": True},
        {"theme": "cse", "nominal_id": 4, "involved": False, "connected": True},
        {"theme": "soc", "nominal_id": 5, "involved": True},
    ]
    found = networks.graph_vertices(involvements_of(spark, rows), table_of(spark, THEME_MEMBERS, members))
    assert tuples(found, "theme", "idx") == [("all", 0), ("all", 4), ("all", 5), ("cse", 0), ("soc", 5)]


def test_ties_join_people_of_one_graph_from_the_cut_on_by_the_relations_of_the_theme(spark):
    vertices = [("all", idx) for idx in range(8)] + [("cse", 0), ("cse", 1), ("cse", 2), ("soc", 0), ("soc", 1)]
    edges = [
        edge(0, 1, CUT - 1, handling=1),
        edge(0, 1, 1, "INDIRECT", first_date=date(2020, 1, 1), handling=4),
        edge(0, 2, CUT, handling=1),
        edge(2, 3, CUT + 1),
        edge(1, 2, 900_000, "INDIRECT"),
        edge(3, 4, 900_000, "FAMILY"),
        edge(4, 5, 900_000, "TOGETHER"),
        edge(5, 6, 900_000, "HARM"),
        edge(6, 7, 900_000, "SHARED_HARM"),
        edge(7, 9, 900_000),
    ]
    frame = networks.graph_edges(
        table_of(spark, EDGES, edges), spark.createDataFrame(vertices, "theme string, idx bigint"), settings=SHIPPED
    )
    columns = ("theme", "src", "dst", "weight_micro", "first_date", "handling")
    assert SHIPPED.graph.min_weight == Decimal("0.02")
    assert tuples(conform(frame, GRAPH_EDGES), *columns) == [
        ("all", 0, 2, CUT, date(2024, 1, 1), 1),
        ("all", 2, 3, CUT + 1, date(2024, 1, 1), 0),
        # The two relations of the theme together reach the cut that neither reaches.
        ("cse", 0, 1, CUT, date(2020, 1, 1), 5),
        ("cse", 0, 2, CUT, date(2024, 1, 1), 1),
        ("cse", 1, 2, 900_000, date(2024, 1, 1), 0),
    ]


def split_above(size):
    """The shipped settings with another size from which components are divided."""
    files, tables = SHIPPED.contents["files"], SHIPPED.contents["tables"]
    graph = files["graph"] | {"split_above": size}
    return settings_from_contents({"files": files | {"graph": graph}, "tables": tables})


@pytest.fixture(scope="module")
def ran(spark, tmp_path_factory):
    """The stage on a random force of 60 people in four pieces and some alone, and the same graphs in networkx.

    Two pieces have more people than SPLIT_ABOVE, one has as many.
    """
    draw = random.Random(20260630)
    people = [f"N{number:04d}" for number in draw.sample(range(10_000), 60)]
    names = sorted(people)
    draw.shuffle(people)
    graph = nx.Graph()
    graph.add_nodes_from(people)
    pieces = [people[:20], people[20:35], people[35:47], people[47:50]]
    for piece in pieces:
        for place, name in enumerate(piece[1:], 1):
            graph.add_edge(name, piece[draw.randrange(place)], weight=draw.randint(CUT, 10**6))
        for _ in piece:
            graph.add_edge(*draw.sample(piece, 2), weight=draw.randint(CUT, 10**6))
    in_theme = draw.sample(people, 40)
    idx = {name: place for place, name in enumerate(names)}
    edges = [edge(*sorted((idx[a], idx[b])), weight) for a, b, weight in graph.edges(data="weight")]
    # Too weak to join the two largest pieces.
    edges.append(edge(*sorted((idx[people[0]], idx[people[20]])), CUT - 1))
    io = InMemory(
        spark,
        {
            INVOLVEMENTS.name: involvements_of(spark, [{"idx": idx[name]} for name in people]),
            THEME_MEMBERS.name: table_of(
                spark, THEME_MEMBERS, [{"theme": "soc", "nominal_id": idx[name], "involved": True} for name in in_theme]
            ),
            EDGES.name: table_of(spark, EDGES, edges),
            NOMINAL_IDS.name: table_of(spark, NOMINAL_IDS, [{"nominal_id": name, "idx": idx[name]} for name in names]),
        },
        settings=split_above(SPLIT_ABOVE),
        folder=str(tmp_path_factory.mktemp("graph")),
    )
    io.tables |= {table.name: table_of(spark, table, []) for table in (NOMINAL_AREAS, NOMINAL_SIGNALS)}
    people = [{"nominal_id": place, "idx": place, "age_known": False} for place in range(60)]
    io.tables[NOMINALS.name] = table_of(spark, NOMINALS, people)
    networks.run(io)
    return io, names, {"all": graph, "soc": graph.subgraph(in_theme)}


def members_by(io, names, column):
    """theme -> value of the column -> names of the people who have it."""
    found = {}
    for row in io.read(NETWORK_MEMBERS).collect():
        found.setdefault(row.theme, {}).setdefault(row[column], set()).add(names[row.nominal_id])
    return found


def test_components_are_named_by_their_smallest_member_and_people_alone_are_in_no_network(ran):
    io, names, graphs = ran
    components = members_by(io, names, "component_id")
    for theme, graph in graphs.items():
        pieces = list(nx.connected_components(graph))
        assert {names[idx]: members for idx, members in components[theme].items()} == {min(p): p for p in pieces}
        alone = {name for piece in pieces for name in piece if len(piece) == 1}
        assert members_by(io, names, "network_id")[theme][None] == alone
        assert len(alone) > 4
    assert io.said == [f"  graph engine: native (graph.engine is native: {io.read(GRAPH_EDGES).count()} edges)"]


def test_a_component_above_the_size_is_divided_into_connected_networks_and_any_other_is_one(ran):
    io, names, graphs = ran
    divided = []
    for theme, graph in graphs.items():
        found = members_by(io, names, "network_id")[theme]
        found.pop(None)
        assert {network: id_of(theme, *members) for network, members in found.items()} == {name: name for name in found}
        assert all(len(members) > 1 and nx.is_connected(graph.subgraph(members)) for members in found.values())
        for piece in nx.connected_components(graph):
            within = [members for members in found.values() if members & piece]
            assert set().union(*within) == (piece if len(piece) > 1 else set())
            assert len(within) <= 1 or len(piece) > SPLIT_ABOVE
            divided += [theme] * (len(within) > 1)
    assert divided.count("all") == 2


def test_a_network_counts_the_ties_between_its_own_members_and_none_to_another(ran):
    io, names, graphs = ran
    columns = ("network_id", "theme", "component_id", "size", "ties", "weight_micro", "first_date", "last_date")
    found = tuples(io.read(NETWORKS), *columns)
    expected = set()
    for theme, of_theme in members_by(io, names, "network_id").items():
        for network, members in of_theme.items():
            if network:
                ties = graphs[theme].subgraph(members).edges(data="weight")
                component = min(nx.node_connected_component(graphs[theme], min(members)))
                weight = sum(weight for *_, weight in ties)
                day = (date(2024, 1, 1), date(2025, 1, 1))
                expected.add((network, theme, names.index(component), len(members), len(ties), weight, *day))
    assert set(found) == expected
    assert len(found) == len(expected) > 6
    assert sum(row[4] for row in found if row[1] == "all") < len(graphs["all"].edges)


def members_of(spark, ids, *components):
    measured = [
        {"theme": theme, "idx": ids.index(name), "component_idx": 0, "community_idx": first, "pagerank": rank}
        for theme, piece, rank in components
        for first in [ids.index(piece[0])]
        for name in piece
    ]
    numbers = [{"nominal_id": name, "idx": place} for place, name in enumerate(ids)]
    frame = networks.network_members(table_of(spark, GRAPH_VERTICES, measured), table_of(spark, NOMINAL_IDS, numbers))
    return {(row[0], row[1]) for row in tuples(conform(frame, NETWORK_MEMBERS), "theme", "network_id") if row[1]}


def test_a_network_is_called_by_its_theme_and_members_alone(spark):
    """Other people, numbers, ties and ranks change nothing; one member more does, and so does another theme."""
    few = members_of(spark, ["A", "B", "C"], ("cse", ["A", "B"], 0.1), ("soc", ["A", "B"], 0.1))
    many = members_of(spark, ["0", "A", "AB", "B", "C", "D"], ("cse", ["A", "B"], 0.4), ("soc", ["A", "B", "C"], 0.2))
    assert few == {("cse", id_of("cse", "A", "B")), ("soc", id_of("soc", "A", "B"))}
    assert many == {("cse", id_of("cse", "A", "B")), ("soc", id_of("soc", "A", "B", "C"))}


def test_members_whose_ids_run_together_make_another_network(spark):
    ids = ["1", "11", "111", "é", "éé"]
    cases = [("a", ["1", "111"]), ("b", ["11", "111"]), ("c", ["1", "11", "111"]), ("d", ["é", "éé"])]
    found = members_of(spark, ids, *((theme, piece, 0.1) for theme, piece in cases))
    assert found == {(theme, id_of(theme, *piece)) for theme, piece in cases}
    assert len({network.split("-")[1] for _, network in found}) == 4


def test_each_theme_uses_the_relations_conf_gives_it():
    assert networks.relations_of(SHIPPED.themes) == {
        "all": ("ASSOCIATION",),
        "county_lines": ("ASSOCIATION", "INDIRECT"),
        "cse": ("ASSOCIATION", "INDIRECT"),
        "modern_slavery": ("ASSOCIATION",),
        "soc": ("ASSOCIATION",),
        "violent_crime": ("ASSOCIATION",),
    }


def test_a_graph_that_the_process_cannot_hold_is_refused_before_the_work(spark, monkeypatch):
    monkeypatch.setattr(networks, "available_memory", lambda _: 1)
    pair = involvements_of(spark, [{"idx": 0}, {"idx": 1}])
    tables = {
        INVOLVEMENTS.name: pair,
        THEME_MEMBERS.name: table_of(spark, THEME_MEMBERS, []),
        EDGES.name: table_of(spark, EDGES, [edge(0, 1, 1_000_000)]),
        NOMINAL_IDS.name: table_of(spark, NOMINAL_IDS, []),
    }
    with pytest.raises(HarmnetError, match=r"native needs 0\.2 GiB for 1 edges"):
        networks.run(InMemory(spark, tables))
