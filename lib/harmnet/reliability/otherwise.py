"""Who would leave, join or be cut off if records counted otherwise, for all networks of a theme at once.

NumPy and SciPy alone; no loop over networks, and orders are total.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from harmnet.config import MICRO
from harmnet.reliability.rows import Array, Evidence, Vertices
from harmnet.reliability.shares import is_non_crime, pair_starts, per_pair

NOT_INVOLVED, NOT_TIED, INVOLVED, TIED, INVOLVED_AND_TIED = WHYS = (
    "NOT_INVOLVED",
    "NOT_TIED",
    "INVOLVED",
    "TIED",
    "INVOLVED_AND_TIED",
)


@dataclass(frozen=True)
class Changes:
    """People by network (places) and idx, each once, and why, a place in WHYS."""

    network: Array
    idx: Array
    why: Array


def split_off(inside: Evidence, vertices: Vertices, *, min_weight: int, weakest: int) -> Changes:
    """Members cut off from their network when the weakest evidence is left out.

    `inside`: records between members of one network. Of the n rows of a network, those of one pair, tie and kind of
    record being one, the lightest are left out: floor(n x weakest / 10^6), at least one, the first in order of equals.
    """
    network = vertices.network[vertices.place[inside.src]]
    order = np.lexsort((inside.weight_micro, network))
    items = np.bincount(network, minlength=vertices.networks)
    nth = np.arange(len(order)) - np.repeat(np.cumsum(items) - items, items)
    dropped = np.zeros(len(inside), bool)
    dropped[order] = nth < np.maximum(items * weakest // MICRO, 1)[network[order]]
    off = _apart(inside, ~dropped, vertices, np.ones(len(vertices.idx), bool), min_weight)
    return _changes(vertices, off, np.full(len(vertices.idx), WHYS.index(NOT_TIED)))


def leave(inside: Evidence, vertices: Vertices, still_involved: Array, *, min_weight: int) -> Changes:
    """Members who leave their network when non-crime incidents count for nothing: not involved, or not tied any more.

    `still_involved`: idx of people whom other records involve.
    """
    involved = np.zeros(len(vertices.idx), bool)
    places = vertices.place[still_involved]
    involved[places[places >= 0]] = True
    off = _apart(inside, ~is_non_crime(inside), vertices, involved, min_weight)
    return _changes(vertices, off, np.where(involved, WHYS.index(NOT_TIED), WHYS.index(NOT_INVOLVED)))


def _changes(vertices: Vertices, who: Array, why: Array) -> Changes:
    return Changes(vertices.network[who], vertices.idx[who], why[who])


def _apart(inside: Evidence, kept: Array, vertices: Vertices, alive: Array, min_weight: int) -> Array:
    """Members who are not in the largest component that is left of their network, by place among the vertices.

    Ties of pairs whose kept weight is below the cut, or one of whom is not alive, are gone. Of components of one size
    the one with the smallest idx is the largest; a single person is none.
    """
    starts = pair_starts(inside)
    weight = per_pair(np.where(kept, inside.weight_micro, 0), starts)
    one, other = vertices.place[inside.src[starts]], vertices.place[inside.dst[starts]]
    tied = (weight >= min_weight) & (weight > 0) & alive[one] & alive[other]
    count = len(vertices.idx)
    graph = sparse.coo_array((np.ones(tied.sum(), bool), (one[tied], other[tied])), shape=(count, count))
    parts, part = connected_components(graph, directed=False)
    size = np.bincount(part, weights=alive, minlength=parts).astype(np.int64)
    first = np.empty(parts, np.int64)
    # Of several values for one place NumPy keeps the last: backwards, the smallest.
    first[part[::-1]] = np.arange(count - 1, -1, -1)
    of_part = vertices.network[first]
    by_size = np.lexsort((first, -size, of_part))
    leads = np.r_[True, of_part[by_size][1:] != of_part[by_size][:-1]] if parts else np.array([], bool)
    largest = np.zeros(parts, bool)
    largest[by_size[leads]] = True
    largest &= size >= 2
    return (vertices.network >= 0) & ~(largest[part] & alive)


def join(evidence: Evidence, let_in: Evidence, vertices: Vertices, then_involved: Array, *, min_weight: int) -> Changes:
    """People who are not members and would be involved and tied to a member with every grade let in.

    `evidence`, `let_in`: the theme's relations, between any two people. Someone of another network can join as well.
    """
    involved = vertices.place >= 0
    involved[then_involved] = True
    network_of = np.where(vertices.place >= 0, vertices.network[vertices.place], -1)
    src, dst, now, more = _pairs(evidence, let_in, involved)
    both = now + more
    involved_now = vertices.place >= 0
    found = []
    for member, other in ((src, dst), (dst, src)):
        already = involved_now[other] & (now >= min_weight)
        new = (network_of[member] >= 0) & (network_of[member] != network_of[other])
        new &= involved[other] & (both >= min_weight) & (both > 0) & ~already
        newly = np.where(now >= min_weight, WHYS.index(INVOLVED), WHYS.index(INVOLVED_AND_TIED))
        why = np.where(involved_now[other], WHYS.index(TIED), newly)
        found.append((network_of[member][new], other[new], why[new]))
    network, idx, why = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((why, idx, network))
    once = np.r_[True, (np.diff(network[order]) != 0) | (np.diff(idx[order]) != 0)] if len(order) else order == 1
    kept = order[once]
    return Changes(network[kept], idx[kept], why[kept])


def _pairs(evidence: Evidence, let_in: Evidence, involved: Array) -> tuple[Array, Array, Array, Array]:
    """src, dst, weight now and weight let in of every pair of people who would be involved."""
    columns = []
    for rows, is_now in ((evidence, True), (let_in, False)):
        kept = rows.where(involved[rows.src] & involved[rows.dst])
        weight, none = kept.weight_micro, np.zeros(len(kept), np.int64)
        columns.append((kept.src, kept.dst, weight if is_now else none, none if is_now else weight))
    src, dst, now, more = (np.concatenate(column) for column in zip(*columns, strict=True))
    order = np.lexsort((dst, src))
    src, dst = src[order], dst[order]
    starts = np.flatnonzero(np.r_[True, (np.diff(src) != 0) | (np.diff(dst) != 0)]) if len(src) else np.array([], int)
    return src[starts], dst[starts], per_pair(now[order], starts), per_pair(more[order], starts)
