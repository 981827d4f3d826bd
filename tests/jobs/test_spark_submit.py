"""Jobs through the real spark-submit: stage by stage they publish what the refresh publishes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harmnet.snapshots import manifest
from harmnet.stages import STAGE_NAMES
from harmnet.storage import Lake
from lakes import publish_lake

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "extracts"


def submit(job, *arguments):
    """What a job printed, submitted to a local master with little memory."""
    spark_submit = Path(sys.executable).parent / "spark-submit"
    options = ["--master", "local[2]", "--driver-memory", "1g", "--conf", "spark.sql.shuffle.partitions=2"]
    command = [str(spark_submit), *options, str(ROOT / "jobs" / f"{job}.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"})
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()[-1]


def test_one_job_per_stage_publishes_what_the_refresh_publishes(spark, tmp_path):
    lake = tmp_path / "lake"
    assert submit("ingest", "--lake", lake, "--from", GOLDEN) == "1"
    recipe = submit("pin", "--lake", lake, "--as-of", "2026-06-30")
    for stage in STAGE_NAMES[1:-1]:
        assert submit(stage, "--lake", lake, "--recipe", recipe) == recipe
    published = submit("publish", "--lake", lake)
    (snapshot,) = manifest.snapshots(Lake(spark, str(lake)))
    assert snapshot.snapshot_id == published
    whole = publish_lake(spark, tmp_path / "other", GOLDEN)
    assert snapshot.content_hash == whole.snapshot.content_hash


def test_the_refresh_job_prints_the_snapshot_id_last_and_refuses_in_one_line(tmp_path):
    lake = tmp_path / "lake"
    submit("ingest", "--lake", lake, "--from", GOLDEN)
    assert submit("refresh", "--lake", lake, "--as-of", "2026-06-30").startswith("20260630-")
    with pytest.raises(AssertionError, match="harmnet: no batch 7 in"):
        submit("refresh", "--lake", lake, "--as-of", "2026-06-30", "--known-at", "7")
