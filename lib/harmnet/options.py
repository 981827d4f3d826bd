"""Options that several commands share, and what they do first."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click


class KnownAt(click.ParamType):
    """The number of a batch, or an instant with its time zone."""

    name = "known_at"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | datetime:
        """An int or an aware datetime of what was given."""
        if isinstance(value, int | datetime):
            return value
        if value.isdigit():
            return int(value)
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is neither the number of a batch nor an instant such as 2026-06-30T03:00:00Z", param)
        if instant.tzinfo is None:
            self.fail(f"{value!r} has no time zone: end it with Z, or +01:00", param)
        return instant


DAY = click.DateTime(formats=["%Y-%m-%d"])
LAKE = click.option("--lake", required=True, metavar="URI", help="Root of the lake: a path, file: or hdfs: address.")
CONF = click.option(
    "--conf",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A force's own conf files, laid over the shipped ones.",
)
KNOWN_AT = click.option(
    "--known-at",
    type=KnownAt(),
    metavar="BATCH|INSTANT",
    help="Last batch to know of, or when it had been received; default: the last one there is.",
)
FORMAT = click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True
)
PURPOSE = click.option("--purpose", metavar="TEXT", help="Why it is read: kept in access_log beside who and what.")
SNAPSHOT = click.option("--snapshot", metavar="ID", help="A snapshot; default: the current one.")


def open_lake(uri: str, name: str) -> Any:
    """The lake at that address, in this process's Spark session."""
    from harmnet.session import build_session
    from harmnet.storage import Lake

    return Lake(build_session(f"harmnet {name}"), uri)


def tell(text: str) -> None:
    """Progress goes to standard error: what is printed is the answer alone."""
    click.echo(text, err=True)
