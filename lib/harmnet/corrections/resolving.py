"""Whom a correction concerns, in identities that were linked without it. Plain Python over the few references named.

A person is found again by the nominal_id of the day, by any reference that stood for them, and by what was recorded of
them (surname, forename, sex and date of birth, all alike) when it comes under a new, unnumbered reference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass

from harmnet.corrections.register import Correction

UNLINKED, MERGED = "UNLINKED", "MERGED"
BY_KEY = "SAME_PERSON"
"""How a reference must have been linked for its key to count: a force number, or several candidates, says otherwise."""


@dataclass(frozen=True)
class Ref:
    """A person reference as it was linked: `how` as in people, `key` the digest of what is recorded of them."""

    person_ref: str
    nominal_id: str
    how: str = ""
    key: str | None = None


def unlinked_id(person_ref: str) -> str:
    """The nominal_id of a reference that a correction took off a person."""
    return f"unlinked:{person_ref}"


class Identities:
    """References under the corrections of identity in force (UNLINK of a reference, MERGE), applied by number.

    `now`: person_ref -> nominal_id; `changed`: person_ref -> (how, why) where a correction decided it.
    """

    def __init__(self, refs: Iterable[Ref], corrections: Iterable[Correction]) -> None:
        self._refs = {ref.person_ref: ref for ref in refs}
        self.now = {name: ref.nominal_id for name, ref in self._refs.items()}
        self.changed: dict[str, tuple[str, str]] = {}
        self._off: set[tuple[str, str]] = set()
        self._of_key: dict[str, set[str]] = defaultdict(set)
        self._linked: dict[str, set[str]] = defaultdict(set)
        for name, ref in self._refs.items():
            self._linked[ref.nominal_id].add(name)
            if ref.key is not None and ref.how == BY_KEY:
                self._of_key[ref.key].add(name)
        for one in sorted(corrections, key=lambda one: one.correction_id):
            if one.action == "UNLINK" and one.person_ref is not None:
                self._unlink(one, one.person_ref)
            elif one.action == "MERGE":
                self._merge(one)

    def people(self, one: Correction) -> set[str]:
        """nominal_id, as it now is, of everyone whom the correction is about."""
        return self._people({one.nominal_id} - {None}, one.refs, one.keys)  # type: ignore[arg-type]

    def others(self, one: Correction) -> set[str]:
        """nominal_id, as it now is, of the other people it names."""
        return self._people(set(one.others), one.other_refs, ())

    def linked_as(self, people: Set[str]) -> set[str]:
        """nominal_id, as it was linked, of these people as they now are."""
        return {self._refs[name].nominal_id for name, nominal_id in self.now.items() if nominal_id in people}

    def _people(self, ids: Set[str], refs: Iterable[str], keys: Iterable[str]) -> set[str]:
        by_name = {name for name, nominal_id in self.now.items() if nominal_id in ids}
        linked = set().union(*(self._linked.get(nominal_id, set()) for nominal_id in ids))
        recorded = {name for name in refs if name in self._refs}
        recorded = recorded.union(*(self._of_key.get(key, set()) for key in keys))
        return {
            self.now[name]
            for name in by_name | linked | recorded
            # Whoever said that a reference is not this person said so of every correction of the person.
            if not any((name, nominal_id) in self._off for nominal_id in ids)
        }

    def _unlink(self, one: Correction, person_ref: str) -> None:
        people = self.people(one)
        self._off.add((person_ref, str(one.nominal_id)))
        if self.now.get(person_ref) in people:
            self._set(person_ref, unlinked_id(person_ref), UNLINKED, one)

    def _merge(self, one: Correction) -> None:
        people, into = self.people(one), self.others(one)
        # The person merged into may have come under another id since, or not be there any more.
        target = one.others[0] if one.others[0] in into or not into else min(into, key=str.encode)
        for name in [name for name, nominal_id in self.now.items() if nominal_id in people | into]:
            if self.now[name] != target:
                self._set(name, target, MERGED, one)

    def _set(self, name: str, nominal_id: str, how: str, one: Correction) -> None:
        self.now[name] = nominal_id
        self.changed[name] = (how, f"correction {one.correction_id}")
