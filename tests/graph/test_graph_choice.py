"""Which engine runs, and why: a matter of the graph and the conf, never of the machine."""

import pytest

from harmnet.errors import HarmnetError
from harmnet.graph import choose_engine
from harmnet.graph.native import memory_needed

GIB = 2**30


@pytest.mark.parametrize(
    ("setting", "edges", "engine", "reason"),
    [
        ("auto", 100, "native", "auto: 100 edges, native_max_edges 100"),
        ("auto", 101, "graphframes", "auto: 101 edges, native_max_edges 100"),
        ("native", 101, "native", "graph.engine is native: 101 edges"),
        ("graphframes", 0, "graphframes", "graph.engine is graphframes: 0 edges"),
    ],
)
def test_auto_goes_by_the_number_of_edges_and_a_named_engine_stands(
    setting: str, edges: int, engine: str, reason: str
) -> None:
    assert choose_engine(setting, edges, 100) == (engine, reason)
    assert choose_engine(setting, edges, 100, 64 * GIB, vertex_count=100) == (engine, reason)


@pytest.mark.parametrize("setting", ["auto", "native"])
def test_too_little_memory_refuses_native_with_the_figure_and_does_not_switch(setting: str) -> None:
    with pytest.raises(HarmnetError, match=r"native needs 6\.1 GiB for 20000000 edges .* has 6\.0 GiB"):
        choose_engine(setting, 20_000_000, 50_000_000, 6 * GIB, vertex_count=10_000_000)
    assert choose_engine(setting, 20_000_000, 50_000_000, 7 * GIB, vertex_count=10_000_000)[0] == "native"


def test_memory_says_nothing_about_graphframes() -> None:
    assert choose_engine("auto", 101, 100, 1)[0] == "graphframes"


def test_vertices_nobody_counted_are_taken_as_two_an_edge() -> None:
    needed = memory_needed(2_000_000, 1_000_000)
    assert choose_engine("native", 1_000_000, 1, needed)[0] == "native"
    with pytest.raises(HarmnetError):
        choose_engine("native", 1_000_000, 1, needed - 1)


def test_an_unknown_setting_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(HarmnetError, match="'scipy': use one of auto, native, graphframes"):
        choose_engine("scipy", 1, 1)
