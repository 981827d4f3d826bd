"""The evidence behind ties: one row per tie, record and pair, with every factor of its weight.

`edges` is the sum of this; `harmnet explain` shows rows of it. It is a function of involvements and is never stored.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import reduce
from typing import Any, NamedTuple

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from harmnet.config import Tie
from harmnet.corrections.holding import NOBODY, Held, only_ties_left
from harmnet.ties import PAIRS, PEOPLE
from harmnet.ties.shapes import PAIR_COLUMNS, Context
from harmnet.weights import with_weight

_SAME_EVENT = ("co_offending", "co_arrest")


class Evidence(NamedTuple):
    """`pairs`: tie, PAIR_COLUMNS, base_micro, decay_micro, weight_micro > 0, counted. `hubs`: tie, record_ref, n."""

    pairs: DataFrame
    hubs: DataFrame


def build(
    involvements: DataFrame,
    *,
    ties: Mapping[str, Tie],
    as_of: date,
    offence_groups: DataFrame,
    held: Held = NOBODY,
    relations_cut: Collection[str] = (),
) -> Evidence:
    """Evidence of every tie in `ties`, hubs set aside. At least one of them ties all people on a record.

    `held`: whom corrections hold out; they have no ties of the relations `relations_cut`.
    """
    # Read twice, by hubs and by pairs.
    records = records_of_people(involvements, ties=ties).localCheckpoint()
    limits = F.create_map(*(F.lit(item) for name, tie in sorted(ties.items()) for item in (name, tie.max_people)))
    too_many = F.col("n") > limits[F.col("tie")]
    hubs = [records.where(too_many).select("tie", "record_ref", "n")]
    weighed = with_weight(records.where(~too_many), ties=ties, as_of=as_of).where(F.col("weight_micro") > 0)
    pairs = [contest(weighed)]
    special, context = [], Context(as_of, offence_groups)
    for name, builder in _of(PAIRS, ties):
        built = builder(involvements, tie=ties[name], context=context)
        special.append(built.pairs.withColumn("tie", F.lit(name)))
        hubs.append(built.hubs.select(F.lit(name).alias("tie"), "record_ref", F.col("n").cast("int").alias("n")))
    if special:
        named = with_weight(_union(special), ties=ties, as_of=as_of).where(F.col("weight_micro") > 0)
        pairs.append(named.withColumn("counted", F.lit(True)))
    columns = ["tie", *PAIR_COLUMNS, "base_micro", "decay_micro", "weight_micro", "counted"]
    cut = [name for name, tie in ties.items() if tie.relation in relations_cut]
    found = _union([frame.select(*columns) for frame in pairs])
    return Evidence(only_ties_left(found, held, tie_names=cut), _union(hubs))


def records_of_people(involvements: DataFrame, *, ties: Mapping[str, Tie]) -> DataFrame:
    """One row per tie and record with two people or more on it: members (sorted idx), n and what the weight needs."""
    rows = _union(
        [builder(involvements, tie=ties[name]).withColumn("tie", F.lit(name)) for name, builder in _of(PEOPLE, ties)]
    )
    records = rows.groupBy("tie", F.col("event_id").alias("record_ref")).agg(
        F.sort_array(F.collect_set("idx")).alias("members"),
        F.min("event_date").alias("event_date"),
        F.min("quality_micro").alias("quality_micro"),
        F.max("times").alias("times"),
        F.min("crime_ref").alias("crime_ref"),
        F.min("record_kind").alias("record_kind"),
        F.bit_or("handling").alias("handling"),
    )
    records = records.withColumns({"n": F.size("members"), "kind": F.lit(None).cast("string")})
    return records.where(F.col("n") >= 2)


def contest(records: DataFrame) -> DataFrame:
    """Pairs of weighed records, `counted` false where the same event counts by the other of co_offending and co_arrest.

    One arrest behind one crime is one event: per pair and crime only the larger sum counts, co_offending when equal.
    """
    arrests = records.where((F.col("tie") == "co_arrest") & F.col("crime_ref").isNotNull())
    both = F.col("tie").isin(*_SAME_EVENT)
    crimes = arrests.select("crime_ref", F.lit(True).alias("arrested")).distinct()
    marked = records.join(crimes, on="crime_ref", how="left")
    contested = both & F.coalesce("arrested", F.lit(False))
    settled = pairs_of(marked.where(~contested)).withColumn("counted", F.lit(True))
    same = Window.partitionBy("src", "dst", "crime_ref")

    def total(tie: str) -> Column:
        return F.coalesce(F.sum(F.when(F.col("tie") == tie, F.col("weight_micro"))).over(same), F.lit(0))

    rows = pairs_of(marked.where(contested)).withColumns({f"_{tie}": total(tie) for tie in _SAME_EVENT})
    crime_wins = F.col("_co_offending") >= F.col("_co_arrest")
    counted = F.when(F.col("tie") == "co_offending", crime_wins).otherwise(~crime_wins)
    return settled.unionByName(rows.withColumn("counted", counted).select(settled.columns))


def pairs_of(records: DataFrame) -> DataFrame:
    """One row per record and pair of its members."""
    rows = records.select("*", F.posexplode("members").alias("place", "src"))
    others = F.slice("members", F.col("place") + 2, F.size("members"))
    rows = rows.withColumn("dst", F.explode(others))
    given = {*records.columns, "src", "dst"}
    columns = [
        F.col(name) if name in given else F.lit(None).cast(type_).alias(name) for name, type_ in PAIR_COLUMNS.items()
    ]
    return rows.select("tie", *columns, "base_micro", "decay_micro", "weight_micro")


def _of(builders: Mapping[str, Callable[..., Any]], ties: Mapping[str, Tie]) -> list[tuple[str, Callable[..., Any]]]:
    """The builders of the ties that are asked for."""
    return [(name, builder) for name, builder in builders.items() if name in ties]


def _union(frames: list[DataFrame]) -> DataFrame:
    return reduce(DataFrame.unionByName, frames)
