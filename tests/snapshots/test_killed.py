"""A driver killed between every two steps: readers see the snapshot of before or the new one, and a retry ends as if
nothing had happened."""

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from harmnet.contracts import RESULT_TABLES
from harmnet.refresh import refresh
from harmnet.snapshots import manifest
from harmnet.sql import query
from harmnet.stages import STAGES
from lakes import copy_of

pytestmark = pytest.mark.slow
JULY = date(2026, 7, 31)
READ = "SELECT * FROM edges ORDER BY src, dst, relation"


def run(lake, last):
    """What the process printed; it has to die at `last`."""
    command = [sys.executable, str(Path(__file__).with_name("killed_refresh.py")), lake.root, JULY.isoformat(), last]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ)
    assert done.returncode == -signal.SIGKILL, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout.splitlines()


def test_a_driver_killed_between_any_two_steps_leaves_the_old_snapshot_and_the_retry_the_same_new_one(
    ten_people, tmp_path
):
    old, undisturbed = copy_of(ten_people, tmp_path / "lake"), copy_of(ten_people, tmp_path / "undisturbed")
    seen = query(old.lake, READ)
    expected = refresh(undisturbed.lake, old.settings, as_of=JULY, progress=lambda _: None)

    def nothing_new():
        assert manifest.snapshots(old.lake) == [old.snapshot]
        assert query(old.lake, READ) == seen

    for number, stage in enumerate(STAGES):
        # Every other one dies with its tables written and unmarked: it runs again, and those before it do not.
        said = run(old.lake, f"{stage.name}:{'written' if number % 2 else 'marked'}")
        marked = STAGES[: number - (number % 2 == 0 and number > 0)]
        assert [line.split(":")[0] for line in said if "taken over" in line] == [done.name for done in marked]
        nothing_new()
    for place in ("stored:1", f"stored:{len(RESULT_TABLES) // 2}", f"stored:{len(RESULT_TABLES)}", "publish:before"):
        run(old.lake, place)
        nothing_new()
    run(old.lake, "publish:after")
    new = manifest.current(old.lake)
    assert new == expected
    assert [found.snapshot_id for found in manifest.snapshots(old.lake)] == [old.snapshot.snapshot_id, new.snapshot_id]
    said = []
    assert refresh(old.lake, old.settings, as_of=JULY, progress=said.append) == new
    assert said == [f"recipe {new.recipe_hash[:8]} was published before: nothing to do"]
    # Nothing that a killed run wrote stands beside what was published.
    entries = {entry.table_name: entry.rows for entry in expected.tables}
    for table in RESULT_TABLES:
        assert old.lake.read_result(table, new.snapshot_id).count() == entries[table.name], table.name
