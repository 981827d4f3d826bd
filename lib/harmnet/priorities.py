"""Priorities as arithmetic: percentiles, parts, scores, ranks, and the range of ranks over other weightings.

percentile = floor(10^6 x others in the theme with a strictly smaller value / others in the theme)
part = floor(percentile x weight / total of the weights); score = sum of the parts; equal scores rank by the key.
Whole numbers and one total order: the same for the rows in any order. NumPy and Arrow alone, without Spark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from harmnet.config import MICRO, Weighting, to_micro

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Weightings:
    """Whole-number weights by part: those that make the score, and the others that ranks are held against."""

    shown: Mapping[str, int]
    others: tuple[Mapping[str, int], ...]


def weightings(own: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> Weightings:
    """The weights of conf; beside them the other weightings, all parts equal, and each part of `own` left out in turn.

    A weighting may add up to any total: a part is taken by its share of it.
    """
    shown = {name: to_micro(weight) for name, weight in own.items()}
    beside = [{name: to_micro(weight) for name, weight in other.items()} for other in others]
    beside.append(dict.fromkeys(shown, 1))
    beside += [shown | {left_out: 0} for left_out in shown if 0 < shown[left_out] < sum(shown.values())]
    return Weightings(shown, tuple(beside))


def weightings_of(networks_or_nominals: str, own: Weighting, others: Mapping[str, Weighting]) -> Weightings:
    """`weightings` of conf/ranking.yml for `networks` or `nominals`."""
    return weightings(
        getattr(own, networks_or_nominals),
        [getattr(other, networks_or_nominals) for _, other in sorted(others.items())],
    )


def prioritise(table: pa.Table, *, key: str, weights: Weightings) -> pa.Table:
    """The rows by theme and key, with `<part>_micro` per part, score, rank, rank_best and rank_worst within the theme.

    `table` has theme, `key`, and one column of numbers without nulls per part.
    """
    table = table.sort_by([("theme", "ascending"), (key, "ascending")])
    added = {name: np.empty(len(table), np.int64) for name in _columns(weights)}
    for start, end in _runs(table["theme"]):
        values = {name: table[name].slice(start, end - start).to_numpy() for name in weights.shown}
        for name, found in _of_theme(values, weights).items():
            added[name][start:end] = found
    for name, column in added.items():
        table = table.append_column(name, pa.array(column))
    return table


def _columns(weights: Weightings) -> list[str]:
    return [*(f"{name}_micro" for name in weights.shown), "score", "rank", "rank_best", "rank_worst"]


def _runs(sorted_column: pa.ChunkedArray) -> list[tuple[int, int]]:
    """Start and end of each run of equal values."""
    codes = sorted_column.combine_chunks().dictionary_encode().indices.to_numpy()
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]]) if len(codes) else np.array([], np.int64)
    return list(zip(starts.tolist(), [*starts[1:].tolist(), len(codes)], strict=True))


def _of_theme(values: Mapping[str, Array], weights: Weightings) -> dict[str, Array]:
    """Every added column for the rows of one theme, which are in order of the key."""
    percentiles = {name: percentile(of_part) for name, of_part in values.items()}
    parts = _parts(percentiles, weights.shown)
    score = sum_of(parts)
    rank = best = worst = ranks(score)
    for other in weights.others:
        held = ranks(sum_of(_parts(percentiles, other)))
        best, worst = np.minimum(best, held), np.maximum(worst, held)
    named = {f"{name}_micro": part for name, part in parts.items()}
    return named | {"score": score, "rank": rank, "rank_best": best, "rank_worst": worst}


def percentile(values: Array) -> Array:
    """Share of the others with a strictly smaller value, in micro-units, rounded down; 0 where there are no others."""
    smaller = np.searchsorted(np.sort(values), values, side="left").astype(np.int64)
    return smaller * MICRO // max(len(values) - 1, 1)


def _parts(percentiles: Mapping[str, Array], weights: Mapping[str, int]) -> dict[str, Array]:
    total = sum(weights.values())
    return {name: share * weights[name] // total for name, share in percentiles.items()}


def sum_of(parts: Mapping[str, Array]) -> Array:
    """The parts of each row added up."""
    total: Array = np.sum([*parts.values()], axis=0)
    return total


def ranks(score: Array) -> Array:
    """1 for the highest score; equal scores by place."""
    found = np.empty(len(score), np.int64)
    found[np.argsort(-score, kind="stable")] = np.arange(1, len(score) + 1)
    return found
