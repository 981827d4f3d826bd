"""The table of what happened where and when."""

from __future__ import annotations

from harmnet.contracts.model import Column, Table, TableClass
from harmnet.contracts.results import THEME

AREA_MONTH = Table(
    "area_month",
    TableClass.RESULT,
    "one row per theme, area and month with an event there",
    ("theme", "area_code", "month"),
    (
        THEME,
        Column("area_code", "string", "Area code of the source."),
        Column("unit_code", "string", "Unit of that area by conf/areas.yml; null where conf does not know the area."),
        Column("force_code", "string", "Force of that area; null where conf does not know the area."),
        Column("month", "date", "First day of the month."),
        Column("events", "bigint", "Credible crimes, incidents and missing episodes; of a theme: on which a rule hit."),
        Column("crimes", "bigint", "Of these, crimes that someone carries, as harm counts them."),
        Column("cchi_micro", "bigint", "Cambridge Crime Harm Index days of those crimes, each once.", unit="micro"),
        Column("css_micro", "bigint", "ONS Crime Severity Score of those crimes, each once.", unit="micro"),
        Column("involved_people", "bigint", "People on their offender side; of a theme: only those involved in it."),
        Column("handling", "int", "Handling restrictions of those records, as bits."),
    ),
)
