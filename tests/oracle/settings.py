"""conf as the oracle reads it: yaml and CSV, straight from the files."""

from __future__ import annotations

import copy
import csv
from pathlib import Path

import yaml

from .ties import TIES

GROUP_COLUMNS = ("drugs_supply", "cse", "modern_slavery", "weapons", "violence")


def load_conf(folder, *, overlay: dict | None = None) -> dict:
    """{'ties', 'weights', 'offence_groups': {(code, code system): set of groups}} from a conf folder.

    `overlay` is laid over the ties, key by key: {'co_offending': {'max_people': 4}}.
    """
    folder = Path(folder)
    ties = yaml.safe_load((folder / "ties.yml").read_text(encoding="utf-8"))
    weights = yaml.safe_load((folder / "weights.yml").read_text(encoding="utf-8"))
    groups = load_offence_groups(folder / "harm" / "offence_groups.csv")
    return overlaid({"ties": ties, "weights": weights, "offence_groups": groups}, overlay or {})


def load_offence_groups(path) -> dict[tuple[str, str], set[str]]:
    """(offence code, code system) -> the groups whose column says 1."""
    groups: dict[tuple[str, str], set[str]] = {}
    with Path(path).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            key = (row["offence_code"].strip(), row["offence_code_system"].strip())
            groups.setdefault(key, set()).update(name for name in GROUP_COLUMNS if row[name].strip() == "1")
    return groups


def overlaid(conf: dict, overlay: dict) -> dict:
    """A copy of conf with the overlay laid over its ties, key by key; a tie that conf does not name is a KeyError."""
    changed = copy.deepcopy(conf)
    for tie, keys in overlay.items():
        changed["ties"][tie].update(keys)
    return changed


def small_records(max_people: int = 4) -> dict:
    """An overlay under which a record with more than max_people people is a hub, for every tie."""
    return {tie: {"max_people": max_people} for tie in TIES}


def write_overlay(overlay: dict, folder) -> Path:
    """The overlay as a conf folder with a ties.yml of only these keys; the folder comes back."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ties.yml").write_text(yaml.safe_dump(overlay, sort_keys=True), encoding="utf-8")
    return folder
