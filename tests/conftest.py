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
FILES = sorted(TESTS.rglob("test_*.py"))

# The same examples in every run; a loaded machine is no failure.
hypothesis_settings.register_profile(
    "harmnet", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("harmnet")


def asks_for_tiny(path: Path) -> bool:
    """True when tests of the file ask for the tiny lake; the forces of tests/synthetic are extracts alone."""
    asked = re.search(r"^def \w+\([^)]*\btiny\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    return asked is not None and path.parent.name != "synthetic"


def reads_through_commands(path: Path) -> bool:
    """True when tests of the file read the tiny lake by commands, which log it there."""
    return asks_for_tiny(path) and "CliRunner" in path.read_text(encoding="utf-8")


READERS = set(filter(reads_through_commands, FILES))
LATE = set(filter(asks_for_tiny, FILES)) - READERS


class SharedLog(LoadFileScheduling):
    """Tests of one file share a process, and so do all files that look at what was logged in the tiny lake, all of a
    folder that need a cluster, and all that ask an SQL service."""

    _readers = {path.relative_to(TESTS.parent).as_posix() for path in READERS}

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        one_process = file.startswith(("tests/cluster/", "tests/sql/"))
        return "readers" if file in self._readers else file.rpartition("/")[0] if one_process else file


# Files of few tests that take long: begun last, they would leave the other process waiting for minutes.
LONGEST = (
    # The other tests of its folder go on from what it publishes.
    "tests/cluster/jobs/test_cluster_refresh.py",
    "tests/sql/test_sql_refusals.py",
    "tests/cluster/operated/test_cluster_airflow.py",
    "tests/jobs/test_spark_submit.py",
    "tests/test_years_later.py",
    "tests/snapshots/test_killed.py",
    "tests/test_determinism.py",
    "tests/corrections/test_corrected_run.py",
    "tests/test_refresh_graphframes.py",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SharedLog:
    """How tests are handed to the processes of `-n 2`: files in the order of collection."""
    config.option.loadscopereorder = False
    return SharedLog(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First one process makes the tiny lake, for files that have to stay together; then the longest files, then those
    with the most tests. Other files that ask for that lake come last: by then it is there."""
    tests = Counter(item.path for item in items)
    longest = {TESTS.parent / name: place for place, name in enumerate(LONGEST)}

    def place(item: pytest.Item) -> tuple[bool, int, bool, int]:
        path = item.path
        return path not in READERS, longest.get(path, len(longest)), path in LATE, -tests[path]

    items.sort(key=place)


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
    # Whoever Hadoop takes the JVM for is settled when it starts: on the cluster of these tests it is etl.
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HADOOP_USER_NAME", "etl")
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
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of the run have in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def tiny(spark, shared_folder):
    """The tiny fictional force, published. Read only: a test that writes makes a lake of its own."""
    from harmnet.synthetic import synthesise
    from lakes import published_once

    def extracts(folder: Path) -> Path:
        synthesise("tiny", 1, folder / "extracts")
        return folder / "extracts"

    return published_once(spark, shared_folder / "tiny", extracts)


@pytest.fixture(scope="session")
def ten_people(spark, shared_folder):
    """The ten people worked out by hand, published as of June. Read only, as `tiny`: see lakes.copy_of."""
    from lakes import GOLDEN, published_once

    return published_once(spark, shared_folder / "ten_people", lambda _: GOLDEN)


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
