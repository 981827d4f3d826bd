"""How delivered columns and codes become those of a raw table: conf/sources.yml, held to the contracts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from harmnet.config import Sources, SourceTable
from harmnet.contracts.model import Table
from harmnet.contracts.raw import RAW_TABLES, SYSTEMS
from harmnet.errors import HarmnetError

OP = "op"
BY_SOURCE = {table.source: table for table in RAW_TABLES}


@dataclass(frozen=True)
class Mapping:
    """One raw table's part of conf/sources.yml. `columns` and `codes` are keyed by raw column."""

    table: Table
    columns: dict[str, str]
    codes: dict[str, dict[str, str]]
    constants: dict[str, str]

    @property
    def wanted(self) -> dict[str, str]:
        """Raw column -> delivered column, for every column that must be delivered, in the table's order."""
        return {name: self.columns.get(name, name) for name in self.table.names if name not in self.constants}

    @property
    def op_column(self) -> str:
        """Delivered column that says UPSERT or DELETE, if there is one."""
        return self.columns.get(OP, OP)

    def as_text(self) -> str:
        """The mapping as canonical JSON: part of the table's digest."""
        parts = {"columns": self.columns, "codes": self.codes, "constants": self.constants}
        return json.dumps(parts, sort_keys=True, ensure_ascii=True)


@dataclass(frozen=True)
class Match:
    """What of a mapping was found: raw column -> delivered column, what is missing, what is not read."""

    found: dict[str, str]
    missing: dict[str, str]
    extra: tuple[str, ...]

    def faults(self, table: Table, delivered: Iterable[str]) -> list[str]:
        """One line that names every missing column; none when all are there."""
        if not self.missing:
            return []
        missing = ", ".join(name if name == raw else f"{name} (for {raw})" for raw, name in self.missing.items())
        return [
            f"missing column: {missing}; found {', '.join(delivered) or 'none'}: "
            f"deliver it, or name the column that holds it in conf/sources.yml under tables.{table.source}.columns"
        ]


def match(mapping: Mapping, delivered: Iterable[str], *, any_case: bool = False) -> Match:
    """Find a mapping's columns among the delivered ones; `any_case` for catalogues that keep names in lower case."""
    names = list(delivered)
    by_case = {name.lower(): name for name in names} if any_case else {}
    wanted = {**mapping.wanted, OP: mapping.op_column}
    found, missing = {}, {}
    for raw, name in wanted.items():
        if name in names:
            found[raw] = name
        elif name.lower() in by_case:
            found[raw] = by_case[name.lower()]
        elif raw != OP or OP in mapping.columns:
            missing[raw] = name
    extra = tuple(name for name in names if name not in found.values())
    return Match(found=found, missing=missing, extra=extra)


def is_on(sources: Sources, table: Table) -> bool:
    """True when the table's source system is not switched off."""
    system = next(name for name, tables in SYSTEMS.items() if table in tables)
    return system == "people" or sources.systems.get(system, True)  # type: ignore[call-overload]


def read_mappings(sources: Sources) -> dict[str, Mapping]:
    """Every raw table's mapping, by source name. Raises HarmnetError with each name in conf that no contract knows."""
    problems = [
        f"conf/sources.yml: tables.{name}: no such table; there are {', '.join(BY_SOURCE)}"
        for name in sources.tables
        if name not in BY_SOURCE
    ]
    mappings = {}
    for name, table in BY_SOURCE.items():
        source = sources.tables.get(name, SourceTable())
        problems += _problems(table, source)
        mappings[name] = Mapping(table, source.columns, source.codes, source.constants)
    if problems:
        raise HarmnetError(problems)
    return mappings


def _problems(table: Table, source: SourceTable) -> list[str]:
    known = (*table.names, OP)
    where = f"conf/sources.yml: tables.{table.source}"
    unknown = [
        f"{where}.{part}.{column}: {table.name} has no such column; it has {', '.join(known)}"
        for part in ("columns", "codes", "constants")
        for column in getattr(source, part)
        if column not in known
    ]
    twice = [
        f"{where}.constants.{column}: is under columns or codes too; keep one"
        for column in source.constants
        if column in source.columns or column in source.codes
    ]
    lists = [
        f"{where}.constants.{column}: op cannot be the same for every row; leave it out"
        for column in source.constants
        if column == OP
    ]
    return [*unknown, *twice, *lists]
