"""One stage at a time: what the jobs of single stages run. The refresh runs the same functions one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path

from harmnet.config import load_settings
from harmnet.errors import HarmnetError
from harmnet.refresh import publish_stage, run_stage
from harmnet.run_metrics import RunMetrics
from harmnet.snapshots.lock import writer_lock
from harmnet.snapshots.recipe import load_recipe, pin, settings_of
from harmnet.snapshots.run_events import RunLog, stage_done
from harmnet.snapshots.tied import note_late, of_snapshot
from harmnet.stages import AFTER, BEFORE, STAGE_NAMES, STAGES, stage_named
from harmnet.storage import Lake


def pin_recipe(lake: Lake, conf: Path | None, *, as_of: date, known_at: int | datetime | None) -> str:
    """Fix what a run follows from; returns the recipe's hash."""
    settings = load_settings(conf)
    with writer_lock(lake, purpose="pin"):
        log = RunLog(lake)
        note_late(lake, log)
        recipe = pin(lake, settings, as_of=as_of, known_at=known_at)
        log.add("PINNED", recipe=recipe)
        log.flush()
        return recipe.recipe_hash


def run_named(
    lake: Lake,
    name: str,
    recipe_hash: str | None,
    *,
    budgets: Mapping[str, int] | None = None,
    progress: Callable[[str], None],
) -> str:
    """Run one stage of a pinned recipe, with the conf the recipe holds.

    Returns the recipe's hash, or the snapshot id for `publish`. `budgets`: stage -> seconds, beyond which it is told.
    Raises HarmnetError when there is no such stage or an earlier one has not finished.
    """
    if name not in STAGE_NAMES or name == BEFORE:
        raise HarmnetError(f"no stage {name!r}; the stages are {', '.join(STAGE_NAMES)}")
    recipe = load_recipe(lake, recipe_hash)
    order = [stage.name for stage in STAGES]
    before = order if name == AFTER else order[: order.index(name)]
    unfinished = [earlier for earlier in before if stage_done(lake, recipe, earlier) is None]
    if unfinished:
        raise HarmnetError(
            f"stage {name}: recipe {recipe.recipe_hash[:8]} has not finished {', '.join(unfinished)}; run it first"
        )
    with writer_lock(lake, purpose=f"stage {name}"):
        log, snapshot = RunLog(lake), None
        metrics = RunMetrics(lake, log.run_id, budgets)
        try:
            if name == AFTER:
                with metrics.of(name):
                    snapshot = publish_stage(lake, recipe, progress=progress)
                log.add("PUBLISHED", snapshot=snapshot, detail=of_snapshot(lake, snapshot))
            else:
                with metrics.of(name) as measured:
                    seconds = run_stage(lake, recipe, settings_of(recipe), stage_named(name), progress=progress)
                    measured.seconds = seconds
                log.add("STAGE_DONE", recipe=recipe, stage=name, detail={"seconds": round(seconds, 1)})
        except BaseException as error:
            log.failed(error, recipe=recipe, stage=name)
            metrics.keep(recipe)
            raise
        log.flush()
        metrics.keep(recipe, snapshot)
        for line in metrics.over_budget():
            progress(line)
        return recipe.snapshot_id if name == AFTER else recipe.recipe_hash
