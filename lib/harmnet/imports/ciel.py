"""Project Ciel: who was heard speaking to whom in a drugs network of Montreal (Morselli 2009)."""

from __future__ import annotations

from pathlib import Path

from harmnet.imports.edgelist import write_pairs
from harmnet.imports.writing import Extract


def write(from_dir: Path, extract: Extract, *, roles: str) -> None:
    """Each exchange of edges.csv (source, target, weight: how many) as a crime of two suspects, as edgelist does."""
    write_pairs(from_dir / "edges.csv", extract, ends=("source", "target"), times="weight")
