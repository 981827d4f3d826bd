"""access_log: OPEN before something is read, CLOSE before its rows leave. What cannot be logged is not shown."""

from __future__ import annotations

import os
import pwd
import secrets
from collections.abc import Mapping, Sequence
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
SQL_SERVICE = "sql-service"
"""The command of statements that came in through the SQL service; all others are those of the command line."""


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
        append(self.lake, [{**self.row, **told}])


def open_reading(
    lake: Lake, command: str, asked: Mapping[str, Any], *, snapshot_id: str | None, purpose: str | None
) -> Reading:
    """Log that someone is about to read. Raises HarmnetError when that cannot be logged, and then nothing is read."""
    # Before anything is read: without a key the answer could not be logged.
    access_key()
    row = opening(
        command, asked, user=user(), purpose=purpose, snapshot_id=snapshot_id, corrections=last_correction(lake)
    )
    append(lake, [row])
    return Reading(lake, row)


def opening(
    command: str,
    asked: Mapping[str, Any],
    *,
    user: str,
    purpose: str | None,
    snapshot_id: str | None,
    corrections: int,
) -> dict[str, Any]:
    """The OPEN of a new reading, not yet appended."""
    return {
        "access_id": secrets.token_hex(16),
        "event": OPEN,
        "at": datetime.now(UTC),
        "user": user,
        "purpose": purpose,
        "command": command,
        "asked": canonical_json(dict(asked)),
        "snapshot_id": snapshot_id,
        "corrections": corrections,
    }


def counted(opened: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """The CLOSE of a reading of which the rows are counted and nothing else is kept; not yet appended."""
    return {**opened, "event": CLOSE, "at": datetime.now(UTC), "rows": rows}


def last_correction(lake: Lake) -> int:
    """Number of the last correction there is; 0 without any."""
    if not lake.has_table(CORRECTION_REGISTER):
        return 0
    found = lake.read_registry(CORRECTION_REGISTER).agg(F.max("correction_id")).collect()[0][0]
    return int(found or 0)


def append(lake: Lake, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append rows to access_log, in one commit. Raises HarmnetError when its lock is not to be had."""
    with turn(lake, ACCESS, purpose="access_log"):
        extend(lake, [dict(row) for row in rows], ACCESS_LOG)
