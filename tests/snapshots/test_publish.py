"""A snapshot is published whole or not at all, and says the same however it came about."""

from collections.abc import Callable
from datetime import date

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from tests.snapshots.made import made_by, publish

from harmnet.contracts.results import EDGES, HUB_EVENTS, NETWORK_MEMBERS
from harmnet.errors import HarmnetError
from harmnet.snapshots import manifest
from harmnet.snapshots import publish as publishing
from harmnet.snapshots.digests import table_digest
from harmnet.snapshots.lock import writer_lock
from harmnet.snapshots.publish import in_chunks, with_nominal_ids
from harmnet.storage import Lake

Frame = Callable[..., DataFrame]
RECIPE = made_by()


def edges(frame: Frame, *rows: tuple[object, ...]) -> DataFrame:
    day = date(2026, 6, 1)
    return frame(EDGES, *((*row, 0, 0, 1, day, day, ["co_offending"], 21) for row in rows))


@pytest.fixture
def tables(frame: Frame) -> dict[str, DataFrame]:
    """Two ties between three people, their network, and no hub."""
    return {
        "edges": edges(frame, (0, 1, "ASSOCIATION", 1_000_000), (1, 2, "HARM", 2)),
        "network_members": frame(NETWORK_MEMBERS, ("all", "n", 0, 0), ("all", "n", 0, 1), ("all", None, 2, 2)),
        "hub_events": frame(HUB_EVENTS),
    }


@pytest.mark.parametrize("broadcast_up_to", [1000, 0])
def test_people_come_out_under_their_own_id_and_a_null_stays_null(
    frame: Frame, nominals: DataFrame, monkeypatch: pytest.MonkeyPatch, broadcast_up_to: int
) -> None:
    monkeypatch.setattr(publishing, "BROADCAST_NOMINALS", broadcast_up_to)
    members = frame(NETWORK_MEMBERS, ("all", "n", 1, 2), ("all", None, None, 0))
    found = with_nominal_ids(members, NETWORK_MEMBERS, in_chunks(nominals))
    rows = found.select("component_id", "nominal_id").collect()
    assert sorted((row["component_id"], row["nominal_id"]) for row in rows if row[0]) == [("N2", "N3")]
    assert [(row["component_id"], row["nominal_id"]) for row in rows if not row[0]] == [(None, "N1")]


def test_a_published_snapshot_holds_the_rows_and_their_digests(
    lake: Lake, tables: dict[str, DataFrame], nominals: DataFrame
) -> None:
    with writer_lock(lake, purpose="test"):
        snapshot = publish(lake, RECIPE, tables, nominals)
    assert manifest.current(lake) == snapshot
    assert {entry.table_name: entry.rows for entry in snapshot.tables} == {
        "edges": 2,
        "hub_events": 0,
        "network_members": 3,
    }
    stored = lake.read_result(EDGES, snapshot.snapshot_id)
    rows = stored.select("src", "dst", "relation", "weight_micro").orderBy("src").collect()
    assert [tuple(row) for row in rows] == [("N1", "N2", "ASSOCIATION", 1_000_000), ("N2", "N3", "HARM", 2)]
    entry = next(entry for entry in snapshot.tables if entry.table_name == "edges")
    assert (entry.rows, entry.digest) == table_digest(stored, EDGES)
    assert entry.columns[:3] == (("src", "string"), ("dst", "string"), ("relation", "string"))


