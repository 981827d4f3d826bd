"""The command line: `harmnet COMMAND --help` shows each command with an example."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from harmnet.access.commands import COMMANDS as ACCESS
from harmnet.corrections.commands import COMMANDS as CORRECTIONS
from harmnet.errors import HarmnetError, unexpected
from harmnet.options import CONF, DAY, FORMAT, KNOWN_AT, LAKE, PURPOSE, SNAPSHOT, open_lake, tell
from harmnet.snapshots.commands import COMMANDS as SNAPSHOTS
from harmnet.sql_service.commands import COMMANDS as SQL_SERVICE


class _Group(click.Group):
    """Shows a HarmnetError, and any error of Spark or the file system, as one line per problem and no stack trace."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except HarmnetError as error:
            for problem in error.problems:
                click.echo(f"harmnet: {problem}", err=True)
            sys.exit(2)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if os.environ.get("HARMNET_TRACE"):
                raise
            click.echo(f"harmnet: {ctx.invoked_subcommand}: {unexpected(error)}", err=True)
            sys.exit(1)


@click.group(cls=_Group, context_settings={"max_content_width": 110, "help_option_names": ["-h", "--help"]})
@click.version_option(package_name="harmnet")
def main() -> None:
    """Find criminal networks in a force's own records, measure their harm, say where to look first.

    What it says is decision support, not evidence. A first run:

    \b
      harmnet synthesise --size small --seed 1 --out extracts
      harmnet ingest  --lake lake --from extracts
      harmnet refresh --lake lake --as-of 2026-06-30
      harmnet sql     --lake lake "SELECT * FROM pub_network_priorities WHERE rank <= 3"
    """


@main.command()
@click.option("--size", type=click.Choice(["tiny", "small", "medium", "large"]), required=True)
@click.option("--seed", type=int, required=True, help="Same seed, same bytes.")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Folder to write; must not exist or be empty."
)
def synthesise(size: str, seed: int, out: Path) -> None:
    """Write the extracts of a fictional force, and the truth about it in OUT/truth.

    \b
    Example: harmnet synthesise --size tiny --seed 1 --out /tmp/extracts
    """
    from harmnet.synthetic import synthesise as write

    _show_rows(write(size, seed, out), out)


@main.command(name="import")
@click.argument("dataset")
@click.option("--from", "source", type=click.Path(path_type=Path), required=True, help="Folder of the data set.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the extracts.")
@click.option("--as-of", type=DAY, default="2026-06-30", show_default=True, help="Date of records that have none.")
@click.option(
    "--roles", type=click.Choice(["offenders", "all"]), default="offenders", show_default=True, help="st_louis only."
)
def import_dataset(dataset: str, source: Path, out: Path, as_of: datetime, roles: str) -> None:
    """Turn a public DATASET into extracts: st_louis, pole, incidence, edgelist, montagna, caviar, ciel, togo.

    \b
    Example: harmnet import st_louis --from moreno_crime --out /tmp/extracts
    """
    from harmnet.imports import run_import

    _show_rows(run_import(dataset, source, out, as_of=as_of.date(), roles=roles), out)


def _show_rows(rows: dict[str, int], out: Path) -> None:
    for name, count in rows.items():
        click.echo(f"{name:<22} {count:>12,}")
    click.echo(f"written to {out}")


@main.command()
@LAKE
@click.option("--from", "extracts", metavar="DIR", help="Extract folder; without it, the tables of conf/sources.yml.")
@click.option(
    "--mode",
    type=click.Choice(["DELTA", "FULL"]),
    default="DELTA",
    show_default=True,
    help="FULL: keys that vanished are deleted.",
)
@CONF
def ingest(lake: str, extracts: str | None, mode: str, conf: Path | None) -> None:
    """Take one batch into the lake. It exists whole or not at all; the same batch again changes nothing.

    \b
    Example: harmnet ingest --lake hdfs:///data/harmnet --from /data/extracts/2026-06-30
    """
    from harmnet.config import load_settings
    from harmnet.ingest import ingest as take_in

    settings = load_settings(conf)
    result = take_in(open_lake(lake, "ingest"), settings, extracts=extracts, mode=mode, progress=tell)
    click.echo(result.batch_id)


