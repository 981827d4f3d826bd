"""The graph engines: components, PageRank and cores of several graphs at once, by one process or by GraphFrames.

One contract, two engines: `native` solves everything in one executor task, `graphframes` on the whole cluster. Frames
in and out are those of harmnet.graph.contract; components and core
numbers are identical, ranks agree within 1e-6 relative. What comes
after is the same whatever the engine: harmnet.graph.division divides what is too large, harmnet.graph.scopes measures.

PageRank
--------
networkx.pagerank seeks the x, summing to 1 over n vertices, with

    x = d P x + (d m + 1 - d) / n        P[i, j] = weight(i, j) / strength(j),   m = sum of x over isolated vertices

(d the damping; the mass of isolated vertices is spread evenly). The constant is the same for every vertex, so x = c y
with y = 1 + d P y, and since x sums to 1, x = y / sum(y): isolated vertices have y = 1 and nothing else to put back.
P joins no two components, so y of a component depends on nothing outside it. The columns of P sum to 1 over a component
of k > 1 vertices, so its y sum to k + d sum(y), that is k / (1 - d), and

    rank = y / (isolated vertices + other vertices / (1 - d))

needs no sum of doubles; that ranks sum to 1 is then a test of the solution, and is checked after every run.

y is found by Chebyshev's semi-iteration (Golub and Van Loan, Matrix Computations, 4th ed., 11.2.8): P is similar to a
symmetric matrix with eigenvalues in [-1, 1], so the weights w do not depend on the data:

    t = 1 + d P y(k)                y(k+1) = y(k-1) + w(k+1) (t - y(k-1))
    w(1) = 1                        w(2) = 2 / (2 - d^2)                        w(k+1) = 4 / (4 - d^2 w(k))

The error shrinks by d / (1 + sqrt(1 - d^2)) a round: 0.557 for d = 0.85, where plain iteration has 0.85. The start is
always cold: y = 1 / (1 - d), 1 where isolated. The residual r = t - y(k) bounds what is left: (I - d P)^-1 has no
negative entry and takes 1 to y, so where every |r| <= e, every y, and with it every rank, is relatively within e of
the fixed point, and the ranks' error in L1 is at most e.
"""

from __future__ import annotations

import importlib
from types import ModuleType

from pyspark.resource import ResourceProfile
from pyspark.sql import DataFrame

from harmnet.errors import HarmnetError
from harmnet.graph import native
from harmnet.graph.contract import DAMPING, TOLERANCE, check_graph, check_result

__all__ = [
    "ENGINES",
    "analyse",
    "check_graph",
    "check_result",
    "choose_engine",
]

ENGINES = ("native", "graphframes")
GIB = 2**30


def _module(engine: str) -> ModuleType:
    if engine == "native":
        return native
    if engine == "graphframes":
        # Spark's driver needs no GraphFrames for the native engine.
        return importlib.import_module("harmnet.graph.graphframes")
    raise HarmnetError(f"graph engine {engine!r} is unknown: use one of {', '.join(ENGINES)}")


def analyse(
    vertices: DataFrame,
    edges: DataFrame,
    *,
    engine: str,
    work_dir: str,
    damping: float = DAMPING,
    tolerance: float = TOLERANCE,
    executor: ResourceProfile | None = None,
) -> DataFrame:
    """Component, weighted PageRank and core number: theme, idx, component_idx, pagerank, kcore; one row per vertex.

    component_idx is the smallest idx of the component; pagerank sums to 1 over the theme; kcore is the largest k such
    that the vertex is in a part where everyone has k neighbours or more, 0 without a tie. The engine runs at once; the
    frame reads the result that it keeps in `work_dir`, a folder of this run's own. HarmnetError when the graphs break a
    rule of `check_graph`, or the engine is unknown, cannot run here or does not converge. Then comes `check_result`.
    `executor`: what native's one task runs in (harmnet.graph.executor); graphframes has no such task.
    """
    module = _module(engine)
    check_graph(vertices, edges, data=False)
    if not 0 < damping < 1:
        raise HarmnetError(f"graph.damping is {damping}: it must lie between 0 and 1")
    own = {"executor": executor} if engine == "native" else {}
    return module.analyse(vertices, edges, work_dir=work_dir, damping=damping, tolerance=tolerance, **own)


def choose_engine(
    setting: str,
    edge_count: int,
    native_max_edges: int,
    available_memory_bytes: int | None = None,
    *,
    vertex_count: int | None = None,
) -> tuple[str, str]:
    """The engine to run and why, for the run report: `("native", "auto: 3600000 edges, native_max_edges 50000000")`.

    `auto` takes native up to `native_max_edges`, graphframes above, whatever the machine has, so that the same input
    takes the same engine everywhere. `available_memory_bytes` is what the executor's Python process may use: too
    little for native is a HarmnetError that says how much it needs (without `vertex_count`, two vertices an edge).
    """
    if setting == "auto":
        engine = "native" if edge_count <= native_max_edges else "graphframes"
        reason = f"auto: {edge_count} edges, native_max_edges {native_max_edges}"
    elif setting in ENGINES:
        engine, reason = setting, f"graph.engine is {setting}: {edge_count} edges"
    else:
        raise HarmnetError(f"graph.engine is {setting!r}: use one of auto, {', '.join(ENGINES)}")
    if engine == "native" and available_memory_bytes is not None:
        needed = native.memory_needed(2 * edge_count if vertex_count is None else vertex_count, edge_count)
        if needed > available_memory_bytes:
            raise HarmnetError(
                f"graph.engine: native needs {needed / GIB:.1f} GiB for {edge_count} edges and an executor's Python "
                f"process has {available_memory_bytes / GIB:.1f} GiB: give it more (spark.executor.memoryOverhead; "
                "yarn.scheduler.maximum-allocation-mb where executors come and go; on one machine what is free there), "
                "or set graph.engine to graphframes"
            )
    return engine, reason
