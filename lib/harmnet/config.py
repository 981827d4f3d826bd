"""conf/*.yml as typed settings. Unknown or missing keys are errors, all reported at once.

A force's own files are laid over the shipped ones key by key (`--conf DIR`). `Settings.contents` is everything that was
read, files and tables alike: it goes into the recipe, and `settings_from_contents` makes the same settings from it.
"""

from __future__ import annotations

import copy
import csv
import io
import os
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from harmnet.contracts.priorities import NETWORK_PARTS, NOMINAL_PARTS
from harmnet.errors import HarmnetError

MICRO = 1_000_000
FILES = (
    "sources",
    "themes",
    "ties",
    "weights",
    "graph",
    "attributes",
    "harm",
    "ranking",
    "safeguarding",
    "areas",
)
Side = Literal["OFFENDER", "VICTIM", "NEUTRAL"]
System = Literal["crimes", "intelligence", "custody", "prison", "missing", "markers", "groups", "associations"]
Relation = Literal["ASSOCIATION", "INDIRECT", "FAMILY", "TOGETHER", "HARM", "SHARED_HARM"]
SIGNALS = ("LOOKED_AFTER", "MISSING", "EXPLOITED", "VULNERABLE", "RUNNER")
Status = Literal["SUSPECTED", "CHARGED", "CONVICTED", "NO_FURTHER_ACTION"]


def to_micro(value: Decimal) -> int:
    """The value in micro-units; HarmnetError when it has more than six decimals."""
    scaled = value * MICRO
    if scaled != int(scaled):
        raise HarmnetError(f"conf: {value} has more than six decimals; weights are kept in millionths")
    return int(scaled)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceTable(_Model):
    """Where a raw table's rows come from and how the force's columns and codes map to ours."""

    path: str | None = None
    hive: str | None = None
    format: Literal["delta", "parquet"] = "delta"
    columns: dict[str, str] = Field(default_factory=dict)
    codes: dict[str, dict[str, str]] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_place(self) -> SourceTable:
        if self.path and self.hive:
            raise ValueError("names both path and hive; keep one")
        return self


class Sources(_Model):
    """Which systems are on, and each raw table's origin and mapping."""

    systems: dict[System, bool]
    tables: dict[str, SourceTable]


class Tie(_Model):
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


class Handling(_Model):
    """Handling, action and sanitisation code of a record."""

    handling: Literal["P", "C"]
    action: Literal["A1", "A2", "A3"]
    sanitisation: Literal["S1", "S2"]


class HandlingRules(_Model):
    """What a record without codes, and one with the old codes, is handled as."""

    default: Handling
    from_5x5x5: dict[str, Handling]


class Grades(_Model):
    """Quality by grade for one scheme; grades that are not listed are not credible."""

    source: dict[str, Decimal]
    information: dict[str, Decimal]


class Ages(_Model):
    """Age limits in whole years, and dates of birth that stand for unknown."""

    criminal_responsibility: int
    adult: int
    bands: tuple[int, ...]
    unknown_dates_of_birth: tuple[str, ...]

    @field_validator("bands")
    @classmethod
    def _ascending(cls, bands: tuple[int, ...]) -> tuple[int, ...]:
        if not bands or bands[0] < 1 or list(bands) != sorted(set(bands)):
            raise ValueError("ages at which a band begins go up from 1")
        return bands


class Quality(_Model):
    """Quality of records that carry no grade."""

    crime: Decimal
    non_crime: Decimal
    ungraded_association: Decimal
    other: Decimal


class Weights(_Model):
    """Grades, quality, sides, basis, handling and ages."""

    grading: dict[Literal["5x5x5", "3x5x2"], Grades]
    quality: Quality
    sides: dict[str, dict[str, Side]]
    basis: dict[str, Literal["FACT", "ASSESSMENT"]]
    handling: HandlingRules
    age: Ages


class Condition(_Model):
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


class Theme(_Model):
    """A theme: the relations its networks use and the rules that say who is involved."""

    title: str
    relations: tuple[Relation, ...]
    rules: dict[str, Rule]


class Themes(_Model):
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


