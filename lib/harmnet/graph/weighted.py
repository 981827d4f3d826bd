"""NetworKit, as the kernels use it: weighted undirected graphs from arrays, on one thread, from one seed."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import numpy as np

from harmnet.graph.kernel import Array

SEED = 1
"""Where NetworKit and the kernels draw: the same in every run."""


def networkit() -> ModuleType:
    """The library on one thread and from SEED, whatever ran in this process before."""
    # It takes a second to import: only the tasks that need it wait for it.
    library = importlib.import_module("networkit")
    library.setNumberOfThreads(1)
    library.setSeed(SEED, False)
    return library


def weighted_graph(size: int, src: Array, dst: Array, weight: Array) -> Any:
    """The NetworKit graph of vertices 0 to size - 1 and edges, each once, in the order given."""
    ends = tuple(np.ascontiguousarray(end, np.int64) for end in (src, dst))
    return networkit().GraphFromCoo(
        (np.ascontiguousarray(weight, np.float64), ends), n=size, weighted=True, directed=False
    )
