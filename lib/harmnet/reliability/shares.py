"""Shares of the weight of ties by what they rest on, for networks and for people at once. NumPy alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from harmnet.contracts.priorities import EVIDENCE_SHARES
from harmnet.record_kinds import BANDS, KINDS, SYSTEM_OF
from harmnet.reliability.rows import Array, Evidence

_IS_NON_CRIME = np.array([kind == "NON_CRIME" for kind, _ in KINDS])


def is_non_crime(evidence: Evidence) -> Array:
    """True for rows of non-crime incidents."""
    return _IS_NON_CRIME[evidence.record_kind]


def pair_starts(evidence: Evidence) -> Array:
    """Where each pair's rows begin."""
    if not len(evidence):
        return np.array([], np.int64)
    new = (evidence.src[1:] != evidence.src[:-1]) | (evidence.dst[1:] != evidence.dst[:-1])
    return np.flatnonzero(np.r_[True, new])


def per_pair(values: Array, starts: Array) -> Array:
    """Sums of the rows of each pair."""
    return np.add.reduceat(values, starts) if len(starts) else np.array([], np.int64)


def per_row(of_pairs: Array, starts: Array, rows: int) -> Array:
    """The value of each pair on each of its rows."""
    return np.repeat(of_pairs, np.diff(np.r_[starts, rows]))


def parts_of(evidence: Evidence) -> Iterator[tuple[str, Array]]:
    """For each share of EVIDENCE_SHARES, the part of each row's weight that counts. `evidence`: whole pairs."""
    starts = pair_starts(evidence)
    for name in EVIDENCE_SHARES:
        if name == "old":
            yield name, evidence.old_micro
        elif name == "single_record":
            single = per_row(per_pair(evidence.records, starts) == 1, starts, len(evidence))
            yield name, np.where(single, evidence.weight_micro, 0)
        else:
            holds = _holds(name)[evidence.record_kind, evidence.grade_band]
            yield name, np.where(holds, evidence.weight_micro, 0)


def _holds(name: str) -> Array:
    """Whether the share is of records of each place in KINDS (rows) and in BANDS (columns)."""
    of_kind = [name in (SYSTEM_OF[kind], kind.lower(), basis.lower()) for kind, basis in KINDS]
    of_band = [name == f"intelligence_{band}" for band in BANDS]
    return np.logical_or.outer(of_kind, of_band)


def summed(values: Array, owner: Array, owners: int) -> Array:
    """Sum of the values of each owner's rows; owners are numbered from 0."""
    total = np.zeros(owners, np.int64)
    counted = values != 0
    np.add.at(total, owner[counted], values[counted])
    return total


def share(part: Array, whole: Array) -> Array:
    """floor(10^6 x part / whole), masked where the whole is 0. In two steps, so that nothing passes 2^63."""
    divisor = np.maximum(whole, 1)
    thousandths, rest = np.divmod(part * 1000, divisor)
    return np.ma.masked_array(thousandths * 1000 + rest * 1000 // divisor, whole == 0)


def shares_of(evidence: Evidence, owners_of_rows: tuple[Array, ...], owners: int) -> dict[str, Array]:
    """pairs, weight_micro and every share of each owner; a row may have several owners, one for each array."""
    starts = pair_starts(evidence)

    def total(values: Array) -> Array:
        found: Array = np.sum([summed(values, owner, owners) for owner in owners_of_rows], axis=0)
        return found

    is_first = np.zeros(len(evidence), np.int64)
    is_first[starts] = 1
    found = {"pairs": total(is_first), "weight_micro": total(evidence.weight_micro)}
    for name, part in parts_of(evidence):
        found[f"{name}_micro"] = share(total(part), found["weight_micro"])
    return found
