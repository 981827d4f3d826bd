"""Which snapshots exist, which one readers see, and which one a run follows."""

from datetime import UTC, date, datetime

import pytest
from tests.snapshots.made import made_by

from harmnet.contracts.registry import RUN_EVENTS, SNAPSHOT_MANIFEST
from harmnet.errors import HarmnetError
from harmnet.snapshots import manifest
from harmnet.snapshots.lock import writer_lock
from harmnet.snapshots.manifest import Entry
from harmnet.snapshots.recipe import Recipe
from harmnet.storage import Lake

COLUMNS = (("src", "string"), ("weight_micro", "bigint"))
EDGES = Entry("edges", 3, "1" * 64, COLUMNS)
NETWORKS = Entry("networks", 1, "2" * 64, (("theme", "string"),))


def recipe_of(letter: str, as_of: date, known_at: int) -> Recipe:
    return made_by(recipe_hash=letter * 64, snapshot_id=f"{as_of:%Y%m%d}-{letter * 8}", as_of=as_of, known_at=known_at)


def withdraw(lake: Lake, snapshot_id: str) -> None:
    event = {"run_id": "r", "seq": 1, "at": datetime(2026, 8, 1, tzinfo=UTC), "event": "WITHDRAWN"}
    lake.append_registry([event | {"snapshot_id": snapshot_id}], RUN_EVENTS)


def test_one_commit_makes_the_whole_snapshot_and_it_reads_back_as_written(lake: Lake) -> None:
    assert (manifest.snapshots(lake), manifest.current(lake)) == ([], None)
    with writer_lock(lake, purpose="test"):
        made = manifest.commit(lake, made_by(parent="20260531-dddddddd"), [NETWORKS, EDGES])
    assert made.tables == (EDGES, NETWORKS)
    assert manifest.snapshots(lake) == [made]
    assert manifest.find(lake, "c" * 64) == made
    assert manifest.find(lake, "d" * 64) is None
    assert lake.delta_version(lake.table_path(SNAPSHOT_MANIFEST)) == 0


def test_the_same_recipe_again_is_the_snapshot_that_is_there(lake: Lake) -> None:
    with writer_lock(lake, purpose="test"):
        made = manifest.commit(lake, made_by(), [EDGES])
        assert manifest.commit(lake, made_by(), [NETWORKS]) == made
    assert manifest.snapshots(lake) == [made]


@pytest.mark.slow
def test_current_and_parent_go_by_day_then_batch_then_order_and_leave_out_what_was_withdrawn(lake: Lake) -> None:
    june, may = date(2026, 6, 30), date(2026, 5, 31)
    made = [recipe_of("a", june, 1), recipe_of("b", june, 2), recipe_of("c", may, 9), recipe_of("d", june, 2)]
    with writer_lock(lake, purpose="test"):
        for recipe in made:
            manifest.commit(lake, recipe, [EDGES])

    def letters(*snapshots: manifest.Snapshot | None) -> str:
        return "".join(snapshot.snapshot_id[-1] if snapshot else "-" for snapshot in snapshots)

    def parents() -> str:
        asked = [(june, 3), (june, 2), (june, 1), (may, 9), (date(2026, 7, 1), 0)]
        return letters(*(manifest.parent_of(lake, as_of=day, known_at=batch) for day, batch in asked))

    assert [found.published_seq for found in manifest.snapshots(lake)] == [1, 2, 3, 4]
    assert letters(*manifest.snapshots(lake)) == "abcd"
    assert (letters(manifest.current(lake)), parents()) == ("d", "dac-d")
    withdraw(lake, "20260630-dddddddd")
    assert [found.withdrawn for found in manifest.snapshots(lake)] == [False, False, False, True]
    assert (letters(manifest.current(lake)), parents()) == ("b", "bac-b")


def test_the_content_hash_is_that_of_names_columns_and_digests_in_any_order() -> None:
    base = manifest.content_hash([EDGES, NETWORKS])
    assert base == manifest.content_hash([NETWORKS, EDGES])
    changed = [
        [EDGES],
        [Entry("edges", 3, "3" * 64, COLUMNS), NETWORKS],
        [Entry("edges", 3, "1" * 64, tuple(reversed(COLUMNS))), NETWORKS],
        [Entry("edges", 3, "1" * 64, (("src", "string"), ("weight_micro", "int"))), NETWORKS],
        [Entry("ties", 3, "1" * 64, COLUMNS), NETWORKS],
    ]
    assert len({base, *(manifest.content_hash(entries) for entries in changed)}) == 1 + len(changed)


def test_nothing_is_committed_without_the_lock_or_without_tables(lake: Lake) -> None:
    with pytest.raises(HarmnetError, match="does not hold the writer lock"):
        manifest.commit(lake, made_by(), [EDGES])
    with writer_lock(lake, purpose="test"), pytest.raises(HarmnetError, match="has no table"):
        manifest.commit(lake, made_by(), [])
    assert manifest.snapshots(lake) == []
