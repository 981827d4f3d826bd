"""What `harmnet correct` and `harmnet impact` do, apart from reading their arguments."""

from __future__ import annotations

import getpass
from datetime import date

from harmnet.corrections.impact import COLUMNS, as_json, as_rows, impact
from harmnet.corrections.register import Correction
from harmnet.corrections.requests import Request, correct, now
from harmnet.printing import show_json, show_rows
from harmnet.storage import Lake


def run_correct(
    lake: Lake,
    action: str,
    subjects: tuple[str, ...],
    *,
    who: str | None,
    why: str,
    authority: str,
    effective_date: date | None,
    **said: str | None,
) -> Correction:
    """Register a correction; without `who` it is the user of the operating system, without a day it is today."""
    instant = now()
    asked = Request(
        action, subjects, who or getpass.getuser(), why, authority, effective_date or instant.date(), **said
    )
    return correct(lake, asked, now=instant)


def run_impact(lake: Lake, correction_id: int, form: str) -> None:
    """Print what a correction touches."""
    found = impact(lake, correction_id)
    if form == "json":
        show_json(as_json(found))
    else:
        show_rows(COLUMNS, as_rows(found), form)