@main.command()
@LAKE
@click.option("--as-of", type=DAY, required=True, help="Day the analysis looks back from.")
@CONF
@KNOWN_AT
@click.option("--answer", metavar="FILE", help="Write the snapshot and what was said here too, as JSON; may be hdfs:.")
def refresh(lake: str, as_of: datetime, conf: Path | None, known_at: int | datetime | None, answer: str | None) -> None:
    """Take the batches to a published snapshot; prints its id last.

    \b
    Example: harmnet refresh --lake hdfs:///data/harmnet --as-of 2026-06-30
             harmnet refresh --lake hdfs:///data/harmnet --as-of 2026-06-30 --known-at 2026-06-30T03:00:00Z
    """
    from harmnet.answer import write_answer
    from harmnet.config import load_operating, load_settings
    from harmnet.refresh import refresh as take

    settings, operating = load_settings(conf), load_operating(conf)
    said: list[str] = []

    def progress(text: str) -> None:
        said.append(text)
        tell(text)

    opened = open_lake(lake, "refresh")
    snapshot = take(opened, settings, as_of=as_of.date(), known_at=known_at, operating=operating, progress=progress)
    if answer:
        write_answer(opened, answer, snapshot, said)
    click.echo(snapshot.snapshot_id)


@main.command()
@LAKE
@click.option("--recipe", metavar="HASH", help="Recipe (or its first digits) to work on; default: the last one pinned.")
@click.option("--as-of", type=DAY, help="pin only: day the analysis looks back from.")
@CONF
@KNOWN_AT
@click.argument("name")
def stage(
    lake: str, recipe: str | None, as_of: datetime | None, conf: Path | None, known_at: int | datetime | None, name: str
) -> None:
    """Run the one stage NAME of a pinned recipe; `pin` fixes the recipe first and prints its hash.

    \b
    Example: harmnet stage pin --lake lake --as-of 2026-06-30
             harmnet stage link --lake lake
    """
    from harmnet.config import load_operating
    from harmnet.one_stage import pin_recipe, run_named

    budgets = load_operating(conf).budgets
    opened = open_lake(lake, f"stage {name}")
    if name == "pin":
        if as_of is None:
            raise HarmnetError("stage pin: --as-of DATE is missing")
        click.echo(pin_recipe(opened, conf, as_of=as_of.date(), known_at=known_at))
    else:
        click.echo(run_named(opened, name, recipe, budgets=budgets, progress=tell))


@main.command()
@LAKE
@SNAPSHOT
@PURPOSE
@FORMAT
@click.argument("statement")
def sql(lake: str, snapshot: str | None, purpose: str | None, form: str, statement: str) -> None:
    """Run one SQL STATEMENT on the lake. Tables show the current snapshot unless the statement filters on snapshot_id.

    \b
    Example: harmnet sql --lake lake "SELECT theme, count(*) FROM networks GROUP BY theme"
    """
    from harmnet.access.readers import ask
    from harmnet.printing import show_rows

    asked = {"statement": statement}
    columns, rows = ask(open_lake(lake, "sql"), "sql", asked, snapshot=snapshot, purpose=purpose)
    show_rows(columns, rows, form)


