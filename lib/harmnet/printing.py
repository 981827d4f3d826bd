"""Answers on standard output: tables for people, CSV and JSON for programs."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click
from rich import box
from rich.console import Console
from rich.table import Table as Grid

if TYPE_CHECKING:
    from harmnet.explain import Record

_WIDE = 200


def show_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]], form: str) -> None:
    """Print rows as a table, CSV (header first) or JSON (a list of objects)."""
    if form == "json":
        show_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_text(value) for value in row] for row in rows)
    else:
        show_grid(columns, rows)
        click.echo(f"{len(rows):,} row(s)")


def show_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, indent=2, default=_plain, ensure_ascii=False))


def show_explanation(records: Sequence[Record], one: str, other: str) -> None:
    """Print the records behind a tie, relation by relation, with the sum under each."""
    if not records:
        click.echo(f"no record ties {one} and {other}")
    for relation in sorted({record.relation for record in records}):
        mine = [record for record in records if record.relation == relation]
        total = sum(record.weight_micro for record in mine if record.counted)
        click.echo(f"{relation}: weight {total / 1e6:.6f}")
        columns = ["tie", "record", "date", "times", "base", "quality", "decay", "n", "weight", ""]
        show_grid(
            columns,
            [
                (
                    record.tie,
                    record.record_ref,
                    record.event_date,
                    record.times,
                    f"{record.base_micro / 1e6:.3f}",
                    f"{record.quality_micro / 1e6:.3f}",
                    f"{record.decay_micro / 1e6:.6f}",
                    record.n,
                    f"{record.weight_micro / 1e6:.6f}",
                    "" if record.counted else "not counted: same event",
                )
                for record in mine
            ],
        )


def show_evaluation(found: dict[str, Any]) -> None:
    """Print shares per theme, each planted network beside what was found of it, how many were missed and why."""
    from harmnet.evaluation.members import REASONS

    shares = ("member_precision", "member_recall", "network_precision", "network_recall", "leader_percentile")
    show_grid(
        ["theme", *(name.replace("_", " ") for name in shares), "planted networks", "found", "leaders in top 3"],
        [
            (
                name,
                *(_share(theme[share]) for share in shares),
                theme["planted_networks"],
                theme["networks_found"],
                _share(theme["leaders_in_top_3"]),
            )
            for name, theme in found["themes"].items()
        ],
    )
    columns = ["theme", "planted", "offenders", "involved", "in one network", "network found", "its size"]
    rows = [
        tuple(network[name] for name in ("theme", "planted", "offenders", "involved", "together", "network_id", "size"))
        for network in found["networks"]
    ]
    show_grid(columns, rows)
    reasons = Counter((row["theme"], row["reason"]) for row in found["missed"])
    if reasons:
        show_grid(
            ["theme", "missed", "because"],
            [(theme, number, REASONS[reason]) for (theme, reason), number in sorted(reasons.items())],
        )
    if found["safeguarding"]:
        show_grid(
            ["people who need protecting", "cases", "found"],
            [(kind, of["cases"], of["found"]) for kind, of in found["safeguarding"].items()],
        )


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def show_grid(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows under column names, numbers to the right."""
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(columns):
        numeric = bool(rows) and all(
            isinstance(row[place], int | float) and not isinstance(row[place], bool) for row in rows
        )
        grid.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(_text(value) for value in row))
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else _WIDE, markup=False, highlight=False)
    console.print(grid)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ";".join(_text(item) for item in value)
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
