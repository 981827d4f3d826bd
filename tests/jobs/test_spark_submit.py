"""Jobs through the real spark-submit: stage by stage they publish what the refresh publishes."""

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harmnet.session import SMALL_JVM
from harmnet.snapshots import manifest
from harmnet.stages import STAGE_NAMES
from harmnet.storage import Lake

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "extracts"


def submit(job, *arguments, status=0, partitions=2, adaptive=True):
    """The last line a job printed, submitted to a local master; spark-submit hands a job's errors on to its output."""
    spark_submit = Path(sys.executable).parent / "spark-submit"
    options = ["--master", "local[2]", "--driver-memory", "2g", "--driver-java-options", SMALL_JVM]
    options += ["--conf", f"spark.sql.shuffle.partitions={partitions}"]
    options += ["--conf", f"spark.sql.adaptive.enabled={str(adaptive).lower()}"]
    command = [str(spark_submit), *options, str(ROOT / "jobs" / f"{job}.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"})
    assert done.returncode == status, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout.splitlines()[-1]


def run_here(job, *arguments, capsys, monkeypatch):
    """The last line the same file prints when it runs in this process: a driver for each stage takes minutes."""
    monkeypatch.setattr(sys, "argv", [f"{job}.py", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "jobs" / f"{job}.py"), run_name="__main__")
    assert ended.value.code == 0
    return capsys.readouterr().out.splitlines()[-1]


# With tasks in Python and the graph kernel; `refresh` has all the others.
SUBMITTED = ("network",)


def test_one_job_per_stage_publishes_what_the_refresh_job_publishes_and_a_refusal_is_one_line(
    spark, tmp_path, capsys, monkeypatch
):
    lake, other = tmp_path / "lake", tmp_path / "other"

    def here(*given):
        return run_here(*given, capsys=capsys, monkeypatch=monkeypatch)

    assert submit("ingest", "--lake", lake, "--from", GOLDEN) == "1"
    shutil.copytree(lake, other)
    recipe = here("pin", "--lake", lake, "--as-of", "2026-06-30")
    for stage in STAGE_NAMES[1:-1]:
        given = (stage, "--lake", lake, "--recipe", recipe)
        assert (submit(*given) if stage in SUBMITTED else here(*given)) == recipe
    published = here("publish", "--lake", lake)
    # The whole in one application, and with another layout.
    assert submit("refresh", "--lake", other, "--as-of", "2026-06-30", partitions=7, adaptive=False) == published
    by_stage, whole = (manifest.snapshots(Lake(spark, str(root)))[0] for root in (lake, other))
    assert by_stage.snapshot_id == whole.snapshot_id == published
    assert by_stage.content_hash == whole.content_hash
    assert here("reproduce", "--lake", other, published) == "IDENTICAL"
    refused = submit("refresh", "--lake", other, "--as-of", "2026-06-30", "--known-at", "7", status=2)
    assert refused.startswith(f"harmnet: no batch 7 in {other}")
