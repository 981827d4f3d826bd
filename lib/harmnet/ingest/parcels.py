"""A parcel: what was delivered, first as digests, then as checked raw rows that wait in a work folder of the lake."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import DataFrame

from harmnet.config import Sources
from harmnet.contracts.model import Table
from harmnet.errors import HarmnetError
from harmnet.ingest import extracts, force_tables
from harmnet.ingest.batches import BatchFile
from harmnet.ingest.faults import Faults
from harmnet.ingest.mapping import Mapping
from harmnet.ingest.rows import raw_ddl
from harmnet.storage import Lake

# A small Spark job or commit is mostly waiting.
THREADS = 4


@dataclass(frozen=True)
class Delivered:
    """One table's rows (row_no, op, source_key and its own columns), and what raw_batches records of them."""

    table: Table
    rows: DataFrame
    digest: str
    version: str | None
    files: tuple[BatchFile, ...]


@dataclass(frozen=True)
class Parcel:
    """Digest per raw table, and the function that hands over the rows; it raises HarmnetError with every fault."""

    origin: str
    digests: dict[str, str]
    deliver: Callable[[], list[Delivered]]


@dataclass(frozen=True)
class Bench:
    """Where a parcel is unpacked: a work folder of the lake (its parts), and a temporary one on this machine."""

    lake: Lake
    work: tuple[str, ...]
    temporary: Path

    def place(self, table: Table) -> tuple[str, ...]:
        """Parts of the address of a table's rows in the lake."""
        return (*self.work, f"{table.source}.parquet")

    def keep(self, frame: DataFrame, name: str) -> DataFrame:
        """The frame as written to the work folder."""
        address = self.lake.path(*self.work, name)
        frame.write.parquet(address)
        return self.lake.spark.read.schema(frame.schema).parquet(address)

    def read(self, table: Table, *columns: str) -> DataFrame:
        """A table's rows as they wait, with the columns given first."""
        schema = ", ".join((*columns, raw_ddl(table)))
        return self.lake.spark.read.schema(schema).parquet(self.lake.path(*self.place(table)))


def unpack_extracts(
    bench: Bench, place: str, sources: Sources, mappings: dict[str, Mapping], progress: Callable[[str], None]
) -> Parcel:
    """A folder of extracts, hashed and checked byte by byte; `deliver` parses it. Raises HarmnetError with every fault
    that parsing cannot come after."""
    faults = Faults()
    folder = extracts.local_copy(bench.lake, place, bench.temporary / "extracts")
    found, off = extracts.find_extracts(folder, place.rstrip("/"), mappings, sources, faults)
    _tell_off(off, progress)
    for extract in found:
        extracts.check_files(extract, faults)

    def deliver() -> list[Delivered]:
        for extract in found:
            target = bench.lake.local_path(*bench.place(extract.table))
            local = target or bench.temporary / f"{extract.table.source}.parquet"
            extracts.write_rows(extract, local, faults, progress)
            if target is None and not faults:
                bench.lake.store(local, *bench.place(extract.table))
            if target is None:
                local.unlink()
        faults.stop_if_any()
        rows = {extract.table.name: bench.read(extract.table, "row_no bigint") for extract in found}
        return [Delivered(e.table, rows[e.table.name], e.digest, None, tuple(e.files)) for e in found]

    if faults:
        deliver()
    return Parcel("EXTRACTS", {extract.table.name: extract.digest for extract in found}, deliver)


def unpack_tables(
    bench: Bench, sources: Sources, mappings: dict[str, Mapping], progress: Callable[[str], None]
) -> Parcel:
    """The tables of conf/sources.yml, each read once at one version. Raises HarmnetError with every fault."""
    faults = Faults()
    opened, off = force_tables.open_tables(bench.lake, sources, mappings, faults)
    _tell_off(off, progress)
    faults.stop_if_any()
    delivered = []
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        for found, (table, wrong) in zip(opened, pool.map(lambda found: _unpack_table(bench, found), opened)):
            faults.add(found.shown, *wrong)
            if table is not None:
                delivered.append(table)
                version = f" at {found.version}" if found.version else ""
                extra = f"; not read: {', '.join(found.extra)}" if found.extra else ""
                progress(f"{found.table.source}: read from {found.shown}{version}{extra}")
    faults.stop_if_any()
    return Parcel("TABLES", {table.table.name: table.digest for table in delivered}, lambda: delivered)


def _unpack_table(bench: Bench, found: force_tables.ForceTable) -> tuple[Delivered | None, list[str]]:
    """One table's rows, and what is wrong with them."""
    try:
        force_tables.write_rows(bench.lake, found, *bench.place(found.table))
    except HarmnetError as error:
        return None, error.problems
    written = bench.read(found.table, "place bigint")
    rows, wrong = force_tables.numbered(written)
    digest = force_tables.digest(written, found.mapping)
    return Delivered(found.table, rows, digest, found.version, found.files), wrong


def _tell_off(off: list[str], progress: Callable[[str], None]) -> None:
    if off:
        progress(f"not read, switched off in conf/sources.yml: {', '.join(off)}")
