"""Sessions of other masters, as far as their settings go."""

from types import SimpleNamespace
from typing import Any

from pyspark import SparkConf
from pyspark.sql import SparkSession


def submitted(spark: SparkSession, settings: dict[str, str]) -> Any:
    """A session with the settings of one submitted elsewhere, in the JVM of this one."""
    conf = SparkConf(loadDefaults=False).setAll([*settings.items()])
    return SimpleNamespace(sparkContext=SimpleNamespace(getConf=lambda: conf), _jvm=spark._jvm, _jsc=spark._jsc)
