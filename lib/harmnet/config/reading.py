"""conf/*.yml and its tables as read: a force's own files laid over the shipped ones, made into Settings."""

from __future__ import annotations

import copy
import csv
import io
import os
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files as files_of
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError, field_validator

from harmnet.config.areas import Areas
from harmnet.config.attributes import Attributes
from harmnet.config.dismantling import Dismantling
from harmnet.config.graph import Graph
from harmnet.config.harm import Harm
from harmnet.config.maintenance import Maintenance
from harmnet.config.model import Strict
from harmnet.config.operating import Operating
from harmnet.config.ranking import Ranking
from harmnet.config.safeguarding import Safeguarding
from harmnet.config.sources import Sources
from harmnet.config.sql_service import SqlService
from harmnet.config.themes import Themes
from harmnet.config.ties import TIES, Tie
from harmnet.config.weights import Weights
from harmnet.errors import HarmnetError

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
    "dismantling",
    "areas",
)

UPKEEP, SERVICE, OPERATING = "maintenance", "sql_service", "operating"
"""The files that no recipe holds, because no result follows from them."""


class _All(Strict):
    sources: Sources
    themes: Themes
    ties: dict[str, Tie]
    weights: Weights
    graph: Graph
    harm: Harm
    ranking: Ranking
    areas: Areas
    safeguarding: Safeguarding
    dismantling: Dismantling
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


class _Service(Strict):
    sql_service: SqlService


class _Upkeep(Strict):
    maintenance: Maintenance


class _Operating(Strict):
    operating: Operating


_Model = TypeVar("_Model", bound=Strict)
Folder = Path | zipfile.Path
"""A folder on disk, or in the zip that the package is imported from."""


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
    dismantling: Dismantling
    attributes: Attributes
    contents: dict[str, Any]

    def table(self, file: str) -> list[dict[str, str]]:
        """Rows of a CSV under conf, every value as text."""
        return list(csv.DictReader(io.StringIO(self.contents["tables"][file])))


def shipped_conf() -> Folder:
    """Folder of the shipped conf: HARMNET_SHIPPED_CONF, else conf/ beside the package's lib/ or in its zip."""
    named, package = os.environ.get("HARMNET_SHIPPED_CONF"), files_of("harmnet")
    if named:
        folder: Folder = Path(named)
    elif isinstance(package, zipfile.Path):
        folder = zipfile.Path(package.root, "conf/")
    else:
        folder = Path(__file__).resolve().parents[3] / "conf"
    if not (folder / "ties.yml").is_file():
        raise HarmnetError(
            f"{folder}: the shipped conf is not there; set HARMNET_SHIPPED_CONF to the folder that holds ties.yml"
        )
    return folder


def load_settings(overlay: str | Path | None = None) -> Settings:
    """Settings of the shipped conf with the files of `overlay` laid over them, key by key.

    Raises HarmnetError with one line per unknown key, missing key or bad value.
    """
    base, over = shipped_conf(), _overlay(overlay)
    files = _read_files(FILES, base, over)
    settings = _typed(files)
    wanted = [settings.harm.offence_groups, *(index.file for index in settings.harm.indices.values())]
    tables = {name: _read_table(name, over, base) for name in wanted}
    return settings_from_contents({"files": files, "tables": tables})


def settings_from_contents(contents: dict[str, Any]) -> Settings:
    """The settings a recipe was made with, from its contents alone."""
    typed = _typed(contents["files"])
    return Settings(**{name: getattr(typed, name) for name in FILES}, contents=contents)


def load_maintenance(overlay: str | Path | None = None) -> Maintenance:
    """How a lake is kept in order: conf/maintenance.yml, with that of `overlay` laid over it. Errors as above."""
    files = _read_files((UPKEEP,), shipped_conf(), _overlay(overlay))
    return _checked(_Upkeep, files).maintenance


def load_sql_service(overlay: str | Path | None = None) -> SqlService:
    """Who is shown what by the SQL service: conf/sql_service.yml, under that of `overlay`. Errors as above."""
    files = _read_files((SERVICE,), shipped_conf(), _overlay(overlay))
    return _checked(_Service, files).sql_service


def load_operating(overlay: str | Path | None = None) -> Operating:
    """What an operator is told of: conf/operating.yml, with that of `overlay` laid over it. Errors as above."""
    files = _read_files((OPERATING,), shipped_conf(), _overlay(overlay))
    return _checked(_Operating, files).operating


def _overlay(overlay: str | Path | None) -> Path | None:
    over = Path(overlay) if overlay else None
    if over and not over.is_dir():
        raise HarmnetError(f"--conf {over}: no such folder")
    return over


def _read_files(names: Iterable[str], base: Folder, over: Path | None) -> dict[str, Any]:
    """Contents of these files of conf, those of the overlay laid over the shipped ones."""
    known = (*FILES, UPKEEP, SERVICE, OPERATING)
    problems = [
        f"{path}: not a conf file; harmnet reads {', '.join(f'{name}.yml' for name in known)}"
        for path in (sorted(over.glob("*.y*ml")) if over else [])
        if path.suffix != ".yml" or path.stem not in known
    ]
    files: dict[str, Any] = {}
    for name in names:
        files[name] = _read_yaml(base / f"{name}.yml", problems)
        if over and (over / f"{name}.yml").is_file():
            files[name] = _laid_over(files[name], _read_yaml(over / f"{name}.yml", problems))
    if problems:
        raise HarmnetError(problems)
    return files


def _typed(files: dict[str, Any]) -> _All:
    return _checked(_All, files)


def _checked(model: type[_Model], files: dict[str, Any]) -> _Model:
    try:
        return model(**files)
    except ValidationError as error:
        raise HarmnetError(
            f"conf/{problem['loc'][0]}.yml: {'.'.join(str(part) for part in problem['loc'][1:]) or 'file'}: "
            f"{problem['msg']} (found {_short(problem['input'])})"
            for problem in error.errors()
        ) from None


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _read_yaml(path: Folder, problems: list[str]) -> Any:
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


def _read_table(name: str, over: Path | None, base: Folder) -> str:
    for folder in (over, base):
        if folder and (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8")
    raise HarmnetError(f"conf/{name}: no such file; conf/harm.yml names it")
