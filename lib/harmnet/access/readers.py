"""What can be read of a lake, by the command that reads it: the one way to results for people, and it is logged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from harmnet.access.answers import Answer
from harmnet.access.log import open_reading
from harmnet.errors import HarmnetError
from harmnet.snapshots.manifest import Snapshot
from harmnet.storage import Lake
from harmnet.views import names_snapshot, resolve

Asked = Mapping[str, Any]
AS_SEEN = "as-seen"
OF_ALL_SNAPSHOTS = {"impact", AS_SEEN}


def ask(lake: Lake, command: str, asked: Asked, *, snapshot: str | None = None, purpose: str | None = None) -> Any:
    """The value that the command shows, logged in access_log before it is read and before it is returned.

    `snapshot`: its id, the current one when None. Raises HarmnetError as the reader does, or when it cannot be logged.
    """
    read = READERS[command]
    of = _snapshot(lake, command, asked, snapshot)
    reading = open_reading(lake, command, asked, snapshot_id=of.snapshot_id if of else None, purpose=purpose)
    answer = read(lake, asked, of)
    reading.close(answer)
    return answer.value


def read_again(lake: Lake, command: str, asked: Asked, snapshot_id: str | None) -> Answer:
    """The answer of a reading that was logged, read once more and logged by nobody."""
    return READERS[command](lake, asked, resolve(lake, snapshot_id) if snapshot_id else None)


def _snapshot(lake: Lake, command: str, asked: Asked, snapshot: str | None) -> Snapshot | None:
    if command in OF_ALL_SNAPSHOTS:
        return None
    if command == "sql" and snapshot is None and names_snapshot(lake.spark, asked["statement"]):
        return None
    return resolve(lake, snapshot)


def _sql(lake: Lake, asked: Asked, snapshot: Snapshot | None) -> Answer:
    from harmnet.sql import query

    columns, rows = query(lake, asked["statement"], snapshot_id=snapshot.snapshot_id if snapshot else None)
    return Answer((columns, rows), tuple(dict(zip(columns, row, strict=False)) for row in rows))


def _explain(lake: Lake, asked: Asked, snapshot: Snapshot | None) -> Answer:
    from harmnet.explain import explain

    one, other = asked["people"]
    records = explain(lake, _of(snapshot), one, other)
    return Answer(records, ({"people": [one, other]}, *records))


def _chart(lake: Lake, asked: Asked, snapshot: Snapshot | None) -> Answer:
    from harmnet.charts.picture import read_picture

    picture = read_picture(lake, _of(snapshot), asked["network"])
    return Answer(picture, (*picture.people, *picture.ties))


def _compare(lake: Lake, asked: Asked, snapshot: Snapshot | None) -> Answer:
    from harmnet.comparison import compare

    found = compare(lake, asked["before"], _of(snapshot).snapshot_id)
    return Answer(found, (*found.networks, *found.changes, *found.people))


def _evaluate(lake: Lake, asked: Asked, snapshot: Snapshot | None) -> Answer:
    from harmnet.evaluation import evaluate

    found = evaluate(lake, _of(snapshot), Path(asked["truth"]))
    return Answer(found, (found,))


def _dismantle(lake: Lake, asked: Asked, snapshot: Snapshot | None) -> Answer:
    from harmnet.dismantling.published import work_out
    from harmnet.dismantling.telling import as_json

    told = work_out(lake, _of(snapshot), asked)
    return Answer(told, (as_json(told),))


def _impact(lake: Lake, asked: Asked, _: Snapshot | None) -> Answer:
    from harmnet.corrections.impact import as_rows, impact

    found = impact(lake, asked["correction"])
    return Answer(found, tuple(as_rows(found)))


def _as_seen(lake: Lake, asked: Asked, _: Snapshot | None) -> Answer:
    from harmnet.access.seen import as_seen

    found = as_seen(lake, asked["user"], date.fromisoformat(asked["day"]))
    return Answer(found, tuple(row for one in found for row, _ in one.said))


def _of(snapshot: Snapshot | None) -> Snapshot:
    if snapshot is None:
        raise HarmnetError("access_log: this command reads one snapshot, and none was logged with it")
    return snapshot


READERS: dict[str, Callable[[Lake, Asked, Snapshot | None], Answer]] = {
    "sql": _sql,
    "explain": _explain,
    "chart": _chart,
    "compare": _compare,
    "evaluate": _evaluate,
    "dismantle": _dismantle,
    "impact": _impact,
    AS_SEEN: _as_seen,
}
"""Command -> how it reads what was asked for, of a snapshot."""
