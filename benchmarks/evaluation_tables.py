"""The tables of the page on the evaluation, from benchmarks/results/evaluation.json alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from statistics import mean
from typing import Any

from harmnet.evaluation.members import REASONS

Run = dict[str, Any]
SHIPPED = "shipped"
MODELS = {
    SHIPPED: "as shipped",
    "no_decay": "no time decay",
    "no_grades": "no grade rule",
    "unweighted": "unweighted co-occurrence",
}
THEME_MEASURES = {
    "member_precision": "people: precision",
    "member_recall": "people: recall",
    "network_precision": "networks: precision",
    "network_recall": "networks: recall",
    "leader_percentile": "leaders: percentile",
    "leaders_in_top_3": "leaders: in top 3",
}
FULL_MEASURES = {
    "network_precision": "full network: precision",
    "network_recall": "full network: recall",
    "tie_order": "order of ties",
}


def sizes_of(results: dict[str, Any]) -> list[str]:
    """Sizes in the order they were run, from small to large."""
    return list(dict.fromkeys(run["size"] for run in results["runs"]))


def runs_of(results: dict[str, Any], *, size: str | None = None, model: str = SHIPPED) -> list[Run]:
    """Runs of a size (the largest, unless another is named) under a weight model, in the order of their seeds."""
    size = size or sizes_of(results)[-1]
    return [run for run in results["runs"] if (run["size"], run["model"]) == (size, model)]


def of_theme(runs: Iterable[Run], theme: str, measure: str) -> list[float]:
    """A measure of a theme in each run; runs in which it is not known are left out."""
    values = (run["themes"][theme][measure] for run in runs)
    return [value for value in values if value is not None]


def per_run(runs: Iterable[Run], measure: str) -> list[float]:
    """Mean over the themes of each run."""
    return [mean(of_theme([run], theme, measure)[0] for theme in run["themes"]) for run in runs]


def tables(results: dict[str, Any]) -> dict[str, str]:
    """Name -> table as Markdown."""
    return {
        "members": _members(results),
        "networks": _networks(results),
        "models": _models(results),
        "missed": _missed(results),
        "added": _added(results),
        "safeguarding": _safeguarding(results),
    }


def _members(results: dict[str, Any]) -> str:
    sizes = sizes_of(results)
    head = ["theme", *(f"{size}: {name}" for size in sizes for name in ("precision", "recall"))]
    rows = [
        [
            theme,
            *(
                _with_lowest(of_theme(runs_of(results, size=size), theme, measure))
                for size in sizes
                for measure in ("member_precision", "member_recall")
            ),
        ]
        for theme in _themes(results)
    ]
    return _table(head, rows)


def _networks(results: dict[str, Any]) -> str:
    runs = runs_of(results)
    names = ("network_precision", "network_recall", "leader_percentile", "leaders_in_top_3")
    head = ["theme", "planted", "found", *(THEME_MEASURES[name] for name in names), "largest found network"]
    rows = [
        [
            theme,
            str(sum(of_theme(runs, theme, "planted_networks"))),
            str(sum(of_theme(runs, theme, "networks_found"))),
            *(_with_lowest(of_theme(runs, theme, name)) for name in names),
            str(max(of_theme(runs, theme, "largest_network"))),
        ]
        for theme in _themes(results)
    ]
    return _table(head, rows)


def _models(results: dict[str, Any]) -> str:
    head = ["measure", *MODELS.values()]
    runs = {model: runs_of(results, model=model) for model in MODELS}
    rows = [
        [name, *(_with_lowest(per_run(runs[model], key)) for model in MODELS)] for key, name in THEME_MEASURES.items()
    ]
    rows += [
        [name, *(_with_lowest([run["full_network"][key] for run in runs[model]]) for model in MODELS)]
        for key, name in FULL_MEASURES.items()
    ]
    largest = [str(max(run["full_network"]["largest_network"] for run in runs[model])) for model in MODELS]
    return _table(head, [*rows, ["full network: its largest network", *largest]])


def _missed(results: dict[str, Any]) -> str:
    runs = runs_of(results)
    people: Counter[tuple[str, str, str]] = Counter()
    for run in runs:
        for row in run["missed"]:
            people[row["reason"], row["origin"], row["theme"]] += row["people"]
    found = {(reason, origin) for reason, origin, _ in people}
    rows = [
        [REASONS[reason], origin.lower(), *(str(people[reason, origin, theme]) for theme in _themes(results))]
        for reason in REASONS
        for origin in ("PLANTED", "BACKGROUND")
        if (reason, origin) in found
    ]
    true = [str(sum(of_theme(runs, theme, "members_true"))) for theme in _themes(results)]
    return _table(["missed because", "origin", *_themes(results)], [*rows, ["of", "all", *true]])


def _added(results: dict[str, Any]) -> str:
    people: Counter[tuple[str, str]] = Counter()
    for run in runs_of(results):
        for row in run["added"]:
            people[row["theme"], row["rules"]] += row["people"]
    ordered = sorted(people.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    return _table(["theme", "rules that counted", "people"], [[theme, rules, str(n)] for (theme, rules), n in ordered])


def _safeguarding(results: dict[str, Any]) -> str:
    runs = runs_of(results)
    found: Counter[tuple[str, str]] = Counter()
    for run in runs:
        for kind, of in run["safeguarding"].items():
            found.update({(kind, "cases"): of["cases"], (kind, "found"): of["found"]})
    kinds = sorted({kind for kind, _ in found})
    rows = [[kind, str(found[kind, "cases"]), str(found[kind, "found"])] for kind in kinds]
    return _table(["kind", "cases", "found"], rows)


def _themes(results: dict[str, Any]) -> list[str]:
    return sorted(results["runs"][0]["themes"])


def _with_lowest(values: list[float]) -> str:
    """Mean, and the lowest of the runs in brackets."""
    return f"{mean(values):.2f} ({min(values):.2f})"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows))
