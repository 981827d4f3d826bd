"""Extracts written as a force would write them, and what of them stands in a lake."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pyspark.sql import Row

from harmnet.config import Sources
from harmnet.contracts.raw import RAW_TABLES
from harmnet.ingest import visible_rows
from harmnet.ingest.batches import read_batches
from harmnet.ingest.extracts import check_files, find_extracts, write_rows
from harmnet.ingest.faults import Faults
from harmnet.ingest.mapping import BY_SOURCE, read_mappings
from harmnet.storage import Lake

HEADERS = {table.source: ",".join(table.names) for table in RAW_TABLES}
ROLES = "C1,P1,SUSPECT,CHARGED\nC1,P2,VICTIM,\nC2,P1,SUSPECT,\n"


def write_csv(path: Path, rows: str = ROLES) -> Path:
    """A CSV file named after its table, or in a folder so named: the table's header, then the rows."""
    table = path.stem if path.stem in HEADERS else path.parent.name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(f"{HEADERS[table]}\n{rows}".encode())
    return path


def write_bytes(path: Path, content: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def rows_of(lake: Lake, source: str, *batch_ids: int) -> list[Row]:
    """What these batches (all, when none are named) brought to a raw table, in order."""
    table = BY_SOURCE[source]
    ids = list(batch_ids) or [batch.batch_id for batch in read_batches(lake)]
    rows = visible_rows(lake, table, ids)
    assert rows is not None
    return sorted(rows.collect(), key=lambda row: (row["batch_id"], row["row_no"]))


def parsed(folder: Path, sources: Sources) -> dict[str, list[dict[str, Any]]]:
    """Raw rows of every table delivered in a folder, by table, without a lake."""
    faults, rows = Faults(), {}
    found, _ = find_extracts(folder, str(folder), read_mappings(sources), sources, faults)
    for extract in found:
        check_files(extract, faults)
        target = folder / ".rows.parquet"
        count = write_rows(extract, target, faults, quiet)
        rows[extract.table.source] = pq.read_table(target).to_pylist()
        assert len(rows[extract.table.source]) == count
    faults.stop_if_any()
    return rows


def nothing_was_written(lake: Lake) -> bool:
    """True when no table, no batch and no file to work on is there."""
    return not lake.names("raw") and not lake.names("_work") and lake.names("registry") == []


def quiet(_: Any) -> None:
    """Progress that nobody reads."""
