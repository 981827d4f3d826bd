"""Corrections act at once on what was published before: whom a snapshot may no longer show, and which of its networks
would come out otherwise today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harmnet.contracts.priorities import NETWORK_PRIORITIES, NOMINAL_PRIORITIES
from harmnet.contracts.results import EDGES, NETWORKS
from harmnet.corrections.holding import relations_cut
from harmnet.corrections.register import CHECKS, HOLDING, UNDOING, Correction, in_force, read
from harmnet.corrections.touched import Network, Touched, touched_by
from harmnet.errors import HarmnetError
from harmnet.snapshots.manifest import Snapshot
from harmnet.snapshots.recipe import load_recipe, settings_of
from harmnet.storage import Lake

CHECKED: dict[str, tuple[str, ...]] = {
    NETWORKS.name: ("theme", "network_id"),
    NETWORK_PRIORITIES.name: ("theme", "network_id"),
    NOMINAL_PRIORITIES.name: ("theme", "nominal_id"),
    EDGES.name: ("src", "dst"),
}
"""Views that count analysts' checks, and the columns that say of what."""

Key = tuple[str, str]


@dataclass(frozen=True)
class Standing:
    """What the corrections of today make of one snapshot; people by its nominal_id, and the correction that says so."""

    everything: Mapping[str, int] = field(default_factory=dict)
    themes: Mapping[Key, int] = field(default_factory=dict)
    """(theme, person) -> correction."""
    networks: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    """(theme, network_id, person) -> correction."""
    ties: Mapping[Key, int] = field(default_factory=dict)
    """(src, dst) in byte order -> correction."""
    safeguarding: frozenset[str] = frozenset()
    """People out of everything, safeguarding too."""
    theme_safeguarding: frozenset[Key] = frozenset()
    relations: tuple[str, ...] = ()
    """Relations that a tie between two offenders has."""
    affected: frozenset[Network] = frozenset()
    """Networks that a correction since, or one undone since, would change."""
    checks: Mapping[str, Counter[tuple[str, Key]]] = field(default_factory=dict)
    """Table of CHECKED -> how often each key was confirmed or refuted."""

    def why_withheld(self, *people: str) -> str | None:
        """Why nothing about these people, or the tie of these two, is shown; None when it may be."""
        for person in people:
            if person in self.everything:
                return f"{person} is withheld by correction {self.everything[person]}"
        pair = (min(people, key=str.encode), max(people, key=str.encode))
        if len(people) == 2 and pair in self.ties:
            return f"the tie of {people[0]} and {people[1]} is withheld by correction {self.ties[pair]}"
        return None

    def out_of(self, theme: str, network_id: str) -> set[str]:
        """People whom a picture of the network does not show."""
        here = {person for (name, person) in self.themes if name == theme}
        return here | set(self.everything) | {p for (t, n, p) in self.networks if (t, n) == (theme, network_id)}


UNTOUCHED = Standing()


def standing_of(lake: Lake, snapshot: Snapshot) -> Standing:
    """The standing of a published snapshot; UNTOUCHED, and no Spark job, where nothing was ever registered."""
    known = read(lake, last=lake.corrections_up_to)
    if not known:
        return UNTOUCHED
    recipe = load_recipe(lake, snapshot.recipe_hash)
    holding = in_force(known)
    undone = [one for one in known if one not in holding and one.action not in UNDOING]
    concerned = (*holding, *undone)
    touched = touched_by(lake, snapshot, concerned, known)
    undone_since = {one.undoes for one in known if one.action in UNDOING and one.correction_id > recipe.last_correction}
    since = [
        one
        for one in concerned
        if one.action not in CHECKS
        and (one in holding) != (one.correction_id <= recipe.last_correction)
        and (one in holding or one.correction_id in undone_since)
    ]
    held = [one for one in holding if one.action in HOLDING]
    everything = [one for one in held if one.applies_to == "everything"]
    themes = [one for one in held if one.scope[0] == "theme"]
    return Standing(
        everything={person: one.correction_id for one in everything for person in touched[one.correction_id].people},
        themes={
            (one.scope[1], person): one.correction_id for one in themes for person in touched[one.correction_id].people
        },
        networks=_networks(held, touched),
        ties=_ties(held, touched),
        safeguarding=frozenset(
            person for one in everything if one.also_safeguarding for person in touched[one.correction_id].people
        ),
        theme_safeguarding=frozenset(
            (one.scope[1], person)
            for one in themes
            if one.also_safeguarding
            for person in touched[one.correction_id].people
        ),
        relations=tuple(relations_cut(settings_of(recipe).themes)),
        affected=frozenset(network for one in since for network in touched[one.correction_id].networks),
        checks=_checks([one for one in holding if one.action in CHECKS], touched),
    )


def _networks(held: Iterable[Correction], touched: Mapping[int, Touched]) -> dict[tuple[str, str, str], int]:
    return {
        (*network, person): one.correction_id
        for one in held
        if one.scope[0] == "network"
        for network, members in touched[one.correction_id].networks.items()
        for person in touched[one.correction_id].people & members
    }


def _ties(held: Iterable[Correction], touched: Mapping[int, Touched]) -> dict[Key, int]:
    return {
        (min(one, other, key=str.encode), max(one, other, key=str.encode)): correction.correction_id
        for correction in held
        if correction.scope[0] == "tie"
        for one in touched[correction.correction_id].people
        for other in touched[correction.correction_id].others
        if one != other
    }


def _checks(checks: Iterable[Correction], touched: Mapping[int, Touched]) -> dict[str, Counter[tuple[str, Key]]]:
    found: dict[str, Counter[tuple[str, Key]]] = {name: Counter() for name in CHECKED}
    for one in checks:
        (kind, name), its = one.scope, touched[one.correction_id]
        if kind == "network":
            for table in (NETWORKS.name, NETWORK_PRIORITIES.name):
                found[table].update((one.action, network) for network in its.networks)
        elif kind == "tie":
            pairs = _ties([one], touched) if its.others else {}
            found[EDGES.name].update((one.action, pair) for pair in pairs)
        else:
            # Of everything: the person in every theme.
            found[NOMINAL_PRIORITIES.name].update((one.action, (name, person)) for person in its.people)
    return found


def refuse_withheld(standing: Standing, command: str, *people: str) -> None:
    """Stop a command that would show something about people who are withheld. Raises HarmnetError."""
    why = standing.why_withheld(*people)
    if why is not None:
        raise HarmnetError(f'{command}: {why}; harmnet sql "SELECT * FROM correction_register" says why')
