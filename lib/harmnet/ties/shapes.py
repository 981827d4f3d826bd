"""The two shapes in which a tie is handed over: people on records, or pairs.

People on records (`people`): everyone on a record is tied to everyone else on it; n = people on it.
Pairs (`pairs`): the tie itself says which two; `hubs` are the records with too many people to say anything.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.record_kinds import record_kind

PAIR_COLUMNS = {
    "record_ref": "string",
    "src": "bigint",
    "dst": "bigint",
    "kind": "string",
    "event_date": "date",
    "quality_micro": "bigint",
    "times": "int",
    "n": "int",
    "crime_ref": "string",
    "record_kind": "int",
    "handling": "int",
    "src_harmed_dst": "boolean",
    "dst_harmed_src": "boolean",
}


class Context(NamedTuple):
    """What a tie may need besides the involvements: the day looked back from, and the offence groups of each code.

    `offence_groups`: offence_code, offence_code_system, groups (array).
    """

    as_of: date
    offence_groups: DataFrame


class Pairs(NamedTuple):
    """Pairs in PAIR_COLUMNS (src < dst, one row per pair and record), and hubs: record_ref, n."""

    pairs: DataFrame
    hubs: DataFrame


def people_on_records(rows: DataFrame) -> DataFrame:
    """The columns a tie between all people on a record needs: one row per involvement."""
    return rows.select(
        "event_id", "idx", "event_date", "quality_micro", "times", "crime_ref", record_kind(), "handling"
    )


def as_pairs(frame: DataFrame) -> DataFrame:
    """The frame in PAIR_COLUMNS; columns it lacks are null (n is 2, times 1)."""
    default = {"n": F.lit(2), "times": F.lit(1)}
    return frame.select(
        *(
            (F.col(name) if name in frame.columns else default.get(name, F.lit(None))).cast(type_).alias(name)
            for name, type_ in PAIR_COLUMNS.items()
        )
    )


def sides_of_records(rows: DataFrame) -> DataFrame:
    """One row per record (system and event): its credible offenders and victims as sorted arrays, n = people on either.

    `rows`: involvements on the offender or the victim side of credible records.
    """
    offender, victim = F.col("side") == "OFFENDER", F.col("side") == "VICTIM"
    records = rows.groupBy("source_system", F.col("event_id").alias("record_ref")).agg(
        F.sort_array(F.collect_set(F.when(offender, F.col("idx")))).alias("offenders"),
        F.sort_array(F.collect_set(F.when(victim, F.col("idx")))).alias("victims"),
        F.min("event_date").alias("event_date"),
        F.min("quality_micro").alias("quality_micro"),
        F.min(record_kind()).alias("record_kind"),
        F.bit_or("handling").alias("handling"),
    )
    return records.withColumn("people", F.size(F.array_union("offenders", "victims")))
