"""`make demo`: a fictional force, from its records to published networks, beside those that were planted."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import date
from pathlib import Path

import click

from harmnet.errors import HarmnetError

_QUERIES = {
    "The three networks to look at first, per theme": (
        "SELECT p.theme, p.rank, p.network_id, n.size, p.score, p.theme_harm_micro, p.all_harm_micro,"
        " p.centrality_micro, p.recency_micro, p.exploitation_micro, p.rank_best, p.rank_worst"
        " FROM network_priorities p JOIN networks n USING (theme, network_id)"
        " WHERE p.rank <= 3 AND p.theme <> 'all' ORDER BY p.theme, p.rank"
    ),
    "The strongest tie between two people involved in county lines": (
        "SELECT e.src, e.dst, e.relation, e.weight_micro, e.records, e.ties FROM edges e"
        " JOIN theme_members a ON a.theme = 'county_lines' AND a.involved AND a.nominal_id = e.src"
        " JOIN theme_members b ON b.theme = 'county_lines' AND b.involved AND b.nominal_id = e.dst"
        " WHERE e.relation = 'ASSOCIATION' ORDER BY e.weight_micro DESC, e.src, e.dst LIMIT 1"
    ),
}


def run(folder: Path) -> None:
    """Write extracts and a lake below the folder (emptied first), refresh, and show what was found."""
    from harmnet.config import load_settings
    from harmnet.evaluation import evaluate
    from harmnet.explain import explain
    from harmnet.ingest import ingest
    from harmnet.printing import show_evaluation, show_explanation, show_rows
    from harmnet.refresh import refresh
    from harmnet.session import build_session
    from harmnet.snapshots.manifest import current
    from harmnet.sql import query
    from harmnet.storage import Lake
    from harmnet.synthetic import synthesise

    shutil.rmtree(folder, ignore_errors=True)
    click.echo("A fictional force of about 30,000 involvements; nobody in it exists.")
    synthesise("small", 1, folder / "extracts")
    lake, settings = Lake(build_session("harmnet demo", small=True), str(folder / "lake")), load_settings()
    ingest(lake, settings, extracts=str(folder / "extracts"), progress=click.echo)
    refresh(lake, settings, as_of=date(2026, 6, 30), progress=click.echo)
    snapshot = current(lake)
    if snapshot is None:
        raise HarmnetError(f"{lake.root}: the refresh ended without a snapshot")
    click.echo("\nWhat was planted, and what was found\n")
    show_evaluation(evaluate(lake, snapshot, folder / "extracts" / "truth"))
    for title, statement in _QUERIES.items():
        click.echo(f"\n{title}\n  {statement}\n")
        columns, rows = query(lake, statement)
        show_rows(columns, rows, "table")
    click.echo(f"\nThe records behind it: harmnet explain --lake {lake.root} {rows[0][0]} {rows[0][1]}\n")
    show_explanation(explain(lake, snapshot, rows[0][0], rows[0][1]), rows[0][0], rows[0][1])
    click.echo(f'The lake stays in {folder}: harmnet sql --lake {folder / "lake"} "SELECT * FROM pub_networks"')


if __name__ == "__main__":
    try:
        run(Path(os.environ.get("HARMNET_DEMO", ".demo")))
    except HarmnetError as error:
        for problem in error.problems:
            click.echo(f"harmnet: {problem}", err=True)
        sys.exit(2)
