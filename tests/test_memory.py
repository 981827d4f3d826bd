"""What the native engine's process may use, and how large a heap is, by settings and machine."""

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from elsewhere import submitted
from harmnet.memory import available_memory, free_memory, heap_memory

MIB = 2**20


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"spark.executor.pyspark.memory": "4g", "spark.executor.cores": "4"}, 1024 * MIB),
        ({"spark.executor.pyspark.memory": "700", "spark.executor.memoryOverhead": "9g"}, 700 * MIB),
        ({"spark.executor.memoryOverhead": "2048"}, 2048 * MIB),
        ({"spark.executor.memoryOverhead": "3g", "spark.executor.memory": "8g"}, 3072 * MIB),
        ({"spark.executor.memory": "8g"}, int(8192 * MIB * 0.1)),
        ({"spark.executor.memory": "8g", "spark.executor.memoryOverheadFactor": "0.25"}, 2048 * MIB),
        ({}, 384 * MIB),
    ],
)
def test_on_a_cluster_it_is_what_an_executor_has_beside_its_heap(
    spark: SparkSession, settings: dict[str, str], expected: int
) -> None:
    assert available_memory(submitted(spark, {"spark.master": "yarn"} | settings)) == expected


def test_on_one_machine_it_is_what_is_free_there(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal:  24684000 kB\nMemAvailable:   15728640 kB\nSwapFree: 0 kB\n")
    assert free_memory(tmp_path / "meminfo") == 15 * 2**30
    assert free_memory(tmp_path / "nowhere") is None
    found = available_memory(spark)
    assert found is not None
    assert 100 * MIB < found < 2**50


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"spark.master": "yarn", "spark.executor.memory": "512m"}, 512 * MIB),
        ({"spark.master": "yarn"}, 1024 * MIB),
        ({"spark.master": "yarn", "spark.executor.memory": "900g"}, None),
        ({"spark.master": "local[2]", "spark.executor.memory": "512m"}, None),
    ],
)
def test_heap_is_that_of_the_driver_or_of_an_executor_if_that_is_smaller(
    spark: SparkSession, settings: dict[str, str], expected: int | None
) -> None:
    jvm: Any = spark._jvm
    assert heap_memory(submitted(spark, settings)) == (expected or jvm.java.lang.Runtime.getRuntime().maxMemory())
