"""A lake is kept in order without a row of a snapshot changing, and nothing damaged is taken for whole."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import DataFrame
from tests.snapshots.made import command

from harmnet.config import Maintenance, load_maintenance
from harmnet.config.maintenance import Retention
from harmnet.contracts.registry import SNAPSHOT_FILES
from harmnet.contracts.results import EDGES
from harmnet.errors import HarmnetError
from harmnet.snapshots import manifest
from harmnet.snapshots.chain import read_events
from harmnet.snapshots.maintain import maintain, outlived
from harmnet.snapshots.manifest import Snapshot
from harmnet.snapshots.publish import in_chunks, with_nominal_ids
from harmnet.snapshots.stored import recorded_files
from harmnet.snapshots.verify import verify_chain, verify_snapshot
from harmnet.storage import Lake
from harmnet.upkeep import delta_tables, result_files

pytestmark = pytest.mark.slow

MAY, JUNE = "20260531-aaaaaaaa", "20260630-bbbbbbbb"


def faults(lake: Lake) -> list[str]:
    """What is wrong with the lake's snapshots and its chain."""
    there = [snapshot for snapshot in manifest.snapshots(lake) if not snapshot.retired]
    return [
        *(wrong for snapshot in there for wrong in verify_snapshot(lake, snapshot).faults),
        *verify_chain(lake).faults,
    ]


def test_maintaining_changes_files_and_no_row_and_leaves_nothing_to_do(
    published: Lake, frame: Callable[..., DataFrame], nominals: DataFrame
) -> None:
    dead = with_nominal_ids(frame(EDGES, (0, 1, "HARM", 5)), EDGES, in_chunks(nominals))
    published.write_result(dead, EDGES, "20260630-dddddddd")
    Path(published.root, "_work", "e" * 64, "tie").mkdir(parents=True)
    assert any(len(paths) > 2 for paths in result_files(published).values())
    maintain(published, load_maintenance(), progress=lambda _: None)
    assert faults(published) == []
    assert set(result_files(published)) == {MAY, JUNE}
    assert all(len(paths) == 2 for paths in result_files(published).values())
    assert not Path(published.root, "_work", "e" * 64).exists()
    recorded = published.read_registry(SNAPSHOT_FILES).count()
    maintain(published, load_maintenance(), progress=lambda _: None)
    assert published.read_registry(SNAPSHOT_FILES).count() == recorded
    assert faults(published) == []
    assert [event["event"] for event in read_events(published)] == ["PUBLISHED"] * 2 + ["MAINTAINED"] * 2


def test_a_damaged_file_stops_maintenance_before_it_is_rewritten(published: Lake) -> None:
    path = next(
        Path(published.root, file.path) for file in recorded_files(published, JUNE) if file.table_name == "edges"
    )
    content = bytearray(path.read_bytes())
    content[-9] ^= 1
    path.write_bytes(content)
    before = result_files(published)
    said = command("maintain", "--lake", published.root)
    assert said.exit_code == 2
    assert "nothing was rewritten" in said.stderr
    assert f"{path.name} was changed" in said.stderr
    assert result_files(published) == before


def test_rows_that_are_not_what_was_published_are_never_recorded_as_if_they_were(published: Lake) -> None:
    published.spark.sql(
        f"UPDATE delta.`{published.table_path(EDGES)}` SET weight_micro = 9 WHERE snapshot_id = '{JUNE}'"
    )
    before = recorded_files(published, JUNE)
    with pytest.raises(HarmnetError, match=f"maintain: snapshot {JUNE}: edges: 2 rows with digest"):
        maintain(published, load_maintenance(), progress=lambda _: None)
    assert recorded_files(published, JUNE) == before


