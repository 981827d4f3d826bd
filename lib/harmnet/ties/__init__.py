"""Ties between two people: one module per kind, joined to conf/ties.yml by BUILDERS."""

from collections.abc import Callable

from pyspark.sql import DataFrame

from harmnet.ties import (
    co_arrest,
    co_offending,
    co_reported,
    co_victims,
    family,
    found_together,
    offended_against,
    recorded_association,
    same_group,
    shared_cell,
    shared_victim,
)
from harmnet.ties.shapes import Pairs

PEOPLE: dict[str, Callable[..., DataFrame]] = {
    "co_offending": co_offending.people,
    "co_arrest": co_arrest.people,
    "co_reported": co_reported.people,
    "recorded_association": recorded_association.people,
    "family": family.people,
    "found_together": found_together.people,
    "co_victims": co_victims.people,
}
"""Ties between all people on a record."""

PAIRS: dict[str, Callable[..., Pairs]] = {
    "shared_cell": shared_cell.pairs,
    "same_group": same_group.pairs,
    "shared_victim": shared_victim.pairs,
    "offended_against": offended_against.pairs,
}
"""Ties that say themselves which two."""

BUILDERS: dict[str, Callable[..., DataFrame | Pairs]] = {**PEOPLE, **PAIRS}
"""Every kind of tie: key of conf/ties.yml -> the function of its module."""
