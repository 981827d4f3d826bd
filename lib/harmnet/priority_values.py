"""What the parts of priorities are percentiles of: one row per network or person, one column per part."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet.config import Ranking, SignalKind
from harmnet.involvements import is_offender_side
from harmnet.signals import MARKER

_SCOPES = {"theme_harm": "THEME", "all_harm": "ALL"}
# Before any date that a record could have.
_NEVER = -(10**6)


def facts_of_people(signals: DataFrame, nominals: DataFrame, *, ranking: Ranking, as_of: date) -> DataFrame:
    """One row per person: nominal_id, is_child, exploitation, firearms, exploited (records), release_due (days left).

    Credible records alone, and on the offender side none on which the person was let go. A firearms marker counts while
    it stands. release_due is 0 without a release within ranking.release.within_days, and grows as the day comes near.
    """
    credible = F.col("credible")
    offender = (F.col("side") == "OFFENDER") & credible & ~F.col("no_further_action")
    standing = (F.col("kind") == MARKER) & (F.col("side") != "VICTIM") & credible & F.coalesce("still", F.lit(False))
    exploitation, firearms = (_signal_in(ranking.signals[name]) for name in ("exploitation", "firearms"))
    found = signals.groupBy("nominal_id").agg(
        _most_records(exploitation & offender).alias("exploitation"),
        _most_records(exploitation & credible & (F.col("side") == "VICTIM")).alias("exploited"),
        _most_records(firearms & (offender | standing)).alias("firearms"),
    )
    rows = nominals.join(found, on="nominal_id", how="left")
    return rows.select(
        "nominal_id",
        "is_child",
        *(F.coalesce(name, _zero()).alias(name) for name in ("exploitation", "exploited", "firearms")),
        _release_due(as_of, ranking.release.within_days).alias("release_due"),
    )


def _signal_in(wanted: Mapping[SignalKind, tuple[str, ...]]) -> Column:
    found = F.lit(False)
    for kind, names in sorted(wanted.items()):
        found = found | ((F.col("kind") == kind) & F.col("signal").isin(*names))
    return found


def _most_records(condition: Column) -> Column:
    # Not the sum: a crime with a flag and an offence group is one record under two signals.
    return F.max(F.when(condition, F.col("records")))


def _release_due(as_of: date, within_days: int) -> Column:
    days = F.greatest(F.datediff("release_due", F.lit(as_of)), F.lit(0))
    # greatest passes over a null, so that an unknown day would count as today.
    due = F.col("in_prison") & F.col("release_due").isNotNull() & (days <= within_days)
    return F.when(due, F.lit(within_days + 1) - days).otherwise(F.lit(0)).cast("bigint")


def _zero() -> Column:
    return F.lit(0).cast("bigint")


def nominal_values(measures: DataFrame, harm: DataFrame, involvements: DataFrame, facts: DataFrame) -> DataFrame:
    """theme, nominal_id, network_id, is_child and every part's value, for people with a credible offender-side role.

    No one under the age of criminal responsibility at every such event has such a role, so none is ranked. Recency is
    the last such event on which the person was not let go.
    """
    keys = ["theme", "nominal_id"]
    let_go = F.coalesce(F.col("status") == "NO_FURTHER_ACTION", F.lit(False))
    offenders = involvements.where(is_offender_side()).groupBy(F.col("idx").alias("nominal_id"))
    last = offenders.agg(F.max(F.when(~let_go, F.unix_date("event_date"))).alias("last"))
    full, immediate = F.col("scope") == "FULL", F.col("scope") == "IMMEDIATE"
    placed = measures.groupBy(*keys).agg(
        F.max("network_id").alias("network_id"),
        F.max(F.when(full, F.col("pagerank"))).alias("centrality_full"),
        F.max(F.when(immediate, F.col("pagerank"))).alias("centrality_immediate"),
        F.max(F.when(immediate, F.col("betweenness"))).alias("brokerage"),
    )
    rows = (
        placed.where(F.col("centrality_full").isNotNull())
        .join(last, on="nominal_id", how="inner")
        .join(_harm(harm, "nominal_id", "cchi_full_micro"), on=keys, how="left")
        .join(facts, on="nominal_id", how="inner")
    )
    return rows.select(
        *keys,
        "network_id",
        "is_child",
        *(F.coalesce(name, _zero()).alias(name) for name in _SCOPES),
        "centrality_full",
        *(F.coalesce(name, F.lit(0.0)).alias(name) for name in ("centrality_immediate", "brokerage")),
        F.coalesce("last", F.lit(_NEVER)).cast("bigint").alias("recency"),
        "exploitation",
        "firearms",
        "release_due",
    )


def network_values(
    networks: DataFrame, harm: DataFrame, measures: DataFrame, facts: DataFrame, exploited: DataFrame
) -> DataFrame:
    """theme, network_id and every part's value. `exploited`: theme, network_id, exploitation, of `exploited_people`."""
    keys = ["theme", "network_id"]
    members = measures.where((F.col("scope") == "FULL") & F.col("network_id").isNotNull())
    of_members = (
        members.join(facts.select("nominal_id", "firearms", "release_due"), on="nominal_id", how="inner")
        .groupBy(*keys)
        .agg(
            F.max("betweenness").alias("brokerage"),
            F.count_if(F.col("firearms") > 0).alias("firearms"),
            F.count_if(F.col("release_due") > 0).alias("release_due"),
        )
    )
    rows = (
        networks.join(_harm(harm, "network_id", "cchi_micro"), on=keys, how="left")
        .join(of_members, on=keys, how="left")
        .join(exploited, on=keys, how="left")
    )
    return rows.select(
        *keys,
        *(F.coalesce(name, _zero()).alias(name) for name in _SCOPES),
        F.col("weight_micro").alias("centrality"),
        F.coalesce("brokerage", F.lit(0.0)).alias("brokerage"),
        F.unix_date("last_date").cast("bigint").alias("recency"),
        "size",
        *(F.coalesce(name, _zero()).alias(name) for name in ("exploitation", "firearms", "release_due")),
    )


