"""What every test shares: one small Spark session for the whole run."""

from collections.abc import Iterator

import pytest
from hypothesis import settings as hypothesis_settings
from pyspark.sql import SparkSession

from harmnet.session import build_session

# The same examples in every run; a loaded machine is no failure.
hypothesis_settings.register_profile("harmnet", derandomize=True, deadline=None)
hypothesis_settings.load_profile("harmnet")


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    session = build_session("harmnet tests", small=True)
    yield session
    session.stop()
