"""A lake that is gone comes back from its copy by the lines of docs/operating.md, and proves to be the same."""

import os
import re
import shutil
import subprocess

import pytest
from tests.snapshots.made import command

from harmnet.config import load_sql_service
from harmnet.snapshots import manifest
from harmnet.sql_service.catalogue import Catalogue
from harmnet.sql_service.users import put_user, users_file
from harmnet.storage import Lake
from lakes import AS_OF, copy_of
from pages import BLOCK, DOCS, text_of

VIEWS = ("pub_nominal_priorities", "pub_networks", "pub_edges")


def lines_of(heading, first):
    """The block of docs/operating.md under a heading that begins with these words."""
    section = re.split(r"^## ", text_of(DOCS / "operating.md").split(f"\n## {heading}\n", 1)[1], flags=re.MULTILINE)[0]
    [block] = [block for _, block in BLOCK.findall(section) if block.startswith(first)]
    return block


@pytest.fixture
def place(ten_people, tmp_path, monkeypatch):
    """A folder with a lake that was read once, and a home with the files of the SQL service."""
    copy_of(ten_people, tmp_path / "lake")
    home = tmp_path / "home" / ".harmnet" / "sql"
    (home / "catalogue").mkdir(parents=True)
    who = ten_people.lake.spark.sql("SELECT session_user()").collect()[0][0]
    put_user(users_file(home), who, "source_handler", "correct horse battery", roles=load_sql_service().roles)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HARMNET_SQL_HOME", raising=False)
    assert command("sql", "--lake", "lake", "SELECT count(*) FROM networks").exit_code == 0
    return tmp_path


def shell(block):
    done = subprocess.run(["bash", "-euc", block], capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stderr


def shown(spark, place):
    """Rows of views as the SQL service registers them, in a catalogue that has none of them yet."""
    for view in spark.catalog.listTables("default"):
        if view.name.startswith("pub_") and not view.isTemporary:
            spark.sql(f"DROP VIEW default.{view.name}")
    catalogue = Catalogue(
        Lake(spark, str(place / "lake")), users_file(place / "home/.harmnet/sql"), load_sql_service().roles
    )
    catalogue.make(VIEWS)
    return {view: sorted(map(repr, spark.table(f"default.{view}").collect())) for view in VIEWS}


def test_a_lake_that_is_deleted_comes_back_whole_with_its_views(ten_people, place):
    spark = ten_people.lake.spark
    before = shown(spark, place)
    assert all(before.values())
    shell(lines_of("Backup", "mkdir"))
    told = command("verify", "--lake", "backup/lake", "--chain", "--export-checkpoint", "backup/checkpoint.json")
    assert told.exit_code == 0, told.output
    listed = subprocess.run(
        ["bash", "-c", re.search(r"\| (awk .*)", lines_of("Backup", "harmnet verify"))[1]],
        input=command("snapshots", "--lake", "backup/lake", "--format", "csv").stdout,
        capture_output=True,
        text=True,
    )
    assert listed.stdout.split() == [ten_people.snapshot.snapshot_id]

    shell(lines_of("Restore", "mv"))
    shutil.rmtree("lake.broken")
    assert not (place / "home/.harmnet/sql/catalogue").exists()
    assert not (place / "lake/_work").exists()
    spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()

    lake = Lake(spark, str(place / "lake"))
    there = manifest.snapshots(lake)
    assert [snapshot.content_hash for snapshot in there] == [ten_people.snapshot.content_hash]
    for snapshot in there:
        said = command("verify", "--lake", "lake", snapshot.snapshot_id)
        assert said.exit_code == 0, said.output
    said = command("verify", "--lake", "lake", "--chain", "--checkpoint", "backup/checkpoint.json")
    assert said.exit_code == 0, said.output
    assert shown(spark, place) == before
    again = command("refresh", "--lake", "lake", "--as-of", AS_OF.isoformat())
    assert again.stdout.split() == [ten_people.snapshot.snapshot_id]


def test_a_copy_that_lacks_a_file_or_the_last_events_is_told_from_a_whole_one(ten_people, place):
    shell(lines_of("Backup", "mkdir"))
    [file, *_] = sorted((place / "backup/lake/results/edges").rglob("*.parquet"))
    file.unlink()
    assert command("verify", "--lake", "backup/lake", ten_people.snapshot.snapshot_id).exit_code == 4
    whole = command("verify", "--lake", "backup/lake", "--chain", "--export-checkpoint", "checkpoint.json")
    assert whole.exit_code == 0, whole.output
    shutil.rmtree(place / "backup/lake/registry/access_log")
    ended = command("verify", "--lake", "backup/lake", "--chain", "--checkpoint", "checkpoint.json")
    assert ended.exit_code == 4
    assert "missing at the end" in ended.output
