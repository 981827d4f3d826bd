"""Planted networks beside found ones, the leaders in the ranking, and what the weight of a tie says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from statistics import median
from typing import Any

from scipy.stats import mannwhitneyu

from harmnet.evaluation.published import Key, Published
from harmnet.evaluation.truth import Truth

Offenders = dict[tuple[str, str], frozenset[str]]
"""(theme, planted network) -> nominals on its offender side."""
TOP = 3


def planted_networks(truth: Truth, nominals: Mapping[str, frozenset[str]]) -> Offenders:
    """The offenders of every planted network as nominals; whoever was linked to none is left out here."""
    return {
        key: frozenset().union(*(nominals.get(person, frozenset()) for person in people))
        for key, people in truth.networks().items()
    }


def beside(offenders: Offenders, published: Published, *, within: str | None = None) -> list[dict[str, Any]]:
    """One row per planted network: the found network that holds most of its offenders (of two, the smaller id).

    Found networks are those of the same theme, or of the theme `within`.
    """
    rows = []
    for (theme, name), people in offenders.items():
        of = within or theme
        held = Counter(published.network_of[of, one] for one in people if (of, one) in published.network_of)
        best = min(held, key=lambda network: (-held[network], network), default=None)
        rows.append(
            {
                "theme": theme,
                "planted": name,
                "offenders": len(people),
                "involved": sum((theme, one) in published.involved for one in people),
                "together": held[best] if best else 0,
                "network_id": best,
                "size": published.sizes[of, best] if best else 0,
            }
        )
    return rows


def agreement(theme: str, offenders: Offenders, rows: list[dict[str, Any]], published: Published) -> dict[str, Any]:
    """Whole networks of a theme (or of `all`), from the planted networks compared with them and their `beside` rows.

    `network_recall`: planted networks of which half the offenders or more lie in one found network.
    `network_precision`: found networks that are mostly one planted network (half of their members or more), of those
    that hold anyone planted. Both 1.0 where there is none.
    """
    found = [row for row in rows if row["together"] and 2 * row["together"] >= row["offenders"]]
    held: Counter[tuple[str, tuple[str, str]]] = Counter(
        (published.network_of[theme, one], planted)
        for planted, people in offenders.items()
        for one in people
        if (theme, one) in published.network_of
    )
    most: dict[str, int] = {}
    for (network, _), number in held.items():
        most[network] = max(most.get(network, 0), number)
    pure = [network for network, number in most.items() if 2 * number >= published.sizes[theme, network]]
    sizes = [size for (of, _), size in published.sizes.items() if of == theme]
    return {
        "network_recall": len(found) / len(rows) if rows else 1.0,
        "network_precision": len(pure) / len(most) if most else 1.0,
        "planted_networks": len(rows),
        "networks_found": len(found),
        "networks": len(sizes),
        "largest_network": max(sizes, default=0),
    }


def leaders(truth: Truth, published: Published, theme: str) -> dict[str, Any]:
    """Where the planted leaders of a theme rank; of several nominals the one that ranks first counts.

    `leader_percentile`: median over leaders of the share of the theme's other ranked people who rank behind them; 0 for
    a leader who is not ranked. `leaders_in_top_3`: share who are among the first three of their own network.
    """
    people = [person for name, person in truth.leaders() if name == theme]
    behind, top = [], 0
    for person in people:
        mine: list[Key] = [(theme, nominal) for nominal in published.nominals.get(person, ())]
        places = [published.places[key] for key in mine if key in published.places]
        best = min(places, key=lambda place: place.rank, default=None)
        behind.append((best.of - best.rank) / max(best.of - 1, 1) if best else 0.0)
        top += any(0 < place.rank_in_network <= TOP for place in places)
    return {
        "leaders": len(people),
        "leader_percentile": median(behind) if people else None,
        "leaders_in_top_3": top / len(people) if people else None,
    }


def tie_order(offenders: Offenders, published: Published) -> dict[str, Any]:
    """`tie_order`: how often a tie inside a planted network weighs more than a tie that leads from one to anyone else,
    over all such pairs of ties (Mann and Whitney's U over its largest value; equal weights count half; 0.5 is chance).

    Ties are those of the relation ASSOCIATION; null when there is none of either kind.
    """
    networks_of: dict[str, set[tuple[str, str]]] = {}
    for planted, people in offenders.items():
        for one in people:
            networks_of.setdefault(one, set()).add(planted)
    inside, leading = [], []
    for src, dst, weight in published.ties:
        ends = networks_of.get(src, set()), networks_of.get(dst, set())
        if ends[0] & ends[1]:
            inside.append(weight)
        elif ends[0] or ends[1]:
            leading.append(weight)
    pairs = len(inside) * len(leading)
    order = float(mannwhitneyu(inside, leading).statistic) / pairs if pairs else None
    return {"tie_order": order, "ties_inside": len(inside), "ties_leading_out": len(leading)}
