"""A comparison as tables for people."""

from __future__ import annotations

import click

from harmnet.comparison import Comparison
from harmnet.printing import show_rows

_NETWORK = ("theme", "event", "network_id", "parent_network_id", "shared_members", "size", "parent_size")
_PERSON = ("theme", "change", "nominal_id", "rank_before", "rank_after", "why", "records")


def show_comparison(found: Comparison) -> None:
    """Print what the snapshots were made from, networks that changed, how many people did, and the first of them."""
    click.echo(f"{found.before} -> {found.after} (decision support, not evidence)")
    for line in found.ground or ["made from the same"]:
        click.echo(f"  {line}")
    click.echo("\nNetworks that did not just continue")
    show_rows(_NETWORK, [[row[name] for name in _NETWORK] for row in found.networks], "table")
    for theme, count in found.continued.items():
        click.echo(f"  {theme}: {count:,} continued")
    click.echo("\nPeople, counted")
    show_rows(["theme", "change", "people"], [list(row.values()) for row in found.changes], "table")
    click.echo("\nPeople, the highest ranks first")
    show_rows(_PERSON, [[row[name] for name in _PERSON] for row in found.people], "table")