def exploited_people(members: DataFrame, edges: DataFrame, facts: DataFrame) -> DataFrame:
    """theme, network_id, exploitation: people with a credible sign of being exploited, in the network or harmed by it.

    `members`: network_members; a person is harmed by a network when a member offended against them.
    """
    marked = facts.where(F.col("exploited") > 0).select("nominal_id")
    harm = edges.where(F.col("relation") == "HARM")
    harmed = harm.where(F.col("src_to_dst_micro") > 0).select(
        F.col("src").alias("offender"), F.col("dst").alias("nominal_id")
    )
    harmed = harmed.unionByName(
        harm.where(F.col("dst_to_src_micro") > 0).select(
            F.col("dst").alias("offender"), F.col("src").alias("nominal_id")
        )
    )
    near = harmed.join(marked, on="nominal_id", how="left_semi").unionByName(
        marked.select(F.col("nominal_id").alias("offender"), "nominal_id")
    )
    inside = members.where(F.col("network_id").isNotNull()).select(
        "theme", "network_id", F.col("nominal_id").alias("offender")
    )
    return (
        inside.join(near, on="offender", how="inner")
        .groupBy("theme", "network_id")
        .agg(F.count_distinct("nominal_id").alias("exploitation"))
    )


def _harm(harm: DataFrame, key: str, value: str) -> DataFrame:
    """theme, key, and one column per crime scope: harm over all statuses."""
    return harm.groupBy("theme", key).agg(
        *(
            F.sum(F.when(F.col("crime_scope") == scope, F.col(value)).otherwise(F.lit(0))).alias(name)
            for name, scope in _SCOPES.items()
        )
    )