@pytest.mark.slow
def test_until_the_manifest_commit_there_is_no_snapshot_and_the_next_run_ends_the_same(
    lake: Lake, frame: Frame, tables: dict[str, DataFrame], nominals: DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    class DiedError(Exception):
        pass

    def die(*_: object) -> None:
        raise DiedError

    del tables["network_members"]
    with writer_lock(lake, purpose="test"):
        before = publish(lake, made_by(recipe_hash="a" * 64, snapshot_id="20260630-aaaaaaaa"), tables, nominals)
        more = {**tables, "edges": edges(frame, (0, 1, "ASSOCIATION", 1), (0, 2, "ASSOCIATION", 1), (1, 2, "HARM", 2))}
        with monkeypatch.context() as patch:
            patch.setattr(lake, "append_registry", die)
            with pytest.raises(DiedError):
                publish(lake, RECIPE, more, nominals)
        assert lake.read_result(EDGES, RECIPE.snapshot_id).count() == 3
        assert manifest.snapshots(lake) == [before]
        assert manifest.current(lake) == before
        # What the dead run left is replaced, not added to.
        shuffled = {name: table.repartition(3) for name, table in tables.items()}
        snapshot = publish(lake, RECIPE, shuffled, nominals.orderBy(F.desc("idx")))
    assert snapshot.content_hash == before.content_hash
    assert lake.read_result(EDGES, RECIPE.snapshot_id).count() == 2
    assert lake.read_result(EDGES).count() == 4
    assert manifest.snapshots(lake) == [before, snapshot]


def test_a_writer_that_died_in_a_tables_first_commit_left_no_table(
    lake: Lake, tables: dict[str, DataFrame], nominals: DataFrame
) -> None:
    # Files are written and the log's folder is there; nothing is committed.
    dead = f"snapshot_id={RECIPE.snapshot_id}/part-00000-dead.parquet"
    lake.write_text("half a file", "results", "edges", dead)
    for folder in ("results/edges", "registry/snapshot_manifest"):
        lake.write_text("", folder, "_delta_log", ".s3-optimization-0")
    assert manifest.snapshots(lake) == []
    with writer_lock(lake, purpose="test"):
        snapshot = publish(lake, RECIPE, {"edges": tables["edges"]}, nominals)
    assert manifest.current(lake) == snapshot
    assert lake.read_result(EDGES, snapshot.snapshot_id).count() == 2
    assert {path.split("/")[2] for path in lake.files_of(lake.read_result(EDGES))} == {
        f"snapshot_id={RECIPE.snapshot_id}"
    }


@pytest.mark.slow
def test_the_same_recipe_again_is_the_snapshot_that_is_there(
    lake: Lake, tables: dict[str, DataFrame], nominals: DataFrame
) -> None:
    only_hubs = {"hub_events": tables["hub_events"]}
    with writer_lock(lake, purpose="test"):
        snapshot = publish(lake, RECIPE, only_hubs, nominals)
        assert publish(lake, RECIPE, tables, nominals) == snapshot
    assert not lake.has_table(EDGES)


@pytest.mark.parametrize("broadcast_up_to", [1000, 0])
def test_a_number_that_stands_for_nobody_stops_publication_in_one_line(
    lake: Lake, frame: Frame, nominals: DataFrame, monkeypatch: pytest.MonkeyPatch, broadcast_up_to: int
) -> None:
    monkeypatch.setattr(publishing, "BROADCAST_NOMINALS", broadcast_up_to)
    broken = {"edges": edges(frame, (0, 1, "HARM", 5), (1, 7, "HARM", 5))}
    with (
        writer_lock(lake, purpose="test"),
        pytest.raises(HarmnetError, match=r"edges\.dst=7: no nominal_id") as stopped,
    ):
        publish(lake, RECIPE, broken, nominals)
    assert len(stopped.value.problems) == 1
    assert manifest.snapshots(lake) == []


@pytest.mark.parametrize("wrong", ["doubled", "a gap", "a gap of a chunk", "not from 0"])
def test_numbers_that_do_not_stand_for_one_id_each_stop_publication(lake: Lake, frame: Frame, wrong: str) -> None:
    numbers = {"doubled": [0, 1, 1, 2], "a gap": [0, 2], "a gap of a chunk": [*range(32), 64], "not from 0": [1, 2]}
    rows = [(f"N{number}", number) for number in numbers[wrong]]
    nominals = lake.spark.createDataFrame(rows, "nominal_id string, idx bigint")
    with writer_lock(lake, purpose="test"), pytest.raises(HarmnetError, match="one nominal_id for each number from 0"):
        publish(lake, RECIPE, {"edges": edges(frame, (0, 1, "HARM", 5))}, nominals)
    assert manifest.snapshots(lake) == []


def test_every_number_finds_its_id_across_chunks(frame: Frame, spark: SparkSession) -> None:
    nominals = spark.createDataFrame([(f"N{number}", number) for number in range(100)], "nominal_id string, idx bigint")
    members = frame(NETWORK_MEMBERS, *(("all", "n", number, 99 - number) for number in range(100)))
    found = with_nominal_ids(members, NETWORK_MEMBERS, in_chunks(nominals)).select("component_id", "nominal_id")
    assert {tuple(row) for row in found.collect()} == {(f"N{number}", f"N{99 - number}") for number in range(100)}
    assert in_chunks(nominals.limit(0)).count() == 0


def test_a_row_that_was_lost_since_its_stage_wrote_it_stops_publication(
    lake: Lake, tables: dict[str, DataFrame], nominals: DataFrame
) -> None:
    rows = {"edges": 3, "hub_events": 0, "network_members": 3}
    with writer_lock(lake, purpose="test"), pytest.raises(HarmnetError, match="edges: 3 rows to store, 2 stored"):
        publishing.publish(lake, RECIPE, tables, nominals, rows=rows)
    assert manifest.snapshots(lake) == []


def test_a_table_that_does_not_meet_its_contract_stops_publication(
    lake: Lake, tables: dict[str, DataFrame], nominals: DataFrame
) -> None:
    with writer_lock(lake, purpose="test"):
        with pytest.raises(HarmnetError, match="edges: column relation is missing"):
            publish(lake, RECIPE, {**tables, "edges": tables["edges"].drop("relation")}, nominals)
        with pytest.raises(HarmnetError, match="people_seen: not declared"):
            publish(lake, RECIPE, {"people_seen": tables["edges"]}, nominals)
    assert manifest.snapshots(lake) == []


def test_without_the_lock_nothing_is_written(lake: Lake, tables: dict[str, DataFrame], nominals: DataFrame) -> None:
    with pytest.raises(HarmnetError, match="does not hold the writer lock"):
        publish(lake, RECIPE, tables, nominals)
    assert not lake.has_table(EDGES)


@pytest.mark.slow
def test_recipe_and_code_do_not_enter_the_content(
    lake: Lake, tables: dict[str, DataFrame], nominals: DataFrame
) -> None:
    hubs = {"hub_events": tables["hub_events"]}
    other = made_by(
        recipe_hash="d" * 64, snapshot_id="20260629-dddddddd", as_of=date(2026, 6, 29), engine="graphframes"
    )
    with writer_lock(lake, purpose="test"):
        assert publish(lake, RECIPE, hubs, nominals).content_hash == publish(lake, other, hubs, nominals).content_hash
