"""People of a theme: who was found, who was missed and why, who was added, and who was protected."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from harmnet.evaluation.published import Published
from harmnet.evaluation.truth import OFFENDER, VICTIM, Truth

REASONS = {
    "NOT_LINKED": "no reference of the person is in the results",
    "OTHER_RECORD": "found under another nominal: these references were not linked to the person",
    "ONE_SUPPORTING_RULE": "one supporting rule counted, and no other",
    "OLD_OR_LET_GO": "what the rules saw is older than the window or ended without further action",
    "NOT_CREDIBLE": "what the rules saw is not credible",
    "NO_RULE": "no rule of the theme saw anything on the offender side",
}
"""Why someone on the offender side is not INVOLVED; the first that holds."""


def agreement(name: str, true: Collection[str], found: Collection[str]) -> dict[str, Any]:
    """Precision, recall and both counts; 1.0 where there is nobody to be right or wrong about."""
    both = len(set(true) & set(found))
    return {
        f"{name}_precision": both / len(found) if found else 1.0,
        f"{name}_recall": both / len(true) if true else 1.0,
        f"{name}s_true": len(true),
        f"{name}s_found": len(found),
    }


def of_theme(truth: Truth, published: Published, theme: str) -> dict[str, Any]:
    """Agreement of the people INVOLVED with the offender side of the truth, and of victims with victims.

    A person stands for every nominal their references were linked to: split into two, both must be found.
    """
    involved = {nominal for name, nominal in published.involved if name == theme}
    victims = {nominal for name, nominal in published.victims if name == theme}
    return {
        **agreement("member", _true(truth, published, theme, OFFENDER), involved),
        **agreement("victim", _true(truth, published, theme, VICTIM), victims),
    }


def missed(truth: Truth, published: Published) -> list[dict[str, Any]]:
    """One row per theme and nominal on the offender side of the truth who is not INVOLVED, with the reason."""
    parts = {(part.theme, part.person): part for part in truth.parts if part.side == OFFENDER and part.network}
    rows = []
    for theme in truth.themes:
        for person in sorted(truth.people(theme, OFFENDER)):
            part = parts.get((theme, person))
            rows += [
                {
                    "theme": theme,
                    "reason": _reason(published, theme, person, nominal),
                    "origin": "PLANTED" if part else "BACKGROUND",
                    "network": part.network if part else None,
                    "person": person,
                    "nominal_id": nominal,
                }
                for nominal in sorted(_names(published, person))
                if (theme, nominal) not in published.involved
            ]
    return sorted(rows, key=lambda row: (row["theme"], row["reason"], row["person"], row["nominal_id"]))


def added(truth: Truth, published: Published) -> list[dict[str, Any]]:
    """One row per theme and nominal who is INVOLVED and not on the offender side of the truth, with the rules."""
    true = {theme: _true(truth, published, theme, OFFENDER) for theme in truth.themes}
    return [
        {"theme": theme, "nominal_id": nominal, "rules": list(rules)}
        for (theme, nominal), rules in sorted(published.involved.items())
        if theme in true and nominal not in true[theme]
    ]


def safeguarding(truth: Truth, published: Published) -> dict[str, Any]:
    """`safeguarding_recall`: share of the cases of which any nominal is flagged under the case's theme; null without
    the table of flags. `safeguarding`: cases and found per kind, and the cases that were missed."""
    if published.flagged is None:
        return {"safeguarding_recall": None, "safeguarding": {}}
    kinds: dict[str, dict[str, Any]] = {}
    for case in sorted(truth.cases, key=lambda case: (case.kind, case.case)):
        kind = kinds.setdefault(case.kind, {"cases": 0, "found": 0, "missed": []})
        kind["cases"] += 1
        if any((case.theme, nominal) in published.flagged for nominal in _names(published, case.person)):
            kind["found"] += 1
        else:
            kind["missed"].append(case.case)
    found = sum(kind["found"] for kind in kinds.values())
    return {"safeguarding_recall": found / len(truth.cases) if truth.cases else 1.0, "safeguarding": kinds}


def _names(published: Published, person: str) -> frozenset[str]:
    """The nominals of a person; the person's own id where no reference was linked, which nothing can match."""
    return published.nominals.get(person) or frozenset({person})


def _true(truth: Truth, published: Published, theme: str, side: str) -> set[str]:
    return set().union(*(_names(published, person) for person in truth.people(theme, side)))


def _reason(published: Published, theme: str, person: str, nominal: str) -> str:
    mine = published.nominals.get(person)
    if not mine:
        return "NOT_LINKED"
    if any((theme, other) in published.involved for other in mine):
        return "OTHER_RECORD"
    signs = published.signs.get((theme, nominal))
    if signs is None:
        return "NO_RULE"
    if signs.counted:
        return "ONE_SUPPORTING_RULE"
    return "OLD_OR_LET_GO" if signs.credible else "NOT_CREDIBLE"
