"""What someone saw on a day: each reading of access_log, read once more on the snapshot it was made from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from harmnet.access.answers import texts
from harmnet.access.log import CLOSE, OPEN, SQL_SERVICE
from harmnet.access.readers import AS_SEEN, read_again
from harmnet.contracts.registry import ACCESS_LOG
from harmnet.corrections.register import read as read_corrections
from harmnet.corrections.touched import touched_by
from harmnet.errors import HarmnetError, unexpected
from harmnet.snapshots.chain import Event, chain_faults, head, read_events
from harmnet.storage import Lake
from harmnet.views import resolve

SAME, DIFFERENT, NOTHING_LEFT, CANNOT = "SAME", "DIFFERENT", "NOTHING_LEFT", "CANNOT_BE_READ"


class Seen(NamedTuple):
    """One reading. `verdict`: SAME or DIFFERENT answer today, NOTHING_LEFT (it was never closed), CANNOT_BE_READ.

    `corrected`: corrections made since that concern people in the answer. `said`: its rows, each with those of them
    that concern someone on it; none unless the answer is SAME.
    """

    access_id: str
    at: str
    command: str
    asked: str
    purpose: str | None
    snapshot_id: str | None
    rows: int | None
    verdict: str
    corrected: tuple[int, ...]
    why: str | None
    said: tuple[tuple[Any, tuple[int, ...]], ...]


def as_seen(lake: Lake, user: str, day: date) -> list[Seen]:
    """What the user read on the day (UTC), in order, each reading made again under the corrections of its time.

    Raises HarmnetError when access_log is not whole: then nothing in it proves what was seen.
    """
    events = read_events(lake, ACCESS_LOG)
    faults = chain_faults(events, head(lake, ACCESS_LOG), table=ACCESS_LOG)
    if faults:
        raise HarmnetError([f"access_log: {fault}" for fault in faults])
    closed = {event["access_id"]: event for event in events if event["event"] == CLOSE}
    mine = [event for event in events if event["event"] == OPEN and event["user"] == user]
    return [_seen(lake, event, closed.get(event["access_id"])) for event in mine if event["at"].date() == day]


def _seen(lake: Lake, opened: Event, closed: Event | None) -> Seen:
    told = {name: opened[name] for name in ("access_id", "command", "asked", "purpose", "snapshot_id")}
    told["at"] = opened["at"].isoformat(timespec="seconds")
    nothing: dict[str, Any] = {"corrected": (), "why": None, "said": ()}
    if closed is None:
        return Seen(**told, rows=None, verdict=NOTHING_LEFT, **nothing)
    told["rows"] = closed["rows"]
    if opened["command"] == AS_SEEN:
        return Seen(
            **told, verdict=CANNOT, **nothing | {"why": "what it showed stands under the readings it was about"}
        )
    if opened["command"] == SQL_SERVICE:
        return Seen(**told, verdict=CANNOT, **nothing | {"why": "the SQL service logs rows, and no digest of them"})
    then = Lake(lake.spark, lake.root, corrections_up_to=opened["corrections"])
    try:
        answer = read_again(then, opened["command"], json.loads(opened["asked"]), opened["snapshot_id"])
    except HarmnetError as error:
        return Seen(**told, verdict=CANNOT, **nothing | {"why": error.problems[0]})
    except Exception as error:
        return Seen(**told, verdict=CANNOT, **nothing | {"why": unexpected(error)})
    concerned = _corrected_since(lake, opened)
    marked = tuple((row, _on(row, concerned)) for row in answer.said)
    corrected = tuple(sorted({number for _, numbers in marked for number in numbers}))
    if answer.digest != closed["result_digest"]:
        return Seen(**told, verdict=DIFFERENT, **nothing | {"corrected": corrected})
    return Seen(**told, verdict=SAME, corrected=corrected, why=None, said=marked)


def _corrected_since(lake: Lake, opened: Event) -> dict[str, set[int]]:
    """nominal_id of the snapshot -> corrections after the reading that are about that person."""
    known = read_corrections(lake)
    since = [one for one in known if one.correction_id > opened["corrections"]]
    if not since or opened["snapshot_id"] is None:
        return {}
    found: dict[str, set[int]] = {}
    for number, touched in touched_by(lake, resolve(lake, opened["snapshot_id"]), since, known).items():
        for person in touched.people | touched.others:
            found.setdefault(person, set()).add(number)
    return found


def _on(row: Any, concerned: dict[str, set[int]]) -> tuple[int, ...]:
    return tuple(sorted({number for text in texts(row) for number in concerned.get(text, ())}))


def table_rows(seen: Iterable[Seen]) -> tuple[list[str], list[list[Any]]]:
    """The readings as columns and rows, without what they said."""
    columns = [name for name in Seen._fields if name != "said"]
    return columns, [[_cell(getattr(one, name)) for name in columns] for one in seen]


def _cell(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
