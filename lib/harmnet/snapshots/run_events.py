"""What happened in a run: events kept for good, and the marks by which a later run takes over finished stages."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark.errors import PySparkException

from harmnet.contracts.registry import RUN_EVENTS
from harmnet.errors import HarmnetError
from harmnet.snapshots import chain
from harmnet.snapshots.digests import canonical_json
from harmnet.storage import Lake

if TYPE_CHECKING:
    from harmnet.snapshots.manifest import Snapshot
    from harmnet.snapshots.recipe import Recipe

# ERASED has its place for erasure from the raw tables: `batches` in its detail are those that lost rows.
EVENTS = (
    "INGESTED",
    "STARTED",
    "PINNED",
    "STAGE_DONE",
    "PUBLISHED",
    "FAILED",
    "REPRODUCED",
    "WITHDRAWN",
    "MAINTAINED",
    "RETIRED",
    "ERASED",
)
_MARK = "_DONE.json"
_log = logging.getLogger(__name__)


class RunLog:
    """The events of one run, in order. `flush` appends those not yet kept to the lake's chain, in one commit."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        self._seq = 0
        self._waiting: list[dict[str, Any]] = []

    def add(
        self,
        event: str,
        *,
        recipe: Recipe | None = None,
        snapshot: Snapshot | None = None,
        stage: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Note one of EVENTS about a recipe or a snapshot, with the instant it is noted at.

        Raises ValueError for any other word.
        """
        if event not in EVENTS:
            raise ValueError(f"{event} is no event of a run; there are {', '.join(EVENTS)}")
        self._seq += 1
        of = recipe or snapshot
        self._waiting.append(
            {
                "run_id": self.run_id,
                "seq": self._seq,
                "at": datetime.now(UTC),
                "event": event,
                "recipe_hash": of.recipe_hash if of else None,
                "snapshot_id": of.snapshot_id if of else None,
                "stage": stage,
                "detail": canonical_json(dict(detail)) if detail else None,
            }
        )

    def flush(self) -> None:
        """Keep the events noted since the last time; nothing when there are none. The writer lock is held."""
        if self._waiting:
            chain.extend(self.lake, self._waiting, RUN_EVENTS)
            self._waiting = []

    def failed(self, error: BaseException, *, recipe: Recipe, stage: str) -> None:
        """Note and keep that a run ended with an error, which is the one to show should this fail too."""
        self.add("FAILED", recipe=recipe, stage=stage, detail={"error": type(error).__name__})
        try:
            self.flush()
        except (HarmnetError, Py4JError, PySparkException) as second:
            _log.warning("%s: the failure of run %s was not noted: %s", self.lake.root, self.run_id, second)


def mark_stage_done(lake: Lake, recipe: Recipe, stage: str, tables: Mapping[str, int], seconds: float) -> None:
    """Mark a stage of the recipe as finished: its tables with their rows, and the files they lie in. Written last."""
    mark = {
        "recipe_hash": recipe.recipe_hash,
        "stage": stage,
        "seconds": round(seconds, 3),
        "tables": {name: {"rows": rows, "files": _files(lake, recipe, stage, name)} for name, rows in tables.items()},
    }
    place = ("_work", recipe.recipe_hash, stage, _MARK)
    lake.delete(*place)
    if not lake.create_text(canonical_json(mark), *place):
        raise HarmnetError(f"{lake.path(*place)}: written by another run of the same recipe; run the command again")


def stage_done(lake: Lake, recipe: Recipe, stage: str) -> dict[str, Any] | None:
    """The mark of a finished stage (`tables`: name -> `rows` and `files`; `seconds`); None when it has to run.

    A mark counts only when it names this recipe and stage and exactly the files, with their bytes, that are there.
    """
    place = ("_work", recipe.recipe_hash, stage, _MARK)
    if not lake.exists(*place):
        return None
    try:
        mark = json.loads(lake.read_text(*place))
    except (ValueError, Py4JJavaError):
        # Half-written by a run that died, or swept between the two calls.
        return None
    if (mark.get("recipe_hash"), mark.get("stage")) != (recipe.recipe_hash, stage):
        return None
    same = all(found["files"] == _files(lake, recipe, stage, name) for name, found in mark["tables"].items())
    return dict(mark) if same else None


def rows_marked(lake: Lake, recipe: Recipe, stage: str) -> dict[str, int] | None:
    """Rows of the tables that a stage wrote, as its mark says, whatever lies there now; None without a mark."""
    place = ("_work", recipe.recipe_hash, stage, _MARK)
    if not lake.exists(*place):
        return None
    return {name: table["rows"] for name, table in json.loads(lake.read_text(*place))["tables"].items()}


def _files(lake: Lake, recipe: Recipe, stage: str, table: str) -> list[list[str | int]]:
    return [[name, size] for name, size in lake.files("_work", recipe.recipe_hash, stage, table)]
