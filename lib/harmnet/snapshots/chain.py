"""The chain of run_events: every row carries its place, the hash of the row before and its own, one chain for a lake.

Rows are appended under the writer lock, so there is one order. The last place and hash also stand in the name of an
empty file, `registry/chain/<chain_seq>.<row_hash>`: without it nobody could tell that the end of the table was cut off.
A checkpoint is the same two values in a file kept outside the lake: it alone shows that the whole chain was rewritten.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from pyspark.sql import functions as F

from harmnet.contracts.registry import RUN_EVENTS
from harmnet.errors import HarmnetError
from harmnet.snapshots.digests import canonical_json
from harmnet.snapshots.lock import check_writer
from harmnet.storage import Lake

_HEADS = ("registry", "chain")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Event = dict[str, Any]
"""A row of run_events."""


class Link(NamedTuple):
    """Place and hash of an event in the chain."""

    chain_seq: int
    row_hash: str


START = Link(0, "0" * 64)
"""What the first event follows."""


def row_hash(event: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of an event: all its columns but the hash itself, as canonical JSON, `at` in microseconds."""
    content = {name: event.get(name) for name in RUN_EVENTS.names if name != "row_hash"}
    at = event.get("at")
    content["at"] = (at - _EPOCH) // timedelta(microseconds=1) if at else None
    return hashlib.sha256(canonical_json(content).encode("utf-8")).hexdigest()


def linked(events: Iterable[Event], after: Link) -> list[Event]:
    """The events with their place in a chain that ends in `after`."""
    found = []
    for event in events:
        placed = event | {"chain_seq": after.chain_seq + 1, "previous_hash": after.row_hash}
        after = Link(placed["chain_seq"], row_hash(placed))
        found.append(placed | {"row_hash": after.row_hash})
    return found


def append(lake: Lake, events: Sequence[Event]) -> None:
    """Append events to the lake's chain, in one commit. Raises HarmnetError when the writer lock is not held."""
    check_writer(lake)
    last = lake.read_registry(RUN_EVENTS).select(F.max(F.struct("chain_seq", "row_hash")).alias("last")).collect()[0][0]
    before = START if last is None or last["chain_seq"] is None else Link(last["chain_seq"], last["row_hash"])
    chained = linked(events, before)
    lake.append_registry(chained, RUN_EVENTS)
    old = lake.names(*_HEADS)
    lake.create_text("", *_HEADS, f"{chained[-1]['chain_seq']:012d}.{chained[-1]['row_hash']}")
    for name in old:
        lake.delete(*_HEADS, name)


def read_events(lake: Lake) -> list[Event]:
    """Every event of the lake in the order of the chain, `at` in UTC; rows outside the chain first."""
    rows = lake.read_registry(RUN_EVENTS).withColumn("at", F.unix_micros("at")).collect()
    events = [row.asDict() | {"at": _instant(row["at"])} for row in rows]
    return sorted(events, key=lambda event: (event["chain_seq"] or 0, event["run_id"] or "", event["seq"] or 0))


def head(lake: Lake) -> Link | None:
    """The last event as noted beside the table; None when nothing was noted."""
    return max((_link(name) for name in lake.names(*_HEADS)), default=None)


def chain_faults(events: Sequence[Event], noted: Link | None, checkpoint: Link | None = None) -> list[str]:
    """What is wrong with a chain, one line each; none when it is whole.

    `events` in the order of `read_events`; `noted`: the last event as noted beside the table.
    """
    faults = []
    outside = [event for event in events if not event["chain_seq"] or not event["row_hash"]]
    if outside:
        faults.append(f"{len(outside)} event(s) stand outside the chain, the first a {outside[0]['event']}")
    events = [event for event in events if event["chain_seq"] and event["row_hash"]]
    times = Counter(event["chain_seq"] for event in events)
    faults += [f"event {place} stands {count} times" for place, count in sorted(times.items()) if count > 1]
    before = START
    for event in events:
        place = event["chain_seq"]
        if row_hash(event) != event["row_hash"]:
            faults.append(f"event {place} ({event['event']} of run {event['run_id']}) was changed after it was written")
        if place > before.chain_seq + 1:
            faults.append(f"event(s) {_range(before.chain_seq + 1, place - 1)} are missing")
        elif event["previous_hash"] != before.row_hash and times[place] == 1:
            faults.append(f"event {place} does not follow event {before.chain_seq}: one was put in place of another")
        before = Link(place, event["row_hash"])
    if events and noted is None:
        faults.append("registry/chain does not say any more which event was the last")
    for link, source in ((noted, "registry/chain"), (checkpoint, "the checkpoint")):
        faults += _ends(events, link, source) if link else []
    return faults


def _ends(events: Sequence[Event], link: Link, source: str) -> list[str]:
    last = events[-1]["chain_seq"] if events else 0
    if last < link.chain_seq:
        return [f"event(s) {_range(last + 1, link.chain_seq)} are missing at the end: {source} has them"]
    if all(Link(event["chain_seq"], event["row_hash"]) != link for event in events):
        return [f"event {link.chain_seq} is not the one that {source} has: the chain was rewritten"]
    return []


def export_checkpoint(lake: Lake, link: Link, to: Path) -> None:
    """Write the chain's last place and hash to a local file that is not there yet. Raises HarmnetError when it is."""
    text = json.dumps({"lake": lake.root, **link._asdict()}, indent=2) + "\n"
    try:
        with to.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise HarmnetError(f"{to}: is there already; a checkpoint is never replaced, give another name") from None
    except OSError as error:
        raise HarmnetError(f"{to}: cannot be written: {error.strerror}") from None


def read_checkpoint(file: Path) -> Link:
    """Place and hash of an exported checkpoint. Raises HarmnetError when the file holds none."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return Link(int(found["chain_seq"]), str(found["row_hash"]))
    except OSError as error:
        raise HarmnetError(f"--checkpoint {file}: cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, KeyError):
        raise HarmnetError(f"--checkpoint {file}: holds no checkpoint as --export-checkpoint writes it") from None


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else _EPOCH + timedelta(microseconds=micros)


def _link(name: str) -> Link:
    place, _, hash_ = name.partition(".")
    return Link(int(place), hash_)


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"
