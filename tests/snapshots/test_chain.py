"""The chain of events: what was deleted, edited, moved, cut off or rewritten is found and named."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.snapshots.made import command, made_by

from harmnet.config import load_settings
from harmnet.contracts import Table
from harmnet.contracts.registry import RAW_BATCHES, RECIPES, RUN_EVENTS, SNAPSHOT_MANIFEST
from harmnet.errors import HarmnetError
from harmnet.one_stage import pin_recipe
from harmnet.snapshots import manifest
from harmnet.snapshots.chain import (
    START,
    Event,
    Link,
    chain_faults,
    head,
    linked,
    read_checkpoint,
    read_events,
    row_hash,
)
from harmnet.snapshots.lock import writer_lock
from harmnet.snapshots.manifest import Entry
from harmnet.snapshots.recipe import load_recipe
from harmnet.snapshots.run_events import RunLog
from harmnet.snapshots.tied import note_late, of_snapshot
from harmnet.snapshots.verify import verify_chain
from harmnet.storage import Lake
from lakes import receive

GOLDEN = Path(__file__).parents[1] / "golden" / "extracts"
NAMES = st.text(min_size=1, max_size=5)
CHANGES = ["run_id", "seq", "at", "event", "recipe_hash", "snapshot_id", "stage", "detail", "previous_hash"]


@st.composite
def chains(draw: st.DrawFn) -> list[Event]:
    """A whole chain of two to eight events."""
    count = draw(st.integers(2, 8))
    events: list[Event] = [
        {
            "run_id": draw(NAMES),
            "seq": draw(st.integers(1, 99)),
            "at": datetime(2026, 7, 1, tzinfo=UTC) + timedelta(microseconds=draw(st.integers(0, 10**12))),
            "event": draw(st.sampled_from(["STARTED", "PINNED", "PUBLISHED"])),
            "recipe_hash": draw(st.none() | NAMES),
            "snapshot_id": draw(st.none() | NAMES),
            "stage": None,
            "detail": draw(st.none() | NAMES),
        }
        for _ in range(count)
    ]
    return linked(events, START)


def last(events: list[Event]) -> Link:
    return Link(events[-1]["chain_seq"], events[-1]["row_hash"])


@given(chains())
def test_a_whole_chain_has_no_fault_and_goes_on_from_each_of_its_own_events(events: list[Event]) -> None:
    for event in events:
        assert chain_faults(events, last(events), Link(event["chain_seq"], event["row_hash"])) == []


@given(chains(), st.data())
def test_a_deleted_event_is_named(events: list[Event], data: st.DataObject) -> None:
    gone = data.draw(st.integers(1, len(events) - 1))
    left = [event for event in events if event["chain_seq"] != gone]
    assert f"event(s) {gone} are missing" in chain_faults(left, last(events))


@given(chains(), st.data())
def test_a_chain_cut_off_at_its_end_is_found_by_what_stands_beside_it(events: list[Event], data: st.DataObject) -> None:
    kept = data.draw(st.integers(0, len(events) - 1))
    faults = chain_faults(events[:kept], last(events))
    assert len(faults) == 1
    assert "missing at the end: registry/chain has them" in faults[0]
    # With that cut off as well, only a checkpoint tells.
    noted = last(events[:kept]) if kept else None
    assert chain_faults(events[:kept], noted) == []
    assert "the checkpoint has them" in chain_faults(events[:kept], noted, last(events))[0]


@given(chains(), st.sampled_from(CHANGES), st.data())
def test_an_edited_event_is_named_in_every_column(events: list[Event], column: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(events) - 1))
    values = {"seq": 100, "at": datetime(2020, 1, 1, tzinfo=UTC)}
    edited = events[place] | {column: values.get(column, "another value")}
    changed = [*events[:place], edited, *events[place + 1 :]]
    assert any(
        f"event {place + 1} (" in fault and "was changed" in fault for fault in chain_faults(changed, last(events))
    )
    # An edit with the hash made to fit breaks the next link, or the end.
    fitted = [*events[:place], edited | {"row_hash": row_hash(edited)}, *events[place + 1 :]]
    assert chain_faults(fitted, last(events))


@given(chains(), st.data())
def test_two_events_in_each_others_place_are_found(events: list[Event], data: st.DataObject) -> None:
    one, other = sorted(data.draw(st.lists(st.integers(0, len(events) - 1), min_size=2, max_size=2, unique=True)))
    moved = list(events)
    moved[one] = events[other] | {"chain_seq": one + 1}
    moved[other] = events[one] | {"chain_seq": other + 1}
    assert chain_faults(moved, last(events))


@given(chains())
def test_an_event_that_stands_twice_or_outside_the_chain_is_found(events: list[Event]) -> None:
    assert f"event {len(events)} stands 2 times" in chain_faults([*events, events[-1]], last(events))
    outside = events[0] | {"chain_seq": None}
    assert chain_faults([outside, *events], last(events))[0].startswith("1 event(s) stand outside the chain")


@given(chains())
def test_a_chain_rewritten_from_its_first_event_is_found_by_a_checkpoint_alone(events: list[Event]) -> None:
    rewritten = linked([event | {"detail": "another story"} for event in events], START)
    assert chain_faults(rewritten, last(rewritten)) == []
    assert chain_faults(rewritten, last(rewritten), last(events)) == [
        f"event {len(events)} is not the one that the checkpoint has: the chain was rewritten"
    ]


# In a lake


@pytest.fixture
def recorded(lake: Lake) -> Lake:
    """A lake with a received batch, a pinned recipe and a published snapshot, and their events."""
    receive(lake, load_settings(), GOLDEN)
    recipe = load_recipe(lake, pin_recipe(lake, None, as_of=date(2026, 6, 30), known_at=None))
    with writer_lock(lake, purpose="test"):
        snapshot = manifest.commit(lake, recipe, [Entry("edges", 3, "1" * 64, (("src", "string"),))])
        log = RunLog(lake)
        log.add("PUBLISHED", snapshot=snapshot, detail=of_snapshot(lake, snapshot))
        log.flush()
    return lake


def rewrite(lake: Lake, table: Table, change: str) -> None:
    """Change a registry table by hand, with SQL on its own address."""
    lake.spark.sql(change.format(f"delta.`{lake.table_path(table)}`"))


@pytest.mark.slow
def test_verify_chain_says_how_long_it_is_and_what_was_done_to_the_tables_tied_to_it(
    recorded: Lake, tmp_path: Path
) -> None:
    said = command("verify", "--lake", recorded.root, "--chain", "--export-checkpoint", tmp_path / "kept.json")
    assert (said.exit_code, said.stdout.splitlines()[-1]) == (0, "verified")
    events = read_events(recorded)
    assert [event["event"] for event in events] == ["INGESTED", "PINNED", "PUBLISHED"]
    assert [event["chain_seq"] for event in events] == [1, 2, 3]
    kept = json.loads((tmp_path / "kept.json").read_text())
    assert kept.keys() == {"lake", "run_events"}
    assert Link(**kept["run_events"]) == head(recorded) == last(events)
    again = command("verify", "--lake", recorded.root, "--chain", "--export-checkpoint", tmp_path / "kept.json")
    assert (again.exit_code, "a checkpoint is never replaced" in again.stderr) == (2, True)

    def faults() -> str:
        return "; ".join(verify_chain(recorded).faults)

    done = [
        (RAW_BATCHES, "UPDATE {} SET mode = 'FULL'", "batch 1: its row in raw_batches was changed"),
        (RECIPES, "UPDATE {} SET recipe = replace(recipe, 'native', 'auto')", "its text was changed"),
        (SNAPSHOT_MANIFEST, "UPDATE {} SET rows = 4", "its rows in snapshot_manifest are not what was published"),
        (RUN_EVENTS, "UPDATE {} SET stage = 'tie' WHERE event = 'PINNED'", "event 2 (PINNED"),
    ]
    for number, (table, change, fault) in enumerate(done, start=1):
        rewrite(recorded, table, change)
        found = verify_chain(recorded).faults
        assert len(found) >= number
        assert fault in "; ".join(found)
    for table in (SNAPSHOT_MANIFEST, RECIPES, RAW_BATCHES):
        rewrite(recorded, table, "DELETE FROM {}")
    assert "was published and is not in snapshot_manifest any more" in faults()
    assert "was pinned and is not in recipes any more" in faults()
    assert "batch 1 was received and is not in raw_batches any more" in faults()
    rewrite(recorded, RUN_EVENTS, "DELETE FROM {} WHERE event = 'PUBLISHED'")
    assert "event(s) 3 are missing at the end: registry/chain has them" in faults()
    failed = command("verify", "--lake", recorded.root, "--chain", "--checkpoint", tmp_path / "kept.json")
    assert failed.exit_code == 4
    assert "NOT VERIFIED: event(s) 3 are missing at the end: the checkpoint has them" in failed.stdout
    assert "verified" not in failed.stdout.splitlines()


@pytest.mark.slow
def test_what_a_run_that_died_did_not_come_to_note_is_noted_by_the_next(batched: Lake) -> None:
    with writer_lock(batched, purpose="test"):
        manifest.commit(batched, made_by(), [Entry("edges", 3, "1" * 64, (("src", "string"),))])
        assert sorted(fault.split(" stands in ")[0] for fault in verify_chain(batched).faults) == [
            "batch 1",
            "batch 2",
            "snapshot 20260630-cccccccc",
        ]
        log = RunLog(batched)
        note_late(batched, log)
        log.flush()
        note_late(batched, log)
        log.flush()
    verdict = verify_chain(batched)
    assert verdict.faults == []
    assert [line.split(": ")[1] for line in verdict.told[:3]] == [
        "INGESTED batch 1 was noted by a later run",
        "INGESTED batch 2 was noted by a later run",
        "PUBLISHED 20260630-cccccccc was noted by a later run",
    ]


def test_events_of_a_lake_from_before_the_chain_are_told_as_outside_it(lake: Lake) -> None:
    old = Table("run_events", RUN_EVENTS.table_class, RUN_EVENTS.grain, RUN_EVENTS.key, RUN_EVENTS.columns[:-3])
    lake.append_registry([{"run_id": "r", "seq": 1, "at": datetime(2026, 1, 1, tzinfo=UTC), "event": "STARTED"}], old)
    with writer_lock(lake, purpose="test"):
        log = RunLog(lake)
        log.add("STARTED")
        log.flush()
    assert verify_chain(lake).faults == ["1 event(s) stand outside the chain, the first a STARTED"]
    assert [event["chain_seq"] for event in read_events(lake)] == [None, 1]


def test_nothing_is_chained_without_the_writer_lock(lake: Lake) -> None:
    log = RunLog(lake)
    log.add("STARTED")
    with pytest.raises(HarmnetError, match="does not hold the writer lock"):
        log.flush()
    assert read_events(lake) == []


def test_a_checkpoint_from_before_other_tables_were_chained_still_holds(tmp_path: Path) -> None:
    (tmp_path / "kept.json").write_text('{"lake": "lake", "chain_seq": 7, "row_hash": "ab"}')
    assert read_checkpoint(tmp_path / "kept.json") == {"run_events": Link(7, "ab")}


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"run_events": {"chain_seq": "x", "row_hash": ""}}', None])
def test_a_file_that_is_no_checkpoint_is_refused_in_one_line(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "kept.json").write_text(content)
    said = command("verify", "--lake", tmp_path / "lake", "--chain", "--checkpoint", tmp_path / "kept.json")
    assert (said.exit_code, said.stderr.count("harmnet: --checkpoint")) == (2, 1)
