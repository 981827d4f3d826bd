"""The stage `tie`: edges, the kinds of record behind them, hub events and a count per kind of tie."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet import evidence
from harmnet.config import Reliability, Tie
from harmnet.contracts.linked import INVOLVEMENTS
from harmnet.contracts.results import EDGE_SOURCES, EDGES, HUB_EVENTS, TIE_COUNTS
from harmnet.corrections.holding import held_out, relations_cut
from harmnet.harm import offence_group_rows
from harmnet.local_rows import local_rows
from harmnet.parallel import at_once
from harmnet.record_kinds import grade_band
from harmnet.stage_io import StageIO


def run(io: StageIO) -> None:
    """Sum the evidence of every tie into edges."""
    ties = io.settings.ties
    groups = offence_group_rows(io.spark, io.settings)
    found = evidence.build(
        io.read(INVOLVEMENTS),
        ties=ties,
        as_of=io.recipe.as_of,
        offence_groups=groups,
        held=held_out(io),
        relations_cut=relations_cut(io.settings.themes),
    )
    summed = sum_by_source(found.pairs, ties=ties, as_of=io.recipe.as_of, reliability=io.settings.ranking.reliability)
    sources = io.write(summed, EDGE_SOURCES)
    at_once(
        lambda: io.write(sum_by_relation(sources, ties=ties), EDGES),
        lambda: io.write(found.hubs.withColumn("n", F.col("n").cast("bigint")), HUB_EVENTS),
        lambda: io.write(tie_counts(sources, ties=ties), TIE_COUNTS),
    )


def relation_of(ties: Mapping[str, Tie]) -> Column:
    """Relation of the row's tie."""
    table = F.create_map(*(F.lit(item) for name, tie in sorted(ties.items()) for item in (name, tie.relation)))
    return table[F.col("tie")]


def sum_by_source(pairs: DataFrame, *, ties: Mapping[str, Tie], as_of: date, reliability: Reliability) -> DataFrame:
    """The edge_sources table: weights and records counted, and records set aside."""
    counted = F.col("counted")
    weight = F.when(counted, F.col("weight_micro")).otherwise(F.lit(0))
    old = F.col("event_date") < F.lit(as_of - timedelta(days=reliability.old_days))
    # A number in place of the name: tens of millions of rows are hashed and sent by it.
    names = sorted(ties)
    number = F.create_map(*(F.lit(item) for pair in zip(names, range(len(names)), strict=True) for item in pair))
    band = grade_band(reliability.grade_bands).alias("grade_band")
    summed = pairs.groupBy("src", "dst", number[F.col("tie")].alias("number"), "record_kind", band).agg(
        F.sum(weight).alias("weight_micro"),
        F.sum(F.when(F.col("src_harmed_dst"), weight).otherwise(F.lit(0))).alias("src_to_dst_micro"),
        F.sum(F.when(F.col("dst_harmed_src"), weight).otherwise(F.lit(0))).alias("dst_to_src_micro"),
        F.sum(F.when(old, weight).otherwise(F.lit(0))).alias("old_micro"),
        F.count_if(counted).alias("records"),
        F.count_if(~counted).alias("set_aside"),
        F.min(F.when(counted, F.col("event_date"))).alias("first_date"),
        F.max(F.when(counted, F.col("event_date"))).alias("last_date"),
        F.bit_or(F.when(counted, F.col("handling"))).alias("handling"),
    )
    named = summed.withColumn("tie", F.array(*map(F.lit, names))[F.col("number")])
    return named.withColumn("relation", relation_of(ties)).select(*EDGE_SOURCES.names)


def sum_by_relation(sources: DataFrame, *, ties: Mapping[str, Tie]) -> DataFrame:
    """The edges table: one row per pair and relation with a weight above 0."""
    # A bit for each tie: sets of names would be kept as objects and the rows sorted.
    bits = {name: 1 << place for place, name in enumerate(sorted(ties))}
    bit = F.create_map(*(F.lit(item) for pair in bits.items() for item in pair))
    rows = (
        sources.where(F.col("records") > 0)
        .groupBy("src", "dst", "relation")
        .agg(
            *(F.sum(name).alias(name) for name in ("weight_micro", "src_to_dst_micro", "dst_to_src_micro", "records")),
            F.min("first_date").alias("first_date"),
            F.max("last_date").alias("last_date"),
            F.bit_or(bit[F.col("tie")]).alias("ties"),
            F.bit_or("handling").alias("handling"),
        )
    )
    named = F.array(*(F.when(F.col("ties").bitwiseAND(F.lit(one)) != 0, F.lit(name)) for name, one in bits.items()))
    return rows.where(F.col("weight_micro") > 0).withColumn("ties", F.array_compact(named))


def tie_counts(sources: DataFrame, *, ties: Mapping[str, Tie]) -> DataFrame:
    """The tie_counts table: one row per kind of tie in conf, also where none was found."""
    known = [(name, tie.relation) for name, tie in sorted(ties.items())]
    every = local_rows(sources.sparkSession, known, "tie string, relation string")
    found = sources.groupBy("tie").agg(
        F.sum("records").alias("pair_records"),
        F.sum("weight_micro").alias("weight_micro"),
        F.sum("set_aside").alias("set_aside"),
    )
    joined = every.join(found, on="tie", how="left")
    return joined.fillna(0, subset=["pair_records", "weight_micro", "set_aside"]).select(*TIE_COUNTS.names)
