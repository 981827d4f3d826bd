"""Options that several commands share, and what they do first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

DAY = click.DateTime(formats=["%Y-%m-%d"])
LAKE = click.option("--lake", required=True, metavar="URI", help="Root of the lake: a path, file: or hdfs: address.")
CONF = click.option(
    "--conf",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A force's own conf files, laid over the shipped ones.",
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
