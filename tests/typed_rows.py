"""Frames from a few typed rows, and stages run on them without a lake: what the tests of the transforms share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from harmnet.config import Settings, load_settings, settings_from_contents
from harmnet.contracts import Table, conform
from harmnet.contracts.corrections import CORRECTION_REGISTER
from harmnet.contracts.linked import INVOLVEMENTS
from harmnet.contracts.raw import RAW_TABLES
from harmnet.contracts.staged import STAGED, VERDICT
from harmnet.snapshots.digests import table_digest
from harmnet.sources import RULES
from harmnet.sources.checks import Context, check_rows
from harmnet.sources.rows import COLUMNS

AS_OF = date(2026, 6, 30)
RAW = {table.source: table for table in RAW_TABLES}
SHIPPED = load_settings()


def at(text: str) -> datetime:
    """An instant as Spark hands it to Python: UTC, without a zone."""
    return datetime.fromisoformat(text)


def frame_of(spark: SparkSession, columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> DataFrame:
    """A frame with these columns and types; what a row does not name is null, what the frame has not is an error."""
    rows = list(rows)
    unknown = {name for row in rows for name in row} - set(columns)
    assert not unknown, f"no such column: {sorted(unknown)}"
    return spark.createDataFrame(
        [tuple(row.get(name) for name in columns) for row in rows],
        ", ".join(f"{name} {type_}" for name, type_ in columns.items()),
    )


def table_of(spark: SparkSession, table: Table, rows: Iterable[Mapping[str, Any]]) -> DataFrame:
    """A frame of a declared table."""
    return frame_of(spark, {column.name: column.type for column in table}, rows)


def raw_of(spark: SparkSession, source: str, rows: Iterable[Mapping[str, Any]]) -> DataFrame:
    """Rows of a raw table as ingest leaves them: text, in batch 1 and with their key unless they say otherwise."""
    table = RAW[source]
    columns = {"batch_id": "bigint", "row_no": "bigint", "op": "string", "source_key": "string"}
    columns |= {column.name: "array<string>" if column.type == "array<string>" else "string" for column in table}
    rows = [
        {
            "batch_id": 1,
            "row_no": place,
            "op": "UPSERT",
            "source_key": "|".join(row.get(name) or "" for name in table.key),
        }
        | row
        for place, row in enumerate(rows, 1)
    ]
    return frame_of(spark, columns, rows)


def check(
    spark: SparkSession,
    source: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    parents: DataFrame | None = None,
    words: Iterable[str] = (),
) -> DataFrame:
    """Raw rows of the table as staging judges them."""
    from pyspark.sql import functions as F

    current = raw_of(spark, source, rows).withColumn("first_batch", F.col("batch_id"))
    context = Context(SHIPPED.weights.age, AS_OF)
    return check_rows(current, RAW[source], RULES[source], words=list(words), context=context, parents=parents)


def staged_of(spark: SparkSession, source: str, rows: Iterable[Mapping[str, Any]]) -> DataFrame:
    """Staged rows of a raw table, as the link stage reads them."""
    verdict = {column.name for column in VERDICT}
    return frame_of(spark, {c.name: c.type for c in STAGED[source] if c.name not in verdict}, rows)


def source_frame(spark: SparkSession, rows: Iterable[Mapping[str, Any]]) -> DataFrame:
    """Rows as every source system hands them over."""
    return frame_of(spark, COLUMNS, rows)


def involvements_of(spark: SparkSession, rows: Iterable[Mapping[str, Any]]) -> DataFrame:
    """Involvements: a credible suspect on crime C1 a year before as_of, except for what the row says."""
    usual = {
        "idx": 0,
        "source_system": "crimes",
        "event_kind": "CRIME",
        "role": "SUSPECT",
        "side": "OFFENDER",
        "event_date": date(2025, 6, 30),
        "credible": True,
        "quality_micro": 1_000_000,
        "times": 1,
        "basis": "FACT",
        "handling": 0,
    }
    full = []
    for row in rows:
        record = row.get("record_ref") or row.get("event_id") or "C1"
        full.append(usual | {"event_id": record, "record_ref": record, "crime_ref": record} | dict(row))
    return table_of(spark, INVOLVEMENTS, full)


def tuples(frame: DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Rows of the frame as sorted tuples, nulls first; all columns when none is named."""
    found = [tuple(row) for row in frame.select(*(columns or frame.columns)).collect()]
    return sorted(found, key=lambda row: [(value is not None, str(value)) for value in row])


def by_column(frame: DataFrame, key: str, *columns: str) -> dict[Any, Any]:
    """The frame as key -> value, or tuple of values when several columns are named; the key must not repeat."""
    rows = frame.select(key, *columns).collect()
    found = {row[0]: row[1] if len(columns) == 1 else tuple(row)[1:] for row in rows}
    assert len(found) == len(rows), f"{key} repeats"
    return found


def with_files(**tables: str) -> Settings:
    """The shipped settings with other text in place of a table under conf/harm."""
    contents = SHIPPED.contents
    texts = {f"harm/{name}.csv": text for name, text in tables.items()}
    return settings_from_contents({"files": contents["files"], "tables": contents["tables"] | texts})


@dataclass
class InMemory:
    """What a stage is handed, with frames in place of files; every table written is held to its contract."""

    spark: SparkSession
    tables: dict[str, DataFrame] = field(default_factory=dict)
    settings: Settings = SHIPPED
    as_of: date = AS_OF
    corrections: tuple[Any, ...] = ()
    folder: str = ""
    parent: Mapping[str, DataFrame] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    parent_as_of: date | None = None

    @property
    def recipe(self) -> SimpleNamespace:
        last = max((one.correction_id for one in self.corrections), default=0)
        body = {}
        if self.corrections:
            rows, digest = table_digest(self.lake.read_registry(CORRECTION_REGISTER), CORRECTION_REGISTER)
            body = {"corrections": {"rows": rows, "digest": digest, "last": last}}
        return SimpleNamespace(
            recipe_hash="0" * 64,
            as_of=self.as_of,
            known_at=1,
            parent_as_of=self.parent_as_of,
            last_correction=last,
            body=body,
        )

    @property
    def lake(self) -> SimpleNamespace:
        """A lake in which corrections are registered, and nothing else."""
        rows = [vars(one) for one in self.corrections]
        register = table_of(self.spark, CORRECTION_REGISTER, rows)
        return SimpleNamespace(root="memory", has_table=lambda table: True, read_registry=lambda table: register)

    def progress(self, line: str) -> None:
        self.said.append(line)

    def scratch(self, name: str) -> str:
        return f"{self.folder}/{name}"

    def read(self, table: Table) -> DataFrame:
        return self.tables[table.name]

    def read_parent(self, table: Table) -> DataFrame | None:
        return self.parent.get(table.name)

    def write(self, frame: DataFrame, table: Table) -> DataFrame:
        # A frame that was only cached would carry the plans of every stage before it.
        self.tables[table.name] = conform(frame, table).localCheckpoint()
        return self.tables[table.name]

    def write_counted(self, frame: DataFrame, table: Table, counts: Mapping[str, Any]) -> dict[str, int]:
        written = self.write(frame, table)
        self.rows[table.name] = written.count()
        found = written.agg(*(column.alias(name) for name, column in counts.items())).collect()[0]
        return {name: found[name] for name in counts}
