"""The chains of run_events, access_log and correction_register: a row has its place, its hash and the hash before it.

Rows are appended under a lock, so there is one order. The last place and hash also stand in the name of an empty file,
`registry/chain/<chain_seq>.<row_hash>.<commit>` (for the others `access_chain`, `correction_chain`): without it nobody
could tell that the end of the table was cut off. While the table is at that commit, the next row follows that one.
A checkpoint is the same two values of each chain in a file kept outside the lake: it alone shows that a whole chain was
rewritten.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from pyspark.sql import functions as F

from harmnet.contracts import Table
from harmnet.contracts.corrections import CORRECTION_REGISTER
from harmnet.contracts.registry import ACCESS_LOG, RUN_EVENTS
from harmnet.errors import HarmnetError
from harmnet.snapshots.digests import canonical_json
from harmnet.snapshots.lock import ACCESS, CORRECTIONS, WRITER, check_held
from harmnet.storage import Lake

CHAINED = (RUN_EVENTS, ACCESS_LOG, CORRECTION_REGISTER)
_HEADS = {
    RUN_EVENTS.name: ("registry", "chain"),
    ACCESS_LOG.name: ("registry", "access_chain"),
    CORRECTION_REGISTER.name: ("registry", "correction_chain"),
}
_LOCKS = {RUN_EVENTS.name: WRITER, ACCESS_LOG.name: ACCESS, CORRECTION_REGISTER.name: CORRECTIONS}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Event = dict[str, Any]
"""A row of a chained table."""


class Link(NamedTuple):
    """Place and hash of an event in the chain."""

    chain_seq: int
    row_hash: str


START = Link(0, "0" * 64)
"""What the first event follows."""


def row_hash(event: Mapping[str, Any], table: Table = RUN_EVENTS) -> str:
    """SHA-256 (hex) of an event: all its columns but the hash itself, as canonical JSON, instants in microseconds."""
    content = {name: _plain(event.get(name)) for name in table.names if name != "row_hash"}
    return hashlib.sha256(canonical_json(content).encode("utf-8")).hexdigest()


def linked(events: Iterable[Event], after: Link, table: Table = RUN_EVENTS) -> list[Event]:
    """The events with their place in a chain that ends in `after`."""
    found = []
    for event in events:
        placed = event | {"chain_seq": after.chain_seq + 1, "previous_hash": after.row_hash}
        after = Link(placed["chain_seq"], row_hash(placed, table))
        found.append(placed | {"row_hash": after.row_hash})
    return found


def extend(lake: Lake, events: Sequence[Event], table: Table) -> None:
    """Append events to a chained table, in one commit. Raises HarmnetError when the lock of that table is not held."""
    check_held(lake, _LOCKS[table.name])
    folder = _HEADS[table.name]
    old = lake.names(*folder)
    chained = linked(events, _last(lake, table, old), table)
    lake.append_registry(chained, table)
    last = chained[-1]
    lake.create_text("", *folder, f"{last['chain_seq']:012d}.{last['row_hash']}.{lake.last_commit(table)}")
    for name in old:
        lake.delete(*folder, name)


def _last(lake: Lake, table: Table, noted: Sequence[str]) -> Link:
    """The table's last event: as noted, unless the table has a commit since of a run that died before it noted it."""
    if len(noted) == 1 and noted[0].split(".")[2:] == [str(lake.last_commit(table))]:
        return _link(noted[0])
    rows = lake.read_registry(table).select(F.max(F.struct("chain_seq", "row_hash")).alias("last"))
    last = rows.collect()[0][0]
    return START if last is None or last["chain_seq"] is None else Link(last["chain_seq"], last["row_hash"])


def read_events(lake: Lake, table: Table = RUN_EVENTS) -> list[Event]:
    """Every event of the lake in the order of the chain, instants in UTC; rows outside the chain first."""
    instants = [column.name for column in table if column.type == "timestamp"]
    rows = lake.read_registry(table).withColumns({name: F.unix_micros(name) for name in instants}).collect()
    events = [row.asDict() | {name: _instant(row[name]) for name in instants} for row in rows]
    return sorted(events, key=lambda event: (event["chain_seq"] or 0, _whose(event), event.get("seq") or 0))


def head(lake: Lake, table: Table = RUN_EVENTS) -> Link | None:
    """The last event as noted beside the table; None when nothing was noted."""
    return max((_link(name) for name in lake.names(*_HEADS[table.name])), default=None)


