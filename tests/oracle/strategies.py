"""Small random forces that sit on the boundaries of every rule, as extracts ready to write and to compare."""

from __future__ import annotations

import random
from datetime import date

from hypothesis import strategies as st

from .combine import merge, prefixed
from .extract import write_extract
from .forces import build_force

AS_OF = date(2026, 6, 30)

__all__ = ["AS_OF", "extracts", "force_batch", "merge", "prefixed", "random_extract", "write_extract"]


def random_extract(seed: int, *, as_of: date = AS_OF, dirty: bool = True) -> dict[str, list[dict]]:
    """One small force: table -> rows of text, the same for the same seed.

    About a dozen people under some twenty references. `dirty` adds rows that staging throws out, codes in odd
    spelling and rows delivered twice. Records hold up to seven people: `small_records()` makes hubs of some.
    """
    return build_force(random.Random(f"force {seed}"), as_of, dirty)


def extracts(*, as_of: date = AS_OF, dirty: bool = True) -> st.SearchStrategy[dict[str, list[dict]]]:
    """The same forces drawn by hypothesis, which can then shrink them."""
    return st.randoms(use_true_random=False).map(lambda rng: build_force(rng, as_of, dirty))


def force_batch(seeds, *, as_of: date = AS_OF, dirty: bool = True) -> dict[str, list[dict]]:
    """One extract of many forces that share nothing: the ids, prisons and surnames of seed 7 all begin with F7X.

    A row that differs names the seed of its force in each id it holds.
    """
    return merge([prefixed(random_extract(seed, as_of=as_of, dirty=dirty), f"F{seed}X") for seed in seeds])
