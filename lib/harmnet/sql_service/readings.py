"""Statements of the SQL service in access_log: what came in, what it would read, how many rows left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harmnet.access.log import SQL_SERVICE as COMMAND
from harmnet.access.log import append, counted, opening
from harmnet.errors import HarmnetError, unexpected
from harmnet.sql_service.catalogue import Catalogue, State
from harmnet.storage import Lake

MOST_OPEN = 10_000
"""Statements whose rows nobody has fetched yet; of more, the oldest are forgotten."""
Row = dict[str, Any]


class Readings:
    """Answers what statements ask: fresh views, and rows in access_log. One thread uses it."""

    def __init__(self, lake: Lake, catalogue: Catalogue) -> None:
        self._lake, self._catalogue = lake, catalogue
        self._opened: dict[str, Row] = {}
        self._states: dict[str, State] = {}

    def answer(self, requests: Sequence[Any]) -> None:
        """Answer requests that came in together: their rows go into access_log in one commit."""
        rows: list[tuple[Any, Row]] = []
        for request in requests:
            try:
                if request.kind() == "FRESH":
                    request.done(self._catalogue.make(request.text(0).split()).number)
                else:
                    rows.append((request, self._open(request) if request.kind() == "OPEN" else self._close(request)))
            except Exception as error:
                request.failed(_why(error))
        if not rows:
            return
        try:
            append(self._lake, [row for _, row in rows])
        except Exception as error:
            for request, _ in rows:
                request.failed(f"the statement could not be logged: {_why(error)}")
            return
        for request, row in rows:
            request.done(row["access_id"])

    def _open(self, request: Any) -> Row:
        number, purpose, statement, plan, refused = (request.text(place) for place in range(5))
        told = {"statement": statement, "plan": plan, "refused": refused}
        shown = self._catalogue.known(number) if number else None
        row = opening(
            COMMAND,
            {name: text for name, text in told.items() if text is not None},
            user=request.user(),
            purpose=purpose,
            snapshot_id=shown.snapshot.snapshot_id if shown else None,
            corrections=shown.corrections if shown else 0,
        )
        if refused is None:
            self._opened[row["access_id"]] = row
            self._states[row["access_id"]] = shown.state if shown else ()
            for old in list(self._opened)[:-MOST_OPEN]:
                del self._opened[old], self._states[old]
        return row

    def _close(self, request: Any) -> Row:
        reading, views = request.text(0), request.text(1)
        row, state = self._opened.pop(reading, None), self._states.pop(reading, None)
        if row is None:
            raise HarmnetError("the statement was opened too long ago: run it again")
        if views and state != self._catalogue.state():
            raise HarmnetError("a snapshot or a correction came meanwhile, nothing was shown: run the statement again")
        return counted(row, request.rows())


def _why(error: Exception) -> str:
    return error.problems[0] if isinstance(error, HarmnetError) else unexpected(error)