class Graph(_Model):
    """Engine and cuts of the graphs."""

    engine: Literal["auto", "native", "graphframes"]
    native_max_edges: int
    min_weight: Decimal = Field(ge=0)
    damping: float = Field(gt=0, lt=1)
    split_above: int = Field(ge=2)
    exact_up_to: int = Field(ge=2)
    sampled_sources: int = Field(ge=1)
    lineage_overlap: Decimal = Field(gt=0, le=1)


class HarmIndex(_Model):
    """A harm index: its file under conf and the column that holds the value."""

    file: str
    value: str


class Harm(_Model):
    """How harm is counted."""

    window_days: int | None
    count_police_generated: bool
    hotspot_months: int = Field(ge=1)
    statuses: tuple[Status, ...]
    empty_status: Status
    indices: dict[Literal["cchi", "css"], HarmIndex]
    offence_groups: str


class Weighting(_Model):
    """Weight of each part of a priority."""

    networks: dict[str, Decimal]
    nominals: dict[str, Decimal]

    @model_validator(mode="after")
    def _add_up(self) -> Self:
        for name, parts, known in (
            ("networks", self.networks, NETWORK_PARTS),
            ("nominals", self.nominals, NOMINAL_PARTS),
        ):
            if set(parts) != set(known):
                raise ValueError(f"{name}: parts are {', '.join(known)}; found {', '.join(parts)}")
            if sum(parts.values()) != 1:
                raise ValueError(f"{name}: weights add up to {sum(parts.values())}, not 1.0")
        return self


class VictimLinks(_Model):
    """Whose controllers are looked for, over which ties, and how many are kept."""

    themes: tuple[str, ...]
    reasons: tuple[str, ...]
    relations: tuple[Relation, ...]
    first_step: tuple[Relation, ...]
    record_weight: Decimal = Field(ge=0)
    most: int = Field(ge=1)


class Safeguarding(_Model):
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


class Release(_Model):
    """When a release from prison counts."""

    within_days: int = Field(ge=0)


class GradeBands(_Model):
    """Quality from which a grade is high or medium."""

    high: Decimal
    medium: Decimal

    @model_validator(mode="after")
    def _descending(self) -> GradeBands:
        if not 1 >= self.high > self.medium > 0:
            raise ValueError("bands go down from 1: high above medium above 0")
        return self


class Reliability(_Model):
    """What counts as old, as weak and as a good grade in the reliability statement."""

    old_days: int = Field(ge=0)
    weakest_share: Decimal = Field(ge=0, lt=1)
    grade_bands: GradeBands


SignalKind = Literal["FLAG", "OFFENCE", "MARKER", "GROUP", "EPISODE"]


class Ranking(Weighting):
    """Weights of a priority, other weightings to hold it against, and what its parts count."""

    weightings: dict[str, Weighting]
    signals: dict[Literal["exploitation", "firearms"], dict[SignalKind, tuple[str, ...]]]
    release: Release
    reliability: Reliability


class Unit(_Model):
    """A unit of the force and its neighbourhoods."""

    name: str
    neighbourhoods: tuple[str, ...]


class ForceArea(_Model):
    """The force."""

    code: str
    name: str


class Areas(_Model):
    """Force, units, neighbourhoods."""

    force: ForceArea
    units: dict[str, Unit]


class Signals(_Model):
    """Signals of nominal_signals by kind: any of them makes a person count."""

    flags: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    offence_groups: tuple[str, ...] = ()


class Attributes(_Model):
    """What counts towards the attributes of a network."""

    firearms: Signals
    weapons: Signals
    violence: Signals
    exploited: Signals
    release_days: int = Field(ge=0)


class _All(_Model):
    sources: Sources
    themes: Themes
    ties: dict[str, Tie]
    weights: Weights
    graph: Graph
    harm: Harm
    ranking: Ranking
    areas: Areas
    safeguarding: Safeguarding
    attributes: Attributes

    @field_validator("ties")
    @classmethod
    def _every_tie(cls, ties: dict[str, Tie]) -> dict[str, Tie]:
        wrong = [f"{name} is no tie harmnet has" for name in ties if name not in TIES]
        wrong += [f"{name} is missing" for name in TIES if name not in ties]
        for name, tie in ties.items():
            wrong += [f"{name} needs {key}" for key in TIES.get(name, ()) if getattr(tie, key) is None]
            if (tie.half_life_days is None) != (tie.max_age_days is None):
                wrong.append(f"{name}: half_life_days and max_age_days are both null or neither is")
        if wrong:
            raise ValueError("; ".join(wrong))
        return ties


