"""What there is of memory: for the native engine's one process, and for what every executor is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyspark import SparkConf
from pyspark.sql import SparkSession

from harmnet.session import spark_line

_KIB, _MIB = 2**10, 2**20
# Spark's own defaults where the submitter gave none.
_EXECUTOR_MEMORY, _OVERHEAD_FACTOR, _LEAST_OVERHEAD = "1g", 0.1, 384 * _MIB
# Hadoop's own, MiB.
_LARGEST = 8192


def available_memory(spark: SparkSession) -> int | None:
    """Bytes that the Python process of the graph's one task may use; None where nothing says so.

    What the ordinary executors have for it, or what the largest container of YARN has beside an executor's heap and
    overhead where an executor of its own can be asked for (harmnet.graph.executor).
    """
    conf = spark.sparkContext.getConf()
    ordinary = ordinary_memory(spark)
    if ordinary is None or not asks_for_executors(conf):
        return ordinary
    largest = spark._jsc.hadoopConfiguration().getLong("yarn.scheduler.maximum-allocation-mb", _LARGEST) * _MIB
    return max(ordinary, largest - _executor_heap(spark, conf) - overhead_memory(spark))


def asks_for_executors(conf: SparkConf) -> bool:
    """Whether a stage can have executors unlike the others: on YARN, with Spark 4 and executors that come and go."""
    dynamic = conf.get("spark.dynamicAllocation.enabled", "false").lower() == "true"
    return dynamic and conf.get("spark.master", "") == "yarn" and spark_line() != "3.5"


def ordinary_memory(spark: SparkSession) -> int | None:
    """Bytes that the Python process of one task may use in the executors there are; None where nothing says so.

    On a cluster spark.executor.pyspark.memory, shared by an executor's cores; else what an executor has beside its
    heap. On one machine what is free there.
    """
    conf = spark.sparkContext.getConf()
    given = conf.get("spark.executor.pyspark.memory")
    if given:
        return _bytes(spark, given) // int(conf.get("spark.executor.cores", "1"))
    if conf.get("spark.master", "").startswith("local"):
        return free_memory(Path("/proc/meminfo"))
    return overhead_memory(spark)


def overhead_memory(spark: SparkSession) -> int:
    """Bytes that each executor on a cluster has beside its heap, without spark.executor.pyspark.memory."""
    conf = spark.sparkContext.getConf()
    given = conf.get("spark.executor.memoryOverhead")
    if given:
        return _bytes(spark, given)
    factor = float(conf.get("spark.executor.memoryOverheadFactor", str(_OVERHEAD_FACTOR)))
    return max(_LEAST_OVERHEAD, int(_executor_heap(spark, conf) * factor))


def heap_memory(spark: SparkSession) -> int:
    """Bytes of heap that the driver has and, on a cluster, each executor: the smaller of the two."""
    jvm: Any = spark._jvm
    heap, conf = int(jvm.java.lang.Runtime.getRuntime().maxMemory()), spark.sparkContext.getConf()
    return heap if conf.get("spark.master", "").startswith("local") else min(heap, _executor_heap(spark, conf))


def _executor_heap(spark: SparkSession, conf: SparkConf) -> int:
    return _bytes(spark, conf.get("spark.executor.memory", _EXECUTOR_MEMORY))


def _bytes(spark: SparkSession, size: str) -> int:
    """A size as Spark reads it: a number alone is MiB."""
    jvm: Any = spark._jvm
    return int(jvm.org.apache.spark.network.util.JavaUtils.byteStringAsMb(size)) * _MIB


def free_memory(meminfo: Path) -> int | None:
    """Bytes that the machine can still give, by its /proc/meminfo; None where there is none."""
    try:
        lines = meminfo.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    found = [int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")]
    return found[0] * _KIB if found else None
