"""The native engine's kernel: components and PageRank of many graphs at once, NumPy and SciPy alone.

harmnet.graph has the mathematics. The answer is the same bit for bit whatever the order of the rows given: vertices are
sorted by theme and idx, each row of the matrix by column, sums run in that order on one thread, and y of a component is
reached without looking at any other one, so that it can be kept as long as the component is untouched.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from harmnet.errors import HarmnetError

Array = np.ndarray[Any, Any]

MAX_BLOCKS = 20


@dataclass(frozen=True)
class Graphs:
    """Several graphs as one block-diagonal matrix: vertices in order of theme code and idx, positions in that order.

    `order` names the row that each vertex came from; `adjacency` is symmetric, float64 weights, columns sorted;
    `strength` is the sum of a row, 0 for an isolated vertex.
    """

    order: Array
    theme: Array
    idx: Array
    adjacency: sparse.csr_array
    strength: Array

    @classmethod
    def build(
        cls, vertices: tuple[Array, Array], edges: tuple[Array, Array, Array, Array], label: Array | None = None
    ) -> Graphs:
        """From vertices (theme code, idx) and edges (theme code, src, dst, weight_micro), rows in any order.

        With a `label` for each vertex, edges between two labels or at a label below 0 are left out. HarmnetError on the
        first rule of harmnet.graph.contract.check_graph that is broken.
        """
        order = np.lexsort((vertices[1], vertices[0]))
        theme, idx = vertices[0][order], vertices[1][order]
        edge_theme, src, dst, weight_micro = edges
        _refuse(((idx[1:] == idx[:-1]) & (theme[1:] == theme[:-1])).any(), "a vertex is named more than once")
        _refuse((idx < 0).any(), "a vertex has an idx below 0")
        _refuse((src >= dst).any(), "an edge does not have src < dst")
        _refuse((weight_micro <= 0).any(), "an edge has no weight above 0")
        rows, columns = (_positions(theme, idx, edge_theme, end) for end in (src, dst))
        if label is not None:
            label = label[order]
            inside = (label[rows] == label[columns]) & (label[rows] >= 0)
            rows, columns, weight_micro = rows[inside], columns[inside], weight_micro[inside]
        weights = (weight_micro.astype(np.float64), (rows, columns))
        upper = sparse.coo_array(weights, shape=(len(idx), len(idx))).tocsr()
        _refuse(upper.nnz != len(rows), "an edge is given more than once")
        adjacency = (upper + upper.T.tocsr()).tocsr()
        adjacency.sort_indices()
        return cls(order, theme, idx, adjacency, adjacency.sum(axis=1))


def _positions(theme: Array, idx: Array, edge_theme: Array, ends: Array) -> Array:
    """Where the ends of the edges stand among the sorted vertices."""
    found = np.full(len(ends), -1, np.int32)
    for code in np.unique(edge_theme):
        first, last = np.searchsorted(theme, [code, code + 1])
        here = edge_theme == code
        found[here] = first + _look_up(idx[first:last], ends[here]) if last > first else -1
    _refuse((found < 0).any(), "an edge ends at no vertex of its theme")
    return found


def _refuse(broken: np.bool | bool, what: str) -> None:
    if broken:
        raise HarmnetError(f"graph: {what}")


def _look_up(names: Array, wanted: Array) -> Array:
    """Positions of `wanted` among sorted names; far below 0 where it is not there."""
    nowhere = np.int32(-(2**31))
    low, span = int(names[0]), int(names[-1] - names[0]) + 1
    inside = (wanted >= low) & (wanted < low + span)
    if span > 16 * (len(names) + len(wanted)):
        at = np.searchsorted(names, wanted).clip(max=len(names) - 1)
        return np.where(names[at] == wanted, at, nowhere)
    table = np.full(span, nowhere, np.int32)
    table[names - low] = np.arange(len(names), dtype=np.int32)
    return np.where(inside, table[np.where(inside, wanted - low, 0)], nowhere)


def components(graphs: Graphs) -> Array:
    """Position of the first vertex of each vertex's component, which is the one with the smallest idx."""
    count, labels = connected_components(graphs.adjacency, directed=False)
    first = np.empty(count, np.int64)
    # Of several values for one place NumPy keeps the last: backwards, the first position.
    first[labels[::-1]] = np.arange(len(labels) - 1, -1, -1)
    return first[labels]


def solve_y(graphs: Graphs, part: Array, *, damping: float, tolerance: float) -> Array:
    """y of each vertex, with no residual above `tolerance`; `part` are codes, and no edge joins two parts.

    y of a part depends on nothing else: iteration goes on only in parts that need it. Raises HarmnetError when
    MAX_BLOCKS blocks of rounds do not get there.
    """
    y = np.where(graphs.strength > 0, 1.0 / (1.0 - damping), 1.0)
    pending: Array | slice = slice(None)
    adjacency = graphs.adjacency
    for _ in range(MAX_BLOCKS):
        y[pending], residual = _block(adjacency, graphs.strength[pending], y[pending], damping)
        # The y of a hub is large, and cannot be told closer than its last bits.
        unfinished = residual > np.maximum(tolerance, 8 * np.spacing(y[pending]))
        if not unfinished.any():
            return y
        pending = np.flatnonzero(np.isin(part, part[pending][unfinished]))
        adjacency = graphs.adjacency[pending][:, pending]
    raise HarmnetError(
        f"native: PageRank left a residual of {residual.max():.1e}, tolerance {tolerance:.1e}: raise the tolerance"
    )


def pagerank(graphs: Graphs, scope: Array, part: Array, *, damping: float, tolerance: float) -> Array:
    """Ranks that sum to 1 over each scope, in order of position; scopes are codes from 0, and hold whole parts."""
    y = solve_y(graphs, part, damping=damping, tolerance=tolerance)
    isolated = graphs.strength == 0
    alone, tied = np.bincount(scope, isolated), np.bincount(scope, ~isolated)
    return y / (alone + tied / (1.0 - damping))[scope]


def rounds_of_a_block(damping: float) -> int:
    """Rounds that shrink an error by the precision of a double."""
    squeeze = damping / (1.0 + math.sqrt(1.0 - damping**2))
    return math.ceil(math.log(np.finfo(np.float64).eps) / math.log(squeeze))


def _block(adjacency: sparse.csr_array, strength: Array, y: Array, damping: float) -> tuple[Array, Array]:
    """y after a block of Chebyshev rounds from a cold start at `y`, and the size of its residual."""
    inverse = np.divide(1.0, strength, out=np.zeros_like(strength), where=strength > 0)
    before, weight = y, 1.0
    for number in range(rounds_of_a_block(damping)):
        step = 1.0 + damping * (adjacency @ (y * inverse))
        before, y = y, before + weight * (step - before)
        weight = 2.0 / (2.0 - damping**2) if number == 0 else 4.0 / (4.0 - damping**2 * weight)
    return y, np.abs(1.0 + damping * (adjacency @ (y * inverse)) - y)
