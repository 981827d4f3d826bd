"""One module per source system: raw rows to staged ones, and who was on what."""

from collections.abc import Callable

from pyspark.sql import DataFrame

from harmnet.sources import associations, crimes, custody, groups, intelligence, markers, missing, people, prison
from harmnet.sources.checks import Rules

RULES: dict[str, Rules] = {
    **people.RULES,
    **crimes.RULES,
    **intelligence.RULES,
    **custody.RULES,
    **prison.RULES,
    **missing.RULES,
    **markers.RULES,
    **groups.RULES,
    **associations.RULES,
}
"""Raw table (without raw_) -> its rules; a table stands after the one its rows hang on."""

INVOLVE: dict[str, Callable[..., DataFrame]] = {
    "crimes": crimes.involve,
    "intelligence": intelligence.involve,
    "custody": custody.involve,
    "prison": prison.involve,
    "missing": missing.involve,
    "markers": markers.involve,
    "groups": groups.involve,
    "associations": associations.involve,
}
"""Source system -> function of its staged tables, in the order of contracts.raw.SYSTEMS."""
