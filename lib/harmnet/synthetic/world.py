"""A force in the making: its people, its tables, and what is true about them."""

from __future__ import annotations

from dataclasses import dataclass, field

from harmnet.synthetic.draws import Draws
from harmnet.synthetic.frames import Frame, Texts
from harmnet.synthetic.layout import LAYOUT
from harmnet.synthetic.population import MEAN_CRIMES, People, make_people
from harmnet.synthetic.sizes import SHARES, Size

# Suspects on a crime with suspects, and victims or witnesses per person who is only that: what the rates come to.
_SUSPECTS_PER_CRIME = 1.19
_VICTIM_ROWS_PER_PERSON = 1.75


@dataclass(frozen=True)
class Member:
    """One person's part in one planted network."""

    theme: str
    network: str
    person: int
    role: str
    side: str


@dataclass(frozen=True)
class Network:
    """One planted network and the area where it is at home."""

    theme: str
    name: str
    area: str


@dataclass(frozen=True)
class Case:
    """Someone who needs protecting, and why."""

    kind: str
    person: int
    theme: str
    network: str
    detail: str


@dataclass(frozen=True)
class Fault:
    """A fault planted in one row, and what should become of it; a row of people is named by its person."""

    fault: str
    table: str
    row: int
    expected: str


@dataclass
class World:
    """Everything that is being made."""

    size: Size
    seed: int
    texts: Texts
    frames: dict[str, Frame]
    people: People
    members: list[Member] = field(default_factory=list)
    networks: list[Network] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    offenders: dict[str, list[int]] = field(default_factory=dict)
    group_names: dict[str, str] = field(default_factory=dict)
    barely_known: set[int] = field(default_factory=set)
    arrests: int = 0
    next_cell: int = 1

    def draws(self, name: str) -> Draws:
        """The stream of draws of one part."""
        return Draws(self.seed, f"{self.size.name} {name}")

    def new_arrests(self, n: int) -> int:
        """Take n arrest numbers; the first of them."""
        first = self.arrests + 1
        self.arrests += n
        return first

    def involvements(self) -> int:
        """Person-event rows so far; an association counts for both people."""
        rows = {name: frame.rows for name, frame in self.frames.items() if name not in ("crimes", "intelligence")}
        return sum(rows.values()) + rows["associations"]


def new_world(size: Size, seed: int) -> World:
    """A force with its people and nothing that happened yet."""
    suspects = size.background * SHARES["suspects"] // 1000
    crimes = int(suspects / _SUSPECTS_PER_CRIME)
    victims = int((crimes * 0.62 + size.background * SHARES["crimes_without_suspect"] / 1000) * 0.95)
    draws = Draws(seed, f"{size.name} people")
    people = make_people(
        draws, offenders=max(int(crimes / MEAN_CRIMES), 20), others=max(int(victims / _VICTIM_ROWS_PER_PERSON), 60)
    )
    return World(size, seed, Texts(), {name: Frame(name) for name in LAYOUT}, people)
