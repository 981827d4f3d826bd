import runpy
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ingest_files import HEADERS, quiet, rows_of, write_bytes, write_csv
from pyspark.sql import SparkSession

from harmnet.config import Settings, load_settings
from harmnet.errors import HarmnetError
from harmnet.ingest import batches_up_to, ingest, visible_rows
from harmnet.ingest.mapping import BY_SOURCE
from harmnet.storage import Lake

RECEIVED = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
CRIME_PEOPLE = BY_SOURCE["crime_people"]


class Filled:
    """A lake that four batches were sent to, the third of which died before its row in raw_batches."""

    def __init__(self, spark: SparkSession, place: Path, settings: Settings) -> None:
        self.lake, self.settings, self.folder = Lake(spark, str(place / "lake")), settings, place / "extracts"
        self.folder.mkdir()
        self.told: list[str] = []
        write_csv(self.folder / "crime_people.csv", "C1,P1,SUSPECT,CHARGED\nC1,P2,VICTIM,\nC2,P1,SUSPECT,\n")
        write_bytes(
            self.folder / "markers.jsonl", b'{"marker_ref": "M1", "person_ref": "P1", "kind": "ESCAPER", "by": 1}\n'
        )
        self.first = self.ingest(received_at=RECEIVED)
        self.again = self.ingest(received_at=datetime(2026, 7, 2, tzinfo=UTC))
        (self.folder / "markers.jsonl").unlink()
        header = HEADERS["crime_people"] + ",op\n"
        rows = "C1,P2,VICTIM,,DELETE\nC3,P3,SUSPECT,,\nC3,P3,SUSPECT,CHARGED,\n"
        write_bytes(self.folder / "crime_people.csv", (header + rows).encode())
        self.second = self.ingest()
        write_csv(self.folder / "crime_people.csv", "C9,P9,SUSPECT,\n")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Lake, "append_registry", _killed)
            with pytest.raises(RuntimeError, match="killed"):
                self.ingest()
        write_csv(self.folder / "crime_people.csv", "C2,P1,SUSPECT,CONVICTED\nC4,P4,SUSPECT,\n")
        self.full = self.ingest(mode="FULL")

    def ingest(self, **given: Any) -> Any:
        return ingest(self.lake, self.settings, extracts=str(self.folder), progress=self.told.append, **given)


def _killed(*_: Any) -> None:
    raise RuntimeError("killed")


