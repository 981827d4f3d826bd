"""Sicilian Mafia, operation Montagna: who met whom, and how often (Cavallaro et al. 2020)."""

from __future__ import annotations

from pathlib import Path

from harmnet.imports.edgelist import write_pairs
from harmnet.imports.writing import Extract


def write(from_dir: Path, extract: Extract, *, roles: str) -> None:
    """Each meeting of meetings.csv (source, target, weight: how many) as a crime of two suspects, as edgelist does."""
    write_pairs(from_dir / "meetings.csv", extract, ends=("source", "target"), times="weight")
