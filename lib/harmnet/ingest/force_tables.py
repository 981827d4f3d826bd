"""The force's own tables: Delta or Parquet by path, Hive by name, pinned at one version and turned into raw rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from harmnet.config import Sources, SourceTable
from harmnet.contracts.model import Table
from harmnet.contracts.raw import LIST
from harmnet.errors import HarmnetError
from harmnet.ingest.batches import BatchFile
from harmnet.ingest.faults import Faults
from harmnet.ingest.mapping import OP, Mapping, is_on, match
from harmnet.ingest.rows import OPS, raw_ddl, raw_rows
from harmnet.local_rows import local_rows
from harmnet.snapshots.digests import frame_digest
from harmnet.storage import Lake

_PLACE_BITS = 33
_INFER = "spark.sql.sources.partitionColumnTypeInference.enabled"


@dataclass(frozen=True)
class ForceTable:
    """A force's own table, pinned: `version` and `files` are what raw_batches records of it."""

    mapping: Mapping
    shown: str
    frame: DataFrame
    version: str | None
    files: tuple[BatchFile, ...]

    @property
    def table(self) -> Table:
        """The raw table it fills."""
        return self.mapping.table

    @property
    def extra(self) -> tuple[str, ...]:
        """Columns that are not read."""
        return match(self.mapping, self.frame.columns, any_case=True).extra


def open_tables(
    lake: Lake, sources: Sources, mappings: dict[str, Mapping], faults: Faults
) -> tuple[list[ForceTable], list[str]]:
    """The tables that conf/sources.yml gives a path or a name, pinned, and the names of those switched off.

    Faults are noted, not raised.
    """
    named = {name: sources.tables[name] for name in mappings if name in sources.tables}
    named = {name: source for name, source in named.items() if source.path or source.hive}
    if not named:
        raise HarmnetError(
            "conf/sources.yml gives no table a path or a hive name: add one, or give extracts with --from"
        )
    off = [name for name in named if not is_on(sources, mappings[name].table)]
    if len(off) == len(named):
        raise HarmnetError(f"conf/sources.yml names only tables of systems that it switches off ({', '.join(off)})")
    opened = []
    for name, source in named.items():
        if name in off:
            continue
        shown = str(source.path or source.hive)
        try:
            opened.append(_open(lake, mappings[name], source, shown))
        except HarmnetError as error:
            faults.add(shown, *error.problems)
        except (PySparkException, Py4JError) as error:
            faults.add(shown, f"cannot be read ({_cause(error)}); conf/sources.yml names it for {name}")
    for force_table in opened:
        faults.add(force_table.shown, *_wrong_columns(force_table))
    return opened, off


