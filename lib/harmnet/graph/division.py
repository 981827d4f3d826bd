"""Components too large to act on, divided by harmnet.graph.communities in one executor task, whatever the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyspark.resource import ResourceProfile
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.graph.communities import communities
from harmnet.graph.contract import Rule, raise_broken
from harmnet.graph.executor import in_one_task

_DIVIDED = "theme string, idx bigint, community_idx bigint"


def with_communities(
    found: DataFrame, edges: DataFrame, *, split_above: int, executor: ResourceProfile | None = None
) -> DataFrame:
    """What an engine found, with community_idx, the smallest idx of the vertex's community; one row per vertex.

    Components of more than `split_above` vertices are divided (harmnet.graph.communities says how); any other is one
    community. Only the edges of divided components reach the task, which runs in `executor` if one is given.
    """

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        table = communities(batches, split_above=split_above)
        if table is not None:
            yield from table.to_batches()

    keys = ["theme", "component_idx"]
    large = found.groupBy(*keys).count().where(F.col("count") > split_above).select(*keys)
    vertices = found.select(*keys, "idx").join(F.broadcast(large), on=keys, how="left_semi")
    sent = edges.join(vertices.withColumnRenamed("idx", "src"), on=["theme", "src"], how="inner")
    sent = sent.select("theme", "component_idx", "src", "dst", "weight_micro")
    divided = in_one_task(sent, task, _DIVIDED, executor)
    return found.join(divided, on=["theme", "idx"], how="left").withColumn(
        "community_idx", F.coalesce("community_idx", "component_idx")
    )


def check_communities(measured: DataFrame) -> None:
    """Raises HarmnetError unless communities lie inside components, are named by their smallest idx and none of a
    component of several people has one person; one Spark action."""
    communities_found = measured.groupBy("theme", "component_idx", "community_idx").agg(
        F.count("*").alias("size"), F.min("idx").alias("smallest")
    )
    rows = communities_found.groupBy("theme", F.col("component_idx").alias("a")).agg(
        F.count_if(F.col("smallest") != F.col("community_idx")).alias("misnamed"),
        F.min("size").alias("least"),
        F.sum("size").alias("size"),
    )
    again = "run it again, and report it if it comes back"
    raise_broken(
        rows,
        [
            Rule(
                "communities",
                "components have a community not named by its smallest idx, or one that reaches beyond them",
                F.col("misnamed") > 0,
                again,
            ),
            Rule(
                "communities",
                "components have a community of one person",
                (F.col("least") == 1) & (F.col("size") > 1),
                again,
            ),
        ],
        key=("theme", "a"),
    )
