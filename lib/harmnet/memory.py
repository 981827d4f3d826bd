"""What there is of memory: for the native engine's one process, and for what every executor is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyspark import SparkConf
from pyspark.sql import SparkSession

_KIB, _MIB = 2**10, 2**20
# Spark's own defaults where the submitter gave none.
_EXECUTOR_MEMORY, _OVERHEAD_FACTOR, _LEAST_OVERHEAD = "1g", 0.1, 384 * _MIB


def available_memory(spark: SparkSession) -> int | None:
    """Bytes that the Python process of one task may use; None where nothing says so.

    On a cluster spark.executor.pyspark.memory, shared by an executor's cores; else what an executor has beside its
    heap. On one machine what is free there.
    """
    conf = spark.sparkContext.getConf()
    given = conf.get("spark.executor.pyspark.memory")
    if given:
        return _bytes(spark, given) // int(conf.get("spark.executor.cores", "1"))
    if conf.get("spark.master", "").startswith("local"):
        return free_memory(Path("/proc/meminfo"))
    return _overhead(spark, conf)


def _overhead(spark: SparkSession, conf: SparkConf) -> int:
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
