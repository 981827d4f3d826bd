"""conf/graph.yml."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from harmnet.config.model import Strict


class Graph(Strict):
    """Engine and cuts of the graphs."""

    engine: Literal["auto", "native", "graphframes"]
    native_max_edges: int
    min_weight: Decimal = Field(ge=0)
    damping: float = Field(gt=0, lt=1)
    split_above: int = Field(ge=2)
    exact_up_to: int = Field(ge=2)
    sampled_sources: int = Field(ge=1)
    lineage_overlap: Decimal = Field(gt=0, le=1)
