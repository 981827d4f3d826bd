"""The tables of docs/scale.md, from what benchmarks/scale.py and benchmarks/side_by_side.py measured."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from contestants.timing import ROUNDS
from harmnet.graph.native import memory_needed
from harmnet.stages import STAGE_NAMES
from page_making import table_of

BUDGET = {
    "stage": 50,
    "link": 50,
    "tie": 45,
    "theme": 20,
    "network and measure": 45,
    "harm": 20,
    "rank and safeguard": 20,
    "dismantle": 15,
    "publish": 35,
}
"""Seconds that ten million involvements may take on two cores: five minutes in all."""

CONTESTANTS = {
    "harmnet_native": "harmnet, native engine",
    "duckdb_pairs": "DuckDB, a self-join",
    "networkit_graph": "NetworKit, one process",
    "igraph_graph": "igraph, one process",
    "graphframes_defaults": "GraphFrames with its defaults (Spark 3.5)",
}
TARGETS = {
    "DuckDB, pairs": "2",
    "the faster process, components and PageRank": "1.5",
    "GraphFrames, components and PageRank": "10",
    "GraphFrames, pairs to PageRank": "5",
}
"""What harmnet is held against, and how many times as long it may take, as fast it should be."""
_SIZES = (100, 1000)
_BUSY = 0.5
"""Share of a cluster's cores that is at work on average: the rest waits for the last task of a stage, and for disks."""


def scale_tables(results: dict[str, Any]) -> dict[str, str]:
    """Name -> table, of the growth of a refresh."""
    return {
        "machine": _machine(results["machine"]),
        "stages": _stages(results),
        "moved": _moved(results),
        "growth": _growth(results["growth"]),
        "cluster": _cluster(results),
    }


def side_tables(results: dict[str, Any]) -> dict[str, str]:
    """Name -> table, of harmnet beside others."""
    seconds = results["seconds"]
    columns = [(part, name) for part in ("pairs", "graph") for name in ROUNDS]
    rows = [
        [title, *(_three(seconds[contestant][name].get(part)) for part, name in columns)]
        for contestant, title in CONTESTANTS.items()
    ]
    heads = ["seconds", "pairs", "pairs again", "components and PageRank", "components and PageRank again"]
    first, again = (_ratios({contestant: both[name] for contestant, both in seconds.items()}) for name in ROUNDS)
    ratios = [[what, one, other, TARGETS[what]] for (what, one), other in zip(first.items(), again.values())]
    return {
        "side_by_side": table_of(heads, rows),
        "ratios": table_of(["harmnet against", "first", "again", "target"], ratios),
    }


def skew_table(results: dict[str, Any]) -> str:
    """Pairs of a small force with and without skew."""
    rows = [
        [
            run["case"],
            str(run["partitions"]),
            f"{run['pairs'] / 1e6:.1f}",
            f"{run['seconds']:.1f}",
            f"{run['longest_task']:.2f}",
            f"{run['median_task']:.2f}",
        ]
        for run in results["runs"]
    ]
    heads = [
        "people on records",
        "partitions",
        "pairs, million",
        "seconds",
        "longest task, s",
        "median task of its stage, s",
    ]
    return table_of(heads, rows)


def _machine(machine: dict[str, Any]) -> str:
    rows = [[name.replace("_", " "), str(value)] for name, value in sorted(machine.items())]
    return table_of(["machine", ""], rows)


def _three(spread: dict[str, float] | None) -> str:
    return "" if spread is None else f"{spread['median']:.1f} ({spread['least']:.1f} to {spread['most']:.1f})"


def _stages(results: dict[str, Any]) -> str:
    medians = results["medians"]
    names = in_order(medians[0]["stages"])
    rows = [[name, *(_three(row["stages"][name]) for row in medians), _budget(name)] for name in names]
    rows.append(
        ["all, session and report included", *(_three(row["seconds"]) for row in medians), str(sum(BUDGET.values()))]
    )
    rows.append(["peak memory, GiB", *(f"{row['peak_mib'] / 1024:.1f}" for row in medians), "12"])
    heads = ["stage: seconds", *(f"{row['millions']:g} million" for row in medians), "budget of 10 million"]
    return table_of(heads, rows)


