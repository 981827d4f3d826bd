"""The register of corrections: append-only, numbered from 1, a chain of its own; a running refresh keeps nobody out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from pyspark.sql import functions as F

from harmnet.contracts.corrections import CORRECTION_REGISTER
from harmnet.errors import HarmnetError
from harmnet.snapshots.chain import extend
from harmnet.snapshots.digests import table_digest
from harmnet.snapshots.lock import CORRECTIONS, turn
from harmnet.snapshots.recipe import Recipe
from harmnet.storage import Lake

UNDOING = {"LIFT", "UNMERGE"}
CHECKS = {"CONFIRM", "REFUTE"}
HOLDING = {"REMOVE_NOMINAL", "RESTRICT"}
EVERYTHING = "everything"


@dataclass(frozen=True)
class Correction:
    """One row of correction_register; its columns say what each value means."""

    action: str
    who: str
    why: str
    authority: str
    effective_date: date
    correction_id: int = 0
    nominal_id: str | None = None
    refs: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    person_ref: str | None = None
    record: str | None = None
    applies_to: str = EVERYTHING
    others: tuple[str, ...] = ()
    other_refs: tuple[str, ...] = ()
    field: str | None = None
    value: str | None = None
    also_safeguarding: bool = False
    safeguarding_authority: str | None = None
    undoes: int | None = None
    snapshot_id: str | None = None
    registered_at: datetime | None = None

    @property
    def scope(self) -> tuple[str, str]:
        """Kind and name of what it applies to: ("theme", "soc"); the name of `everything` is empty."""
        kind, _, name = self.applies_to.partition(":")
        return kind, name

    @property
    def source_record(self) -> tuple[str, str]:
        """System and record_ref of `record`; two empty texts without one."""
        system, _, reference = (self.record or "").partition(":")
        return system, reference


def read(lake: Lake, *, last: int | None = None) -> tuple[Correction, ...]:
    """The corrections up to number `last` (None: all), by number. No Spark job where nothing was ever registered."""
    if last == 0 or not lake.has_table(CORRECTION_REGISTER):
        return ()
    rows = lake.read_registry(CORRECTION_REGISTER)
    if last is not None:
        rows = rows.where(F.col("correction_id") <= last)
    return tuple(sorted((_correction(row.asDict()) for row in rows.collect()), key=lambda one: one.correction_id))


def pinned(lake: Lake, recipe: Recipe) -> tuple[Correction, ...]:
    """The corrections that a recipe was pinned with, later ones left out.

    Raises HarmnetError when the register no longer holds exactly those rows.
    """
    if not recipe.last_correction:
        return ()
    said = recipe.body["corrections"]
    rows = lake.read_registry(CORRECTION_REGISTER).where(F.col("correction_id") <= recipe.last_correction)
    if table_digest(rows, CORRECTION_REGISTER) != (said["rows"], said["digest"]):
        raise HarmnetError(
            f"{lake.root}: correction_register no longer holds the {said['rows']} correction(s) that recipe "
            f"{recipe.recipe_hash[:8]} was pinned with; the register is append-only: restore it"
        )
    return read(lake, last=recipe.last_correction)


def in_force(corrections: Iterable[Correction]) -> tuple[Correction, ...]:
    """The corrections that hold: neither undone nor themselves only the undoing of one."""
    known = tuple(corrections)
    undone = {one.undoes for one in known if one.action in UNDOING}
    return tuple(one for one in known if one.correction_id not in undone and one.action not in UNDOING)


def append(lake: Lake, make: Callable[[tuple[Correction, ...]], Correction]) -> Correction:
    """Register what `make` returns, given the corrections so far, under the next number; returns it as registered.

    Raises HarmnetError when others keep registering, or as `make` does; nothing is then written.
    """
    with turn(lake, CORRECTIONS, purpose="correct"):
        known = read(lake)
        correction = make(known)
        row = {field.name: _plain(getattr(correction, field.name)) for field in fields(Correction)}
        row["correction_id"] = max((one.correction_id for one in known), default=0) + 1
        extend(lake, [row], CORRECTION_REGISTER)
        return _correction(row)


def _correction(row: dict[str, Any]) -> Correction:
    lists = {"refs", "keys", "others", "other_refs"}
    values = {field.name: row[field.name] for field in fields(Correction)}
    values |= {name: tuple(values[name] or ()) for name in lists}
    return Correction(**values | {"also_safeguarding": bool(values["also_safeguarding"])})


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
