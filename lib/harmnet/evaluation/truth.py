"""The truth folder that `harmnet synthesise` writes, as far as it is compared with a snapshot."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from harmnet.errors import HarmnetError

OFFENDER, VICTIM = "OFFENDER", "VICTIM"


@dataclass(frozen=True)
class Part:
    """A person's part in a theme: planted in a network, or in the background (network empty)."""

    theme: str
    network: str
    person: str
    role: str
    side: str
    origin: str


@dataclass(frozen=True)
class Case:
    """Someone who needs protecting, and the planted network that the case is tied to."""

    case: str
    kind: str
    person: str
    theme: str


@dataclass(frozen=True)
class Truth:
    """Parts, cases, and the person references that each person is met under."""

    parts: tuple[Part, ...]
    cases: tuple[Case, ...]
    refs: dict[str, tuple[str, ...]]

    @property
    def themes(self) -> tuple[str, ...]:
        """Themes that anybody has a part in, sorted."""
        return tuple(sorted({part.theme for part in self.parts}))

    def people(self, theme: str, side: str) -> set[str]:
        """Persons on that side of the theme, planted and background alike."""
        return {part.person for part in self.parts if (part.theme, part.side) == (theme, side)}

    def networks(self) -> dict[tuple[str, str], set[str]]:
        """(theme, planted network) -> persons on its offender side, in the order of the names."""
        found: dict[tuple[str, str], set[str]] = {}
        for part in sorted(self.parts, key=lambda part: (part.theme, part.network)):
            if part.network and part.side == OFFENDER:
                found.setdefault((part.theme, part.network), set()).add(part.person)
        return found

    def leaders(self) -> list[tuple[str, str]]:
        """(theme, person) of everyone planted in the role LEADER, sorted."""
        return sorted({(part.theme, part.person) for part in self.parts if part.network and part.role == "LEADER"})


def read_truth(folder: Path) -> Truth:
    """The truth in the folder; HarmnetError when a file is not there."""
    parts = tuple(
        Part(row["theme"], row["network"], row["person_id"], row["role"], row["side"], row["origin"])
        for row in _rows(folder / "members.csv")
    )
    cases = tuple(
        Case(row["case"], row["kind"], row["person_id"], row["theme"]) for row in _rows(folder / "safeguarding.csv")
    )
    wanted = {part.person for part in parts} | {case.person for case in cases}
    refs = {
        row["person_id"]: tuple(row["person_refs"].split(";"))
        for row in _rows(folder / "people.csv")
        if row["person_id"] in wanted
    }
    return Truth(parts, cases, refs)


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except FileNotFoundError:
        raise HarmnetError(
            f"{path}: no such file; --truth is the folder truth/ that harmnet synthesise writes"
        ) from None
