"""Recipes as a run pins them, for tests that need no lake behind them."""

from datetime import date

from harmnet.snapshots.recipe import Recipe


def made_by(**changes: object) -> Recipe:
    """A recipe as a run pinned it, without a lake behind it."""
    fields: dict[str, object] = {
        "recipe_hash": "c" * 64,
        "snapshot_id": "20260630-cccccccc",
        "as_of": date(2026, 6, 30),
        "known_at": 1,
        "batch_ids": (1,),
        "parent": None,
        "engine": "native",
        "body": {},
    }
    return Recipe(**{**fields, **changes})  # type: ignore[arg-type]
