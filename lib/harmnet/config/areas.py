"""conf/areas.yml."""

from __future__ import annotations

from harmnet.config.model import Strict


class Unit(Strict):
    """A unit of the force and its neighbourhoods."""

    name: str
    neighbourhoods: tuple[str, ...]


class ForceArea(Strict):
    """The force."""

    code: str
    name: str


class Areas(Strict):
    """Force, units, neighbourhoods."""

    force: ForceArea
    units: dict[str, Unit]
