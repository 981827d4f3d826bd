"""What the chain of events says about the other registry tables: batches, recipes and snapshots are tied to it.

INGESTED carries the hash of a batch's row, PINNED the recipe, PUBLISHED those of content and manifest. A run that died
between such a row and its event leaves the row alone: the next run notes it, marked `noted_late`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from harmnet.contracts.registry import RECIPES
from harmnet.ingest.batches import Batch, read_batches
from harmnet.snapshots import manifest
from harmnet.snapshots.chain import Event, read_events
from harmnet.snapshots.manifest import Snapshot
from harmnet.storage import Lake

if TYPE_CHECKING:
    from harmnet.snapshots.run_events import RunLog


def note_late(lake: Lake, log: RunLog) -> None:
    """Add the events that runs which died did not come to write, for the batches and snapshots that are there."""
    events = read_events(lake)
    batches = {detail(event).get("batch_id") for event in events if event["event"] == "INGESTED"}
    published = {event["snapshot_id"] for event in events if event["event"] == "PUBLISHED"}
    for batch in read_batches(lake):
        if batch.batch_id not in batches:
            log.add("INGESTED", detail=batch.as_event() | {"noted_late": True})
    for snapshot in manifest.snapshots(lake):
        if snapshot.snapshot_id not in published:
            log.add("PUBLISHED", snapshot=snapshot, detail=snapshot.as_event() | {"noted_late": True})


def noted_late(events: Sequence[Event]) -> list[str]:
    """One line per batch or snapshot whose own run did not live to note it."""
    return [
        f"event {event['chain_seq']}: {event['event']} "
        f"{event['snapshot_id'] or 'batch ' + str(detail(event).get('batch_id'))} was noted by a later run"
        for event in events
        if detail(event).get("noted_late")
    ]


def tie_faults(lake: Lake, events: Sequence[Event]) -> list[str]:
    """Where batches, recipes and snapshots are not what the events say, one line each."""
    batches = {batch.batch_id: batch for batch in read_batches(lake)}
    recipes = {row["recipe_hash"]: row["recipe"] for row in lake.read_registry(RECIPES).collect()}
    snapshots = {snapshot.snapshot_id: snapshot for snapshot in manifest.snapshots(lake)}
    return [
        *_batch_faults(batches, [detail(event) for event in events if event["event"] == "INGESTED"]),
        *_recipe_faults(recipes, {event["recipe_hash"] for event in events if event["event"] == "PINNED"}, batches),
        *_snapshot_faults(snapshots, {e["snapshot_id"]: detail(e) for e in events if e["event"] == "PUBLISHED"}),
    ]


def detail(event: Event) -> dict[str, Any]:
    """The detail of an event; empty when it has none, or none that can be read."""
    try:
        found = json.loads(event["detail"]) if event["detail"] else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _batch_faults(batches: dict[int, Batch], noted: list[dict[str, Any]]) -> Iterator[str]:
    said = {of.get("batch_id"): of.get("row") for of in noted}
    for batch_id, row in said.items():
        if batch_id not in batches:
            yield f"batch {batch_id} was received and is not in raw_batches any more"
        elif batches[batch_id].as_event()["row"] != row:
            yield f"batch {batch_id}: its row in raw_batches was changed"
    for batch_id in batches.keys() - said.keys():
        yield f"batch {batch_id} stands in raw_batches and in no event: the next harmnet refresh notes it"


def _recipe_faults(recipes: dict[str, str], pinned: set[str], batches: dict[int, Batch]) -> Iterator[str]:
    for recipe_hash in sorted(pinned):
        text = recipes.get(recipe_hash)
        if text is None:
            yield f"recipe {recipe_hash[:8]} was pinned and is not in recipes any more"
        elif hashlib.sha256(text.encode("utf-8")).hexdigest() != recipe_hash:
            yield f"recipe {recipe_hash[:8]}: its text was changed"
        else:
            for used in json.loads(text)["batches"]:
                batch = batches.get(used["batch_id"])
                if batch is None or batch.digest != used["digest"]:
                    yield f"recipe {recipe_hash[:8]}: batch {used['batch_id']} is not the one it was pinned to"


def _snapshot_faults(snapshots: dict[str, Snapshot], published: dict[str, dict[str, Any]]) -> Iterator[str]:
    for snapshot_id, said in published.items():
        snapshot = snapshots.get(snapshot_id)
        if snapshot is None:
            yield f"snapshot {snapshot_id} was published and is not in snapshot_manifest any more"
        elif any(said.get(name) != value for name, value in snapshot.as_event().items()):
            yield f"snapshot {snapshot_id}: its rows in snapshot_manifest are not what was published"
    for snapshot_id in snapshots.keys() - published.keys():
        yield f"snapshot {snapshot_id} stands in snapshot_manifest and in no event: the next harmnet refresh notes it"
