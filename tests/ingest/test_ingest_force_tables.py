from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ingest_files import nothing_was_written, parsed, quiet, rows_of, write_bytes, write_csv
from pyspark.sql import SparkSession

from harmnet.config import Settings
from harmnet.errors import HarmnetError
from harmnet.ingest import IngestResult, batches_up_to, force_tables, ingest
from harmnet.storage import Lake

NOMINALS = """
    SELECT CAST(nom_id AS INT) AS nom_id, 'ignored' AS clerk, forename, surname, CAST(born AS TIMESTAMP) AS born,
           CAST(sex AS TINYINT) AS sex, CAST(NULL AS STRING) AS pnc, address, area, ethnicity, change
    FROM VALUES (101, 'Ann', 'Oak', '2001-02-03', 2, '1 High St', 'F1A1', 'W1', 'I'),
                (102, 'Bob', NULL, NULL, 9, NULL, 'F1A2', NULL, 'D')
      AS t(nom_id, forename, surname, born, sex, address, area, ethnicity, change)
"""
CRIMES = """
    SELECT ref AS crime_ref, is_crime, code AS offence_code, 'recorded_crime' AS offence_code_system,
           CAST(at AS TIMESTAMP) AS occurred_from, CAST(NULL AS TIMESTAMP_NTZ) AS occurred_to,
           CAST(at AS TIMESTAMP_NTZ) AS recorded_at, CAST(12 AS DECIMAL(5,2)) AS area_code, flags, mo AS mo_text
    FROM VALUES ('C1', true, '4.10', '2024-02-29 23:30:00.5', array('KN', 'CSE'), 'with a "knife"'),
                ('C2', false, '104', '1969-12-31 23:59:59.9', NULL, NULL)
      AS t(ref, is_crime, code, at, flags, mo)
"""
MARKERS = """
    SELECT 'M1' AS marker_ref, 7L AS person_ref, 'ESCAPER' AS kind, DATE '2024-02-29' AS set_at,
           CAST(NULL AS DATE) AS cleared_at, 1.5D AS detail
"""
SAME_PEOPLE = "101,NICHE,,Ann,Oak,2001-02-03,F,W1,1 High St,F1A1,\n102,NICHE,,Bob,,,9,,,F1A2,DELETE\n"
SAME_CRIMES = (
    'C1,true,4.10,recorded_crime,2024-02-29T23:30:00Z,,2024-02-29T23:30:00Z,12.00,KNIFE;CSE,"with a ""knife"""\n'
    "C2,false,104,recorded_crime,1969-12-31T23:59:59Z,,1969-12-31T23:59:59Z,12.00,,\n"
)
SAME_MARKERS = "M1,7,ESCAPER,2024-02-29T00:00:00Z,,1.5\n"
PEOPLE_HEADER = "person_ref,source_system,nominal_ref,forename,surname,dob,sex,ethnicity,address,area_code,op\n"
NAMES = {"person_ref": "NOM_ID", "nominal_ref": "PNC", "dob": "BORN", "area_code": "AREA", "op": "CHANGE"}
MAPPED = {
    "columns": NAMES,
    "codes": {"sex": {"1": "M", "2": "F"}, "op": {"I": "UPSERT", "D": "DELETE"}},
    "constants": {"source_system": "NICHE"},
}


