"""conf/ties.yml."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from harmnet.config.model import Relation, Strict


class Tie(Strict):
    """One kind of tie: the relation it makes and the numbers of its weight."""

    meaning: str
    relation: Relation
    base: Decimal = Field(ge=0)
    base_by_kind: dict[str, Decimal] | None = None
    half_life_days: int | None = Field(gt=0)
    max_age_days: int | None = Field(ge=0)
    max_people: int = Field(ge=2)
    min_nights: int | None = None
    max_days_between: int | None = None
    offence_groups: tuple[str, ...] | None = None
    flags: tuple[str, ...] | None = None


TIES: dict[str, tuple[str, ...]] = {
    "co_offending": (),
    "co_arrest": (),
    "co_reported": (),
    "shared_cell": ("min_nights",),
    "same_group": ("base_by_kind",),
    "recorded_association": (),
    "shared_victim": ("max_days_between", "offence_groups", "flags"),
    "family": (),
    "found_together": (),
    "offended_against": (),
    "co_victims": (),
}
"""Every kind of tie, and the keys of conf/ties.yml that it alone needs."""
