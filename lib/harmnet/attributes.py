"""Attributes of networks: what analysts judge a network by, counted over its members."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet.config import Attributes, Signals
from harmnet.contracts.linked import INVOLVEMENTS, NOMINAL_AREAS, NOMINAL_SIGNALS, NOMINALS
from harmnet.contracts.networks import NETWORK_ATTRIBUTES
from harmnet.involvements import is_offender_side
from harmnet.joining import to_everyone
from harmnet.signals import EPISODE, FLAG, GROUP, MARKER, OFFENCE
from harmnet.stage_io import StageIO

LOOKED_AFTER, RUNNER, EXPLOITED = "LOOKED_AFTER_CHILD", "RUNNER", "EXPLOITED"
_KEY = ["theme", "network_id"]
_SIGNALLED = ("firearms", "weapons", "violence", "exploited", "looked_after", "runner")


def run(io: StageIO, members: DataFrame, edges: DataFrame) -> None:
    """Write network_attributes. `members`: the network_members table; `edges`: graph_edges."""
    conf, as_of = io.settings.attributes, io.recipe.as_of
    in_networks = members.where(F.col("network_id").isNotNull()).select(*_KEY, "nominal_id")
    # Most of the force's people are in no network: what is known of them is left out before it is put together.
    theirs = to_everyone(in_networks.select("nominal_id").distinct().localCheckpoint())
    signals = io.read(NOMINAL_SIGNALS).join(theirs, on="nominal_id", how="left_semi")
    involvements = io.read(INVOLVEMENTS).withColumnRenamed("idx", "nominal_id")
    involvements = involvements.join(theirs, on="nominal_id", how="left_semi")
    people = person_facts(io.read(NOMINALS), signal_facts(signals, conf=conf), deeds(involvements))
    homes = io.read(NOMINAL_AREAS).where(F.col("relation") == "HOME").select("nominal_id", "area_code")
    placed = with_strength(in_networks, edges).join(people, on="nominal_id", how="inner")
    rows = network_attributes(placed, origins(in_networks, homes), as_of=as_of, release_days=conf.release_days)
    io.write(rows, NETWORK_ATTRIBUTES)


def signal_facts(signals: DataFrame, *, conf: Attributes) -> DataFrame:
    """What the signals say of each person: nominal_id, one boolean per kind of fact, episodes missing."""
    kind, signal, still = F.col("kind"), F.col("signal"), F.coalesce("still", F.lit(False))
    rows = signals.where(F.col("credible") & ~F.col("no_further_action"))

    def listed_as(role: str) -> Column:
        return (kind == GROUP) & signal.endswith(f" {role}")

    facts = {name: _carries(getattr(conf, name), "OFFENDER", still) for name in ("firearms", "weapons", "violence")}
    facts["exploited"] = _carries(conf.exploited, "VICTIM", F.lit(True)) | listed_as(EXPLOITED)
    facts["looked_after"] = (kind == MARKER) & (signal == LOOKED_AFTER) & still
    facts["runner"] = listed_as(RUNNER)
    return rows.groupBy("nominal_id").agg(
        *(F.max(fact).alias(name) for name, fact in facts.items()),
        F.sum(F.when(kind == EPISODE, F.col("records")).otherwise(F.lit(0))).alias("episodes"),
    )


def _carries(wanted: Signals, side: str, marker_counts: Column) -> Column:
    """A row of nominal_signals is one of the signals: flags and offences on that side, markers where they count."""

    def one_of(kind: str, signals: tuple[str, ...]) -> Column:
        return (F.col("kind") == kind) & F.col("signal").isin(*signals)

    on_record = one_of(FLAG, wanted.flags) | one_of(OFFENCE, wanted.offence_groups)
    return (on_record & (F.col("side") == side)) | (one_of(MARKER, wanted.markers) & marker_counts)


def deeds(involvements: DataFrame) -> DataFrame:
    """nominal_id, first_seen, last_seen, areas, listed: of each person's credible records on the offender side.

    `involvements`: with nominal_id in place of idx.
    """
    listed = F.when(F.col("source_system") == "groups", F.concat_ws(" ", "kind", "event_id"))
    return (
        involvements.where(is_offender_side())
        .groupBy("nominal_id")
        .agg(
            F.min("event_date").alias("first_seen"),
            F.max("event_date").alias("last_seen"),
            F.collect_set("area_code").alias("areas"),
            F.collect_set(listed).alias("listed"),
        )
    )


def person_facts(nominals: DataFrame, signals: DataFrame, offending: DataFrame) -> DataFrame:
    """One row per nominal: age, prison and handling, with `signal_facts` and `deeds`."""
    rows = nominals.select(
        "nominal_id", "age_known", "age_at_as_of", "is_child", "in_prison", "release_due", "handling"
    )
    rows = rows.join(signals, on="nominal_id", how="left").join(offending, on="nominal_id", how="left")
    unsaid = {name: F.coalesce(name, F.lit(False)) for name in (*_SIGNALLED, "is_child")}
    # An adult whose marker was never lifted is no looked-after child; someone whose age is not known may be one.
    unsaid["looked_after"] &= ~F.coalesce(~F.col("is_child"), F.lit(False))
    return rows.withColumns(
        {
            **unsaid,
            "episodes": F.coalesce("episodes", F.lit(0)).cast("bigint"),
            "handling": F.coalesce("handling", F.lit(0)),
        }
    )


def with_strength(members: DataFrame, edges: DataFrame) -> DataFrame:
    """The members (theme, network_id, nominal_id) with strength: weight of their ties within the network, in micro."""
    of_src = members.withColumnRenamed("nominal_id", "src")
    of_dst = members.select("theme", F.col("nominal_id").alias("dst"), F.col("network_id").alias("of_dst"))
    inside = edges.join(of_src, on=["theme", "src"], how="inner").join(of_dst, on=["theme", "dst"], how="inner")
    inside = inside.where(F.col("network_id") == F.col("of_dst"))
    ends = inside.select("theme", F.explode(F.array("src", "dst")).alias("nominal_id"), "weight_micro")
    strengths = ends.groupBy("theme", "nominal_id").agg(F.sum("weight_micro").alias("strength"))
    rows = members.join(strengths, on=["theme", "nominal_id"], how="left")
    return rows.withColumn("strength", F.coalesce("strength", F.lit(0)))


def origins(members: DataFrame, homes: DataFrame) -> DataFrame:
    """theme, network_id, area_of_origin: where most members have an address, the smallest such code."""
    counted = members.join(homes, on="nominal_id", how="inner").groupBy(*_KEY, "area_code").agg(F.count("*").alias("n"))
    most = F.min(F.struct((-F.col("n")).alias("fewest"), "area_code")).alias("most")
    return counted.groupBy(*_KEY).agg(most).select(*_KEY, F.col("most.area_code").alias("area_of_origin"))


def network_attributes(placed: DataFrame, areas_of_origin: DataFrame, *, as_of: date, release_days: int) -> DataFrame:
    """The network_attributes table, from one row per network and member: strength and `person_facts`."""
    medians = placed.groupBy(*_KEY).agg(median(F.col("strength")).alias("median_strength_micro"))
    rows = placed.join(medians, on=_KEY, how="inner")
    rows = rows.withColumn("works", F.col("runner") | (F.col("strength") < F.col("median_strength_micro")))
    until = as_of + timedelta(days=release_days)
    to_come = F.when(F.col("in_prison") & (F.col("release_due") >= F.lit(as_of)), F.col("release_due"))
    found = rows.groupBy(*_KEY, "median_strength_micro").agg(
        *_ages("", F.lit(True)),
        F.count_if("age_known").alias("ages_known"),
        F.count_if("looked_after").alias("looked_after_children"),
        F.count_if(F.col("episodes") > 0).alias("missing_people"),
        F.sum("episodes").alias("missing_episodes"),
        F.count_if("exploited").alias("exploited_people"),
        F.count_if("works").alias("workforce"),
        *_ages("workforce_", F.col("works")),
        *(F.count_if(name).alias(name) for name in ("firearms", "weapons", "violence")),
        F.size(_any_of("areas")).cast("bigint").alias("areas_affected"),
        F.sort_array(_any_of("listed")).alias("listed_groups"),
        F.min("first_seen").alias("first_seen"),
        F.max("last_seen").alias("last_seen"),
        F.count_if("in_prison").alias("in_prison"),
        F.count_if(to_come <= F.lit(until)).alias("release_due_members"),
        F.min(to_come).alias("next_release"),
        F.bit_or("handling").alias("handling"),
    )
    return found.join(areas_of_origin, on=_KEY, how="left").select(*NETWORK_ATTRIBUTES.names)


def median(value: Column) -> Column:
    """Median of whole numbers: the middle one, or half the sum of the middle two, rounded down."""
    values, size = F.sort_array(F.collect_list(value)), F.count("*")

    def at(place: Column) -> Column:
        return F.element_at(values, place.cast("int"))

    middle = at(F.floor((size + 1) / 2)) + at(F.floor(size / 2) + 1)
    return F.call_function("div", middle, F.lit(2).cast("bigint"))


def _ages(prefix: str, counts: Column) -> list[Column]:
    """Unknown ages, children, youngest and oldest among the members who count."""
    age = F.when(counts, F.col("age_at_as_of"))
    return [
        F.count_if(counts & ~F.col("age_known")).alias(f"{prefix}unknown_age"),
        F.count_if(counts & F.col("is_child")).alias(f"{prefix}children"),
        F.min(age).alias(f"{prefix}youngest"),
        F.max(age).alias(f"{prefix}oldest"),
    ]


def _any_of(sets: str) -> Column:
    """The distinct values of an array column over all rows of a group, in no order."""
    return F.array_distinct(F.flatten(F.collect_list(sets)))
