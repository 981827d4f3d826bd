"""Verify: is the record of the lake whole, and is a snapshot still what was published."""

from __future__ import annotations

from typing import NamedTuple

from harmnet.snapshots.chain import Link, chain_faults, head, read_events
from harmnet.snapshots.tied import noted_late, tie_faults
from harmnet.storage import Lake


class Verdict(NamedTuple):
    """`faults`: what does not hold, one line each, none when all holds. `told`: what was looked at."""

    faults: list[str]
    told: list[str]


def verify_chain(lake: Lake, checkpoint: Link | None = None) -> Verdict:
    """Whether the chain of events is whole, goes on from the checkpoint, and agrees with the tables tied to it."""
    events = read_events(lake)
    faults = [*chain_faults(events, head(lake), checkpoint), *tie_faults(lake, events)]
    last = events[-1] if events else None
    end = f", the last {last['chain_seq']} {last['row_hash']}" if last else ""
    return Verdict(faults, [*noted_late(events), f"chain: {len(events):,} event(s){end}"])