def write_rows(lake: Lake, force_table: ForceTable, *target: str) -> None:
    """Write a table's raw rows to Parquet in the lake, sorted by key and content; `place` rises in that order.

    Raises HarmnetError when the table cannot be read.
    """
    mapping = force_table.mapping
    found = match(mapping, force_table.frame.columns, any_case=True).found

    def convert(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return (raw_rows(batch, found, mapping) for batch in batches)

    wanted = force_table.frame.select(*(F.col(f"`{name}`") for name in dict.fromkeys(found.values())))
    rows = wanted.mapInArrow(convert, raw_ddl(mapping.table))
    # Rows that agree in all of it are the same whatever their order, so the places are too.
    ordered = rows.orderBy("source_key", OP, *mapping.table.names)
    ordered = ordered.withColumn("place", F.monotonically_increasing_id())
    try:
        ordered.write.mode("overwrite").parquet(lake.path(*target))
    except (PySparkException, Py4JError) as error:
        raise HarmnetError(f"cannot be read ({_cause(error)}): mend the table and ingest again") from None


def numbered(written: DataFrame) -> tuple[DataFrame, list[str]]:
    """The rows of `write_rows` numbered from 1 in their order (row_no), and one line per unknown value of op."""
    part = F.shiftright("place", _PLACE_BITS).alias("part")
    counts = written.groupBy(part, OP).agg(F.count("*").alias("rows"), F.min("source_key").alias("key")).collect()
    wrong = [
        f"op is {row[OP]!r} on {row['rows']} row(s), such as {row['key']}: map it to UPSERT or DELETE under codes.op"
        for row in sorted(counts, key=lambda row: (row[OP], row["part"]))
        if row[OP] not in OPS
    ]
    sizes: dict[int, int] = {}
    for row in counts:
        sizes[row["part"]] = sizes.get(row["part"], 0) + row["rows"]
    firsts = list(zip(sorted(sizes), accumulate((sizes[number] for number in sorted(sizes)), initial=1)))
    first = F.broadcast(local_rows(written.sparkSession, firsts, "part bigint, first bigint"))
    row_no = F.col("first") + F.col("place").bitwiseAND(F.lit((1 << _PLACE_BITS) - 1))
    names = [name for name in written.columns if name != "place"]
    rows = written.withColumn("part", part).join(first, on="part", how="inner").select(row_no.alias("row_no"), *names)
    return rows, wrong


def digest(written: DataFrame, mapping: Mapping) -> str:
    """SHA-256 over the rows of `write_rows`, whatever their order, and the mapping used."""
    _, rows = frame_digest(written.select(OP, *mapping.table.names))
    return hashlib.sha256(f"{rows}\n{mapping.as_text()}".encode()).hexdigest()


def _open(lake: Lake, mapping: Mapping, source: SourceTable, shown: str) -> ForceTable:
    spark = lake.spark
    if source.hive:
        return _open_hive(lake, mapping, source.hive)
    place = Lake(spark, shown)
    if not place.exists():
        raise HarmnetError(f"no such folder; conf/sources.yml names it for {mapping.table.source}")
    is_delta = place.exists("_delta_log")
    if is_delta != (source.format == "delta"):
        other = "parquet" if source.format == "delta" else "delta"
        raise HarmnetError(f"{'is' if is_delta else 'is not'} a Delta table: say format: {other} in conf/sources.yml")
    if is_delta:
        version = lake.delta_version(place.root)
        return ForceTable(mapping, shown, lake.read_delta(place.root, version), str(version), ())
    files = _files(place)
    if not files:
        raise HarmnetError("holds no file")
    before = spark.conf.get(_INFER, "true")
    # A folder offence_code=4.10 is text, not the number 4.1.
    spark.conf.set(_INFER, "false")
    try:
        reader = spark.read.option("basePath", place.root).option("mergeSchema", "true")
        frame = reader.parquet(*(place.path(file.name) for file in files))
    finally:
        spark.conf.set(_INFER, before or "true")
    return ForceTable(mapping, shown, frame, _listed(files), files)


def _open_hive(lake: Lake, mapping: Mapping, name: str) -> ForceTable:
    spark = lake.spark
    if not spark.catalog.tableExists(name):
        raise HarmnetError(
            "no such table in the catalogue: check the name in conf/sources.yml, and that the job runs with "
            "spark.sql.catalogImplementation=hive and the metastore's settings"
        )
    told = {row["col_name"]: row["data_type"] for row in spark.sql(f"DESCRIBE TABLE EXTENDED {name}").collect()}
    location = told.get("Location")
    if not location:
        # A view: what it reads is not pinned beyond this one reading of it.
        return ForceTable(mapping, name, spark.table(name), None, ())
    if told.get("Provider", "").lower() == "delta":
        version = lake.delta_version(location)
        return ForceTable(mapping, name, lake.read_delta(location, version), f"{location} {version}", ())
    files = _files(Lake(spark, location))
    return ForceTable(mapping, name, spark.table(name), f"{location} {_listed(files)}", files)


def _files(place: Lake) -> tuple[BatchFile, ...]:
    found = ((name, size) for name, size in place.files() if not any(p.startswith((".", "_")) for p in name.split("/")))
    return tuple(BatchFile(name, size, None) for name, size in found)


def _listed(files: tuple[BatchFile, ...]) -> str:
    return "files " + hashlib.sha256("\n".join(f"{file.name} {file.bytes}" for file in files).encode()).hexdigest()


def _wrong_columns(force_table: ForceTable) -> list[str]:
    mapping, schema = force_table.mapping, force_table.frame.schema
    matched = match(mapping, schema.names, any_case=True)
    wrong = matched.faults(mapping.table, schema.names)
    for raw, name in matched.found.items():
        type_ = schema[name].dataType
        if isinstance(type_, T.ArrayType):
            is_list = raw != OP and mapping.table.column(raw).type == LIST
            type_ = type_.elementType if is_list else type_
        if not isinstance(type_, T.AtomicType | T.NullType) or isinstance(type_, T.BinaryType):
            wrong.append(
                f"column {name} has type {schema[name].dataType.simpleString()}: "
                "give a view that holds it as text, a number, a date, a timestamp or a boolean"
            )
    return wrong


def _cause(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    caused = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    return (caused[-1] if caused else lines[0] if lines else type(error).__name__)[:300]
