"""harmnet: pairs by its own evidence; components, PageRank and core numbers by its native engine."""

from pyspark.sql import functions as F

from contestants.timing import Clock
from harmnet.contracts.results import FULL_NETWORK
from harmnet.evidence import pairs_of
from harmnet.graph import analyse
from harmnet.session import build_session


def main(clock: Clock) -> None:
    """Pairs, then the engine on the edges that everyone is given."""
    spark = build_session("harmnet benchmark")
    spark.range(1000).repartition(2).mapInArrow(lambda batches: batches, "id long").count()
    with clock.part("pairs"):
        rows = spark.read.parquet(clock.path("incidences"))
        records = rows.groupBy("record").agg(
            F.sort_array(F.collect_set("idx")).alias("members"), F.min("weight_micro").alias("weight_micro")
        )
        none = F.lit(None).cast("bigint")
        named = records.select(
            F.lit("co_offending").alias("tie"),
            "members",
            "weight_micro",
            none.alias("base_micro"),
            none.alias("decay_micro"),
        )
        pairs = pairs_of(named).groupBy("src", "dst").agg(F.sum("weight_micro").alias("weight_micro"))
        pairs.write.mode("overwrite").parquet(clock.out("pairs"))
    with clock.part("graph"):
        edges = spark.read.parquet(clock.path("edges")).select(F.lit(FULL_NETWORK).alias("theme"), "*")
        ends = edges.select("theme", F.explode(F.array("src", "dst")).alias("idx")).distinct()
        analyse(ends, edges, engine="native", work_dir=clock.out("graph"))


if __name__ == "__main__":
    Clock.run("harmnet_native", main)