@pytest.mark.slow
def test_a_snapshot_outlives_compaction_vacuum_and_log_clean_up_ten_years_later(published: Lake) -> None:
    jvm, session = published.spark._jvm, published.spark._jsparkSession
    delta = jvm.org.apache.spark.sql.delta.DeltaLog
    later = int(jvm.java.lang.System.currentTimeMillis()) + 10 * 365 * 24 * 3600 * 1000
    maintain(published, load_maintenance(), progress=lambda _: None)
    delta.clearCache()
    logs = {}
    for table in delta_tables(published):
        # Delta keeps one log for a table in a process, and with it the clock it was opened with.
        place = jvm.org.apache.hadoop.fs.Path(published.path(table))
        logs[table] = delta.forTable(session, place, jvm.org.apache.spark.util.ManualClock(later))
        published.spark.sql(f"ALTER TABLE delta.`{published.path(table)}` SET TBLPROPERTIES ('harmnet.touched' = '1')")
    files = sum(1 for _ in Path(published.root).rglob("*.parquet"))
    commits = sum(1 for _ in Path(published.root).rglob("_delta_log/*.json"))
    for log in logs.values():
        # Cleans the log up as well.
        log.checkpoint()
    maintain(published, load_maintenance(), progress=lambda _: None)
    # It did happen: old files of data and old commits are gone.
    assert sum(1 for _ in Path(published.root).rglob("snapshot_id=*/*.parquet")) < files
    assert sum(1 for _ in Path(published.root).rglob("_delta_log/*.json")) < commits
    delta.clearCache()
    assert faults(published) == []


def test_retired_snapshots_lose_their_rows_and_keep_their_record(published: Lake, tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "maintenance.yml").write_text("retention: {keep_days: 7, keep_last: 1}\n")
    said = command("maintain", "--lake", published.root, "--conf", tmp_path / "conf")
    assert said.exit_code == 0, said.output
    assert set(result_files(published)) == {JUNE}
    assert faults(published) == []
    asked = command("verify", "--lake", published.root, MAY)
    assert asked.exit_code == 2
    assert f"the rows of snapshot {MAY} were removed: older than 7 days" in asked.stderr
    assert [(found.snapshot_id, found.retired) for found in manifest.snapshots(published)] == [
        (MAY, True),
        (JUNE, False),
    ]


def snapshot(day: date, *, parent: date | None = None, withdrawn: bool = False) -> Snapshot:
    return Snapshot(f"{day:%Y%m%d}", day, 1, 1, "", "", f"{parent:%Y%m%d}" if parent else None, withdrawn, ())


def test_retention_keeps_the_newest_the_current_and_the_parents_of_what_stays() -> None:
    days = [date(2020, 1, 1), date(2021, 1, 1), date(2022, 1, 1), date(2025, 1, 1), date(2026, 1, 1)]
    chain = [snapshot(day, parent=parent) for day, parent in zip(days, [None, *days[:-1]], strict=True)]

    def gone(*snapshots: Snapshot, keep_days: int | None, keep_last: int = 1) -> list[str]:
        return [found.snapshot_id[:4] for found in outlived(snapshots, keep_days=keep_days, keep_last=keep_last)]

    assert gone(*chain, keep_days=None) == []
    assert gone(*chain, keep_days=365) == ["2020", "2021"]
    assert gone(*chain, keep_days=364) == ["2020", "2021", "2022"]
    assert gone(*chain, keep_days=364, keep_last=3) == ["2020"]
    withdrawn = [snapshot(day, withdrawn=True) for day in days[2:]]
    assert gone(snapshot(days[0]), snapshot(days[1]), *withdrawn, keep_days=10) == ["2020", "2022", "2025"]
    assert gone(keep_days=1) == []


def test_a_bad_value_of_maintenance_is_named_and_no_recipe_holds_the_good_ones(tmp_path: Path) -> None:
    (tmp_path / "maintenance.yml").write_text("vacuum_hours: 1\nretention: {keep_last: 0}\n")
    with pytest.raises(HarmnetError) as refused:
        load_maintenance(tmp_path)
    assert [problem.split(" (found")[0] for problem in refused.value.problems] == [
        "conf/maintenance.yml: retention.keep_last: Input should be greater than or equal to 1",
        "conf/maintenance.yml: vacuum_hours: Input should be greater than or equal to 168",
    ]
    assert load_maintenance() == Maintenance(retention=Retention(keep_days=None, keep_last=12), vacuum_hours=168)
