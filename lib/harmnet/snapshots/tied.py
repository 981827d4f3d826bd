"""What the chain of events says about the other registry tables: batches, recipes and snapshots are tied to it.

INGESTED carries the hash of a batch's row, PINNED the recipe, PUBLISHED those of content and manifest. A run that died
between such a row and its event leaves the row alone: the next run notes it, marked `noted_late`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harmnet.contracts.registry import RECIPES
from harmnet.ingest.batches import Batch, read_batches
from harmnet.snapshots import manifest
from harmnet.snapshots.chain import Event, read_events
from harmnet.snapshots.manifest import Snapshot
from harmnet.snapshots.stored import StoredFile, files_hash, files_of_all, recorded_files
from harmnet.storage import Lake

if TYPE_CHECKING:
    from harmnet.snapshots.run_events import RunLog


def of_snapshot(lake: Lake, snapshot: Snapshot) -> dict[str, Any]:
    """What PUBLISHED says of a snapshot: its content and manifest, and the hash of what is recorded of its files."""
    return snapshot.as_event() | {"files": files_hash(recorded_files(lake, snapshot.snapshot_id))}


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
            log.add("PUBLISHED", snapshot=snapshot, detail=of_snapshot(lake, snapshot) | {"noted_late": True})


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
    published = [event["snapshot_id"] for event in events if event["event"] == "PUBLISHED"]
    gone = [name for name in dict.fromkeys(published) if name not in snapshots]
    return [
        *_batch_faults(batches, [detail(event) for event in events if event["event"] == "INGESTED"]),
        *_recipe_faults(recipes, {event["recipe_hash"] for event in events if event["event"] == "PINNED"}, batches),
        *(f"snapshot {name} was published and is not in snapshot_manifest any more" for name in gone),
        *snapshot_faults(snapshots.values(), files_of_all(lake), events),
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


def snapshot_faults(
    snapshots: Iterable[Snapshot], files: Mapping[str, Sequence[StoredFile]], events: Sequence[Event]
) -> Iterator[str]:
    """Where snapshots and what is recorded of their files are not what the events say, one line each."""
    said: dict[str, dict[str, Any]] = {}
    for event in events:
        if event["event"] == "PUBLISHED":
            said.setdefault(event["snapshot_id"], {}).update(detail(event))
        elif event["event"] == "MAINTAINED":
            for name, recorded in detail(event).get("files", {}).items():
                said.setdefault(name, {})["files"] = recorded
    for snapshot in snapshots:
        name, noted = snapshot.snapshot_id, said.get(snapshot.snapshot_id)
        if noted is None:
            yield f"snapshot {name} stands in snapshot_manifest and in no event: the next harmnet refresh notes it"
            continue
        if any(noted.get(what) != value for what, value in snapshot.as_event().items()):
            yield f"snapshot {name}: its rows in snapshot_manifest are not what was published"
        if noted.get("files") != files_hash(files.get(name, [])):
            yield f"snapshot {name}: what snapshot_files records is not what was recorded at the time"
