"""Commands about snapshots: which there are, whether they are still what was published.

Exit status: 0 it holds, 2 the question was refused, 3 only what is stored could be verified, 4 it does not hold.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from harmnet.options import CONF, DAY, FORMAT, LAKE, PURPOSE, open_lake, tell

ONLY_STORED, DOES_NOT_HOLD = 3, 4


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
    columns += ["withdrawn", "retired", "reason"]
    found = published(open_lake(lake, "snapshots"))
    show_rows(columns, [[getattr(snapshot, name) for name in columns] for snapshot in found], form)


@click.command()
@LAKE
@click.option("--days", type=click.IntRange(min=0), required=True, help="How many days back it may look from.")
@click.option("--on", type=DAY, help="The day it is asked for; default: today, in UTC.")
def fresh(lake: str, days: int, on: datetime | None) -> None:
    """Check that the current snapshot is recent enough, in one line; exit status 0 when it is, 4 if not.

    \b
    Example: harmnet fresh --lake hdfs:///data/harmnet --days 2
    """
    from harmnet.snapshots.manifest import current

    opened = open_lake(lake, "fresh")
    found, day = current(opened), (on or datetime.now(UTC)).date()
    if found is None:
        click.echo(f"NOT FRESH: no snapshot is shown in {opened.root}")
        sys.exit(DOES_NOT_HOLD)
    age = (day - found.as_of).days
    told = f"current snapshot {found.snapshot_id} is as of {found.as_of}, {age} days before {day}"
    if age > days:
        click.echo(f"NOT FRESH: {told}; {days} allowed")
        sys.exit(DOES_NOT_HOLD)
    click.echo(told)


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
    from harmnet.snapshots.chain import heads, read_checkpoint
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
        last = heads(opened)
        if not last:
            raise HarmnetError(f"{opened.root}: no event was recorded yet, so there is no checkpoint to export")
        export(opened, last, export_checkpoint)
        click.echo(f"checkpoint written to {export_checkpoint}")
    click.echo("verified")


@click.command()
@LAKE
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept for good.")
@click.argument("snapshot_id", metavar="ID")
def withdraw(lake: str, reason: str, snapshot_id: str) -> None:
    """Withdraw snapshot ID: readers see the one before it. Prints which one that is.

    \b
    Example: harmnet withdraw --lake lake 20260630-1a2b3c4d --reason "extract of custody was from a test system"
    """
    from harmnet.snapshots.withdraw import withdraw as take_back

    current, following = take_back(open_lake(lake, "withdraw"), snapshot_id, reason=reason)
    for snapshot in following:
        tell(f"snapshot {snapshot.snapshot_id} follows it and stays: what it calls new or continued was told from it")
    click.echo(current.snapshot_id if current else "no snapshot is shown now")


@click.command()
@LAKE
@CONF
def maintain(lake: str, conf: Path | None) -> None:
    """Keep the lake in order: small files put together, unneeded ones deleted, old snapshots retired if conf says so.

    \b
    Example: harmnet maintain --lake hdfs:///data/harmnet
    """
    from harmnet.config import load_maintenance
    from harmnet.snapshots.maintain import maintain as keep_in_order

    maintenance = load_maintenance(conf)
    keep_in_order(open_lake(lake, "maintain"), maintenance, progress=tell)


@click.command()
@LAKE
@click.argument("snapshot_id", metavar="ID")
def reproduce(lake: str, snapshot_id: str) -> None:
    """Derive snapshot ID again from its pinned batches, with its own conf, and compare. Nothing is published.

    Answers IDENTICAL (exit status 0), STORED_VERIFIED (3: inputs were erased since, what is stored proves out) or
    DIFFERENT (4), with the likely causes and the first rows that differ.

    \b
    Example: harmnet reproduce --lake lake 20260630-1a2b3c4d
    """
    from harmnet.snapshots.reproduce import DIFFERENT, STORED_VERIFIED
    from harmnet.snapshots.reproduce import reproduce as derive_again

    found = derive_again(open_lake(lake, "reproduce"), snapshot_id, progress=tell)
    for cause in found.causes:
        click.echo(cause)
    for table in found.differences:
        click.echo(f"{table.table_name}: {table.what}")
        for row in table.rows:
            click.echo(f"  {row}")
    click.echo(found.answer)
    sys.exit({STORED_VERIFIED: ONLY_STORED, DIFFERENT: DOES_NOT_HOLD}.get(found.answer, 0))


@click.command()
@LAKE
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@PURPOSE
def compare(lake: str, form: str, before: str, after: str, purpose: str | None) -> None:
    """Say what became of snapshot A in snapshot B: networks, people who joined, left or moved rank, and why.

    \b
    Example: harmnet compare --lake lake 20260531-1a2b3c4d 20260630-5e6f7a8b
    """
    from harmnet.access.readers import ask
    from harmnet.comparison.show import show_comparison
    from harmnet.printing import show_json

    found = ask(open_lake(lake, "compare"), "compare", {"before": before}, snapshot=after, purpose=purpose)
    if form == "json":
        show_json(found.as_json())
    else:
        show_comparison(found)


COMMANDS = (snapshots, fresh, verify, withdraw, maintain, reproduce, compare)
