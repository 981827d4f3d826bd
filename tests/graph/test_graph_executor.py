"""When the graph's one task has an executor of its own, and with how much memory. On YARN: tests/cluster/jobs."""

import pytest
from pyspark.sql import SparkSession

from elsewhere import submitted
from harmnet.graph.executor import in_one_task, own_executor
from harmnet.memory import available_memory

MIB = 2**20
YARN = {"spark.master": "yarn", "spark.dynamicAllocation.enabled": "true", "spark.executor.memory": "2g"}
LARGEST = 8192


@pytest.mark.parametrize(
    ("settings", "needed", "asked"),
    [
        ({}, 385, {"memoryOverhead": 385 + 384}),
        ({}, 384, None),
        ({"spark.executor.memoryOverhead": "1g"}, 3000, {"memoryOverhead": 3000 + 1024}),
        ({"spark.executor.memoryOverhead": "3g"}, 3000, None),
        ({"spark.executor.pyspark.memory": "2g", "spark.executor.cores": "4"}, 513, {"pyspark.memory": 513}),
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


@pytest.mark.parametrize(
    "settings", [{}, {"spark.executor.memory": "4100m"}, {"spark.executor.pyspark.memory": "300m"}]
)
def test_what_is_available_can_be_asked_for_to_the_last_byte(spark: SparkSession, settings: dict[str, str]) -> None:
    there = submitted(spark, YARN | settings)
    available = available_memory(there)
    assert available is not None
    profile = own_executor(there, available)
    assert profile is not None
    asked = {name: one.amount for name, one in profile.executorResources.items()}
    heap = 4100 if "spark.executor.memory" in settings else 2048
    overhead = asked.get("memoryOverhead", 384)
    assert LARGEST - 1 <= heap + overhead + asked.get("pyspark.memory", 0) <= LARGEST


def test_without_one_all_rows_meet_in_one_task_of_any_executor(spark: SparkSession) -> None:
    def count(batches):
        import pyarrow as pa

        yield pa.RecordBatch.from_pydict({"rows": [sum(batch.num_rows for batch in batches)]})

    assert in_one_task(spark.range(0, 1000, 1, 5), count, "rows bigint", None).collect() == [(1000,)]
