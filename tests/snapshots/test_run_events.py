"""Events of a run are kept in order; a stage's mark counts only while its files are what it says."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyspark.sql import DataFrame
from tests.snapshots.made import made_by

from harmnet.contracts.registry import RUN_EVENTS
from harmnet.contracts.results import HUB_EVENTS, TIE_COUNTS
from harmnet.snapshots.lock import writer_lock
from harmnet.snapshots.run_events import RunLog, mark_stage_done, stage_done
from harmnet.storage import Lake

RECIPE = made_by()


def test_events_are_appended_in_order_with_one_commit_a_flush(lake: Lake) -> None:
    log = RunLog(lake)
    with writer_lock(lake, purpose="test"):
        log.add("STARTED")
        log.add("PINNED", recipe=RECIPE)
        log.flush()
        log.add("STAGE_DONE", recipe=RECIPE, stage="tie", detail={"seconds": 1.5, "rows": {"edges": 3}})
        log.flush()
        log.flush()
    rows = sorted(lake.read_registry(RUN_EVENTS).collect(), key=lambda row: row["seq"])
    assert [(row["seq"], row["event"], row["recipe_hash"], row["stage"]) for row in rows] == [
        (1, "STARTED", None, None),
        (2, "PINNED", RECIPE.recipe_hash, None),
        (3, "STAGE_DONE", RECIPE.recipe_hash, "tie"),
    ]
    assert {row["run_id"] for row in rows} == {log.run_id}
    assert json.loads(rows[2]["detail"]) == {"seconds": 1.5, "rows": {"edges": 3}}
    assert all(abs(datetime.now(UTC) - row["at"].replace(tzinfo=UTC)) < timedelta(hours=1) for row in rows)
    assert lake.delta_version(lake.table_path(RUN_EVENTS)) == 1


def test_a_word_that_is_no_event_is_refused(lake: Lake) -> None:
    with pytest.raises(ValueError, match="FINISHED is no event"):
        RunLog(lake).add("FINISHED")


@pytest.fixture
def finished(lake: Lake, frame: Callable[..., DataFrame]) -> Lake:
    """A lake where the recipe's stage `tie` wrote two tables and was marked."""
    hub = frame(HUB_EVENTS, ("co_offending", "C1", 60), ("co_arrest", "A1", 51))
    lake.write_work(hub, RECIPE.recipe_hash, "tie", HUB_EVENTS)
    lake.write_work(frame(TIE_COUNTS), RECIPE.recipe_hash, "tie", TIE_COUNTS)
    mark_stage_done(lake, RECIPE, "tie", {"hub_events": 2, "tie_counts": 0}, 1.25)
    return lake


def folder(lake: Lake, *parts: str) -> Path:
    return Path(lake.root, "_work", RECIPE.recipe_hash, "tie", *parts)


def test_a_finished_stage_is_taken_over_with_its_rows(finished: Lake) -> None:
    mark = stage_done(finished, RECIPE, "tie")
    assert mark is not None
    assert {name: table["rows"] for name, table in mark["tables"].items()} == {"hub_events": 2, "tie_counts": 0}
    assert mark["seconds"] == 1.25


def test_another_recipe_or_stage_takes_nothing_over(finished: Lake) -> None:
    other = made_by(recipe_hash="d" * 64)
    assert stage_done(finished, other, "tie") is None
    assert stage_done(finished, RECIPE, "theme") is None
    folder(finished).parent.rename(Path(finished.root, "_work", other.recipe_hash))
    assert stage_done(finished, other, "tie") is None


def test_a_missing_a_longer_and_an_added_file_each_undo_the_mark(finished: Lake) -> None:
    part = next(folder(finished, "hub_events").glob("part-*"))
    content = part.read_bytes()
    for name, change in [
        ("missing", lambda: part.unlink()),
        ("longer", lambda: part.write_bytes(content + b"x")),
        ("added", lambda: part.with_name("part-x.parquet").write_bytes(content)),
    ]:
        change()
        assert stage_done(finished, RECIPE, "tie") is None, name
        folder(finished, "hub_events", "part-x.parquet").unlink(missing_ok=True)
        part.write_bytes(content)
        assert stage_done(finished, RECIPE, "tie") is not None, name


def test_a_mark_that_a_dead_run_left_half_written_does_not_count(finished: Lake) -> None:
    mark = folder(finished, "_DONE.json")
    whole = mark.read_text()
    for length in (0, 10, len(whole) - 1):
        mark.write_text(whole[:length])
        assert stage_done(finished, RECIPE, "tie") is None
    mark_stage_done(finished, RECIPE, "tie", {"hub_events": 2, "tie_counts": 0}, 1.25)
    assert mark.read_text() == whole
