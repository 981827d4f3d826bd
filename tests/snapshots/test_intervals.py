"""A refresh for what was known by an instant: the same again whatever came since; and whether a snapshot is recent."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from harmnet.cli import main
from harmnet.errors import HarmnetError
from harmnet.ingest import batches, ingest
from harmnet.ingest.batches import Batch, batches_up_to
from harmnet.options import KnownAt
from harmnet.snapshots.recipe import pin
from lakes import AS_OF, copy_of

LATER = "marker_ref,person_ref,kind,set_at,cleared_at,detail\nK99,CR-09,ESCAPER,2026-06-01T00:00:00Z,,\n"
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def run(*words, status=0):
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == status, done.output
    return done


@pytest.mark.parametrize(
    ("hours", "known"),
    [
        ({1: -1, 2: 0, 4: 1}, [1, 2]),
        ({1: -3, 2: -2, 4: -1}, [1, 2, 4]),
        # A clock that was set back: what is known of a batch is known of those before it.
        ({1: -2, 2: 1, 4: -1}, [1]),
    ],
)
def test_by_an_instant_the_batches_before_the_first_later_one_are_known(monkeypatch, hours, known):
    there = [Batch(number, NOON + timedelta(hours=of), "DELTA", "EXTRACTS", "", ()) for number, of in hours.items()]
    monkeypatch.setattr(batches, "read_batches", lambda lake: there)
    lake = SimpleNamespace(root="lake")
    assert [batch.batch_id for batch in batches_up_to(lake, NOON)] == known
    with pytest.raises(HarmnetError, match=r"was received by 2026-06-30T12:00:00.*; the first came at 2026-07-01T"):
        batches_up_to(lake, NOON - timedelta(days=1))


@pytest.mark.parametrize("given", ["2026-06-30T03:00:00Z", "2026-06-30T04:00:00+01:00"])
def test_an_instant_has_a_time_zone_and_a_number_is_a_batch(given):
    assert KnownAt().convert(given, None, None) == datetime(2026, 6, 30, 3, tzinfo=UTC)
    assert KnownAt().convert("7", None, None) == 7


@pytest.mark.parametrize(("given", "told"), [("2026-06-30T03:00:00", "has no time zone"), ("june", "is neither")])
def test_anything_else_is_refused_in_one_line(given, told):
    done = run("refresh", "--lake", "x", "--as-of", "2026-06-30", "--known-at", given, status=2)
    [line] = [line for line in done.output.splitlines() if line.startswith("Error: ")]
    assert told in line


def test_what_comes_after_the_instant_changes_neither_recipe_nor_answer(ten_people, tmp_path):
    own = copy_of(ten_people, tmp_path / "lake")
    known = datetime.now(UTC)
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "markers.csv").write_text(LATER)
    later = known + timedelta(hours=1)
    received = ingest(
        own.lake, own.settings, extracts=str(tmp_path / "later"), received_at=later, progress=lambda _: None
    )
    assert received.batch_id == 2
    assert pin(own.lake, own.settings, as_of=AS_OF, known_at=known).recipe_hash == own.snapshot.recipe_hash
    assert pin(own.lake, own.settings, as_of=AS_OF, known_at=later).known_at == 2

    asked = ("refresh", "--lake", own.lake.root, "--as-of", AS_OF, "--known-at", known.isoformat())
    done = run(*asked, "--answer", tmp_path / "answers" / "one.json")
    assert done.stdout.splitlines() == [own.snapshot.snapshot_id]
    answer = json.loads((tmp_path / "answers" / "one.json").read_text())
    assert answer.pop("said") == done.stderr.splitlines()
    assert answer == {
        "snapshot_id": own.snapshot.snapshot_id,
        "as_of": "2026-06-30",
        "known_at": 1,
        "parent": None,
        "recipe_hash": own.snapshot.recipe_hash,
        "content_hash": own.snapshot.content_hash,
        "withdrawn": False,
    }
    (tmp_path / "file").touch()
    told = run(*asked, "--answer", tmp_path / "file" / "one.json", status=2).stderr.splitlines()[-1]
    assert told.startswith(f"harmnet: snapshot {own.snapshot.snapshot_id} is published, but {tmp_path}/file/one.json")


@pytest.mark.parametrize(
    ("on", "status", "begins"),
    [
        ("2026-07-02", 0, "current snapshot {} is as of 2026-06-30, 2 days before 2026-07-02"),
        (
            "2026-07-03",
            4,
            "NOT FRESH: current snapshot {} is as of 2026-06-30, 3 days before 2026-07-03; 2 allowed",
        ),
    ],
)
def test_a_snapshot_is_fresh_until_it_looks_from_too_far_back(ten_people, on, status, begins):
    done = run("fresh", "--lake", ten_people.lake.root, "--days", "2", "--on", on, status=status)
    assert done.stdout.splitlines() == [begins.format(ten_people.snapshot.snapshot_id)]


def test_a_lake_without_a_snapshot_is_not_fresh(spark, tmp_path):
    done = run("fresh", "--lake", tmp_path / "none", "--days", "2", status=4)
    assert done.stdout.splitlines() == [f"NOT FRESH: no snapshot is shown in {tmp_path / 'none'}"]
