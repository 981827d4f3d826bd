"""access_log: OPEN before something is read, CLOSE before its rows leave. What cannot be logged is not shown."""

from __future__ import annotations

import os
import pwd
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import functions as F

from harmnet.access.answers import Answer
from harmnet.access.key import access_key
from harmnet.contracts.corrections import CORRECTION_REGISTER
from harmnet.contracts.registry import ACCESS_LOG
from harmnet.snapshots.chain import extend
from harmnet.snapshots.digests import canonical_json
from harmnet.snapshots.lock import ACCESS, turn
from harmnet.storage import Lake

OPEN, CLOSE = "OPEN", "CLOSE"


def user() -> str:
    """The user of this process, as the operating system has it: no variable of the environment changes it."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


@dataclass(frozen=True)
class Reading:
    """A reading that was opened; `close` before anything of the answer leaves."""

    lake: Lake
    row: Mapping[str, Any]

    def close(self, answer: Answer) -> None:
        """Log what the answer holds: people as keyed hashes, rows and digest."""
        key = access_key()
        told = {
            "event": CLOSE,
            "at": datetime.now(UTC),
            "nominals": key.hashed(answer.people(self.lake, self.row["snapshot_id"])),
            "key_id": key.key_id,
            "rows": answer.rows,
            "result_digest": answer.digest,
        }
        _append(self.lake, {**self.row, **told})


def open_reading(
    lake: Lake, command: str, asked: Mapping[str, Any], *, snapshot_id: str | None, purpose: str | None
) -> Reading:
    """Log that someone is about to read. Raises HarmnetError when that cannot be logged, and then nothing is read."""
    # Before anything is read: without a key the answer could not be logged.
    access_key()
    row = {
        "access_id": secrets.token_hex(16),
        "event": OPEN,
        "at": datetime.now(UTC),
        "user": user(),
        "purpose": purpose,
        "command": command,
        "asked": canonical_json(dict(asked)),
        "snapshot_id": snapshot_id,
        "corrections": last_correction(lake),
    }
    _append(lake, row)
    return Reading(lake, row)


def last_correction(lake: Lake) -> int:
    """Number of the last correction there is; 0 without any."""
    if not lake.has_table(CORRECTION_REGISTER):
        return 0
    found = lake.read_registry(CORRECTION_REGISTER).agg(F.max("correction_id")).collect()[0][0]
    return int(found or 0)


def _append(lake: Lake, row: Mapping[str, Any]) -> None:
    with turn(lake, ACCESS, purpose="access_log"):
        extend(lake, [dict(row)], ACCESS_LOG)
