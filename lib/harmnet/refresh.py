"""The refresh: every stage in one Spark application, resumed after the last finished stage of the same recipe."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime

from harmnet.checkpoints import none_left
from harmnet.config import Operating, Settings
from harmnet.contracts import TableClass
from harmnet.contracts.linked import NOMINAL_IDS
from harmnet.errors import HarmnetError
from harmnet.room import check_room
from harmnet.run_metrics import RunMetrics
from harmnet.run_report import RunReport
from harmnet.snapshots import manifest
from harmnet.snapshots.lock import writer_lock
from harmnet.snapshots.manifest import Snapshot
from harmnet.snapshots.publish import publish
from harmnet.snapshots.reasons import why_new
from harmnet.snapshots.recipe import Recipe, pin
from harmnet.snapshots.run_events import RunLog, mark_stage_done, stage_done
from harmnet.snapshots.tied import note_late, of_snapshot
from harmnet.stage_io import StageIO
from harmnet.stages import AFTER, BEFORE, PUBLISHED, STAGES, WRITTEN_BY, Stage
from harmnet.storage import Lake

Progress = Callable[[str], None]


def refresh(
    lake: Lake,
    settings: Settings,
    *,
    as_of: date,
    known_at: int | datetime | None = None,
    operating: Operating | None = None,
    progress: Progress = print,
) -> Snapshot:
    """Take the batches up to `known_at` (those received by an instant; all when None) to a published snapshot.

    The same recipe again returns the snapshot that exists; a new one is told with what the last of its day has not.
    `operating`: how much room a run needs, and the seconds a stage may take before it is told at the end. Raises
    HarmnetError when another writer holds the lake or a check fails; nothing is then visible to a reader.
    """
    with writer_lock(lake, purpose="refresh"):
        log = RunLog(lake)
        log.add("STARTED")
        note_late(lake, log)
        metrics = RunMetrics(lake, log.run_id, operating.budgets if operating else None)
        with metrics.of(BEFORE):
            recipe = pin(lake, settings, as_of=as_of, known_at=known_at)
        published = manifest.snapshots(lake)
        existing = next((found for found in published if found.recipe_hash == recipe.recipe_hash), None)
        if existing is not None:
            log.flush()
            told = "withdrawn since then" if existing.withdrawn else "nothing to do"
            progress(f"recipe {recipe.recipe_hash[:8]} was published before: {told}")
            return existing
        log.add("PINNED", recipe=recipe)
        log.flush()
        progress(
            f"recipe {recipe.recipe_hash[:8]}: as of {recipe.as_of}, batches up to {recipe.known_at}, "
            f"parent {recipe.parent or 'none'}"
        )
        progress(why_new(lake, recipe, published))
        report = RunReport(lake, recipe)
        stage_name = BEFORE
        try:
            if operating is not None:
                check_room(lake, recipe, operating.room)
            for stage in STAGES:
                stage_name = stage.name
                with metrics.of(stage.name) as measured:
                    seconds = run_stage(lake, recipe, settings, stage, progress=progress)
                    measured.seconds = seconds
                report.took(stage.name, seconds)
                log.add("STAGE_DONE", recipe=recipe, stage=stage.name, detail={"seconds": round(seconds, 1)})
            stage_name = AFTER
            started = time.monotonic()
            with metrics.of(AFTER):
                snapshot = publish_stage(lake, recipe, progress=progress)
            report.took(AFTER, time.monotonic() - started)
            log.add("PUBLISHED", recipe=recipe, detail=of_snapshot(lake, snapshot))
        except BaseException as error:
            log.failed(error, recipe=recipe, stage=stage_name)
            metrics.keep(recipe)
            raise
        log.flush()
        metrics.keep(recipe, snapshot)
        report.write(progress)
        for line in metrics.over_budget():
            progress(line)
        return snapshot


def run_stage(lake: Lake, recipe: Recipe, settings: Settings, stage: Stage, *, progress: Progress = print) -> float:
    """Run one stage, or take over what the same recipe left of it. Returns the seconds it took (0 when taken over)."""
    done = stage_done(lake, recipe, stage.name)
    if done is not None:
        progress(f"{stage.name}: taken over from an earlier run of the same recipe")
        return 0.0
    started = time.monotonic()
    progress(f"{stage.name}: {stage.meaning}")
    lake.delete("_work", recipe.recipe_hash, stage.name)
    io = StageIO(lake, recipe, settings, stage.name, WRITTEN_BY, progress)
    with none_left(lake.spark):
        stage.run(io)
    seconds = time.monotonic() - started
    mark_stage_done(lake, recipe, stage.name, io.rows, seconds)
    shown = ", ".join(f"{name} {count:,}" for name, count in io.rows.items() if not name.startswith("stg_"))
    progress(f"{stage.name}: done in {seconds:.1f} s: {shown}")
    return seconds


def publish_stage(lake: Lake, recipe: Recipe, *, progress: Progress = print) -> Snapshot:
    """Publish what the stages of the recipe left; returns the snapshot."""
    progress("publish: results, digests, manifest")
    tables = {
        table.name: lake.read_work(recipe.recipe_hash, WRITTEN_BY[table.name], table)
        for table in PUBLISHED
        if table.table_class is TableClass.RESULT
    }
    nominals = lake.read_work(recipe.recipe_hash, WRITTEN_BY[NOMINAL_IDS.name], NOMINAL_IDS)
    return publish(lake, recipe, tables, nominals, rows=rows_written(lake, recipe))


def rows_written(lake: Lake, recipe: Recipe) -> dict[str, int]:
    """Table name -> rows, as every stage of the recipe counted them while it wrote.

    Raises HarmnetError when a stage is not done, or its files are no longer those it wrote.
    """
    rows: dict[str, int] = {}
    for stage in STAGES:
        mark = stage_done(lake, recipe, stage.name)
        if mark is None:
            raise HarmnetError(
                f"publish: stage {stage.name} of recipe {recipe.recipe_hash[:8]} is not done: run it first"
            )
        rows |= {name: table["rows"] for name, table in mark["tables"].items()}
    return rows
