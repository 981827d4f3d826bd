"""The command about who saw what."""

from __future__ import annotations

from datetime import datetime

import click

from harmnet.options import DAY, LAKE, PURPOSE, open_lake


@click.command(name="as-seen")
@LAKE
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@PURPOSE
@click.argument("user")
@click.argument("day", metavar="DATE", type=DAY)
def as_seen(lake: str, form: str, purpose: str | None, user: str, day: datetime) -> None:
    """Show what USER read on DATE (UTC), each reading made again on its own snapshot and held to its digest.

    SAME: the answer of today is the one that was seen. NOTHING_LEFT: nothing was shown. With --format json also the
    rows, and on each the corrections made since that concern someone on it. This is a reading too, and logged as one.

    \b
    Example: harmnet as-seen --lake lake asmith 2026-07-01
    """
    from harmnet.access.readers import AS_SEEN, ask
    from harmnet.access.seen import table_rows
    from harmnet.printing import show_json, show_rows

    asked = {"user": user, "day": day.date().isoformat()}
    found = ask(open_lake(lake, AS_SEEN), AS_SEEN, asked, purpose=purpose)
    if form == "json":
        columns, cells = table_rows(found)
        shown = [dict(zip(columns, row, strict=True)) for row in cells]
        for one, entry in zip(found, shown, strict=True):
            entry["said"] = [{"row": row, "corrected": list(numbers)} for row, numbers in one.said]
        show_json(shown)
    else:
        show_rows(*table_rows(found), "table")


COMMANDS = (as_seen,)
