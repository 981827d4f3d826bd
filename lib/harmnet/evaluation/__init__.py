"""A snapshot of a fictional force beside the truth that was planted in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harmnet.contracts.results import FULL_NETWORK
from harmnet.evaluation import members, networks
from harmnet.evaluation.published import read_published
from harmnet.evaluation.truth import read_truth
from harmnet.snapshots.manifest import Snapshot
from harmnet.storage import Lake


def evaluate(lake: Lake, snapshot: Snapshot, truth: Path) -> dict[str, Any]:
    """What the snapshot found of the truth; every share lies between 0 and 1.

    `themes`: per theme members, victims, whole networks and leaders. `full_network`: planted networks of all themes
    beside the networks of theme `all`, which no rule of a theme has cut out, and what the weights of ties say.
    `safeguarding_recall`, `safeguarding`: cases, per kind as well. `networks`: each planted network beside the found
    one that holds most of it. `missed`, `added`: the people behind a precision or recall below 1. Definitions stand
    with the functions of `members` and `networks`, and in benchmarks/evaluation_page.md.
    """
    told = read_truth(truth)
    published = read_published(lake, snapshot, told)
    planted = networks.planted_networks(told, published.nominals)
    rows = networks.beside(planted, published)
    themes = {}
    for theme in told.themes:
        mine = {key: people for key, people in planted.items() if key[0] == theme}
        themes[theme] = {
            **members.of_theme(told, published, theme),
            **networks.agreement(theme, mine, [row for row in rows if row["theme"] == theme], published),
            **networks.leaders(told, published, theme),
        }
    everywhere = networks.beside(planted, published, within=FULL_NETWORK)
    return {
        "snapshot_id": snapshot.snapshot_id,
        "themes": themes,
        "full_network": {
            **networks.agreement(FULL_NETWORK, planted, everywhere, published),
            **networks.tie_order(planted, published),
        },
        **members.safeguarding(told, published),
        "networks": rows,
        "missed": members.missed(told, published),
        "added": members.added(told, published),
    }
