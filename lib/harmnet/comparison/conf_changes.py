"""What two snapshots were made from, where it differs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harmnet.snapshots.recipe import Recipe

CHANGED_CONF, CHANGED_CODE = "CHANGED_CONF", "CHANGED_CODE"


def ground(before: Recipe, after: Recipe) -> list[str]:
    """One line per thing that differs between two recipes, conf key by key."""
    found = []
    if before.as_of != after.as_of:
        found.append(f"as_of: {before.as_of} -> {after.as_of}")
    only = [[batch for batch in one.batch_ids if batch not in other.batch_ids] for one, other in _both(before, after)]
    found += [f"batches only in the {which}: {_listed(ids)}" for which, ids in zip(("first", "second"), only) if ids]
    found += [f"conf {line}" for line in _differences(before.body["conf"]["files"], after.body["conf"]["files"])]
    old, new = (recipe.body["conf"]["tables"] for recipe in (before, after))
    found += [f"conf/{name}: other rows" for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    for what, name in (("code", "code"), ("packages", "lock"), ("engine", "engine")):
        if before.body[name] != after.body[name]:
            found.append(f"{what}: {str(before.body[name])[:8]} -> {str(after.body[name])[:8]}")
    if before.body["corrections"] != after.body["corrections"]:
        rows = [recipe.body["corrections"]["rows"] for recipe in (before, after)]
        found.append(f"corrections: {rows[0]} -> {rows[1]}")
    return found


def general(before: Recipe, after: Recipe) -> list[str]:
    """The reasons that may stand behind anybody's change: CHANGED_CONF, CHANGED_CODE."""
    found = [CHANGED_CONF] if before.body["conf"] != after.body["conf"] else []
    if any(before.body[name] != after.body[name] for name in ("code", "lock", "engine")):
        found.append(CHANGED_CODE)
    return found


def _both(one: Recipe, other: Recipe) -> tuple[tuple[Recipe, Recipe], tuple[Recipe, Recipe]]:
    return (one, other), (other, one)


def _differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            yield from _differences(one.get(key), other.get(key), f"{path}.{key}" if path else key)
    elif one != other:
        yield f"{path}: {_short(one)} -> {_short(other)}"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _listed(ids: list[int]) -> str:
    return str(ids[0]) if len(ids) == 1 else f"{ids[0]} to {ids[-1]}" if _run(ids) else ", ".join(map(str, ids))


def _run(ids: list[int]) -> bool:
    return ids == list(range(ids[0], ids[-1] + 1))
