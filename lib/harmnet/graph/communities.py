"""Communities: a component too large to act on, divided again and again. Arrays and Arrow in and out, no Spark.

A part of more than `split_above` vertices is divided by NetworKit's ParallelLeiden (weighted modularity; Traag, Waltman
and van Eck, From Louvain to Leiden, 2019), looking at the edges inside the part alone. Then what Leiden leaves in
several pieces is taken as those pieces, and a vertex left alone joins the community of its strongest neighbour, of
equal ones that with the smallest idx. The division stands if it has more than one community and a modularity above 0,
and each of them is a part in its turn.

Every community is connected and has two vertices or more. Vertices and edges are sorted and one thread works from one
seed, so the division depends on the component's own edges and the order of its idx, and on nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from harmnet.graph.kernel import Array
from harmnet.graph.weighted import Part, networkit


def communities(batches: Iterable[pa.RecordBatch], *, split_above: int) -> pa.Table | None:
    """theme, idx, community_idx (smallest idx of the community) of each vertex of the components; None for no edges.

    From all edges of some components, rows in any order: theme, component_idx, src, dst, weight_micro.
    """
    received = list(batches)
    table = pa.Table.from_batches(received) if received else None
    if not table:
        return None
    table = table.sort_by([("theme", "ascending"), ("component_idx", "ascending")]).combine_chunks()
    theme = table["theme"].combine_chunks().dictionary_encode().indices.to_numpy()
    component, src, dst, weight = (table[name].to_numpy() for name in ("component_idx", "src", "dst", "weight_micro"))
    first = np.flatnonzero((np.diff(theme, prepend=-1) != 0) | (np.diff(component, prepend=-1) != 0))
    answers = []
    for start, end in zip(first, [*first[1:], len(table)]):
        whole = Part.of_edges(src[start:end], dst[start:end], weight[start:end])
        found = divide(whole, split_above=split_above)
        of_theme = pa.repeat(table["theme"][int(start)], len(found))
        answers.append(pa.table({"theme": of_theme, "idx": whole.vertices, "community_idx": found}))
    return pa.concat_tables(answers)


def divide(whole: Part, *, split_above: int) -> Array:
    """The community of each vertex, named by its smallest vertex."""
    community = np.empty(len(whole.vertices), np.int64)
    waiting = [whole]
    while waiting:
        part = waiting.pop()
        pieces = _divided(part) if len(part.vertices) > split_above else []
        if not pieces:
            community[np.searchsorted(whole.vertices, part.vertices)] = part.vertices[0]
        waiting += pieces
    return community


def _divided(part: Part) -> list[Part]:
    """The communities of a part; none when no division gains."""
    label = joined(part, _connected(part, _leiden(part)))
    return part.pieces(label) if gains(part, label) else []


def _leiden(part: Part) -> Array:
    graph = part.graph(part.weight)
    found = networkit().community.ParallelLeiden(graph, randomize=False).run()
    return np.array(found.getPartition().getVector(), np.int64)


def _connected(part: Part, label: Array) -> Array:
    """The connected pieces of each label."""
    inner = label[part.src] == label[part.dst]
    return _linked(len(part.vertices), part.src[inner], part.dst[inner])


def joined(part: Part, label: Array) -> Array:
    """The labels with each vertex that has one to itself in that of its strongest neighbour."""
    alone = np.bincount(label)[label] == 1
    vertex, neighbour = np.concatenate((part.src, part.dst)), np.concatenate((part.dst, part.src))
    weight = np.concatenate((part.weight, part.weight))
    of_alone = alone[vertex]
    vertex, neighbour, weight = vertex[of_alone], neighbour[of_alone], weight[of_alone]
    order = np.lexsort((neighbour, -weight, vertex))
    lone, first = np.unique(vertex[order], return_index=True)
    return _linked(label.max() + 1, label[lone], label[neighbour[order][first]])[label]


def _linked(size: int, src: Array, dst: Array) -> Array:
    """The component of each vertex, as codes from 0."""
    matrix = sparse.coo_array((np.ones(len(src), np.int8), (src, dst)), shape=(size, size))
    return connected_components(matrix, directed=False)[1]


def gains(part: Part, label: Array) -> bool:
    """Whether the labels are more than one and their weighted modularity on the part is above 0, in whole numbers."""
    inside = int(part.weight[label[part.src] == label[part.dst]].sum())
    strength = np.zeros(label.max() + 1, np.int64)
    np.add.at(strength, label[part.src], part.weight)
    np.add.at(strength, label[part.dst], part.weight)
    # Modularity times (2 x weight)^2, which no 64 bits hold.
    return len(strength) > 1 and 4 * int(part.weight.sum()) * inside > sum(one * one for one in strength.tolist())
