"""The executor of the graph's one task: on YARN it may be one of its own, with the memory it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa
from pyspark.resource import ExecutorResourceRequests, ResourceProfile, ResourceProfileBuilder
from pyspark.sql import DataFrame, SparkSession

from harmnet.memory import asks_for_executors, ordinary_memory, overhead_memory

_MIB = 2**20


def own_executor(spark: SparkSession, needed: int) -> ResourceProfile | None:
    """What an executor is asked for whose Python process takes `needed` bytes, in whole MiB.

    Up to `available_memory` that is no more than YARN's largest container holds. None where the ordinary executors have
    as much, or none can be asked for: that takes YARN, Spark 4 and spark.dynamicAllocation.enabled. Heap and cores stay
    those of the ordinary ones.
    """
    conf = spark.sparkContext.getConf()
    ordinary = ordinary_memory(spark)
    if not asks_for_executors(conf) or ordinary is None or needed <= ordinary:
        return None
    size = -(-needed // _MIB)
    wanted = ExecutorResourceRequests()
    if conf.get("spark.executor.pyspark.memory"):
        # A limit for the tasks of an executor together, of which this one is alone.
        wanted.pysparkMemory(f"{size}m")
    else:
        wanted.memoryOverhead(f"{size + overhead_memory(spark) // _MIB}m")
    return ResourceProfileBuilder().require(wanted).build


def in_one_task(
    rows: DataFrame,
    task: Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]],
    schema: str,
    executor: ResourceProfile | None,
) -> DataFrame:
    """What the task makes of all the rows, in that executor; None: in any."""
    # coalesce(1) would run the stage before it in one task too.
    gathered = rows.repartition(1)
    # Spark 3.5 knows no such profile.
    return gathered.mapInArrow(task, schema) if executor is None else gathered.mapInArrow(task, schema, False, executor)
