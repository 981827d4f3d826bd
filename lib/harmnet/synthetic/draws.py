"""Seeded draws in integers only, so that a seed gives the same force on every machine."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
T = TypeVar("T")

MILLION = 1_000_000
_BLOCK = 4096


class Draws:
    """A stream of draws of its own for every (seed, name).

    Only the raw words of the bit generator are used, and integer arithmetic on them: exponentials and logarithms differ
    in the last digit between processors.
    """

    def __init__(self, seed: int, name: str) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(name.encode())]))
        self._block: list[int] = []

    def words(self, n: int) -> npt.NDArray[np.uint64]:
        """n words of 64 bits."""
        return np.asarray(self._bits.random_raw(n), dtype=np.uint64).reshape(n)

    def below(self, n: int, high: int | Ints) -> Ints:
        """n whole numbers from 0 to high - 1; `high` (below 2^31) may differ by place."""
        halves = (self.words(n) >> np.uint64(32)).astype(np.int64)
        return (halves * np.asarray(high, dtype=np.int64)) >> 32

    def chance(self, n: int, per_million: int | Ints) -> Bools:
        """n times yes or no; yes with the chance given, which may differ by place."""
        return self.below(n, MILLION) < per_million

    def pick(self, n: int, weights: Sequence[int] | Ints) -> Ints:
        """n places in `weights`, each as often as its weight says."""
        ends = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.searchsorted(ends, self.below(n, int(ends[-1])), side="right").astype(np.int64)

    def order(self, n: int) -> Ints:
        """The numbers 0 to n - 1 in a drawn order."""
        return np.argsort(self.words(n), kind="stable").astype(np.int64)

    def one(self, high: int) -> int:
        """One whole number from 0 to high - 1."""
        if not self._block:
            self._block = [word >> 32 for word in self.words(_BLOCK).tolist()]
        return (self._block.pop() * high) >> 32

    def between(self, low: int, high: int) -> int:
        """One whole number from low to high, both included."""
        return low + self.one(high - low + 1)

    def yes(self, percent: int) -> bool:
        """Yes or no; yes with the chance given, in percent."""
        return self.one(100) < percent

    def choose(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.one(len(items))]

    def sample(self, items: Sequence[T], n: int) -> list[T]:
        """n different items, or all of them when there are fewer, in a drawn order."""
        left = list(items)
        return [left.pop(self.one(len(left))) for _ in range(min(n, len(left)))]
