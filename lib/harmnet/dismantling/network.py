"""A network to be taken apart: people in order of id, who is tied to whom, what removing each costs, their harm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from harmnet.config.model import MICRO
from harmnet.errors import HarmnetError
from harmnet.graph.kernel import Array


class Person(NamedTuple):
    """What is known of someone: cost of removal and harm in micro-units, and whether a plan may name them."""

    cost_micro: int = MICRO
    harm_micro: int = 0
    eligible: bool = True


@dataclass(frozen=True)
class Network:
    """People by place, 0 to n - 1, in byte order of their ids; a tie is a tie, whatever its weight.

    `ends` holds the neighbours of each place, ascending, one place after the other; those of place v are
    ends[starts[v]:starts[v + 1]]. `cost` (above 0) and `harm` are micro-units.
    """

    ids: tuple[str, ...]
    starts: Array
    ends: Array
    cost: Array
    harm: Array
    eligible: Array

    @classmethod
    def build(cls, src: Sequence[str], dst: Sequence[str], people: Mapping[str, Person] | None = None) -> Network:
        """From pairs in any order and direction, each as often as it likes; `people` also names those without a tie.

        HarmnetError on a tie of someone with themselves, on a cost of 0 or less, and on harm below 0.
        """
        people = people or {}
        ids = tuple(sorted({*src, *dst, *people}))
        place = {name: number for number, name in enumerate(ids)}
        one = np.fromiter((place[name] for name in src), np.int64, len(src))
        other = np.fromiter((place[name] for name in dst), np.int64, len(dst))
        loops = np.flatnonzero(one == other)
        if len(loops):
            raise HarmnetError(f"network: {src[loops[0]]!r} is tied to themselves; a tie joins two: remove it")
        of_each = [people.get(name, Person()) for name in ids]
        problems = [
            f"network: {name!r}: {what}"
            for name, person in zip(ids, of_each)
            for what in (
                ["a removal costs more than 0"] * (person.cost_micro <= 0)
                + ["harm is not below 0"] * (person.harm_micro < 0)
            )
        ]
        if problems:
            raise HarmnetError(problems)
        starts, ends = _neighbours(one, other, len(ids))
        cost, harm = (np.array([person[column] for person in of_each], np.int64) for column in (0, 1))
        return cls(ids, starts, ends, cost, harm, np.array([person.eligible for person in of_each], bool))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def ties(self) -> int:
        """Pairs of people tied."""
        return len(self.ends) // 2

    @cached_property
    def neighbours(self) -> list[list[int]]:
        """The neighbours of each place."""
        flat = self.ends.tolist()
        return [flat[first:last] for first, last in zip(self.starts.tolist(), self.starts[1:].tolist())]

    @cached_property
    def degree(self) -> list[int]:
        """Neighbours of each place, counted."""
        return np.diff(self.starts).tolist()

    @cached_property
    def pairs(self) -> tuple[Array, Array]:
        """Every tie once, as the smaller and the larger place, sorted."""
        one = np.repeat(np.arange(len(self)), np.diff(self.starts))
        once = one < self.ends
        return one[once], self.ends[once]

    def parts(self, people: Iterable[int]) -> list[Array]:
        """The components of the network of these people alone, places ascending; in order of their first place."""
        inside = np.fromiter(people, np.int64)
        inside.sort()
        number = np.full(len(self), -1, np.int64)
        number[inside] = np.arange(len(inside))
        one, other = self.pairs
        kept = (number[one] >= 0) & (number[other] >= 0)
        matrix = sparse.coo_array(
            (np.ones(kept.sum(), np.int8), (number[one[kept]], number[other[kept]])), shape=(len(inside), len(inside))
        )
        label = connected_components(matrix, directed=False)[1]
        order = np.argsort(label, kind="stable")
        parts = np.split(inside[order], np.flatnonzero(np.diff(label[order])) + 1) if len(inside) else []
        return sorted(parts, key=lambda part: int(part[0]))

    @cached_property
    def largest(self) -> int:
        """People in the largest component."""
        return max((len(part) for part in self.parts(range(len(self)))), default=0)

    def without(self, people: Iterable[int], *, ties: Array | None = None) -> Network:
        """The same people with the ties of some of them gone, and of `pairs` only those marked in `ties`.

        Whoever is gone stays as someone without a tie whom no plan names and who does no harm, so places still hold.
        """
        gone = np.zeros(len(self), bool)
        gone[np.fromiter(people, np.int64)] = True
        one, other = self.pairs
        kept = ~(gone[one] | gone[other]) & (True if ties is None else ties)
        starts, ends = _neighbours(one[kept], other[kept], len(self))
        return replace(
            self, starts=starts, ends=ends, harm=np.where(gone, 0, self.harm), eligible=self.eligible & ~gone
        )

    def sparing(self, people: Iterable[int]) -> Network:
        """The same network, these people not eligible."""
        eligible = self.eligible.copy()
        eligible[np.fromiter(people, np.int64)] = False
        return replace(self, eligible=eligible)


def _neighbours(one: Array, other: Array, size: int) -> tuple[Array, Array]:
    """`starts` and `ends` of a network of these pairs."""
    pair = np.unique(np.concatenate((one * size + other, other * size + one)))
    return np.searchsorted(pair, np.arange(size + 1) * size), pair % size
