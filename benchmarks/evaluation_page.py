"""Writes docs/evaluation.md and its plots from benchmarks/results/evaluation.json and the words beside this file."""

from __future__ import annotations

import json
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evaluation_tables import (
    FULL_MEASURES,
    MODELS,
    THEME_MEASURES,
    of_theme,
    per_run,
    runs_of,
    sizes_of,
    tables,
)
from page_making import COLOURS, ROOT, page_of, save

RESULTS = ROOT / "benchmarks" / "results" / "evaluation.json"
WORDS = ROOT / "benchmarks" / "evaluation_page.md"
PAGE = ROOT / "docs" / "evaluation.md"
TARGET = 0.8


def main() -> None:
    """The words with the tables in their places, and plots into docs/img."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    PAGE.write_text(page_of(WORDS.read_text(encoding="utf-8"), tables(results)), encoding="utf-8")
    save(members_plot(results), "evaluation_members.svg")
    save(models_plot(results), "evaluation_models.svg")


def members_plot(results: dict[str, Any]) -> Figure:
    """Precision and recall of the people involved: a point per seed, a panel per size."""
    sizes = sizes_of(results)
    themes = sorted(results["runs"][0]["themes"])
    figure, panels = plt.subplots(
        1, len(sizes), figsize=(4.2 * len(sizes), 3.3), sharey=True, squeeze=False, layout="constrained"
    )
    for axes, size in zip(panels[0], sizes):
        runs = runs_of(results, size=size)
        for shift, (measure, name) in zip((-0.15, 0.15), list(THEME_MEASURES.items())[:2]):
            points = [
                (place + shift, value) for place, theme in enumerate(themes) for value in of_theme(runs, theme, measure)
            ]
            colour = COLOURS[0] if shift < 0 else COLOURS[1]
            axes.scatter(*zip(*points), s=26, color=colour, alpha=0.7, linewidths=0, label=name.split(": ")[1])
        axes.axhline(TARGET, color="grey", linewidth=0.8, linestyle="--")
        axes.set_xticks(range(len(themes)), [theme.replace("_", "\n") for theme in themes])
        axes.set_title(size)
    panels[0][0].set_ylim(None, 1.02)
    panels[0][0].set_ylabel("share of people")
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, frameon=False)
    return figure


def models_plot(results: dict[str, Any]) -> Figure:
    """Every measure under every weight model: mean over the seeds, with a line from the lowest to the highest."""
    rows = [(name, key, True) for key, name in THEME_MEASURES.items()]
    rows += [(name, key, False) for key, name in FULL_MEASURES.items()]
    figure, axes = plt.subplots(figsize=(7, 4.8), layout="constrained")
    for turn, (model, title) in enumerate(MODELS.items()):
        runs = runs_of(results, model=model)
        for place, (_, key, themed) in enumerate(rows):
            values = per_run(runs, key) if themed else [run["full_network"][key] for run in runs]
            _spread(axes, place + (turn - 1.5) * 0.17, values, COLOURS[turn], title if place == 0 else None)
    axes.set_yticks(range(len(rows)), [name for name, _, _ in rows])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.02)
    axes.grid(axis="x", linewidth=0.4)
    figure.legend(loc="outside upper center", ncols=len(MODELS), frameon=False)
    return figure


def _spread(axes: Axes, height: float, values: list[float], colour: str, label: str | None) -> None:
    axes.plot([min(values), max(values)], [height, height], color=colour, linewidth=1.5, alpha=0.6)
    axes.plot([sum(values) / len(values)], [height], "o", color=colour, markersize=5, label=label)


if __name__ == "__main__":
    main()
