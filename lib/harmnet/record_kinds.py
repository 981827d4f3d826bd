"""What a tie rests on, as small numbers: event kind and basis of a record, and the band of an intelligence grade.

Evidence has a row for every pair and record; text there would cost more than all the rest.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from harmnet.config import GradeBands, to_micro

SYSTEM_OF = {
    "REPORT": "intelligence",
    "NON_CRIME": "crimes",
    "ASSOCIATION": "associations",
    "GROUP": "groups",
    "STAY": "prison",
    "EPISODE": "missing",
    "ARREST": "custody",
    "CRIME": "crimes",
}
"""Event kind -> source system, for the kinds of record that ties rest on, the weaker first."""

BASES = ("ASSESSMENT", "FACT")
BANDS = ("none", "low", "medium", "high")

KINDS: tuple[tuple[str, str], ...] = tuple((kind, basis) for kind in SYSTEM_OF for basis in BASES)
"""Event kind and basis of each `record_kind`: its place here."""


def record_kind() -> Column:
    """Event kind and basis of an involvement as a place in KINDS; null for kinds that no tie rests on.

    Of two records behind one pair the smaller number, the weaker kind, stands for both.
    """
    table = F.create_map(*(F.lit(item) for place, pair in enumerate(KINDS) for item in ("|".join(pair), place)))
    return table[F.concat_ws("|", "event_kind", "basis")].alias("record_kind")


def grade_band(bands: GradeBands) -> Column:
    """Place in BANDS of a record with `record_kind` and `quality_micro`: the grade of a report; 0 for other records."""
    reports = [place for place, (kind, _) in enumerate(KINDS) if kind == "REPORT"]
    quality = F.col("quality_micro")
    graded = F.when(quality >= to_micro(bands.high), F.lit(3)).when(quality >= to_micro(bands.medium), F.lit(2))
    return F.when(F.col("record_kind").isin(*reports), graded.otherwise(F.lit(1))).otherwise(F.lit(0))