@pytest.fixture(scope="module")
def filled(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return Filled(spark, tmp_path_factory.mktemp("filled"), load_settings())


def _keys(filled: Filled, *batch_ids: int) -> list[tuple[int, int, str, str, str | None]]:
    rows = rows_of(filled.lake, "crime_people", *batch_ids)
    return [(row["batch_id"], row["row_no"], row["op"], row["source_key"], row["status"]) for row in rows]


def test_a_batch_brings_its_rows_numbered_in_the_order_of_the_file(filled: Filled) -> None:
    assert (filled.first.batch_id, filled.first.already_there) == (1, False)
    assert filled.first.rows == {"raw_crime_people": 3, "raw_markers": 1}
    assert _keys(filled, 1) == [
        (1, 1, "UPSERT", "C1|P1|SUSPECT", "CHARGED"),
        (1, 2, "UPSERT", "C1|P2|VICTIM", None),
        (1, 3, "UPSERT", "C2|P1|SUSPECT", None),
    ]
    assert rows_of(filled.lake, "markers", 1)[0]["kind"] == "ESCAPER"
    assert any("markers: 1 rows" in line and "not read: by" in line for line in filled.told)


def test_the_same_batch_again_changes_nothing_and_says_so(filled: Filled) -> None:
    assert (filled.again.batch_id, filled.again.already_there, filled.again.rows) == (1, True, filled.first.rows)
    assert "already received as batch 1: nothing was changed" in filled.told


def test_the_batch_row_says_what_was_received(filled: Filled) -> None:
    first, second = batches_up_to(filled.lake, 2)
    assert (first.received_at, first.mode, first.origin) == (RECEIVED, "DELTA", "EXTRACTS")
    assert [(t.table_name, t.rows, t.deletes, t.repeated_keys) for t in first.tables] == [
        ("raw_crime_people", 3, 0, 0),
        ("raw_markers", 1, 0, 0),
    ]
    assert [(file.name, file.bytes, len(file.sha256 or "")) for file in first.tables[1].files] == [
        ("markers.jsonl", 69, 64)
    ]
    assert [(t.table_name, t.rows, t.deletes, t.repeated_keys) for t in second.tables] == [
        ("raw_crime_people", 3, 1, 1)
    ]


def test_delete_and_repeated_rows_stand_as_they_came(filled: Filled) -> None:
    assert _keys(filled, 2) == [
        (2, 1, "DELETE", "C1|P2|VICTIM", None),
        (2, 2, "UPSERT", "C3|P3|SUSPECT", None),
        (2, 3, "UPSERT", "C3|P3|SUSPECT", "CHARGED"),
    ]


def test_a_run_that_died_leaves_a_gap_in_the_numbers_and_rows_that_never_show(filled: Filled) -> None:
    assert filled.full.batch_id == 4
    assert [batch.batch_id for batch in batches_up_to(filled.lake, None)] == [1, 2, 4]
    everything = filled.lake.read_raw(CRIME_PEOPLE)
    assert everything is not None
    assert [row["source_key"] for row in everything.where("batch_id = 3").collect()] == ["C9|P9|SUSPECT"]
    assert all("C9" not in key for _, _, _, key, _ in _keys(filled))
    assert filled.lake.names("_work") == []


def test_a_full_batch_deletes_the_keys_that_were_current_and_are_gone(filled: Filled) -> None:
    assert _keys(filled, 4) == [
        (4, 1, "UPSERT", "C2|P1|SUSPECT", "CONVICTED"),
        (4, 2, "UPSERT", "C4|P4|SUSPECT", None),
        (4, 3, "DELETE", "C1|P1|SUSPECT", None),
        (4, 4, "DELETE", "C3|P3|SUSPECT", None),
    ]
    deleted = rows_of(filled.lake, "crime_people", 4)[2]
    assert (deleted["crime_ref"], deleted["person_ref"], deleted["role"]) == ("C1", "P1", "SUSPECT")
    full = batches_up_to(filled.lake, 4)[-1]
    assert [(t.rows, t.deletes) for t in full.tables] == [(4, 2)]
    assert [row["op"] for row in rows_of(filled.lake, "markers")] == ["UPSERT"]


def test_batches_are_those_up_to_the_one_asked_for(filled: Filled) -> None:
    assert [batch.batch_id for batch in batches_up_to(filled.lake, 2)] == [1, 2]
    with pytest.raises(HarmnetError, match=r"no batch 3 in .*; the last ones are 1, 2, 4"):
        batches_up_to(filled.lake, 3)


def test_a_lake_without_batches_says_what_to_run(lake: Lake) -> None:
    with pytest.raises(HarmnetError, match=r"no batch in .*/lake; run harmnet ingest"):
        batches_up_to(lake, None)
    assert visible_rows(lake, CRIME_PEOPLE, [1]) is None


def test_systems_switched_off_are_not_read(lake: Lake, settings_with: Callable[..., Settings], folder: Path) -> None:
    write_bytes(folder / "crime_people.csv", b"this is no extract")
    write_csv(folder / "missing_people.csv", "E1,P1,MENTIONED\n")
    told: list[str] = []
    result = ingest(lake, settings_with(systems={"crimes": False}), extracts=f"file:{folder}", progress=told.append)
    assert result.rows == {"raw_missing_people": 1}
    assert "not read, switched off in conf/sources.yml: crime_people" in told


def test_a_lake_and_extracts_on_another_file_system_are_as_good(
    spark: SparkSession, settings: Settings, tmp_path: Path
) -> None:
    hadoop = spark._jsc.hadoopConfiguration()
    hadoop.set("fs.viewfs.mounttable.elsewhere.link./data", f"file://{tmp_path}")
    lake = Lake(spark, "viewfs://elsewhere/data/lake")
    assert not lake.is_local
    (tmp_path / "extracts").mkdir()
    write_csv(tmp_path / "extracts" / "crime_people" / "part 1.csv", "C1,P1,SUSPECT,\n")
    write_csv(tmp_path / "extracts" / "crime_people" / "part 2.csv", "C2,P1,SUSPECT,\n")
    write_bytes(tmp_path / "extracts" / "truth" / "crimes.csv", b"x")
    place = "viewfs://elsewhere/data/extracts"
    assert ingest(lake, settings, extracts=place, progress=quiet).rows == {"raw_crime_people": 2}
    assert [row["source_key"] for row in rows_of(lake, "crime_people")] == ["C1|P1|SUSPECT", "C2|P1|SUSPECT"]
    assert ingest(lake, settings, extracts=str(tmp_path / "extracts"), progress=quiet).already_there
    write_bytes(tmp_path / "extracts" / "crime.csv", b"x")
    with pytest.raises(HarmnetError, match=f"{place}/crime.csv: is no part of an extract"):
        ingest(lake, settings, extracts=place, progress=quiet)


def test_the_job_is_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    job = Path(__file__).parents[2] / "jobs" / "ingest.py"
    monkeypatch.setattr("sys.argv", [str(job), "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(job), run_name="__main__")
    assert ended.value.code == 0
    assert "--mode [DELTA|FULL]" in capsys.readouterr().out
