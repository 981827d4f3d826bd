"""Withdraw: a snapshot that should not have been published is no longer shown. Nothing of it is removed."""

from __future__ import annotations

from harmnet.errors import HarmnetError
from harmnet.snapshots import manifest
from harmnet.snapshots.lock import writer_lock
from harmnet.snapshots.manifest import Snapshot
from harmnet.snapshots.run_events import RunLog
from harmnet.storage import Lake


def withdraw(lake: Lake, snapshot_id: str, *, reason: str) -> tuple[Snapshot | None, list[Snapshot]]:
    """Withdraw a snapshot for a reason, for good; the current snapshot from now on, and those that follow this one.

    A snapshot that has it for parent stays: its lineage and what it calls new were told from the withdrawn one.
    Raises HarmnetError when there is no such snapshot, it was withdrawn before, or no reason is given.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise HarmnetError("withdraw: say why: --reason TEXT")
    with writer_lock(lake, purpose="withdraw") as owner:
        snapshot = manifest.named(lake, snapshot_id)
        if snapshot.withdrawn:
            raise HarmnetError(f"{lake.root}: snapshot {snapshot_id} was withdrawn before: {snapshot.reason}")
        log = RunLog(lake)
        log.add("WITHDRAWN", snapshot=snapshot, detail={"reason": reason, "user": owner.user})
        log.flush()
    following = [found for found in manifest.snapshots(lake) if found.parent == snapshot_id and found.is_shown]
    return manifest.current(lake), following
