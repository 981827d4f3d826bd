"""Who may need protecting, by what the records say of them alone: signals, and the reasons that follow from them.

Whom they are tied to is the business of harmnet.presence and harmnet.safeguarding.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet.config import Safeguarding, Weights
from harmnet.involvements import age_in_years, side_of_role
from harmnet.joining import by_combination
from harmnet.themes import condition_of

MARKER = "MARKER "
"""Before a kind of marker that conf/safeguarding.yml does not name."""
_HAS_END = ("markers", "groups")
# What a condition may look at; words are for the rules of themes.
_SEEN_BY_CONDITIONS = ("source_system", "role", "kind", "offence_code", "offence_code_system", "flags")
_AS_THEY_ARE = ("LOOKED_AFTER", "MISSING", "EXPLOITED", "VULNERABLE")
OF_YOUTH = ("CHILD", "UNKNOWN_AGE_CHILD_SIGNAL", "UNDER_10")
"""Reasons that young age alone gives."""
_BEFORE_18 = (*_AS_THEY_ARE, "RUNNER", "CHILD_SIGNAL")


class AtRisk(NamedTuple):
    """What the records say of people: rows of the three functions below."""

    signals: DataFrame
    reasons: DataFrame
    victims: DataFrame


def signal_rows(
    involvements: DataFrame, offence_groups: DataFrame, *, conf: Safeguarding, weights: Weights, as_of: date
) -> DataFrame:
    """One row per person, record and signal: a key of conf's conditions, UNDER_10, LISTED (in a group), or
    MARKER and a kind that conf does not name."""
    groups = offence_groups.select("offence_code", "offence_code_system", "groups")
    named = set(conf.other_markers).union(*(condition.every_marker() for condition in conf.conditions.values()))
    unnamed = (F.col("source_system") == "markers") & F.col("kind").isNotNull() & ~F.col("kind").isin(*sorted(named))
    found = [
        *(F.when(condition_of(condition), F.lit(name)) for name, condition in conf.conditions.items()),
        F.when(unnamed, F.concat(F.lit(MARKER), "kind")),
        F.when(F.col("source_system") == "groups", F.lit("LISTED")),
    ]

    def said(combinations: DataFrame) -> DataFrame:
        rows = combinations.join(F.broadcast(groups), on=["offence_code", "offence_code_system"], how="left")
        acted = F.coalesce(side_of_role(weights) == "OFFENDER", F.lit(False))
        rows = rows.select(
            *combinations.columns, F.array_compact(F.array(*found)).alias("signals"), acted.alias("acted")
        )
        return rows.where((F.size("signals") > 0) | F.col("acted"))

    too_young = F.col("acted") & F.coalesce(F.col("age_at_event") < weights.age.criminal_responsibility, F.lit(False))
    signals = F.when(too_young, F.array_append("signals", F.lit("UNDER_10"))).otherwise(F.col("signals"))
    ends = F.col("source_system").isin(*_HAS_END)
    return by_combination(involvements, _SEEN_BY_CONDITIONS, said).select(
        "idx",
        F.explode(signals).alias("signal"),
        "source_system",
        source().alias("source"),
        "kind",
        "role",
        "event_date",
        (ends & F.coalesce(F.col("to_date") <= F.lit(as_of), F.lit(False))).alias("ended"),
        (F.col("age_at_event") < weights.age.adult).alias("as_child"),
        "credible",
        "handling",
    )


def source() -> Column:
    """The record as system:record_ref."""
    return F.concat_ws(":", "source_system", "record_ref")


def latest(records: Column, most: int) -> Column:
    """The latest of an array of structs that begin with event_date and have `source`: their sources, sorted."""
    return F.array_sort(F.transform(F.slice(F.sort_array(records, asc=False), 1, most), lambda one: one["source"]))


def reason_rows(
    signals: DataFrame, nominals: DataFrame, dates: DataFrame, *, conf: Safeguarding, weights: Weights, as_of: date
) -> DataFrame:
    """One row per person and reason: credible, ended, last_date, records (array of event_date and source),
    reason_roles, handling.

    THEME_VICTIM and SEVERAL_SYSTEMS depend on the theme and are not here. `nominals`, `dates`: those tables.
    """
    adult, young = weights.age.adult, weights.age.criminal_responsibility
    of_age = nominals.select(
        F.col("nominal_id").alias("idx"),
        "is_child",
        F.array(
            F.when(F.col("is_child"), F.lit("CHILD")), F.when(F.col("age_at_as_of") < young, F.lit("UNDER_10"))
        ).alias("reasons"),
    )
    before = F.lit(as_of - timedelta(days=conf.turned_18_days))
    grown_up = dates.where(
        (age_in_years(F.col("dob"), F.lit(as_of)) >= adult) & (age_in_years(F.col("dob"), before) < adult)
    ).select("idx", F.lit(True).alias("grown_up"))
    rows = signals.join(of_age.select("idx", "is_child"), on="idx", how="inner").join(
        F.broadcast(grown_up), on="idx", how="left"
    )
    signal, unknown = F.col("signal"), F.col("is_child").isNull()
    reasons = F.array(
        F.when(signal.isin(*_AS_THEY_ARE, "UNDER_10"), signal),
        F.when((signal == "RUNNER") & F.coalesce("is_child", F.lit(True)), F.lit("CHILD_RUNNER")),
        F.when((signal == "CHILD_SIGNAL") & unknown, F.lit("UNKNOWN_AGE_CHILD_SIGNAL")),
        F.when(signal.isin(*_BEFORE_18) & F.col("as_child") & F.col("grown_up"), F.lit("TURNED_18")),
    )
    recorded = rows.select("*", F.explode(reasons).alias("reason")).where(F.col("reason").isNotNull())
    nothing = {
        "source": F.lit(None).cast("string"),
        "role": F.lit(None).cast("string"),
        "event_date": F.lit(None).cast("date"),
        "ended": F.lit(False),
        "credible": F.lit(True),
        "handling": F.lit(0),
    }
    by_age = of_age.select(
        "idx", F.explode("reasons").alias("reason"), *(value.alias(name) for name, value in nothing.items())
    ).where(F.col("reason").isNotNull())
    return by_reason(recorded.select(by_age.columns).unionByName(by_age), ["idx", "reason"])


def by_reason(rows: DataFrame, keys: Sequence[str]) -> DataFrame:
    """The rows, one record each, as one row per key, with the columns of `reason_rows`."""
    return rows.groupBy(*keys).agg(
        F.max("credible").alias("credible"),
        F.min("ended").alias("ended"),
        F.max("event_date").alias("last_date"),
        F.collect_set(F.when(F.col("source").isNotNull(), F.struct("event_date", "source"))).alias("records"),
        F.collect_set("role").alias("reason_roles"),
        F.bit_or("handling").alias("handling"),
    )


def theme_victims(hits: DataFrame, *, as_of: date, window_days: int) -> DataFrame:
    """The same columns, one row per theme and person with a victim's hit that counts or is not credible but recent."""
    recent = F.col("event_date") >= F.lit(as_of - timedelta(days=window_days))
    rows = hits.where((F.col("side") == "VICTIM") & (F.col("counted") | (~F.col("credible") & recent)))
    return by_reason(
        rows.select(
            "theme",
            F.col("nominal_id").alias("idx"),
            source().alias("source"),
            "role",
            "event_date",
            F.lit(False).alias("ended"),
            "credible",
            "handling",
        ),
        ["theme", "idx"],
    )


