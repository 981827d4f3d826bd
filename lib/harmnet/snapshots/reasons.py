"""Why a run makes a snapshot of its own, though there is one of the same day: what differs between the recipes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from harmnet.snapshots.manifest import Snapshot
from harmnet.snapshots.recipe import Recipe, load_recipe
from harmnet.storage import Lake

_SAME_WORDS = {"code": "another version of harmnet", "lock": "other packages", "engine": "another graph engine"}


def why_new(lake: Lake, recipe: Recipe, published: Sequence[Snapshot]) -> str:
    """In one line, what a recipe that was not published yet has that the snapshots published before have not.

    It is compared with the last snapshot of its day, if there is one by the same batch with the last of those.
    """
    same_day = [snapshot for snapshot in published if snapshot.as_of == recipe.as_of]
    if not same_day:
        return f"new: the first snapshot as of {recipe.as_of}"
    before = max(same_day, key=lambda found: (found.known_at == recipe.known_at, found.published_seq))
    told = ", ".join(_differences(load_recipe(lake, before.recipe_hash), recipe))
    return f"new: unlike {before.snapshot_id} it has {told}"


def _differences(before: Recipe, now: Recipe) -> Iterator[str]:
    old, new = before.body, now.body
    for key, words in _SAME_WORDS.items():
        if old.get(key) != new.get(key):
            yield words
    if old["conf"] != new["conf"]:
        yield f"other conf ({', '.join(_changed(old['conf'], new['conf']))})"
    if old["batches"] != new["batches"]:
        yield f"batches up to {now.known_at}, not {before.known_at}"
    if old.get("corrections") != new.get("corrections"):
        yield f"corrections up to {now.last_correction}, not {before.last_correction}"
    if old["parent"] != new["parent"]:
        yield f"parent {now.parent or 'none'}, not {before.parent or 'none'}"


def _changed(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
