"""Who would be involved and tied if records counted otherwise: every grade let in, or non-crime incidents left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet import evidence
from harmnet.config import Themes, Tie, Weights, to_micro
from harmnet.corrections.holding import NOBODY, Held
from harmnet.involvements import with_side
from harmnet.themes import find_hits, is_involved

_GRADED = ("intelligence", "associations")
_TIES_OF_GRADED = ("co_reported", "recorded_association", "shared_victim")
"""Ties of graded records that may join people into networks."""


def with_every_grade(involvements: DataFrame, *, weights: Weights) -> DataFrame:
    """Involvements in intelligence and associations that are not credible, as if they had the lowest credible grade.

    Sides are those of their roles. What rests on this system's own output stays out under any grade.
    """
    rows = involvements.where(
        ~F.col("credible")
        & F.col("source_system").isin(*_GRADED)
        & F.coalesce(F.col("basis") != "DERIVED", F.lit(True))
    )
    lowest = min(min(grades.source.values()) * min(grades.information.values()) for grades in weights.grading.values())
    let_in = rows.withColumns({"credible": F.lit(True), "quality_micro": F.lit(to_micro(lowest)).cast("bigint")})
    return with_side(let_in, weights=weights)


def ties_of(
    let_in: DataFrame,
    *,
    ties: Mapping[str, Tie],
    as_of: date,
    offence_groups: DataFrame,
    held: Held = NOBODY,
    relations_cut: Collection[str] = (),
) -> DataFrame:
    """src, dst, tie, weight_micro: what records let in add to pairs. `let_in`: of `with_every_grade`.

    shared_victim joins two records: here both are records let in.
    """
    graded = {name: ties[name] for name in _TIES_OF_GRADED}
    found = evidence.build(
        let_in, ties=graded, as_of=as_of, offence_groups=offence_groups, held=held, relations_cut=relations_cut
    )
    return found.pairs.groupBy("src", "dst", "tie").agg(F.sum("weight_micro").alias("weight_micro"))


def involved_with(
    hits: DataFrame, let_in: DataFrame, *, themes: Themes, as_of: date, offence_groups: DataFrame
) -> DataFrame:
    """theme, nominal_id: people involved by their hits and those on records let in."""
    more = find_hits(let_in, offence_groups, themes=themes, as_of=as_of)
    touched = more.select("theme", "nominal_id").distinct()
    both = hits.join(touched, on=["theme", "nominal_id"], how="left_semi").unionByName(more)
    return _involved(both)


def involved_without_non_crimes(hits: DataFrame, involvements: DataFrame) -> DataFrame:
    """theme, nominal_id: people involved by hits on other records than non-crime incidents."""
    incidents = involvements.where(F.col("event_kind") == "NON_CRIME").select("source_system", "record_ref").distinct()
    return _involved(hits.join(incidents, on=["source_system", "record_ref"], how="left_anti"))


def _involved(hits: DataFrame) -> DataFrame:
    found = hits.groupBy("theme", "nominal_id").agg(is_involved().alias("involved"))
    return found.where("involved").select("theme", "nominal_id")
