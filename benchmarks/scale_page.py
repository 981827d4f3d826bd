"""Writes docs/scale.md and its plot from benchmarks/results and the words beside this file."""

from __future__ import annotations

import json
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

import scale
import side_by_side
import skew
from page_making import COLOURS, ROOT, page_of, save
from scale_tables import in_order, scale_tables, side_tables, skew_table

WORDS = ROOT / "benchmarks" / "scale_page.md"
PAGE = ROOT / "docs" / "scale.md"


def main() -> None:
    """The words with the tables in their places, and the plot into docs/img."""
    grown = json.loads(scale.RESULTS.read_text(encoding="utf-8"))
    beside = json.loads(side_by_side.RESULTS.read_text(encoding="utf-8"))
    skewed = json.loads(skew.RESULTS.read_text(encoding="utf-8"))
    tables = scale_tables(grown) | side_tables(beside) | {"skew": skew_table(skewed)}
    PAGE.write_text(page_of(WORDS.read_text(encoding="utf-8"), tables), encoding="utf-8")
    save(growth_plot(grown), "scale_growth.svg")


def growth_plot(results: dict[str, Any]) -> Figure:
    """Seconds of each stage, stacked, over the size of the force."""
    medians = results["medians"]
    sizes = [row["millions"] for row in medians]
    names = in_order(medians[0]["stages"])
    series = [[row["stages"][name]["median"] for row in medians] for name in names]
    figure, axes = plt.subplots(figsize=(6.5, 3.8), layout="constrained")
    colours = [COLOURS[place % len(COLOURS)] for place in range(len(names))]
    axes.stackplot(sizes, *series, labels=names, colors=colours, alpha=0.75, edgecolor="white", linewidth=0.8)
    axes.plot(sizes, [row["seconds"]["median"] for row in medians], "ko-", markersize=4, linewidth=1, label="all")
    axes.set_xlabel("million involvements")
    axes.set_ylabel("seconds")
    axes.set_xlim(min(sizes), max(sizes))
    axes.set_ylim(0, None)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles[::-1], labels[::-1], loc="outside right center", frameon=False)
    return figure


if __name__ == "__main__":
    main()
