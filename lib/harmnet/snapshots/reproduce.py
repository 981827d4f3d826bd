"""Reproduce: derive a snapshot again from its pinned batches and its recipe's own conf, and compare; never publish.

IDENTICAL        every table comes to the digest that was published, and what is stored is what was published
STORED_VERIFIED  inputs were erased or retired since, so that nobody can derive it again; what is stored proves out
DIFFERENT        anything else, with the likely causes and the first rows that differ
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame

from harmnet.contracts import TABLES, TableClass
from harmnet.contracts.linked import NOMINAL_IDS
from harmnet.errors import HarmnetError, first_line
from harmnet.parallel import each
from harmnet.refresh import run_stage
from harmnet.snapshots import manifest
from harmnet.snapshots.chain import read_events
from harmnet.snapshots.differences import Difference, difference
from harmnet.snapshots.digests import frame_digests
from harmnet.snapshots.inputs import changed_inputs
from harmnet.snapshots.lock import writer_lock
from harmnet.snapshots.manifest import Entry, Snapshot
from harmnet.snapshots.publish import AT_ONCE, TOGETHER, in_chunks, with_nominal_ids
from harmnet.snapshots.recipe import Recipe, code_digest, load_recipe, lock_digest, package_files, settings_of
from harmnet.snapshots.run_events import RunLog
from harmnet.snapshots.verify import verify_snapshot
from harmnet.stages import PUBLISHED, STAGES, WRITTEN_BY
from harmnet.storage import Lake

IDENTICAL, STORED_VERIFIED, DIFFERENT = "IDENTICAL", "STORED_VERIFIED", "DIFFERENT"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Reproduced:
    """The answer, its likely causes, tables that differ.

    A cause begins with stored, conf, input, code or environment, or says why it cannot be derived at all.
    """

    answer: str
    causes: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


def reproduce(lake: Lake, snapshot_id: str, *, progress: Progress = print) -> Reproduced:
    """Derive a snapshot again under `_work` and say how it compares. Notes the answer in the event REPRODUCED.

    Raises HarmnetError when there is no such snapshot or another writer holds the lake.
    """
    with writer_lock(lake, purpose="reproduce"):
        snapshot = manifest.named(lake, snapshot_id)
        found = _reproduce(lake, snapshot, progress)
        log = RunLog(lake)
        said = {"answer": found.answer, "causes": found.causes, "tables": [of.table_name for of in found.differences]}
        log.add("REPRODUCED", snapshot=snapshot, detail=said | {"code": code_digest(package_files())})
        log.flush()
        return found


def _reproduce(lake: Lake, snapshot: Snapshot, progress: Progress) -> Reproduced:
    try:
        recipe = load_recipe(lake, snapshot.recipe_hash)
    except HarmnetError as error:
        return Reproduced(DIFFERENT, tuple(f"conf: {problem}" for problem in error.problems))
    progress("stored files and rows, pinned batches")
    stored = [f"stored: {fault}" for fault in verify_snapshot(lake, snapshot).faults]
    inputs = changed_inputs(lake, recipe, read_events(lake))
    changed = [f"input: {of.what}" for of in inputs if not of.erased]
    erased = [f"input: {of.what}" for of in inputs if of.erased]
    if erased and not stored and not changed:
        return Reproduced(STORED_VERIFIED, tuple(erased))
    causes = [*stored, *changed, *erased, *_other_ground(recipe)]
    try:
        differences = _derive_and_compare(lake, recipe, snapshot, progress)
    except HarmnetError as error:
        return Reproduced(DIFFERENT, (*causes, *(f"it cannot be derived: {said}" for said in error.problems)))
    if differences or stored or changed:
        return Reproduced(DIFFERENT, tuple(causes) or (_UNEXPLAINED,), tuple(differences))
    return Reproduced(IDENTICAL)


_UNEXPLAINED = "neither stored rows, inputs, conf, code nor packages changed: the run does not follow from its recipe"


def _other_ground(recipe: Recipe) -> list[str]:
    """What is not as it was when the recipe was pinned, beside its inputs."""
    code, lock = code_digest(package_files()), lock_digest()
    found = []
    if code != recipe.body["code"]:
        found.append(f"code: {code[:8]} derived it again, {recipe.body['code'][:8]} made it: registry/code keeps that")
    if lock != recipe.body["lock"]:
        found.append(f"environment: packages of lock {_short(lock)}, {_short(recipe.body['lock'])} when it was made")
    return found


def _derive_and_compare(lake: Lake, recipe: Recipe, snapshot: Snapshot, progress: Progress) -> list[Difference]:
    """Run the recipe's stages in a work folder of their own, compare each published table, remove the folder."""
    # Under another name: a stage that the refresh left finished would be taken over, and prove nothing.
    again = replace(recipe, recipe_hash=f"reproduce-{recipe.recipe_hash}")
    settings = settings_of(recipe)
    lake.delete("_work", again.recipe_hash)
    try:
        for stage in STAGES:
            run_stage(lake, again, settings, stage, progress=progress)
        progress("digests of what was derived, beside those published")
        return _differences(lake, again, snapshot)
    finally:
        lake.delete("_work", again.recipe_hash)


def _differences(lake: Lake, again: Recipe, snapshot: Snapshot) -> list[Difference]:
    made = {table.name for table in PUBLISHED if table.table_class is TableClass.RESULT}
    nominals = lake.read_work(again.recipe_hash, WRITTEN_BY[NOMINAL_IDS.name], NOMINAL_IDS)
    ids = in_chunks(nominals)

    def derived(entry: Entry) -> DataFrame:
        table = TABLES[entry.table_name]
        work = lake.read_work(again.recipe_hash, WRITTEN_BY[table.name], table)
        return with_nominal_ids(work, table, ids).select(*(name for name, _ in entry.columns))

    unlike = [Difference(entry.table_name, shape) for entry in snapshot.tables if (shape := _shape(entry, made))]
    alike = [entry for entry in snapshot.tables if entry.table_name not in {of.table_name for of in unlike}]
    groups = [alike[first : first + TOGETHER] for first in range(0, len(alike), TOGETHER)]
    digests = each(lambda some: frame_digests([derived(entry) for entry in some]), groups, at_once=AT_ONCE)
    for entry, found in zip(alike, [digest for group in digests for digest in group], strict=True):
        if found != (entry.rows, entry.digest):
            unlike.append(_first_rows(lake, snapshot, entry, derived(entry), found[0]))
    return sorted(unlike, key=lambda of: of.table_name)


def _shape(entry: Entry, made: set[str]) -> str | None:
    """How a table of the snapshot cannot be compared with what this code makes; None when it can."""
    if entry.table_name not in made:
        return "this code makes no such table"
    known = TABLES[entry.table_name].names
    missing = [name for name, _ in entry.columns if name not in known]
    return f"this code makes no column {', '.join(missing)}" if missing else None


def _first_rows(lake: Lake, snapshot: Snapshot, entry: Entry, derived: DataFrame, rows: int) -> Difference:
    said = f"{entry.rows:,} rows were published, {rows:,} derived"
    stored = lake.read_published(entry.table_name, snapshot.snapshot_id, [name for name, _ in entry.columns])
    try:
        return difference(entry.table_name, said, stored, derived, TABLES[entry.table_name].key)
    except (PySparkException, Py4JJavaError) as error:
        return Difference(entry.table_name, f"{said}; those stored cannot be read: {first_line(error)}")


def _short(digest: Any) -> str:
    return str(digest)[:8]