def in_order(stages: Iterable[str]) -> list[str]:
    """Names of stages in the order in which a refresh runs them."""
    return sorted(stages, key=STAGE_NAMES.index)


def _budget(stage: str) -> str:
    """The seconds of a stage; of two together at the second of them."""
    for name, seconds in BUDGET.items():
        if name == stage:
            return str(seconds)
        if name.endswith(f" and {stage}"):
            return f"{seconds} with {name.split()[0]}"
    return ""


def _largest(results: dict[str, Any]) -> list[dict[str, Any]]:
    most = max(run["millions"] for run in results["runs"])
    return [run for run in results["runs"] if run["millions"] == most]


def _moved(results: dict[str, Any]) -> str:
    run = _largest(results)[0]
    rows = [
        [
            name,
            f"{sum(stage['rows'].values()):,}",
            f"{stage['shuffle_bytes'] / 1e6:,.0f}",
            f"{stage['spilled_bytes'] / 1e6:,.0f}",
            f"{stage['tasks']:,}",
            f"{stage['peak_mib'] / 1024:.1f}",
        ]
        for name, stage in ((name, run["stages"][name]) for name in in_order(run["stages"]))
    ]
    heads = ["stage", "rows written", "shuffled, MB", "spilled, MB", "tasks", "memory, GiB"]
    return table_of(heads, rows)


def _growth(growth: dict[str, float]) -> str:
    rows = [
        ["seconds before the first million", f"{growth['seconds_fixed']:.0f}"],
        ["seconds that each million adds", f"{growth['seconds_per_million']:.1f}"],
        ["exponent between the two largest sizes (1: twice the input, twice the time)", f"{growth['exponent']:.2f}"],
    ]
    return table_of(["", "fitted"], rows)


def _ratios(seconds: dict[str, Any]) -> dict[str, str]:
    """What harmnet is held against -> how it stands to that, from a round's seconds of every contestant."""

    def median(name: str, part: str) -> float:
        return float(seconds[name][part]["median"])

    def both(name: str) -> float:
        return median(name, "pairs") + median(name, "graph")

    ours, fastest = "harmnet_native", min(median(name, "graph") for name in ("networkit_graph", "igraph_graph"))
    slow = "graphframes_defaults"
    found = (
        f"{median(ours, 'pairs') / median('duckdb_pairs', 'pairs'):.1f} times as long",
        f"{median(ours, 'graph') / fastest:.1f} times as long",
        f"{median(slow, 'graph') / median(ours, 'graph'):.1f} times as fast",
        f"{both(slow) / both(ours):.1f} times as fast",
    )
    return dict(zip(TARGETS, found, strict=True))


def _cluster(results: dict[str, Any]) -> str:
    """What larger forces would need, by what the largest one measured took of each million."""
    runs = _largest(results)
    millions, cores = runs[0]["millions"], results["machine"]["cores"]
    growth = results["growth"]
    shuffled = sum(stage["shuffle_bytes"] for stage in runs[0]["stages"].values()) / millions
    rows = {name: count for stage in runs[0]["stages"].values() for name, count in stage["rows"].items()}
    found: list[list[str]] = []
    per_million = growth["seconds_per_million"] * cores / 3600
    figures = [
        ("core hours", lambda size: per_million * size),
        ("cores to be done in an hour", lambda size: per_million * size / _BUSY),
        ("shuffled, GB", lambda size: shuffled * size / 1e9),
        (
            "memory of the native engine's one process, GB",
            lambda size: (
                memory_needed(
                    round(rows["graph_vertices"] * size / millions), round(rows["graph_edges"] * size / millions)
                )
                / 1e9
            ),
        ),
        ("ties of all graphs, million", lambda size: rows["graph_edges"] * size / millions / 1e6),
    ]
    for name, figure in figures:
        found.append([name, *(f"{figure(size):,.0f}" for size in _SIZES)])
    return table_of(["", *(f"{size:,} million involvements" for size in _SIZES)], found)
