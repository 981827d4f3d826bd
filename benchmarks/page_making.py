"""A page of docs made of words with tables in their places, and its plots."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

mpl.use("svg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "img"
# Okabe and Ito's colours: told apart by colour-blind readers.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
# The same bytes from the same results.
plt.rcParams.update({"svg.hashsalt": "harmnet", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False})


def page_of(words: str, made: dict[str, str]) -> str:
    """The words with each table between the two marks of its name."""
    for name, table in made.items():
        opening, closing = f"<!-- {name} -->\n\n", f"<!-- /{name} -->"
        before, after = words.split(opening + closing)
        words = f"{before}{opening}{table}\n\n{closing}{after}"
    return words


def save(figure: Figure, name: str) -> None:
    """The plot into docs/img, without a word of when it was made."""
    IMAGES.mkdir(exist_ok=True)
    figure.savefig(IMAGES / name, metadata={"Date": None})
    plt.close(figure)


def table_of(heads: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown; all columns but the first are figures."""
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * (len(heads) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
