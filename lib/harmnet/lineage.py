"""Lineage: which networks of the parent snapshot the networks of this one come from, told by their members.

Of a network, the best of the other snapshot is the one with the most members in common; of several the smaller, which
has the larger Jaccard index; of several of those the smaller id. Every network has one origin, CONTINUED, SPLIT or
BORN; every network of the parent snapshot one fate, CONTINUED, MERGED or ENDED.
"""

from __future__ import annotations

from decimal import Decimal

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from harmnet.config import MICRO, to_micro
from harmnet.contracts.linked import NOMINAL_IDS
from harmnet.contracts.networks import NETWORK_LINEAGE
from harmnet.contracts.results import NETWORK_MEMBERS, NETWORKS
from harmnet.local_rows import local_rows
from harmnet.stage_io import StageIO

CONTINUED, SPLIT, MERGED, BORN, ENDED = "CONTINUED", "SPLIT", "MERGED", "BORN", "ENDED"
_OLD_NETWORKS = "theme string, network_id string, lineage_id string, handling int"
_OLD_MEMBERS = "theme string, network_id string, nominal string"


def run(io: StageIO, members: DataFrame, networks: DataFrame) -> DataFrame:
    """Write network_lineage; returns theme, network_id, lineage_id of every network.

    `members`: the network_members table; `networks`: theme, network_id, handling, one row per network.
    """
    old_networks, old_members = _of_parent(io)
    named = members.where(F.col("network_id").isNotNull()).join(
        io.read(NOMINAL_IDS).withColumnRenamed("nominal_id", "nominal"),
        on=F.col("nominal_id") == F.col("idx"),
        how="inner",
    )
    found = match(
        old_members, named.select("theme", "network_id", "nominal"), overlap=io.settings.graph.lineage_overlap
    )
    birth = f"@{io.recipe.as_of}.{io.recipe.known_at}"
    lineage = io.write(network_lineage(found, old_networks, networks, birth=birth), NETWORK_LINEAGE)
    return lineage.where(F.col("event").isin(CONTINUED, SPLIT, BORN)).select("theme", "network_id", "lineage_id")


def _of_parent(io: StageIO) -> tuple[DataFrame, DataFrame]:
    """Networks and members of the parent snapshot; empty without one, and then every network is BORN."""
    networks, members = io.read_parent(NETWORKS), io.read_parent(NETWORK_MEMBERS)
    if networks is None or members is None:
        return local_rows(io.spark, [], _OLD_NETWORKS), local_rows(io.spark, [], _OLD_MEMBERS)
    members = members.where(F.col("network_id").isNotNull())
    return (
        networks.select("theme", "network_id", "lineage_id", "handling"),
        members.select("theme", "network_id", F.col("nominal_id").alias("nominal")),
    )


def match(old: DataFrame, new: DataFrame, *, overlap: Decimal) -> DataFrame:
    """What became of the networks `old` in `new`, each theme, network_id, nominal: one row per member of a network.

    `nominal` is one name for one person in both; `overlap` the share of members that makes one come from the other or
    go into it. One row per origin and per fate (a network that continues has one row for both): theme, network_id,
    parent_network_id, event, shared_members, size, parent_size; null where there is no such network.
    """
    old = old.withColumnRenamed("network_id", "parent_network_id")
    sizes = new.groupBy("theme", "network_id").agg(F.count("*").alias("size"))
    old_sizes = old.groupBy("theme", "parent_network_id").agg(F.count("*").alias("parent_size"))
    pairs = _related(
        old.join(new, on=["theme", "nominal"], how="inner")
        .groupBy("theme", "network_id", "parent_network_id")
        .agg(F.count("*").alias("shared_members"))
        .join(sizes, on=["theme", "network_id"], how="inner")
        .join(old_sizes, on=["theme", "parent_network_id"], how="inner"),
        least=to_micro(overlap),
    )
    origins = pairs.where(F.col("event").isin(CONTINUED, SPLIT)).drop("size")
    fates = pairs.where(F.col("event").isin(CONTINUED, MERGED)).drop("parent_size")
    of_new = sizes.join(origins, on=["theme", "network_id"], how="left").withColumn("otherwise", F.lit(BORN))
    of_old = old_sizes.join(fates, on=["theme", "parent_network_id"], how="left").withColumn("otherwise", F.lit(ENDED))
    of_old = of_old.where(F.col("event").isNull() | (F.col("event") == MERGED))
    return of_new.unionByName(of_old).select(
        "theme",
        "network_id",
        "parent_network_id",
        F.coalesce("event", "otherwise").alias("event"),
        F.coalesce("shared_members", F.lit(0)).cast("bigint").alias("shared_members"),
        "size",
        "parent_size",
    )


def _related(pairs: DataFrame, *, least: int) -> DataFrame:
    """Pairs of networks with members in common, and their event: CONTINUED, SPLIT, MERGED, or null."""
    parents = Window.partitionBy("theme", "network_id").orderBy(
        F.desc("shared_members"), "parent_size", "parent_network_id"
    )
    children = Window.partitionBy("theme", "parent_network_id").orderBy(F.desc("shared_members"), "size", "network_id")
    best_parent, best_child = F.col("parent_rank") == 1, F.col("child_rank") == 1

    def enough_of(size: Column) -> Column:
        return F.col("shared_members") * MICRO >= size * least

    event = (
        F.when(best_parent & best_child & enough_of(F.least("size", "parent_size")), F.lit(CONTINUED))
        .when(best_parent & ~best_child & enough_of(F.col("size")), F.lit(SPLIT))
        .when(best_child & ~best_parent & enough_of(F.col("parent_size")), F.lit(MERGED))
    )
    ranked = pairs.withColumn("parent_rank", F.row_number().over(parents))
    ranked = ranked.withColumn("child_rank", F.row_number().over(children))
    return ranked.withColumn("event", event).drop("parent_rank", "child_rank")


def network_lineage(found: DataFrame, old_networks: DataFrame, networks: DataFrame, *, birth: str) -> DataFrame:
    """The network_lineage table. `found`: rows of `match`; a new lineage is called network_id + `birth`."""
    old = old_networks.select(
        "theme",
        F.col("network_id").alias("parent_network_id"),
        F.col("lineage_id").alias("parent_lineage_id"),
        F.col("handling").alias("parent_handling"),
    )
    rows = found.join(old, on=["theme", "parent_network_id"], how="left")
    begins = F.col("event").isin(SPLIT, BORN)
    own = F.when(begins, F.concat("network_id", F.lit(birth))).when(
        F.col("event") == CONTINUED, F.col("parent_lineage_id")
    )
    # One row of a network has its origin, and with it its lineage; those of what merged into it have none of their own.
    of_network = Window.partitionBy("theme", "network_id")
    lineage_id = F.when(F.col("network_id").isNotNull(), F.max(own).over(of_network))
    rows = rows.withColumn("lineage_id", lineage_id)
    rows = rows.join(networks.select("theme", "network_id", "handling"), on=["theme", "network_id"], how="left")
    none = F.lit(0)
    handling = F.coalesce("handling", none).bitwiseOR(F.coalesce("parent_handling", none)).cast("int")
    return rows.withColumn("handling", handling).select(*NETWORK_LINEAGE.names)
