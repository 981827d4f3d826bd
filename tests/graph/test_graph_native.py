"""The native kernel without Spark: components and ranks against networkx, and the same bits whatever the order."""

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from graph_reference import (
    edge_rows,
    exact_ranks,
    networkx_components,
    networkx_ranks,
    random_graph,
    random_graphs,
    vertex_rows,
)
from hypothesis import given
from hypothesis import strategies as st

from harmnet.errors import HarmnetError
from harmnet.graph import kernel, native
from harmnet.graph.kernel import Graphs

SETTINGS = {"damping": 0.85, "tolerance": 1e-9}
SEEDS = range(40)


def sent(graphs: dict[str, nx.Graph]) -> pa.Table:
    """The rows that reach the task: vertices without dst, and edges."""
    vertices, edges = vertex_rows(graphs), edge_rows(graphs)
    rows = [(theme, idx, None, None) for theme, idx in vertices] + edges
    columns = dict(zip(("theme", "src", "dst", "weight_micro"), zip(*rows)))
    types = {
        "theme": pa.string(),
        "src": pa.int64(),
        "dst": pa.int64(),
        "weight_micro": pa.int64(),
    }
    return pa.table({name: pa.array(values, types[name]) for name, values in columns.items()})


def analysed(table: pa.Table, rows_in_batch: int = 7) -> pa.Table:
    result = native.solve_full(iter(table.to_batches(rows_in_batch)), **SETTINGS)
    assert result is not None
    return result


def by_theme(result: pa.Table, value: str) -> dict[str, dict[int, float]]:
    found: dict[str, dict[int, float]] = {}
    for row in result.to_pylist():
        found.setdefault(row["theme"], {})[row["idx"]] = row[value]
    return found


def graphs_of(graph: nx.Graph) -> Graphs:
    vertices, edges = vertex_rows({"": graph}), edge_rows({"": graph})
    idx = np.array([row[1] for row in vertices], np.int64)
    src, dst, weight = (np.array([row[at] for row in edges], np.int64) for at in (1, 2, 3))
    return Graphs.build((np.zeros(len(idx), np.int64), idx), (np.zeros(len(src), np.int64), src, dst, weight))


def y_of(graph: nx.Graph) -> dict[int, float]:
    graphs = graphs_of(graph)
    y = kernel.solve_y(graphs, kernel.components(graphs), **SETTINGS)
    return dict(zip(graphs.idx.tolist(), y.tolist()))


def test_components_are_those_of_networkx_named_by_their_smallest_idx() -> None:
    graphs = random_graphs(SEEDS)
    found = by_theme(analysed(sent(graphs)), "component_idx")
    for theme, graph in graphs.items():
        assert found[theme] == networkx_components(graph), theme


def test_ranks_are_those_of_networkx_and_of_the_linear_system() -> None:
    graphs = random_graphs(SEEDS)
    found = by_theme(analysed(sent(graphs)), "pagerank")
    for theme, graph in graphs.items():
        assert found[theme] == pytest.approx(networkx_ranks(graph), rel=1e-11, abs=0), theme
        assert found[theme] == pytest.approx(exact_ranks(graph), rel=1e-11, abs=0), theme
        assert sum(found[theme].values()) == pytest.approx(1, abs=1e-12), theme


def test_core_numbers_are_those_of_networkx() -> None:
    graphs = random_graphs(SEEDS)
    found = by_theme(analysed(sent(graphs)), "kcore")
    for theme, graph in graphs.items():
        assert found[theme] == nx.core_number(graph), theme


def test_a_pair_and_a_person_tied_to_no_one_share_20_20_and_3_of_43() -> None:
    pair = nx.Graph([(4, 9, {"weight": 5})])
    pair.add_node(6)
    found = by_theme(analysed(sent({"soc": pair})), "pagerank")["soc"]
    assert found == pytest.approx({4: 20 / 43, 9: 20 / 43, 6: 3 / 43}, rel=1e-14)


def test_a_weight_three_times_as_large_draws_three_quarters_of_the_middle_persons_rank() -> None:
    found = y_of(nx.Graph([(0, 1, {"weight": 1}), (1, 2, {"weight": 3})]))
    middle = 2.7 / 0.2775
    assert found == pytest.approx({0: 1 + 0.85 * middle / 4, 1: middle, 2: 1 + 0.85 * middle * 3 / 4}, rel=1e-14)


