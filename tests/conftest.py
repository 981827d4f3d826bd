"""What every test shares: one small Spark session for the whole run."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pyspark.sql import SparkSession
from xdist.scheduler import LoadFileScheduling

from harmnet.session import build_session, graphframes_available, jars_dir

TESTS = Path(__file__).parent

# The same examples in every run; a loaded machine is no failure.
hypothesis_settings.register_profile(
    "harmnet", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("harmnet")


def lake_asked_for(path: Path) -> tuple[str, str] | None:
    """A test file, as pytest names it, and the published lake that its tests ask for; None where there is none."""
    asked = re.search(r"^def \w+\([^)]*\b(tiny|ten_people)\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    # The forces of tests/synthetic are extracts, and made in a moment.
    if asked is None or path.parent.name == "synthetic":
        return None
    return path.relative_to(TESTS.parent).as_posix(), asked[1]


class SharedFixtures(LoadFileScheduling):
    """Tests of one file share a process, and so do all files that ask for the same published lake."""

    _lake_of = dict(filter(None, map(lake_asked_for, TESTS.rglob("test_*.py"))))

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return self._lake_of.get(file, file)


# Files of few tests that take long: begun last, they would leave the other process waiting for minutes.
LONGEST = (
    "tests/jobs/test_spark_submit.py",
    "tests/test_years_later.py",
    "tests/snapshots/test_killed.py",
    "tests/test_determinism.py",
    "tests/corrections/test_corrected_run.py",
    "tests/test_refresh_graphframes.py",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SharedFixtures:
    """How tests are handed to the processes of `-n 2`: files in the order of collection."""
    config.option.loadscopereorder = False
    return SharedFixtures(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, then those with the most tests."""
    tests = Counter(item.path for item in items)
    places = {TESTS.parent / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (places.get(item.path, len(LONGEST)), -tests[item.path]))


@pytest.fixture(scope="session", autouse=True)
def _access_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The key of access_log is the test run's own, and not the one in the home folder of whoever runs it."""
    file = tmp_path_factory.mktemp("key") / "access.key"
    file.write_text("0f" * 32 + "\n")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HARMNET_ACCESS_KEY", str(file))
        yield


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    session = build_session("harmnet tests", small=True)
    yield session
    session.stop()


@pytest.fixture(scope="session")
def graphframes_spark(spark: SparkSession) -> SparkSession:
    """The session where GraphFrames is there; HARMNET_REQUIRE_GRAPHFRAMES=1 makes its absence a failure."""
    if graphframes_available(spark):
        return spark
    reason = f"GraphFrames is not in {jars_dir()}"
    if os.environ.get("HARMNET_REQUIRE_GRAPHFRAMES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def tiny(spark, tmp_path_factory):
    """The tiny fictional force, published. Read only: a test that writes makes a lake of its own."""
    from harmnet.synthetic import synthesise
    from lakes import publish_lake

    folder = tmp_path_factory.mktemp("tiny")
    synthesise("tiny", 1, folder / "extracts")
    return publish_lake(spark, folder / "lake", folder / "extracts")


@pytest.fixture(scope="session")
def ten_people(spark, tmp_path_factory):
    """The ten people worked out by hand, published as of June. Read only, as `tiny`: see lakes.copy_of."""
    from lakes import GOLDEN, publish_lake

    return publish_lake(spark, tmp_path_factory.mktemp("ten") / "lake", GOLDEN)


@pytest.fixture(scope="session")
def random_forces(spark, tmp_path_factory):
    """Thirty random forces in one lake up to their ties, and what the oracle says of them."""
    from harmnet.config import shipped_conf
    from lakes import AS_OF, derive_lake
    from oracle import Oracle, force_batch, load_conf, small_records, write_extract, write_overlay

    folder = tmp_path_factory.mktemp("forces")
    overlay = small_records(4)
    write_overlay(overlay, folder / "conf")
    extract = force_batch(range(30))
    write_extract(extract, folder / "extracts", {"custody": "jsonl", "groups": "parquet"})
    derived = derive_lake(spark, folder / "lake", folder / "extracts", until="tie", conf=folder / "conf")
    return derived, Oracle(extract, load_conf(shipped_conf(), overlay=overlay), AS_OF)
