"""The reliability statement worked out again in plain Python and networkx, one network and one person at a time."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import networkx as nx
import numpy as np
import pyarrow as pa

from harmnet.record_kinds import KINDS, SYSTEM_OF
from harmnet.reliability import rows
from harmnet.reliability.statement import Rules, state

CUT, WEAKEST = 20_000, 100_000
TIES = ("co_offending", "shared_victim")
"""All themes are joined by co_offending, cse by shared_victim as well."""
RULES = Rules(
    CUT,
    WEAKEST,
    {"all": np.array([True, False]), "soc": np.array([True, False]), "cse": np.array([True, True])},
)
_TYPES = {"int": pa.int32(), "bigint": pa.int64(), "string": pa.string()}
_SHARES = ("crimes", "custody", "intelligence", "prison", "groups", "associations", "missing")


def vertex(theme: str, idx: int, network: str | None) -> dict[str, Any]:
    return {"kind": rows.VERTEX, "theme": theme, "src": idx, "network_id": network}


def evidence(src: int, dst: int, weight: int, kind: str = "CRIME", basis: str = "FACT", **other: Any) -> dict[str, Any]:
    usual = {"tie": "co_offending", "grade_band": 0, "old_micro": 0, "records": 1, "kind": rows.EVIDENCE}
    row = usual | {"src": src, "dst": dst, "weight_micro": weight, "record_kind": KINDS.index((kind, basis))} | other
    return row | {"tie": TIES.index(row["tie"])}


def let_in(src: int, dst: int, weight: int, tie: str = "co_offending") -> dict[str, Any]:
    return {
        "kind": rows.LET_IN,
        "src": src,
        "dst": dst,
        "tie": TIES.index(tie),
        "weight_micro": weight,
        "record_kind": 0,
        "grade_band": 0,
        "old_micro": 0,
        "records": 0,
    }


def person(kind: int, theme: str, idx: int) -> dict[str, Any]:
    return {"kind": kind, "theme": theme, "src": idx}


def identity(idx: int, name: str) -> dict[str, Any]:
    return {"kind": rows.IDENTITY, "src": idx, "record_kind": rows.IDENTITIES.index(name)}


def stated(sent: list[dict[str, Any]], rules: Rules = RULES) -> dict[str, list[dict[str, Any]]]:
    """Table -> its rows, by key, as the task gives them."""
    schema = pa.schema([(name, _TYPES[type_]) for name, type_ in rows.COLUMNS.items()])
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for table in state(pa.Table.from_pylist(sent, schema), rules):
        for row in table.to_pylist():
            found[row.pop("table")].append(row)
    return found


def changes(sent: list[dict[str, Any]], change: str) -> list[tuple[Any, ...]]:
    """network_id, nominal_id, why of one change, sorted."""
    told = stated(sent)["network_changes"]
    return sorted((row["network_id"], row["nominal_id"], row["why"]) for row in told if row["change"] == change)


class ByHand:
    """The same rows, worked out without arrays."""

    def __init__(self, sent: list[dict[str, Any]], theme: str, rules: Rules = RULES) -> None:
        of = {kind: [row for row in sent if row["kind"] == kind] for kind in range(6)}
        self.theme = theme
        self.network = {row["src"]: row["network_id"] for row in of[rows.VERTEX] if row["theme"] == theme}
        self.still = {row["src"] for row in of[rows.STILL_INVOLVED] if row["theme"] == theme}
        self.then = {row["src"] for row in of[rows.THEN_INVOLVED] if row["theme"] == theme}
        self.identity = {row["src"]: rows.IDENTITIES[row["record_kind"]] for row in of[rows.IDENTITY]}
        joins = rules.joins[theme]
        self.evidence = [row for row in of[rows.EVIDENCE] if joins[row["tie"]]]
        self.let_in = [row for row in of[rows.LET_IN] if joins[row["tie"]]]
        weight = self.weights(self.evidence)
        self.graph = [
            row
            for row in self.evidence
            if {row["src"], row["dst"]} <= set(self.network) and weight[row["src"], row["dst"]] >= CUT
        ]

    @staticmethod
    def weights(found: list[dict[str, Any]]) -> dict[tuple[int, int], int]:
        weight: dict[tuple[int, int], int] = defaultdict(int)
        for row in found:
            weight[row["src"], row["dst"]] += row["weight_micro"]
        return weight

    def members(self, network: str) -> list[int]:
        return sorted(idx for idx, of in self.network.items() if of == network)

    def inside(self, network: str) -> list[dict[str, Any]]:
        return [row for row in self.graph if self.network[row["src"]] == self.network[row["dst"]] == network]

    def shares(self, found: list[dict[str, Any]]) -> dict[str, Any]:
        whole = sum(row["weight_micro"] for row in found)
        pairs: dict[tuple[int, int], int] = defaultdict(int)
        for row in found:
            pairs[row["src"], row["dst"]] += row["records"]

        def share(part: int) -> int | None:
            return part * 1_000_000 // whole if whole else None

        def of(condition: Any) -> int | None:
            return share(sum(row["weight_micro"] for row in found if condition(row)))

        def kind(row: dict[str, Any]) -> tuple[str, str]:
            return KINDS[row["record_kind"]]

        return {
            "pairs": len(pairs),
            "weight_micro": whole,
            **{f"{name}_micro": of(lambda row, name=name: SYSTEM_OF[kind(row)[0]] == name) for name in _SHARES},
            "fact_micro": of(lambda row: kind(row)[1] == "FACT"),
            "assessment_micro": of(lambda row: kind(row)[1] == "ASSESSMENT"),
            "non_crime_micro": of(lambda row: kind(row)[0] == "NON_CRIME"),
            **{
                f"intelligence_{name}_micro": of(lambda row, band=band: row["grade_band"] == band)
                for band, name in ((3, "high"), (2, "medium"), (1, "low"))
            },
            "single_record_micro": of(lambda row: pairs[row["src"], row["dst"]] == 1),
            "old_micro": share(sum(row["old_micro"] for row in found)),
        }

    def apart(self, network: str, found: list[dict[str, Any]], alive: set[int]) -> set[int]:
        """Members outside the largest component of two or more that the rows leave."""
        graph = nx.Graph()
        graph.add_nodes_from(alive)
        weight = self.weights(found)
        graph.add_edges_from(pair for pair, value in weight.items() if value >= CUT and set(pair) <= alive)
        parts = sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
        largest = parts[0] if parts and len(parts[0]) > 1 else set()
        return set(self.members(network)) - largest

    def split_off(self, network: str) -> set[int]:
        items = sorted(
            self.inside(network),
            key=lambda row: [row[name] for name in ("weight_micro", "src", "dst", "tie", "record_kind", "grade_band")],
        )
        dropped = max(len(items) * WEAKEST // 1_000_000, 1)
        return self.apart(network, items[dropped:], set(self.members(network)))

    def leave(self, network: str) -> dict[int, str]:
        alive = set(self.members(network)) & self.still
        kept = [row for row in self.inside(network) if KINDS[row["record_kind"]][0] != "NON_CRIME"]
        apart = self.apart(network, kept, alive)
        return {idx: "NOT_TIED" if idx in alive else "NOT_INVOLVED" for idx in apart}

    def join(self, network: str) -> dict[int, str]:
        now, more = self.weights(self.evidence), self.weights(self.let_in)
        found: dict[int, list[str]] = defaultdict(list)
        for pair in {*now, *more}:
            for member, other in (pair, pair[::-1]):
                if self.network.get(member) != network or self.network.get(other) == network:
                    continue
                tied_now, tied_then = now[pair] >= CUT, now[pair] + more[pair] >= CUT
                if other in self.network and not tied_now and tied_then:
                    found[other].append("TIED")
                elif other not in self.network and other in self.then and tied_then:
                    found[other].append("INVOLVED" if tied_now else "INVOLVED_AND_TIED")
        return {idx: min(whys, key=("INVOLVED", "TIED", "INVOLVED_AND_TIED").index) for idx, whys in found.items()}

    def told(self) -> dict[str, list[dict[str, Any]]]:
        """The three tables of the theme; without changes in theme `all`."""
        tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
        left, cut_off = set(), set()
        plain = self.theme == "all"
        for network in sorted({name for name in self.network.values() if name}):
            members = self.members(network)
            found = {
                "WOULD_JOIN": self.join(network),
                "WOULD_LEAVE": self.leave(network),
                "WOULD_SPLIT_OFF": dict.fromkeys(self.split_off(network), "NOT_TIED"),
            }
            left |= set(found["WOULD_LEAVE"])
            cut_off |= set(found["WOULD_SPLIT_OFF"])
            identities = [self.identity.get(idx, "UNNUMBERED") for idx in members]
            tables["network_reliability"].append(
                {
                    "network_id": network,
                    **self.shares(self.inside(network)),
                    **{
                        f"{name.lower()}_micro": identities.count(name) * 1_000_000 // len(members)
                        for name in rows.IDENTITIES
                    },
                    **{change.lower(): None if plain else len(who) for change, who in found.items()},
                    "fragile": None if plain else bool(found["WOULD_SPLIT_OFF"]),
                }
            )
            if not plain:
                tables["network_changes"] += [
                    {"network_id": network, "nominal_id": idx, "change": change, "why": why}
                    for change, who in found.items()
                    for idx, why in who.items()
                ]
        for idx, network in sorted(self.network.items()):
            tables["nominal_reliability"].append(
                {
                    "network_id": network,
                    "nominal_id": idx,
                    **self.shares([row for row in self.graph if idx in (row["src"], row["dst"])]),
                    "identity": self.identity.get(idx, "UNNUMBERED"),
                    "rests_on_non_crimes": None if plain else idx in left,
                    "fragile": None if plain else idx in cut_off,
                }
            )
        return tables
