"""conf/safeguarding.yml."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field, model_validator

from harmnet.config.model import Relation, Strict
from harmnet.config.themes import Condition

SIGNALS = ("LOOKED_AFTER", "MISSING", "EXPLOITED", "VULNERABLE", "RUNNER")


class VictimLinks(Strict):
    """Whose controllers are looked for, over which ties, and how many are kept."""

    themes: tuple[str, ...]
    reasons: tuple[str, ...]
    relations: tuple[Relation, ...]
    first_step: tuple[Relation, ...]
    record_weight: Decimal = Field(ge=0)
    most: int = Field(ge=1)


class Safeguarding(Strict):
    """What says that a person may need protecting."""

    signals: dict[str, Condition]
    child_signal: Condition
    assessed: Condition
    other_markers: tuple[str, ...]
    untied_victims: tuple[str, ...]
    turned_18_days: int = Field(ge=0)
    several_systems: int = Field(ge=2)
    max_people: int = Field(ge=2)
    records_listed: int = Field(ge=1)
    victim_links: VictimLinks

    @property
    def conditions(self) -> dict[str, Condition]:
        """Every condition by what it says: the signals, CHILD_SIGNAL and ASSESSED."""
        return self.signals | {"CHILD_SIGNAL": self.child_signal, "ASSESSED": self.assessed}

    @model_validator(mode="after")
    def _complete(self) -> Safeguarding:
        if set(self.signals) != set(SIGNALS):
            raise ValueError(f"signals are {', '.join(SIGNALS)}; found {', '.join(self.signals)}")
        # Texts are searched for the words of themes alone.
        wordy = sorted(name for name, condition in self.conditions.items() if condition.every_word())
        if wordy:
            raise ValueError(f"{', '.join(wordy)}: words are for the rules of themes.yml")
        return self