@dataclass(frozen=True)
class Settings:
    """Typed settings, and the contents they were made from."""

    sources: Sources
    themes: Themes
    ties: dict[str, Tie]
    weights: Weights
    graph: Graph
    harm: Harm
    ranking: Ranking
    areas: Areas
    safeguarding: Safeguarding
    attributes: Attributes
    contents: dict[str, Any]

    def table(self, file: str) -> list[dict[str, str]]:
        """Rows of a CSV under conf, every value as text."""
        return list(csv.DictReader(io.StringIO(self.contents["tables"][file])))


def shipped_conf() -> Path:
    """Folder of the shipped conf: HARMNET_SHIPPED_CONF, else conf/ beside the package's lib/."""
    named = os.environ.get("HARMNET_SHIPPED_CONF")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "conf"
    if not (folder / "ties.yml").is_file():
        raise HarmnetError(
            f"{folder}: the shipped conf is not there; set HARMNET_SHIPPED_CONF to the folder that holds ties.yml"
        )
    return folder


def load_settings(overlay: str | Path | None = None) -> Settings:
    """Settings of the shipped conf with the files of `overlay` laid over them, key by key.

    Raises HarmnetError with one line per unknown key, missing key or bad value.
    """
    base = shipped_conf()
    over = Path(overlay) if overlay else None
    if over and not over.is_dir():
        raise HarmnetError(f"--conf {over}: no such folder")
    problems = [
        f"{path}: not a conf file; harmnet reads {', '.join(f'{name}.yml' for name in FILES)}"
        for path in (sorted(over.glob("*.y*ml")) if over else [])
        if path.suffix != ".yml" or path.stem not in FILES
    ]
    files: dict[str, Any] = {}
    for name in FILES:
        files[name] = _read_yaml(base / f"{name}.yml", problems)
        if over and (over / f"{name}.yml").is_file():
            files[name] = _laid_over(files[name], _read_yaml(over / f"{name}.yml", problems))
    if problems:
        raise HarmnetError(problems)
    settings = _typed(files)
    wanted = [settings.harm.offence_groups, *(index.file for index in settings.harm.indices.values())]
    tables = {name: _read_table(name, over, base) for name in wanted}
    return settings_from_contents({"files": files, "tables": tables})


def settings_from_contents(contents: dict[str, Any]) -> Settings:
    """The settings a recipe was made with, from its contents alone."""
    typed = _typed(contents["files"])
    return Settings(**{name: getattr(typed, name) for name in FILES}, contents=contents)


def _typed(files: dict[str, Any]) -> _All:
    try:
        return _All(**files)
    except ValidationError as error:
        raise HarmnetError(
            f"conf/{problem['loc'][0]}.yml: {'.'.join(str(part) for part in problem['loc'][1:]) or 'file'}: "
            f"{problem['msg']} (found {_short(problem['input'])})"
            for problem in error.errors()
        ) from None


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _read_yaml(path: Path, problems: list[str]) -> Any:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problems.append(f"{path}: no such file")
        return {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problems.append(f"{path}: not readable as YAML: {' '.join(str(error).split())}")
        return {}
    if not isinstance(found, dict):
        problems.append(f"{path}: holds no keys")
        return {}
    return _plain(found)


def _plain(value: Any) -> Any:
    """Values as JSON has them: keys as text, dates as text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _laid_over(base: Any, over: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return copy.deepcopy(over)
    return {
        key: _laid_over(base[key], over[key])
        if key in base and key in over
        else copy.deepcopy(over.get(key, base.get(key)))
        for key in [*base, *(key for key in over if key not in base)]
    }


def _read_table(name: str, over: Path | None, base: Path) -> str:
    for folder in (over, base):
        if folder and (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8")
    raise HarmnetError(f"conf/{name}: no such file; conf/harm.yml names it")
