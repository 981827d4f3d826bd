"""Commands about snapshots: which there are, whether they are still what was published.

Exit status: 0 it holds, 2 the question was refused, 4 it does not hold.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harmnet.options import FORMAT, LAKE, open_lake

DOES_NOT_HOLD = 4


@click.command()
@LAKE
@FORMAT
def snapshots(lake: str, form: str) -> None:
    """List the published snapshots, oldest first.

    \b
    Example: harmnet snapshots --lake lake --format csv
    """
    from harmnet.printing import show_rows
    from harmnet.snapshots.manifest import snapshots as published

    columns = ["snapshot_id", "as_of", "known_at", "published_seq", "parent", "content_hash", "recipe_hash"]
    found = published(open_lake(lake, "snapshots"))
    show_rows(columns, [[getattr(snapshot, name) for name in columns] for snapshot in found], form)


@click.command()
@LAKE
@click.option("--chain", is_flag=True, help="Verify the chain of events, and the tables tied to it.")
@click.option("--checkpoint", type=click.Path(path_type=Path), metavar="FILE", help="The chain must go on from this.")
@click.option("--export-checkpoint", type=click.Path(path_type=Path), metavar="FILE", help="Write one, if all holds.")
@click.argument("snapshot_id", metavar="[ID]", required=False)
def verify(
    lake: str, chain: bool, checkpoint: Path | None, export_checkpoint: Path | None, snapshot_id: str | None
) -> None:
    """Check that snapshot ID, or the record of what happened, is as it was written; exit status 0 when it is, 4 if not.

    \b
    Example: harmnet verify --lake lake 20260630-1a2b3c4d
             harmnet verify --lake lake --chain --checkpoint /safe/checkpoint.json
    """
    from harmnet.errors import HarmnetError
    from harmnet.snapshots.chain import export_checkpoint as export
    from harmnet.snapshots.chain import head, read_checkpoint
    from harmnet.snapshots.verify import verify_chain, verify_snapshot
    from harmnet.views import resolve

    chain = chain or bool(checkpoint or export_checkpoint)
    if not chain and snapshot_id is None:
        raise HarmnetError("verify: say what to verify: the id of a snapshot, or --chain")
    given = read_checkpoint(checkpoint) if checkpoint else None
    opened = open_lake(lake, "verify")
    verdicts = [verify_snapshot(opened, resolve(opened, snapshot_id))] if snapshot_id else []
    verdicts += [verify_chain(opened, given)] if chain else []
    for verdict in verdicts:
        for line in verdict.told:
            click.echo(line)
        for fault in verdict.faults:
            click.echo(f"NOT VERIFIED: {fault}")
    if any(verdict.faults for verdict in verdicts):
        sys.exit(DOES_NOT_HOLD)
    if export_checkpoint:
        last = head(opened)
        if last is None:
            raise HarmnetError(f"{opened.root}: no event was recorded yet, so there is no checkpoint to export")
        export(opened, last, export_checkpoint)
        click.echo(f"checkpoint written to {export_checkpoint}")
    click.echo("verified")


COMMANDS = (snapshots, verify)
