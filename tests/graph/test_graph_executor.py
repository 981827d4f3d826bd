"""When the graph's one task has an executor of its own, and with how much memory. On YARN: tests/cluster/jobs."""

from types import SimpleNamespace
from typing import Any

import pytest
from pyspark import SparkConf
from pyspark.sql import SparkSession

from harmnet.graph.executor import in_one_task, own_executor
from harmnet.memory import available_memory

MIB = 2**20
YARN = {"spark.master": "yarn", "spark.dynamicAllocation.enabled": "true", "spark.executor.memory": "2g"}
LARGEST = 8192


def submitted(spark: SparkSession, settings: dict[str, str]) -> Any:
    """A session with the settings of one submitted elsewhere, in the JVM of this one."""
    conf = SparkConf(loadDefaults=False).setAll([*settings.items()])
    return SimpleNamespace(sparkContext=SimpleNamespace(getConf=lambda: conf), _jvm=spark._jvm, _jsc=spark._jsc)


@pytest.mark.parametrize(
    ("settings", "needed", "asked"),
    [
        ({}, 385, {"memoryOverhead": 512 + 384}),
        ({}, 384, None),
        ({"spark.executor.memoryOverhead": "1g"}, 3000, {"memoryOverhead": 3072 + 1024}),
        ({"spark.executor.memoryOverhead": "3g"}, 3000, None),
        ({"spark.executor.pyspark.memory": "2g", "spark.executor.cores": "4"}, 513, {"pyspark.memory": 768}),
        ({"spark.dynamicAllocation.enabled": "false"}, 3000, None),
        ({"spark.master": "local[2]"}, 2**30, None),
        ({"spark.master": "spark://one:7077"}, 3000, None),
    ],
)
def test_it_is_asked_for_where_the_ordinary_ones_have_too_little_and_yarn_can_give_another(
    spark: SparkSession, settings: dict[str, str], needed: int, asked: dict[str, int] | None
) -> None:
    found = own_executor(submitted(spark, YARN | settings), needed * MIB)
    assert (found and {name: one.amount for name, one in found.executorResources.items()}) == asked


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, LARGEST - 2048 - 384),
        ({"spark.executor.memoryOverhead": "1g"}, LARGEST - 2048 - 1024),
        ({"spark.executor.memory": "7g", "spark.executor.memoryOverhead": "5g"}, 5120),
        ({"spark.dynamicAllocation.enabled": "false"}, 384),
    ],
)
def test_what_is_available_is_what_the_largest_container_leaves(
    spark: SparkSession, settings: dict[str, str], expected: int
) -> None:
    assert available_memory(submitted(spark, YARN | settings)) == expected * MIB


def test_without_one_all_rows_meet_in_one_task_of_any_executor(spark: SparkSession) -> None:
    def count(batches):
        import pyarrow as pa

        yield pa.RecordBatch.from_pydict({"rows": [sum(batch.num_rows for batch in batches)]})

    assert in_one_task(spark.range(0, 1000, 1, 5), count, "rows bigint", None).collect() == [(1000,)]
