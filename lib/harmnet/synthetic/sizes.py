"""How much of everything there is in a force of each size. The rates are the targets of docs/fictional_force.md."""

from __future__ import annotations

from dataclasses import dataclass, field

from harmnet.errors import HarmnetError


@dataclass(frozen=True)
class Size:
    """How much is made: `involvements` over all systems is what comes of it, within a twentieth.

    `background` is the measure by which SHARES fill each table once the stories are written. `networks` are planted per
    theme, with members from and to, `cases` per safeguarding kind, `faults` and `decoys` of each kind; `hub` people are
    in a crowd; the tables in `parquet` are written so.
    """

    name: str
    involvements: int
    background: int
    networks: dict[str, int]
    members: tuple[int, int]
    cases: int
    hub: int
    faults: int
    decoys: int
    parquet: tuple[str, ...] = field(default=("prison_stays",))


def _networks(soc: int, county_lines: int, cse: int, violent_crime: int, modern_slavery: int) -> dict[str, int]:
    return {
        "soc": soc,
        "county_lines": county_lines,
        "cse": cse,
        "violent_crime": violent_crime,
        "modern_slavery": modern_slavery,
    }


_BIG = ("crimes", "crime_people", "people", "custody", "prison_stays")
SIZES = {
    "tiny": Size("tiny", 2_000, 1_340, _networks(1, 2, 1, 1, 1), (4, 6), cases=1, hub=80, faults=1, decoys=1),
    "small": Size("small", 30_000, 31_200, _networks(4, 5, 4, 5, 4), (5, 11), cases=2, hub=250, faults=3, decoys=2),
    "medium": Size(
        "medium", 1_000_000, 1_130_000, _networks(40, 50, 40, 50, 35), (5, 16), cases=15, hub=400, faults=20, decoys=25
    ),
    "large": Size(
        "large",
        10_000_000,
        11_490_000,
        _networks(250, 300, 220, 300, 200),
        (5, 20),
        cases=80,
        hub=800,
        faults=60,
        decoys=200,
        parquet=_BIG,
    ),
}


def size_named(name: str) -> Size:
    """The size with that name. Raises HarmnetError for any other word."""
    if name not in SIZES:
        raise HarmnetError(f"synthesise: no size {name!r}: use {', '.join(SIZES)}")
    return SIZES[name]


# Rows of the background by table, in thousandths of its measure.
SHARES = {
    "suspects": 205,
    "crimes_without_suspect": 215,
    "intelligence_people": 118,
    "custody": 108,
    "prison_stays": 22,
    "missing_episodes": 28,
    "markers": 26,
    "associations": 18,
}
