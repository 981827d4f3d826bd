"""A snapshot of a fictional force beside the truth that was planted in it."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from harmnet.contracts.linked import PEOPLE
from harmnet.contracts.results import NETWORK_MEMBERS, THEME_MEMBERS
from harmnet.errors import HarmnetError
from harmnet.snapshots.manifest import Snapshot
from harmnet.storage import Lake

Members = dict[str, set[str]]


def evaluate(lake: Lake, snapshot: Snapshot, truth: Path) -> dict[str, Any]:
    """`themes`: per theme precision and recall of the people involved (offenders; planted or background alike), victims
    apart, and planted networks found; `networks`: each planted network beside the found one that holds most of it.

    A person stands for every nominal their references were linked to: split into two, both must be found. A planted
    network counts as found when half of its offenders or more lie in one network of the theme.
    """
    nominals = _nominals_of_people(lake, snapshot, _rows(truth, "people.csv"))
    planted = _rows(truth, "members.csv")
    rows = lake.read_result(THEME_MEMBERS, snapshot.snapshot_id)
    found = [row.asDict() for row in rows.select("theme", "nominal_id", "involved", "victim").collect()]
    network_of = {
        (row["theme"], row["nominal_id"]): row["network_id"]
        for row in lake.read_result(NETWORK_MEMBERS, snapshot.snapshot_id)
        .select("theme", "nominal_id", "network_id")
        .collect()
    }
    networks = [
        _beside(theme, name, people, network_of)
        for (theme, name), people in sorted(_planted_networks(planted, nominals).items())
    ]
    themes = {}
    for theme in sorted({row["theme"] for row in planted}):
        mine = [network for network in networks if network["theme"] == theme]
        themes[theme] = {
            **_agreement("member", _true(planted, nominals, theme, "OFFENDER"), _found(found, theme, "involved")),
            **_agreement("victim", _true(planted, nominals, theme, "VICTIM"), _found(found, theme, "victim")),
            "planted_networks": len(mine),
            "networks_found": sum(2 * network["together"] >= network["offenders"] for network in mine),
        }
    return {"snapshot_id": snapshot.snapshot_id, "themes": themes, "networks": networks}


def _rows(truth: Path, name: str) -> list[dict[str, str]]:
    try:
        with (truth / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except FileNotFoundError:
        raise HarmnetError(
            f"{truth / name}: no such file; --truth is the folder truth/ that harmnet synthesise writes"
        ) from None


def _nominals_of_people(lake: Lake, snapshot: Snapshot, people: list[dict[str, str]]) -> Members:
    """person_id -> the nominals that the person's references were linked to."""
    linked = lake.read_result(PEOPLE, snapshot.snapshot_id).select("person_ref", "nominal_id").collect()
    by_ref = {row["person_ref"]: row["nominal_id"] for row in linked}
    return {row["person_id"]: {by_ref[ref] for ref in row["person_refs"].split(";") if ref in by_ref} for row in people}


def _true(planted: list[dict[str, str]], nominals: Members, theme: str, side: str) -> set[str]:
    people = {row["person_id"] for row in planted if row["theme"] == theme and row["side"] == side}
    return set().union(*(nominals.get(person, set()) for person in people))


def _found(found: list[dict[str, Any]], theme: str, flag: str) -> set[str]:
    return {row["nominal_id"] for row in found if row["theme"] == theme and row[flag]}


def _agreement(name: str, true: set[str], found: set[str]) -> dict[str, Any]:
    both = len(true & found)
    return {
        f"{name}_precision": both / len(found) if found else 1.0,
        f"{name}_recall": both / len(true) if true else 1.0,
        f"{name}s_true": len(true),
        f"{name}s_found": len(found),
    }


def _planted_networks(planted: list[dict[str, str]], nominals: Members) -> dict[tuple[str, str], set[str]]:
    networks: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in planted:
        if row["network"] and row["side"] == "OFFENDER":
            networks[row["theme"], row["network"]] |= nominals.get(row["person_id"], set())
    return networks


def _beside(theme: str, name: str, people: set[str], network_of: dict[tuple[str, str], str]) -> dict[str, Any]:
    """A planted network's offenders and the found network that holds most of them (the smaller id of two)."""
    in_graph = [network_of[theme, person] for person in sorted(people) if (theme, person) in network_of]
    held = Counter(network for network in in_graph if network is not None)
    best = min(held, key=lambda network: (-held[network], network), default=None)
    return {
        "theme": theme,
        "planted": name,
        "offenders": len(people),
        "involved": len(in_graph),
        "together": held[best] if best else 0,
        "network_id": best,
        "size": sum(1 for key, network in network_of.items() if network == best and key[0] == theme) if best else 0,
    }
