"""GraphFrames as its user guide shows it: pairs by a self-join, connectedComponents() and pageRank() with defaults.

On the Spark 3.5 line. Its pageRank knows no weights and its ranks sum to the number of vertices, so only components are
the same as the others'.
"""

import importlib

from pyspark.sql import functions as F

from contestants.timing import Clock
from harmnet.session import build_session, graphframes_available


def main(clock: Clock) -> None:
    """Pairs, then components and ten rounds of PageRank on the edges that everyone is given."""
    spark = build_session("harmnet benchmark")
    assert graphframes_available(spark)
    spark.sparkContext.setCheckpointDir(clock.out("checkpoints"))
    with clock.part("pairs"):
        rows = spark.read.parquet(clock.path("incidences"))
        other = rows.select("record", F.col("idx").alias("dst"))
        pairs = rows.join(other, "record").where("idx < dst").groupBy(F.col("idx").alias("src"), "dst")
        pairs.agg(F.sum("weight_micro").alias("weight_micro")).write.parquet(clock.out("pairs"))
    with clock.part("graph"):
        edges = spark.read.parquet(clock.path("edges"))
        vertices = edges.select(F.explode(F.array("src", "dst")).alias("id")).distinct()
        graph = importlib.import_module("graphframes").GraphFrame(vertices, edges)
        components = graph.connectedComponents()
        ranks = graph.pageRank(resetProbability=0.15, maxIter=10).vertices
        found = components.join(ranks.select("id", "pagerank"), "id")
        named = found.select(F.col("id").alias("idx"), F.col("component").alias("component_idx"), "pagerank")
        named.write.parquet(clock.out("graph"))


if __name__ == "__main__":
    Clock.run("graphframes_defaults", main)
