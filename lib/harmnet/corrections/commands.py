"""Commands about corrections: registering one, and what one touches."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from harmnet.options import DAY, FORMAT, LAKE, PURPOSE, open_lake


@click.command()
@LAKE
@click.argument("action")
@click.argument("subjects", nargs=-1, required=True)
@click.option("--why", required=True, help="Reason.")
@click.option("--authority", required=True, help="Who authorised it.")
@click.option("--who", help="Who registers it; default: the user of the operating system.")
@click.option("--effective-date", type=DAY, help="Day from which the decision holds; default: today.")
@click.option(
    "--applies-to",
    metavar="SCOPE",
    help="everything (default), theme:THEME, group:GROUP_REF (a listed group), network:ID or tie:NOMINAL.",
)
@click.option("--safeguarding-authority", help="Out of safeguarding as well: who authorised that, apart.")
@click.option("--field", help="RECTIFY: forename, surname, sex or dob.")
@click.option("--value", help="RECTIFY: what is right, or unknown. REGRADE: scheme, source, information.")
@click.option("--ref", "person_ref", metavar="PERSON_REF", help="UNLINK: the reference that is not this person's.")
@click.option("--record", metavar="SYSTEM:REF", help="UNLINK: the record that the person is not on.")
def correct(
    lake: str, action: str, subjects: tuple[str, ...], who: str | None, effective_date: datetime | None, **said: Any
) -> None:
    """Register a correction; prints its number. It acts at once on what is shown, and in every later run.

    \b
    Example: harmnet correct --lake lake RECTIFY N1 --field dob --value 1990-05-17 --why ... --authority ...
             harmnet correct --lake lake UNLINK N1 --ref CR-09 --why ... --authority ...
             harmnet correct --lake lake UNLINK N1 --record crimes:C01 --why ... --authority ...
             harmnet correct --lake lake MERGE N1 N2 --why "N1 is N2" --authority ...
             harmnet correct --lake lake UNMERGE 4 --why ... --authority ...
             harmnet correct --lake lake REMOVE_NOMINAL N1 --applies-to theme:soc --why ... --authority ...
             harmnet correct --lake lake REGRADE intelligence:R01 --value "5x5x5 D 4" --why ... --authority ...
             harmnet correct --lake lake RESTRICT N1 --why ... --authority ...
             harmnet correct --lake lake LIFT 7 --why ... --authority ...
             harmnet correct --lake lake CONFIRM network:ID --why ... --authority ...
             harmnet correct --lake lake REFUTE N1 N2 --why "they never met" --authority ...
    """
    from harmnet.access.log import user
    from harmnet.corrections.requests import Request
    from harmnet.corrections.requests import correct as register

    now = datetime.now(UTC)
    day = effective_date.date() if effective_date else now.date()
    asked = Request(action, subjects, who or user(), effective_date=day, **said)
    click.echo(register(open_lake(lake, "correct"), asked, now=now).correction_id)


@click.command()
@LAKE
@FORMAT
@PURPOSE
@click.argument("correction", type=int)
def impact(lake: str, form: str, purpose: str | None, correction: int) -> None:
    """List every snapshot, network and score that a CORRECTION touches.

    \b
    Example: harmnet impact --lake lake 3 --format json
    """
    from harmnet.access.readers import ask
    from harmnet.corrections.impact import COLUMNS, as_json, as_rows
    from harmnet.printing import show_json, show_rows

    found = ask(open_lake(lake, "impact"), "impact", {"correction": correction}, purpose=purpose)
    if form == "json":
        show_json(as_json(found))
    else:
        show_rows(COLUMNS, as_rows(found), form)


COMMANDS = (correct, impact)
