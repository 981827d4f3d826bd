"""conf/attributes.yml."""

from __future__ import annotations

from pydantic import Field

from harmnet.config.model import Strict


class Signals(Strict):
    """Signals of nominal_signals by kind: any of them makes a person count."""

    flags: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    offence_groups: tuple[str, ...] = ()


class Attributes(Strict):
    """What counts towards the attributes of a network."""

    firearms: Signals
    weapons: Signals
    violence: Signals
    exploited: Signals
    release_days: int = Field(ge=0)
