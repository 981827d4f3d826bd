"""Signals: what the records say about a person beside who they are tied to. Flags, markers, groups, episodes, offences.

Attributes of networks, priorities and safeguarding all read them from here.
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet.contracts.linked import NOMINAL_SIGNALS
from harmnet.joining import by_combination

FLAG, OFFENCE, MARKER, GROUP, EPISODE = "FLAG", "OFFENCE", "MARKER", "GROUP", "EPISODE"
_HAS_END = ("markers", "groups")
_SAYING = ("source_system", "role", "kind", "offence_code", "offence_code_system", "flags")
"""Columns of an involvement from which its signals follow."""


def nominal_signals(involvements: DataFrame, offence_groups: DataFrame, *, as_of: date) -> DataFrame:
    """The nominal_signals table. `offence_groups`: offence_code, offence_code_system, groups (array)."""
    groups = offence_groups.select("offence_code", "offence_code_system", "groups")

    def signals(combinations: DataFrame) -> DataFrame:
        rows = combinations.join(F.broadcast(groups), on=["offence_code", "offence_code_system"], how="left")
        found = F.concat(
            _each(FLAG, F.col("flags")),
            _each(OFFENCE, F.col("groups")),
            _one(MARKER, F.col("source_system") == "markers", F.col("kind")),
            _one(GROUP, F.col("source_system") == "groups", F.concat_ws(" ", "kind", "role")),
            _one(EPISODE, (F.col("source_system") == "missing") & (F.col("role") == "MISSING"), F.lit("MISSING")),
        )
        return rows.select(*combinations.columns, F.explode(found).alias("found"))

    still = F.when(
        F.col("source_system").isin(*_HAS_END), F.col("to_date").isNull() | (F.col("to_date") > F.lit(as_of))
    )
    found = by_combination(involvements, _SAYING, signals).select(
        F.col("idx").alias("nominal_id"),
        "found",
        F.coalesce("side", F.lit("NEUTRAL")).alias("side"),
        "credible",
        F.coalesce(F.col("status") == "NO_FURTHER_ACTION", F.lit(False)).alias("no_further_action"),
        "record_ref",
        "event_date",
        still.alias("still"),
        "handling",
    )
    return (
        found.groupBy("nominal_id", "found.kind", "found.signal", "side", "credible", "no_further_action")
        .agg(
            F.count_distinct("record_ref").alias("records"),
            F.min("event_date").alias("first_date"),
            F.max("event_date").alias("last_date"),
            F.max("still").alias("still"),
            F.bit_or("handling").alias("handling"),
        )
        .select(*NOMINAL_SIGNALS.names)
    )


def _signal(kind: str, signal: Column) -> Column:
    return F.struct(F.lit(kind).alias("kind"), signal.alias("signal"))


def _each(kind: str, values: Column) -> Column:
    return F.coalesce(F.transform(values, lambda value: _signal(kind, value)), F.array())


def _one(kind: str, holds: Column, signal: Column) -> Column:
    return F.when(holds & signal.isNotNull(), F.array(_signal(kind, signal))).otherwise(F.array())
