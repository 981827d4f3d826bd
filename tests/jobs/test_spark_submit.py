"""Jobs through the real spark-submit: stage by stage they publish what the refresh publishes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harmnet.snapshots import manifest
from harmnet.stages import STAGE_NAMES
from harmnet.storage import Lake

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "extracts"


def submit(job, *arguments, status=0):
    """The last line a job printed, submitted to a local master; spark-submit hands a job's errors on to its output."""
    spark_submit = Path(sys.executable).parent / "spark-submit"
    options = ["--master", "local[2]", "--driver-memory", "2g", "--conf", "spark.sql.shuffle.partitions=2"]
    command = [str(spark_submit), *options, str(ROOT / "jobs" / f"{job}.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"})
    assert done.returncode == status, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout.splitlines()[-1]


def test_one_job_per_stage_publishes_what_the_refresh_job_publishes_and_a_refusal_is_one_line(spark, tmp_path):
    lake, other = tmp_path / "lake", tmp_path / "other"
    assert submit("ingest", "--lake", lake, "--from", GOLDEN) == "1"
    shutil.copytree(lake, other)
    recipe = submit("pin", "--lake", lake, "--as-of", "2026-06-30")
    for stage in STAGE_NAMES[1:-1]:
        assert submit(stage, "--lake", lake, "--recipe", recipe) == recipe
    published = submit("publish", "--lake", lake)
    assert submit("refresh", "--lake", other, "--as-of", "2026-06-30") == published
    by_stage, whole = (manifest.snapshots(Lake(spark, str(root)))[0] for root in (lake, other))
    assert by_stage.snapshot_id == whole.snapshot_id == published
    assert by_stage.content_hash == whole.content_hash
    assert submit("reproduce", "--lake", other, published) == "IDENTICAL"
    refused = submit("refresh", "--lake", other, "--as-of", "2026-06-30", "--known-at", "7", status=2)
    assert refused.startswith(f"harmnet: no batch 7 in {other}")
