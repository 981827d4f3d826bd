"""GraphFrames, where its JAR is there: HARMNET_REQUIRE_GRAPHFRAMES=1 makes its absence a failure."""

import os

import pytest
from pyspark.sql import SparkSession

from harmnet.session import graphframes_available, jars_dir


@pytest.fixture(scope="session")
def graphframes_spark(spark: SparkSession) -> SparkSession:
    if graphframes_available(spark):
        return spark
    reason = f"GraphFrames is not in {jars_dir()}"
    if os.environ.get("HARMNET_REQUIRE_GRAPHFRAMES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
