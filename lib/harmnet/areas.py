"""Areas from small to large: neighbourhoods belong to units, units to the force, by conf/areas.yml."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.config import Areas
from harmnet.local_rows import local_rows


def with_larger_areas(rows: DataFrame, hierarchy: Areas) -> DataFrame:
    """Adds unit_code and force_code of the row's area_code, which may itself be a unit's or the force's."""
    force = hierarchy.force.code
    known: list[tuple[str, str | None, str]] = [(force, None, force)]
    for unit, found in sorted(hierarchy.units.items()):
        known += [(code, unit, force) for code in (unit, *found.neighbourhoods)]
    frame = local_rows(rows.sparkSession, known, "area_code string, unit_code string, force_code string")
    return rows.join(F.broadcast(frame), on="area_code", how="left")
