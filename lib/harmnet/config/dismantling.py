"""conf/dismantling.yml."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from harmnet.config.model import Strict
from harmnet.contracts.safeguarding import REASONS


class RemovalCost(Strict):
    """What a removal costs, for people at liberty and in prison."""

    at_liberty: Decimal = Field(gt=0, decimal_places=6)
    in_prison: Decimal = Field(gt=0, decimal_places=6)


class Dismantling(Strict):
    """Which networks get a plan, to what end, at what cost, and who is never named."""

    plan_top: int = Field(ge=0)
    most_people: int = Field(ge=2)
    target: Decimal = Field(gt=0, lt=1)
    random_draws: int = Field(ge=1)
    harm: Literal["cchi_full", "cchi_shared", "css_full", "css_shared"]
    cost: str
    costs: dict[str, RemovalCost]
    not_eligible: tuple[str, ...]

    @model_validator(mode="after")
    def _known(self) -> Dismantling:
        if self.cost not in self.costs:
            raise ValueError(f"cost {self.cost} is none of costs: {', '.join(self.costs)}")
        strange = [reason for reason in self.not_eligible if reason not in REASONS]
        if strange:
            raise ValueError(f"not_eligible: {', '.join(strange)} is no reason of safeguarding: {', '.join(REASONS)}")
        return self