def test_a_star_of_a_hundred_thousand_converges() -> None:
    leaves = 100_000
    ends, zeros = np.arange(1, leaves + 1), np.zeros(leaves, np.int64)
    vertices = (np.zeros(leaves + 1, np.int64), np.arange(leaves + 1))
    graphs = Graphs.build(vertices, (zeros, zeros, ends, np.full(leaves, 20_000)))
    y = kernel.solve_y(graphs, kernel.components(graphs), **SETTINGS)
    hub = (1 + 0.85 * leaves) / (1 - 0.85**2)
    assert y[0] == pytest.approx(hub, rel=1e-10)
    assert y[1:] == pytest.approx(1 + 0.85 * hub / leaves, rel=1e-10)


@given(st.data())
def test_the_answer_is_the_same_to_the_last_bit_for_rows_in_any_order(data: st.DataObject) -> None:
    table = sent(random_graphs(range(3)))
    order = data.draw(st.permutations(range(table.num_rows)))
    rows_in_batch = data.draw(st.integers(1, table.num_rows))
    assert analysed(table.take(order), rows_in_batch).equals(analysed(table))


def test_y_of_a_component_is_the_same_to_the_last_bit_alone_and_beside_others() -> None:
    graph = random_graph(5)
    together = y_of(graph)
    for members in nx.connected_components(graph):
        assert y_of(graph.subgraph(members)) == {idx: together[idx] for idx in members}


def test_parts_that_need_more_rounds_go_on_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = random_graph(5)
    monkeypatch.setattr(kernel, "rounds_of_a_block", lambda damping: 12)
    found = by_theme(analysed(sent({"soc": graph})), "pagerank")["soc"]
    assert found == pytest.approx(networkx_ranks(graph), rel=2e-9, abs=0)
    alone = {members: y_of(graph.subgraph(members)) for members in map(frozenset, nx.connected_components(graph))}
    together = y_of(graph)
    assert all(together[idx] == y for found in alone.values() for idx, y in found.items())


def test_too_few_rounds_are_an_error_and_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "rounds_of_a_block", lambda damping: 2)
    monkeypatch.setattr(kernel, "MAX_BLOCKS", 2)
    with pytest.raises(HarmnetError, match="PageRank left a residual of"):
        analysed(sent({"soc": random_graph(5)}))


@pytest.mark.parametrize("gap", [1, 1_000_003, 10**12])
def test_gaps_in_the_numbering_change_nothing_but_the_names(gap: int) -> None:
    graph = random_graph(8)
    wide = nx.relabel_nodes(graph, {idx: idx * gap + 11 for idx in graph})
    plain, spread = (analysed(sent({"soc": named})) for named in (graph, wide))
    assert spread["pagerank"].equals(plain["pagerank"])
    for column in ("idx", "component_idx"):
        assert spread[column].to_pylist() == [idx * gap + 11 for idx in plain[column].to_pylist()]


def edge(theme: str | None, src: int | None, dst: int | None, weight: int | None) -> dict[str, object]:
    return {"theme": theme, "src": src, "dst": dst, "weight_micro": weight}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (edge("soc", 3, 5, 1), "an edge ends at no vertex of its theme"),
        (edge("soc", 3, 10, 1), "an edge ends at no vertex of its theme"),
        (edge("soc", 3, 10**15, 1), "an edge ends at no vertex of its theme"),
        (edge("soc", 1, 6, 1), "an edge ends at no vertex of its theme"),
        (edge("cse", 3, 6, 1), "an edge ends at no vertex of its theme"),
        (edge("soc", 3, 6, 9), "an edge is given more than once"),
        (edge("soc", 9, 3, 1), "an edge does not have src < dst"),
        (edge("soc", 6, 6, 1), "an edge does not have src < dst"),
        (edge("soc", 3, 9, 0), "an edge has no weight above 0"),
        (edge("soc", 3, 9, None), "an edge without dst or weight"),
        (edge("soc", 3, None, 1), "an edge without dst or weight"),
        (edge(None, 3, 9, 1), "a vertex or an edge without theme, idx or src"),
        (edge("soc", None, None, None), "a vertex or an edge without theme, idx or src"),
        (edge("soc", 9, None, None), "a vertex is named more than once"),
        (edge("soc", -1, None, None), "a vertex has an idx below 0"),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused(row: dict[str, object], fault: str) -> None:
    table = sent({"soc": nx.Graph([(3, 6, {"weight": 1}), (6, 9, {"weight": 1})])})
    with pytest.raises(HarmnetError, match=f"graph: {fault}"):
        analysed(pa.concat_tables([table, pa.Table.from_pylist([row], table.schema)]))


def test_no_rows_give_no_rows() -> None:
    assert native.solve_full(iter([]), **SETTINGS) is None
    assert native.solve_full(iter(sent({"soc": random_graph(1)}).slice(0, 0).to_batches()), **SETTINGS) is None