def system() -> Column:
    """The source system; an arrest is part of the crime it is for and no second system."""
    return F.when(F.col("source_system") == "custody", F.lit("crimes")).otherwise(F.col("source_system"))


def what_is_known(signals: DataFrame) -> DataFrame:
    """One row per person with a signal: who knows already, and which systems say so.

    known_by: markers that name a need, and assessments. assessed_on: the last assessment. systems, credible_systems,
    signal_records, signal_roles: of their signals, markers and assessments apart; being young is no need.
    """
    marker, assessed = F.col("source_system") == "markers", F.col("signal") == "ASSESSED"
    named = (marker & F.col("signal").isin(*_AS_THEY_ARE, "CHILD_SIGNAL")) | assessed
    counts = ~marker & F.col("signal").isin(*_AS_THEY_ARE, "RUNNER", "UNDER_10")
    told = F.concat_ws(" ", F.when(marker, F.col("kind")).otherwise(F.upper("source_system")), "event_date")
    return signals.groupBy("idx").agg(
        F.array_sort(F.collect_set(F.when(named, told))).alias("known_by"),
        F.max(F.when(assessed, F.col("event_date"))).alias("assessed_on"),
        F.collect_set(F.when(counts, system())).alias("systems"),
        F.collect_set(F.when(counts & F.col("credible"), system())).alias("credible_systems"),
        F.collect_set(F.when(counts, F.struct("event_date", "source"))).alias("signal_records"),
        F.collect_set(F.when(counts, F.col("role"))).alias("signal_roles"),
    )
