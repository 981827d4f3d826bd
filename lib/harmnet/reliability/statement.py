"""The reliability statement of every network and person of every theme, from arrays: what the one task computes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from harmnet.contracts.priorities import NETWORK_CHANGES, NETWORK_RELIABILITY, NOMINAL_RELIABILITY
from harmnet.contracts.results import FULL_NETWORK
from harmnet.reliability.otherwise import WHYS, Changes, join, leave, split_off
from harmnet.reliability.rows import IDENTITIES, Array, Evidence, Received, Vertices
from harmnet.reliability.shares import pair_starts, per_pair, per_row, share, shares_of

TABLE = "table"
OUTPUT: dict[str, str] = {TABLE: "string"} | {
    column.name: column.type
    for table in (NETWORK_RELIABILITY, NOMINAL_RELIABILITY, NETWORK_CHANGES)
    for column in table
}
"""Columns of what comes back: those of the three tables, null where a table has none, and the name of the table."""

_TYPES = {"string": pa.string(), "bigint": pa.int64(), "boolean": pa.bool_()}


@dataclass(frozen=True)
class Rules:
    """Cuts in micro-units, and for each theme whether a tie, by its place among the sorted ties, joins people there."""

    min_weight: int
    weakest_share: int
    joins: Mapping[str, Array]


def state(table: pa.Table, rules: Rules) -> Iterator[pa.Table]:
    """The tables of every theme that was sent, in columns of OUTPUT. `table`: rows of harmnet.reliability.rows."""
    received = Received.read(table)
    for theme, vertices in sorted(received.vertices.items()):
        joins = rules.joins[theme]
        evidence = received.evidence.where(joins[received.evidence.tie])
        graph = _graph(evidence, vertices, rules.min_weight)
        network = vertices.network[vertices.place[graph.src]]
        inside = graph.where((network >= 0) & (network == vertices.network[vertices.place[graph.dst]]))
        changes = {} if theme == FULL_NETWORK else _changes(received, rules, theme, evidence, inside)
        identity = received.identity[vertices.idx]
        found = {
            NETWORK_RELIABILITY.name: _networks(vertices, inside, identity, changes),
            NOMINAL_RELIABILITY.name: _people(vertices, graph, identity, changes),
        }
        yield from (_output(name, theme, columns) for name, columns in found.items())
        for change, who in changes.items():
            columns = {
                "network_id": vertices.network_ids.take(pa.array(who.network)),
                "nominal_id": who.idx,
                "change": pa.array([change] * len(who.idx), pa.string()),
                "why": pa.array(np.array(WHYS, object)[who.why], pa.string()),
            }
            yield _output(NETWORK_CHANGES.name, theme, columns)


def _output(name: str, theme: str, columns: Mapping[str, Any]) -> pa.Table:
    rows = len(next(iter(columns.values())))
    told = {TABLE: pa.array([name] * rows, pa.string()), "theme": pa.array([theme] * rows, pa.string()), **columns}
    return pa.table(
        {
            column: pa.array(told[column], _TYPES[type_]) if column in told else pa.nulls(rows, _TYPES[type_])
            for column, type_ in OUTPUT.items()
        }
    )


def _changes(received: Received, rules: Rules, theme: str, evidence: Evidence, inside: Evidence) -> dict[str, Changes]:
    vertices, none = received.vertices[theme], np.array([], np.int64)
    let_in = received.let_in.where(rules.joins[theme][received.let_in.tie])
    then, still = (people.get(theme, none) for people in (received.then_involved, received.still_involved))
    return {
        "WOULD_JOIN": join(evidence, let_in, vertices, then, min_weight=rules.min_weight),
        "WOULD_LEAVE": leave(inside, vertices, still, min_weight=rules.min_weight),
        "WOULD_SPLIT_OFF": split_off(inside, vertices, min_weight=rules.min_weight, weakest=rules.weakest_share),
    }


def _graph(evidence: Evidence, vertices: Vertices, min_weight: int) -> Evidence:
    """Records behind the ties of the theme's graph: both people in it, the pair's weight not below the cut."""
    found = evidence.where((vertices.place[evidence.src] >= 0) & (vertices.place[evidence.dst] >= 0))
    starts = pair_starts(found)
    weight = per_pair(found.weight_micro, starts)
    return found.where(per_row((weight >= min_weight) & (weight > 0), starts, len(found)))


def _networks(vertices: Vertices, inside: Evidence, identity: Array, changes: Mapping[str, Changes]) -> dict[str, Any]:
    """Columns of network_reliability in order of the network's id."""
    count = vertices.networks
    columns: dict[str, Any] = {"network_id": vertices.network_ids}
    columns |= shares_of(inside, (vertices.network[vertices.place[inside.src]],), count)
    member = vertices.network >= 0
    of_member = vertices.network[member]
    size = np.bincount(of_member, minlength=count)
    for place, name in enumerate(IDENTITIES):
        part = np.bincount(of_member[identity[member] == place], minlength=count)
        columns[f"{name.lower()}_micro"] = share(part, size)
    for change, who in changes.items():
        columns[change.lower()] = np.bincount(who.network, minlength=count)
    if changes:
        columns["fragile"] = columns["would_split_off"] > 0
    return columns


def _people(vertices: Vertices, graph: Evidence, identity: Array, changes: Mapping[str, Changes]) -> dict[str, Any]:
    """Columns of nominal_reliability in order of idx."""
    columns: dict[str, Any] = {
        "network_id": vertices.network_ids.take(pa.array(np.ma.masked_less(vertices.network, 0))),
        "nominal_id": vertices.idx,
    }
    ends = (vertices.place[graph.src], vertices.place[graph.dst])
    columns |= shares_of(graph, ends, len(vertices.idx))
    columns["identity"] = pa.array(np.array(IDENTITIES, object)[identity], pa.string())
    for change, name in (("WOULD_LEAVE", "rests_on_non_crimes"), ("WOULD_SPLIT_OFF", "fragile")):
        if change in changes:
            columns[name] = np.isin(vertices.idx, changes[change].idx)
    return columns