def chain_faults(
    events: Sequence[Event], noted: Link | None, checkpoint: Link | None = None, table: Table = RUN_EVENTS
) -> list[str]:
    """What is wrong with a chain, one line each; none when it is whole.

    `events` in the order of `read_events`; `noted`: the last event as noted beside the table.
    """
    faults, beside = [], "/".join(_HEADS[table.name])
    outside = [event for event in events if not event["chain_seq"] or not event["row_hash"]]
    if outside:
        faults.append(f"{len(outside)} event(s) stand outside the chain, the first a {_what(outside[0])}")
    events = [event for event in events if event["chain_seq"] and event["row_hash"]]
    times = Counter(event["chain_seq"] for event in events)
    faults += [f"event {place} stands {count} times" for place, count in sorted(times.items()) if count > 1]
    before = START
    for event in events:
        place = event["chain_seq"]
        if row_hash(event, table) != event["row_hash"]:
            faults.append(f"event {place} ({_what(event)} of {_whose(event)}) was changed after it was written")
        if place > before.chain_seq + 1:
            faults.append(f"event(s) {_range(before.chain_seq + 1, place - 1)} are missing")
        elif event["previous_hash"] != before.row_hash and times[place] == 1:
            faults.append(f"event {place} does not follow event {before.chain_seq}: one was put in place of another")
        before = Link(place, event["row_hash"])
    if events and noted is None:
        faults.append(f"{beside} does not say any more which event was the last")
    for link, source in ((noted, beside), (checkpoint, "the checkpoint")):
        faults += _ends(events, link, source) if link else []
    return faults


def _ends(events: Sequence[Event], link: Link, source: str) -> list[str]:
    last = events[-1]["chain_seq"] if events else 0
    if last < link.chain_seq:
        return [f"event(s) {_range(last + 1, link.chain_seq)} are missing at the end: {source} has them"]
    if all(Link(event["chain_seq"], event["row_hash"]) != link for event in events):
        return [f"event {link.chain_seq} is not the one that {source} has: the chain was rewritten"]
    return []


def heads(lake: Lake) -> dict[str, Link]:
    """The last row of each chained table that has rows, as noted beside it, by the table's name."""
    found = {table.name: head(lake, table) for table in CHAINED}
    return {name: link for name, link in found.items() if link is not None}


def export_checkpoint(lake: Lake, links: Mapping[str, Link], to: Path) -> None:
    """Write the last place and hash of each chain to a local file that is not there yet. HarmnetError when it is."""
    text = json.dumps({"lake": lake.root} | {name: link._asdict() for name, link in links.items()}, indent=2) + "\n"
    try:
        with to.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise HarmnetError(f"{to}: is there already; a checkpoint is never replaced, give another name") from None
    except OSError as error:
        raise HarmnetError(f"{to}: cannot be written: {error.strerror}") from None


def read_checkpoint(file: Path) -> dict[str, Link]:
    """What an exported checkpoint holds, by table. Raises HarmnetError when the file is none."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        if "chain_seq" in found:
            # From before the other tables were chained.
            found = {RUN_EVENTS.name: found}
        links = [(table.name, found[table.name]) for table in CHAINED if table.name in found]
        if not links:
            raise ValueError
        return {name: Link(int(link["chain_seq"]), str(link["row_hash"])) for name, link in links}
    except OSError as error:
        raise HarmnetError(f"--checkpoint {file}: cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, KeyError):
        raise HarmnetError(f"--checkpoint {file}: holds no checkpoint as --export-checkpoint writes it") from None


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else _EPOCH + timedelta(microseconds=micros)


def _link(name: str) -> Link:
    place, hash_, *_ = name.split(".")
    return Link(int(place), hash_)


def _plain(value: Any) -> Any:
    """A value as JSON can write it; an instant in microseconds since 1970."""
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(microseconds=1)
    if isinstance(value, date):
        return value.isoformat()
    return value


def _what(event: Event) -> str:
    return str(event["action"] if "action" in event else event["event"])


def _whose(event: Event) -> str:
    """The run, the reading or the correction that an event belongs to."""
    if "correction_id" in event:
        return f"correction {event['correction_id']}"
    return f"run {event['run_id']}" if event.get("run_id") else f"access {event.get('access_id')}"


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"
