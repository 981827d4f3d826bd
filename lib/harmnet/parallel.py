"""A few small Spark jobs at a time: most of a small job is planning and waiting, not work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_In = TypeVar("_In")
_Out = TypeVar("_Out")


def each(work: Callable[[_In], _Out], items: Iterable[_In], *, at_once: int) -> list[_Out]:
    """The results of `work`, in the order of the items; the first error stops what has not begun and is raised."""
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        waiting = [pool.submit(work, item) for item in items]
        try:
            return [one.result() for one in waiting]
        finally:
            pool.shutdown(cancel_futures=True)


def at_once(*work: Callable[[], _Out]) -> list[_Out]:
    """The results of these, in their order, three at a time; an error as in `each`."""
    return each(lambda one: one(), work, at_once=3)
