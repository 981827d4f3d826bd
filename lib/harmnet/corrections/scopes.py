"""What a correction applies to: everything, one theme, one listed group, one network, one tie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from harmnet.corrections.lookup import Lookup
from harmnet.corrections.register import EVERYTHING, Correction
from harmnet.errors import HarmnetError


def scoped(one: Correction, applies_to: str, safeguarding_authority: str | None) -> Correction:
    """The correction with its scope as it was written. Raises HarmnetError when that is no scope."""
    kind, _, name = applies_to.partition(":")
    if kind not in _SCOPES or (kind == EVERYTHING) != (name == ""):
        raise HarmnetError(
            f"--applies-to {applies_to}: write everything, theme:THEME, group:GROUP_REF, network:ID or tie:NOMINAL"
        )
    if safeguarding_authority is not None and kind not in (EVERYTHING, "theme"):
        raise HarmnetError("--safeguarding-authority goes with everything or a theme")
    return replace(
        one,
        applies_to=applies_to,
        also_safeguarding=safeguarding_authority is not None,
        safeguarding_authority=safeguarding_authority,
    )


def in_scope(lake: Lookup, one: Correction) -> Correction:
    """The correction with the others whom its scope names. Raises HarmnetError when its person is not in the scope."""
    kind, name = one.scope
    return _SCOPES[kind](lake, one, name)


def in_theme(lake: Lookup, one: Correction, name: str) -> Correction:
    """The same, for a theme of the newest snapshot."""
    themes = lake.themes()
    if name not in themes:
        raise HarmnetError(f"--applies-to theme:{name}: no such theme; there are {', '.join(themes)}")
    return one


def in_tie(lake: Lookup, one: Correction, name: str) -> Correction:
    """The same, for the tie to another nominal."""
    if name == one.nominal_id:
        raise HarmnetError(f"{name}: a tie has two ends; name another nominal")
    return lake.with_others(one, [name])


def _in_group(lake: Lookup, one: Correction, name: str) -> Correction:
    if not set(one.refs) & lake.people_on(f"groups:{name}"):
        raise HarmnetError(f"--applies-to group:{name}: {one.nominal_id} is no listed member of it")
    return one


def _in_network(lake: Lookup, one: Correction, name: str) -> Correction:
    members, snapshot_id = lake.members(name)
    if one.nominal_id not in members:
        raise HarmnetError(f"--applies-to network:{name}: {one.nominal_id} is no member of it in {snapshot_id}")
    return lake.with_others(one, sorted(members - {str(one.nominal_id)}), snapshot_id=snapshot_id)


_SCOPES: dict[str, Callable[[Lookup, Correction, str], Correction]] = {
    EVERYTHING: lambda _, one, __: one,
    "theme": in_theme,
    "group": _in_group,
    "network": _in_network,
    "tie": in_tie,
}
