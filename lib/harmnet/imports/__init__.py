"""Public data sets as extracts that ingest takes unchanged: `harmnet import DATASET --from DIR --out DIR`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from harmnet.errors import HarmnetError
from harmnet.imports import caviar, ciel, edgelist, incidence, montagna, pole, st_louis, togo
from harmnet.imports.writing import new_extract

Importer = Callable[..., None]
"""`write(from_dir, extract, *, roles)`: reads the data set in from_dir and adds its rows to the extract."""

IMPORTERS: dict[str, Importer] = {
    "st_louis": st_louis.write,
    "pole": pole.write,
    "incidence": incidence.write,
    "edgelist": edgelist.write,
    "montagna": montagna.write,
    "caviar": caviar.write,
    "ciel": ciel.write,
    "togo": togo.write,
}
ROLES = ("offenders", "all")
DEFAULT_AS_OF = date(2026, 6, 30)


def run_import(
    dataset: str, from_dir: Path, out: Path, *, as_of: date = DEFAULT_AS_OF, roles: str = "offenders"
) -> dict[str, int]:
    """Writes the data set in `from_dir` as an extract folder at `out`; rows per table, in the order of the contracts.

    Records without a date get as_of's date and the flag DATE_ASSUMED. `roles` matters to st_louis alone: only its
    suspects, or everyone on a crime as a suspect. Raises HarmnetError, one line per fault, and then leaves no `out`.
    """
    if dataset not in IMPORTERS:
        raise HarmnetError(f"import {dataset}: no such data set; choose one of {', '.join(IMPORTERS)}")
    if roles not in ROLES:
        raise HarmnetError(f"--roles {roles}: not known; choose one of {', '.join(ROLES)}")
    if roles == "all" and dataset != "st_louis":
        raise HarmnetError(
            f"--roles all: {dataset} keeps the roles it is given, only st_louis folds them; leave --roles out"
        )
    if not from_dir.is_dir():
        raise HarmnetError(f"--from {from_dir}: no such folder")
    with new_extract(out, dataset=dataset, as_of=as_of) as extract:
        IMPORTERS[dataset](from_dir, extract, roles=roles)
    return extract.counts()
