"""What a chart says about a person: age, roles, parts of the priority, measures, harm, signals, handling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import functions as F

from harmnet.contracts import TABLES, Table
from harmnet.contracts.linked import NOMINAL_NAMES, NOMINAL_SIGNALS, NOMINALS
from harmnet.contracts.results import (
    NETWORK_MEMBERS,
    NOMINAL_HARM,
    NOMINAL_MEASURES,
    THEME_MEMBERS,
)
from harmnet.errors import HarmnetError
from harmnet.signals import EPISODE, GROUP, MARKER
from harmnet.snapshots.manifest import Snapshot
from harmnet.storage import Lake

_LEADER = " LEADER"
_FLAGS = "safeguarding_flags"
_MICRO = "_micro"


@dataclass
class Facts:
    """What the snapshot says about one person, seen from one theme. `is_child` is None where age is not known."""

    name: str = ""
    is_child: bool | None = None
    age: int | None = None
    in_prison: bool = False
    release_due: str | None = None
    handling: int = 0
    leader: bool = False
    rules: list[str] = field(default_factory=list)
    themes: list[str] = field(default_factory=list)
    """Themes in which the person is in a network, sorted."""
    score: int | None = None
    rank: int | None = None
    parts: list[tuple[str, int]] = field(default_factory=list)
    measures: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By scope: measure -> value."""
    harm: list[dict[str, Any]] = field(default_factory=list)
    signals: list[dict[str, Any]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    """Reasons of the person's safeguarding flags in this theme, sorted."""

    @property
    def protect(self) -> bool:
        """A child, someone flagged for safeguarding, or of unknown age with a marker or a missing episode."""
        marked = any(signal["kind"] in (MARKER, EPISODE) for signal in self.signals)
        return self.is_child is True or bool(self.reasons) or (self.is_child is None and marked)


def rows_about(
    lake: Lake, snapshot: Snapshot, table: Table, people: Iterable[str], *, theme: str | None = None
) -> list[dict[str, Any]]:
    """Rows of a result table about these people (and this theme), in the order of the table's key."""
    rows = lake.read_result(table, snapshot.snapshot_id).where(F.col("nominal_id").isin(sorted(people)))
    if theme is not None:
        rows = rows.where(F.col("theme") == theme)
    found = [row.asDict() for row in rows.collect()]
    return sorted(found, key=lambda row: tuple(str(row[name]) for name in table.key))


def read_facts(lake: Lake, snapshot: Snapshot, theme: str, people: list[str]) -> dict[str, Facts]:
    """Facts about each of the people. Raises HarmnetError when the parts of a priority do not add up to its score."""
    facts = {person: Facts() for person in people}

    def about(table: Table, theme: str | None = None) -> Iterable[tuple[Facts, dict[str, Any]]]:
        return [(facts[row["nominal_id"]], row) for row in rows_about(lake, snapshot, table, people, theme=theme)]

    for mine, row in about(NOMINALS):
        mine.is_child, mine.age, mine.in_prison = row["is_child"], row["age_at_as_of"], bool(row["in_prison"])
        mine.release_due = _text(row["release_due"])
        mine.handling |= row["handling"] or 0
    for mine, row in about(NOMINAL_NAMES):
        mine.name = " ".join(part for part in (row["forename"], row["surname"]) if part)
    for mine, row in about(THEME_MEMBERS, theme):
        mine.rules = list(row["rules"])
    for mine, row in about(NETWORK_MEMBERS):
        if row["network_id"] is not None:
            mine.themes.append(row["theme"])
    for mine, row in about(TABLES["nominal_priorities"], theme):
        mine.score, mine.rank, mine.parts = row["score"], row["rank"], parts_of(row, row["nominal_id"])
    if _FLAGS in TABLES and lake.has_table(TABLES[_FLAGS]):
        for mine, row in about(TABLES[_FLAGS], theme):
            mine.reasons = sorted({*mine.reasons, row["reason"]})
    measured = [name for name in NOMINAL_MEASURES.names if name not in (*NOMINAL_MEASURES.key, "network_id")]
    for mine, row in about(NOMINAL_MEASURES, theme):
        mine.measures[row["scope"]] = {name: row[name] for name in measured if row[name] is not None}
    for mine, row in about(NOMINAL_HARM, theme):
        mine.harm.append({name: row[name] for name in _HARM})
    for mine, row in about(NOMINAL_SIGNALS):
        mine.leader = mine.leader or (row["kind"] == GROUP and row["signal"].endswith(_LEADER) and row["credible"])
        mine.signals.append({name: _text(row[name]) if name == "last_date" else row[name] for name in _SIGNAL})
        mine.handling |= row["handling"] or 0
    return facts


def parts_of(row: dict[str, Any], whose: str) -> list[tuple[str, int]]:
    """(part, micro-units) of a priority's row. Raises HarmnetError when they do not add up to its score."""
    parts = [(name.removesuffix(_MICRO), value) for name, value in row.items() if name.endswith(_MICRO)]
    if sum(value for _, value in parts) != row["score"]:
        raise HarmnetError(
            f"chart: parts of the priority of {whose} do not add up to its score {row['score']}; "
            "do not use this snapshot"
        )
    return parts


_HARM = ("crime_scope", "status", "crimes", "cchi_full_micro", "css_full_micro")
_SIGNAL = ("kind", "signal", "side", "credible", "records", "last_date", "still")


def _text(value: Any) -> str | None:
    return None if value is None else value.isoformat()