@pytest.fixture(scope="module")
def own(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A force's tables: nominals in Delta, crimes in Parquet, markers in the catalogue. No test changes them."""
    place = tmp_path_factory.mktemp("own") / "force's own"
    spark.sql(NOMINALS).write.format("delta").save(str(place / "nominals"))
    spark.sql(CRIMES).write.parquet(str(place / "crimes"))
    spark.sql(MARKERS).write.saveAsTable("own_markers", path=str(place / "markers"))
    yield place
    spark.sql("DROP TABLE own_markers")


def _tables(own: Path) -> dict[str, Any]:
    return {
        "people": {"path": str(own / "nominals"), **MAPPED},
        "crimes": {"path": f"file:{own}/crimes", "format": "parquet", "codes": {"flags": {"KN": "KNIFE"}}},
        "markers": {"hive": "own_markers"},
    }


def test_typed_tables_give_the_rows_that_extracts_give_and_are_pinned(
    spark: SparkSession, lake: Lake, settings: Settings, settings_with: Callable[..., Settings], own: Path, folder: Path
) -> None:
    told: list[str] = []
    mapped = settings_with(tables=_tables(own))
    first = ingest(lake, mapped, progress=told.append)
    assert first.rows == {"raw_people": 2, "raw_crimes": 2, "raw_markers": 1}

    write_bytes(folder / "people.csv", (PEOPLE_HEADER + SAME_PEOPLE).encode())
    write_csv(folder / "crimes.csv", SAME_CRIMES)
    write_csv(folder / "markers.csv", SAME_MARKERS)
    for name, rows in parsed(folder, settings.sources).items():
        assert [{"batch_id": 1, **row} for row in rows] == [row.asDict() for row in rows_of(lake, name)]

    batch = batches_up_to(lake, 1)[0]
    people, crimes, markers = batch.tables
    assert (batch.origin, people.version, people.deletes, people.files) == ("TABLES", "0", 1, ())
    assert crimes.version
    assert crimes.files
    assert all(file.name.startswith("part-") and file.bytes > 0 for file in crimes.files)
    assert f"{own}/markers files " in str(markers.version)
    assert any(line.startswith("people: read from") and line.endswith("at 0; not read: clerk") for line in told)


@pytest.mark.slow
def test_a_delta_table_is_read_at_the_version_it_had_when_ingest_began(
    spark: SparkSession,
    lake: Lake,
    settings_with: Callable[..., Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for surname in ("Oak", "Elm"):
        _overwrite_people(spark, tmp_path, surname)
    write = force_tables.write_rows

    def change_and_write(*given: Any) -> None:
        _overwrite_people(spark, tmp_path, "Ash")
        write(*given)

    monkeypatch.setattr(force_tables, "write_rows", change_and_write)
    ingest(lake, settings_with(tables={"people": _tables(tmp_path)["people"]}), progress=quiet)
    assert batches_up_to(lake, 1)[0].tables[0].version == "1"
    assert [row["surname"] for row in rows_of(lake, "people")] == ["Elm", None]


def _overwrite_people(spark: SparkSession, own: Path, surname: str) -> None:
    people = spark.sql(NOMINALS.replace("Oak", surname))
    people.write.format("delta").mode("overwrite").save(str(own / "nominals"))


@pytest.mark.slow
def test_rows_are_numbered_by_key_and_content_and_known_again_whatever_files_and_order_they_stand_in(
    spark: SparkSession, lake: Lake, settings_with: Callable[..., Settings], tmp_path: Path
) -> None:
    rows = [(f"C{number % 25}", f"P{number % 5}", "SUSPECT", str(number)) for number in range(199)]
    rows.append(("C99", "P1", "SUSPECT", "0"))
    frame = spark.createDataFrame(rows, "crime_ref string, person_ref string, role string, status string")
    frame.repartition(5, "status").write.parquet(str(tmp_path / "rows"))
    frame.orderBy("status", ascending=False).coalesce(1).write.parquet(str(tmp_path / "other"))

    def read(name: str) -> IngestResult:
        tables = {"crime_people": {"path": str(tmp_path / name), "format": "parquet"}}
        return ingest(lake, settings_with(tables=tables), progress=quiet)

    assert not read("rows").already_there
    found = rows_of(lake, "crime_people", 1)
    assert [row["row_no"] for row in found] == list(range(1, 201))
    expected = sorted((f"{crime}|{person}|{role}", status) for crime, person, role, status in rows)
    assert [(row["source_key"], row["status"]) for row in found] == expected
    repeated = [key for key, count in Counter(key for key, _ in expected).items() if count > 1]
    assert batches_up_to(lake, 1)[0].tables[0].repeated_keys == len(repeated) == 25
    assert read("other") == IngestResult(1, True, {"raw_crime_people": 200})


@pytest.mark.slow
def test_a_partition_folder_is_text_and_not_a_number(
    spark: SparkSession, lake: Lake, settings_with: Callable[..., Settings], tmp_path: Path
) -> None:
    frame = spark.sql(CRIMES).withColumnRenamed("offence_code", "code").drop("occurred_to")
    frame.write.partitionBy("code").parquet(str(tmp_path / "crimes"))
    tables = {
        "crimes": {
            "path": str(tmp_path / "crimes"),
            "format": "parquet",
            "columns": {"offence_code": "code"},
            "constants": {"occurred_to": ""},
        }
    }
    ingest(lake, settings_with(tables=tables), progress=quiet)
    assert [row["offence_code"] for row in rows_of(lake, "crimes", 1)] == ["4.10", "104"]


def _refused(lake: Lake, settings: Settings) -> list[str]:
    with pytest.raises(HarmnetError) as refused:
        ingest(lake, settings, progress=quiet)
    assert nothing_was_written(lake)
    return refused.value.problems


def test_every_fault_of_every_table_is_told_at_once(
    lake: Lake, settings_with: Callable[..., Settings], own: Path
) -> None:
    tables = {
        **_tables(own),
        "people": {"path": str(own / "nominals"), "columns": {"person_ref": "NOM"}},
        "crimes": {"path": str(own / "crimes")},
        "custody": {"path": str(own / "nowhere")},
        "groups": {"hive": "records.groups"},
        "missing_people": {"hive": "own_markers", "columns": {"episode_ref": "marker_ref", "role": "kind"}},
        "crime_people": {"path": str(own / "crimes"), "format": "parquet", "columns": {"person_ref": "flags"}},
    }
    found = "\n".join(_refused(lake, settings_with(tables=tables)))
    assert (
        f"{own}/nominals: missing column: NOM (for person_ref), source_system, nominal_ref, dob, area_code; found"
        in found
    )
    assert f"{own}/crimes: is not a Delta table: say format: parquet in conf/sources.yml" in found
    assert f"{own}/nowhere: no such folder; conf/sources.yml names it for custody" in found
    assert "records.groups: no such table in the catalogue" in found
    assert f"{own}/crimes: column flags has type array<string>: give a view" in found
    assert "own_markers" not in found


def test_an_unknown_op_is_told_with_its_key(lake: Lake, settings_with: Callable[..., Settings], own: Path) -> None:
    wrong = {"path": str(own / "nominals"), **MAPPED, "codes": {"op": {"I": "UPSERT"}}}
    assert _refused(lake, settings_with(tables={"people": wrong}))[0] == (
        f"{own}/nominals: op is 'D' on 1 row(s), such as 102: map it to UPSERT or DELETE under codes.op"
    )


def test_a_damaged_file_of_a_table_refuses_the_batch(
    spark: SparkSession, lake: Lake, settings_with: Callable[..., Settings], tmp_path: Path
) -> None:
    spark.sql(CRIMES).coalesce(1).write.parquet(str(tmp_path / "crimes"))
    part = next(tmp_path.glob("crimes/part-*.parquet"))
    content = bytearray(part.read_bytes())
    content[4:40] = b"\x00" * 36
    part.write_bytes(bytes(content))
    part.with_name(f".{part.name}.crc").unlink()
    found = _refused(lake, settings_with(tables={"crimes": _tables(tmp_path)["crimes"]}))
    assert found[0].startswith(f"file:{tmp_path}/crimes: cannot be read (")
    assert len(found) == 2


def test_without_any_table_in_conf_the_folder_is_asked_for(lake: Lake, settings: Settings) -> None:
    assert _refused(lake, settings) == [
        "conf/sources.yml gives no table a path or a hive name: add one, or give extracts with --from"
    ]


def test_tables_of_systems_switched_off_are_not_read(lake: Lake, settings_with: Callable[..., Settings]) -> None:
    tables = {"crimes": {"path": "/nowhere"}}
    assert _refused(lake, settings_with(systems={"crimes": False}, tables=tables)) == [
        "conf/sources.yml names only tables of systems that it switches off (crimes)"
    ]