@main.command()
@LAKE
@SNAPSHOT
@PURPOSE
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.argument("nominal")
@click.argument("other_nominal")
def explain(lake: str, snapshot: str | None, purpose: str | None, form: str, nominal: str, other_nominal: str) -> None:
    """Show the records behind the tie of two people, with every factor of every weight.

    \b
    Example: harmnet explain --lake lake N0000012 N0000034 --format json
    """
    from harmnet.access.readers import ask
    from harmnet.explain import as_json
    from harmnet.printing import show_explanation, show_json

    asked = {"people": [nominal, other_nominal]}
    records = ask(open_lake(lake, "explain"), "explain", asked, snapshot=snapshot, purpose=purpose)
    if form == "json":
        show_json(as_json(records))
    else:
        show_explanation(records, nominal, other_nominal)


@main.command()
@LAKE
@SNAPSHOT
@PURPOSE
@click.option("--network", required=True, metavar="ID", help="A network_id of that snapshot.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="HTML to write; replaced if there."
)
def chart(lake: str, snapshot: str | None, purpose: str | None, network: str, out: Path) -> None:
    """Draw one network as one HTML file that opens anywhere and loads nothing.

    \b
    Example: harmnet chart --lake lake --network county_lines-0123456789abcdef --out network.html
    """
    from harmnet.access.readers import ask
    from harmnet.charts import draw

    opened, asked = open_lake(lake, "chart"), {"network": network}
    click.echo(draw(lambda: ask(opened, "chart", asked, snapshot=snapshot, purpose=purpose), out))


@main.command()
@click.option("--lake", metavar="URI", help="Root of the lake that holds --network.")
@SNAPSHOT
@PURPOSE
@click.option("--network", metavar="ID", help="A network_id of that snapshot.")
@click.option("--edges", type=click.Path(path_type=Path), metavar="FILE", help="CSV of ties instead: src,dst[,weight].")
@click.option("--nodes", type=click.Path(path_type=Path), metavar="FILE", help="CSV: id[,harm][,cost][,eligible].")
@click.option(
    "--target", default="0.1", show_default=True, help="Share of the largest component that may hold together."
)
@click.option("--budget", type=click.IntRange(min=0), metavar="K", help="Most people to remove.")
@click.option(
    "--objective",
    type=click.Choice(["connectivity", "harm"]),
    default="connectivity",
    show_default=True,
    help="harm: that share of the harm may stay in components larger than the target.",
)
@click.option("--cost", metavar="COLUMN", help="What a removal costs: a column of --nodes, or of costs in conf.")
@click.option("--exact", is_flag=True, help="The least there is, with its bound; and key players up to five.")
@click.option("--time-limit", type=float, default=300.0, show_default=True, metavar="SECONDS", help="For --exact.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def dismantle(**asked: Any) -> None:
    """Say how one network would best be taken apart: whom to remove, in which order, and how sure that is.

    \b
    Example: harmnet dismantle --lake lake --network county_lines-0123456789abcdef
             harmnet dismantle --edges ties.csv --target 0.1 --exact --format json
    """
    from harmnet.dismantling.analysis import HowAnalysed
    from harmnet.dismantling.command import Request, run

    how = HowAnalysed(budget=asked.pop("budget"), exact=asked.pop("exact"), seconds=asked.pop("time_limit"))
    run(Request(**asked, how=how), open_lake, tell)


@main.command()
@LAKE
@click.option(
    "--truth",
    type=click.Path(path_type=Path, exists=True),
    required=True,
    help="The truth folder of a fictional force.",
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@PURPOSE
def evaluate(lake: str, truth: Path, form: str, purpose: str | None) -> None:
    """Compare the current snapshot with what was planted in a fictional force.

    \b
    Example: harmnet evaluate --lake lake --truth extracts/truth --format json
    """
    from harmnet.access.readers import ask
    from harmnet.printing import show_evaluation, show_json

    found = ask(open_lake(lake, "evaluate"), "evaluate", {"truth": str(truth)}, purpose=purpose)
    (show_json if form == "json" else show_evaluation)(found)


for command in (*SNAPSHOTS, *ACCESS, *CORRECTIONS, *SQL_SERVICE):
    main.add_command(command)


if __name__ == "__main__":
    main()
