"""conf/themes.yml, and the conditions that conf/safeguarding.yml is made of too."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, field_validator, model_validator

from harmnet.config.model import Relation, Strict, System


class Condition(Strict):
    """What must hold on a person's row on a record: every field named; within a field, any value."""

    source: tuple[System, ...] | None = None
    roles: tuple[str, ...] | None = None
    offence_codes: tuple[str, ...] | None = None
    offence_groups: tuple[str, ...] | None = None
    flags: tuple[str, ...] | None = None
    markers: tuple[str, ...] | None = None
    group_kinds: tuple[str, ...] | None = None
    words: tuple[str, ...] | None = None
    all_of: tuple[Condition, ...] | None = None
    any_of: tuple[Condition, ...] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Condition:
        if all(getattr(self, name) is None for name in Condition.model_fields):
            raise ValueError("names no condition; it would hit every record")
        return self

    def every_word(self) -> set[str]:
        """The keywords it reads, those of nested conditions included."""
        return set(self.words or ()).union(*(condition.every_word() for condition in self._nested()))

    def every_marker(self) -> set[str]:
        """The kinds of marker it reads, those of nested conditions included."""
        return set(self.markers or ()).union(*(condition.every_marker() for condition in self._nested()))

    def _nested(self) -> tuple[Condition, ...]:
        return (*(self.all_of or ()), *(self.any_of or ()))


class Rule(Condition):
    """A condition with its strength, and a window of its own if it has one."""

    strength: Literal["PRIMARY", "SUPPORTING"]
    window_days: int | None = None


class Theme(Strict):
    """A theme: the relations its networks use and the rules that say who is involved."""

    title: str
    relations: tuple[Relation, ...]
    rules: dict[str, Rule]


class Themes(Strict):
    """All themes and what they have in common."""

    window_days: int
    connected_min_weight: Decimal = Field(ge=0)
    themes: dict[str, Theme]

    @field_validator("themes")
    @classmethod
    def _none_is_all(cls, themes: dict[str, Theme]) -> dict[str, Theme]:
        if "all" in themes:
            raise ValueError("a theme cannot be named all: that is the full network")
        return themes

    def every_word(self) -> tuple[str, ...]:
        """Every keyword of every rule, sorted."""
        rules = [rule for theme in self.themes.values() for rule in theme.rules.values()]
        return tuple(sorted(set().union(*(rule.every_word() for rule in rules))))
