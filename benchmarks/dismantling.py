"""How long it takes to work out how a network would be taken apart: seeded random networks of two kinds and two sizes.

    python benchmarks/dismantling.py        # into benchmarks/results/dismantling.json

random: as many ties as that between any two people, the hardest there is. clustered: each newcomer joins a tie of two
and ties to some of their neighbours (Holme and Kim 2002), nearer to what records show.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import networkx as nx

from harmnet.dismantling.goal import Goal
from harmnet.dismantling.methods import QUICK, methods_for
from harmnet.dismantling.network import Network
from harmnet.dismantling.plan import make_plans

RESULTS = Path(__file__).resolve().parent / "results" / "dismantling.json"
SEED = 1


def main() -> None:
    """Run them all and write what was measured."""
    runs = []
    for kind in ("random", "clustered"):
        small, large = made(kind, 1_000, 10_000), made(kind, 14_000, 100_000)
        runs.append(measured(kind, small, "the whole portfolio", methods_for(Goal.of(small, 0.1))))
        runs.append(measured(kind, large, "CoreHD with pruning", ("corehd",)))
        runs.append(measured(kind, large, "what the command tries of so large a network", QUICK))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"seed": SEED, "runs": runs}, indent=1) + "\n", encoding="utf-8")


def made(kind: str, people: int, ties: int) -> Network:
    """A network of about as many ties."""
    if kind == "random":
        graph = nx.gnm_random_graph(people, ties, seed=SEED)
    else:
        graph = nx.powerlaw_cluster_graph(people, round(ties / people), 0.6, seed=SEED)
    return Network.build([str(one) for one, _ in graph.edges], [str(other) for _, other in graph.edges])


def measured(kind: str, network: Network, what: str, methods: Iterable[str]) -> dict[str, Any]:
    """Seconds, by the clock and of the processor, for the plans of the methods to a tenth, and the best of them."""
    began, worked = time.monotonic(), time.process_time()
    plan = make_plans(network, Goal.of(network, 0.1), methods)[0]
    seconds, cpu_seconds = time.monotonic() - began, time.process_time() - worked
    click.echo(f"{kind}, {len(network):,} people, {network.ties:,} ties, {what}: {seconds:.1f} s", err=True)
    return {
        "kind": kind,
        "people": len(network),
        "ties": network.ties,
        "what": what,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu_seconds, 1),
        "method": plan.method,
        "removals": plan.steps,
        "R": round(plan.curve.r, 6),
    }


if __name__ == "__main__":
    main()
