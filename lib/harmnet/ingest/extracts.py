"""Extracts: a folder of files, one per raw table, checked whole and turned into raw rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from harmnet.config import Sources
from harmnet.contracts.model import Table
from harmnet.errors import HarmnetError
from harmnet.ingest.batches import BatchFile
from harmnet.ingest.faults import Faults
from harmnet.ingest.mapping import BY_SOURCE, Mapping, is_on
from harmnet.ingest.readers import FORMATS, JsonLines, Part, header, read_csv, read_parquet
from harmnet.ingest.rows import OPS, raw_rows, raw_schema
from harmnet.ingest.scan import scan
from harmnet.storage import Lake

_IGNORED_FOLDERS = ("truth",)


@dataclass
class Extract:
    """One table's files, and once checked, their hashes and the columns found in each."""

    mapping: Mapping
    parts: list[Part]
    files: list[BatchFile] = field(default_factory=list)
    found: dict[str, dict[str, str]] = field(default_factory=dict)
    extra: set[str] = field(default_factory=set)

    @property
    def table(self) -> Table:
        """The raw table."""
        return self.mapping.table

    @property
    def digest(self) -> str:
        """SHA-256 over the files' own, in the order of their names, and the mapping used."""
        lines = [*(file.sha256 or "" for file in self.files), self.mapping.as_text()]
        return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()


def local_copy(lake: Lake, extracts: str, temporary: Path) -> Path:
    """The extract folder on this machine: itself, or a copy under `temporary` when it lies on another file system."""
    folder = Lake(lake.spark, extracts)
    local = folder.local_path()
    if local is not None:
        return local
    if not folder.exists():
        raise HarmnetError(f"{extracts}: no such folder; give --from a folder of extracts")
    for name, _ in folder.files():
        parts = name.split("/")
        if parts[0] not in _IGNORED_FOLDERS and not any(part.startswith((".", "_")) for part in parts):
            folder.fetch(temporary / name, *parts)
    return temporary


def find_extracts(
    folder: Path, shown: str, mappings: dict[str, Mapping], sources: Sources, faults: Faults
) -> tuple[list[Extract], list[str]]:
    """The tables delivered in a folder, in the contract's order, and the names of those whose system is off."""
    if not folder.is_dir():
        raise HarmnetError(f"{shown}: no such folder; give --from a folder of extracts")
    places: dict[str, list[Path]] = {}
    for entry in _visible(folder):
        table = entry.name if entry.is_dir() else entry.stem
        if (entry.is_dir() and entry.name in _IGNORED_FOLDERS) or entry.name.upper().startswith("README"):
            continue
        if table not in BY_SOURCE or (entry.is_file() and entry.suffix[1:] not in FORMATS):
            faults.add(
                f"{shown}/{entry.name}", f"is no part of an extract: rename or remove it; harmnet reads {_expected()}"
            )
            continue
        places.setdefault(table, []).append(entry)
    if not places and not faults:
        raise HarmnetError(f"{shown}: holds no extract; harmnet reads {_expected()}")
    extracts, off = [], []
    for name, entries in ((name, places[name]) for name in BY_SOURCE if name in places):
        if not is_on(sources, BY_SOURCE[name]):
            off.append(name)
        elif len(entries) > 1:
            there = ", ".join(entry.name for entry in entries)
            faults.add(f"{shown}/{name}", f"is there more than once ({there}): keep one")
        else:
            extracts.append(Extract(mappings[name], _parts(entries[0], shown, faults)))
    if off and not extracts and not faults:
        raise HarmnetError(f"{shown}: holds only systems that conf/sources.yml switches off ({', '.join(off)})")
    return extracts, off


def check_files(extract: Extract, faults: Faults) -> None:
    """Hash every file of an extract and note what is wrong with its bytes and its header."""
    for part in extract.parts:
        try:
            scanned = scan(part.path, text=part.kind != "parquet", quotes=part.kind == "csv")
        except OSError as error:
            faults.add(part.shown, f"cannot be read ({error.strerror}): give this account the right to read it")
            continue
        extract.files.append(BatchFile(part.name, scanned.bytes, scanned.sha256))
        faults.add(part.shown, *scanned.faults)
        if not scanned.bytes:
            continue
        matched = header(part, extract.mapping, faults)
        if matched:
            extract.extra.update(matched.extra)
        if scanned.parsable and (matched or part.kind == "jsonl"):
            extract.found[part.name] = matched.found if matched else {}


def write_rows(extract: Extract, target: Path, faults: Faults, progress: Callable[[str], None]) -> int:
    """Write an extract's raw rows with their row_no to a Parquet file; the number of rows. Faulty rows are noted."""
    target.parent.mkdir(parents=True, exist_ok=True)
    schema = raw_schema(extract.table).insert(0, pa.field("row_no", pa.int64()))
    lines = JsonLines(extract.mapping)
    row_no = 0
    with pq.ParquetWriter(target, schema) as writer:
        for part in extract.parts:
            if part.name not in extract.found:
                continue
            index = 0
            try:
                for batch, found in _batches(part, extract, lines, faults):
                    rows = raw_rows(batch, found, extract.mapping)
                    _check_op(rows, part, index, faults)
                    numbers = pa.array(range(row_no + 1, row_no + 1 + len(rows)), pa.int64())
                    writer.write_batch(pa.RecordBatch.from_arrays([numbers, *rows.columns], schema=schema))
                    row_no, index = row_no + len(rows), index + len(rows)
            except (pa.ArrowException, OSError) as error:
                faults.add(part.shown, f"cannot be read past {part.row(index)} ({error}): deliver it again")
    _check_keys(extract, lines, row_no, faults)
    if len(extract.found) == len(extract.parts):
        _tell(extract, row_no, lines, progress)
    return row_no


def _batches(
    part: Part, extract: Extract, lines: JsonLines, faults: Faults
) -> Iterator[tuple[pa.RecordBatch, dict[str, str]]]:
    before = part.path.stat()
    if part.kind == "jsonl":
        yield from lines.read(part, faults)
    else:
        found = extract.found[part.name]
        read = read_csv if part.kind == "csv" else read_parquet
        yield from ((batch, found) for batch in read(part, found, faults))
    after = part.path.stat()
    size = next(file.bytes for file in extract.files if file.name == part.name)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or after.st_size != size:
        faults.add(part.shown, "changed while it was read: ingest it when it is complete")


def _check_op(rows: pa.RecordBatch, part: Part, index: int, faults: Faults) -> None:
    op = rows.column("op")
    known = pa.compute.is_in(op, value_set=pa.array(OPS))
    for at in pa.compute.indices_nonzero(pa.compute.invert(known)).to_pylist():
        row, found = part.row(index + at), op[at].as_py()
        faults.add(part.shown, f"{row}: op is {found!r}: use UPSERT or DELETE, or leave it empty")


def _check_keys(extract: Extract, lines: JsonLines, rows: int, faults: Faults) -> None:
    """JSON lines may leave out what is null, but a column that is never null stands on some line."""
    if extract.parts and extract.parts[0].kind == "jsonl" and rows:
        place = extract.parts[0].shown if len(extract.parts) == 1 else extract.parts[0].shown.rsplit("/", 1)[0]
        wanted = extract.mapping.wanted
        for column in extract.table:
            name = wanted.get(column.name)
            if column.required and name and name not in lines.seen:
                there = ", ".join(sorted(lines.seen)) or "no key"
                faults.add(place, f"missing column: {name} is on no line; found {there}: deliver it or map it")


def _tell(extract: Extract, rows: int, lines: JsonLines, progress: Callable[[str], None]) -> None:
    wanted = {*extract.mapping.wanted.values(), extract.mapping.op_column}
    extra = sorted(extract.extra | (lines.seen - wanted))
    absent = sorted(set(extract.mapping.wanted.values()) - lines.seen) if lines.seen else []
    size = sum(file.bytes for file in extract.files)
    told = f"{extract.table.source}: {rows:,} rows in {len(extract.parts)} file(s), {size:,} bytes"
    told += f"; not read: {', '.join(extra)}" if extra else ""
    told += f"; on no line: {', '.join(absent)}" if absent else ""
    progress(told)


def _parts(entry: Path, shown: str, faults: Faults) -> list[Part]:
    if entry.is_file():
        return [Part(entry.name, f"{shown}/{entry.name}", entry, entry.suffix[1:])]
    place = f"{shown}/{entry.name}"
    files = _visible(entry)
    kinds = sorted({file.suffix[1:] for file in files if file.is_file()})
    if not files:
        faults.add(place, "is an empty folder: put its part files there, or leave it out")
    elif len(kinds) != 1 or kinds[0] not in FORMATS or not all(file.is_file() for file in files):
        there = ", ".join(file.name for file in files[:5]) + (" ..." if len(files) > 5 else "")
        faults.add(place, f"must hold part files of one format ({', '.join(FORMATS)}), found {there}")
    else:
        return [Part(f"{entry.name}/{file.name}", f"{place}/{file.name}", file, kinds[0]) for file in files]
    return []


def _visible(folder: Path) -> list[Path]:
    return sorted((entry for entry in folder.iterdir() if not entry.name.startswith((".", "_"))), key=lambda e: e.name)


def _expected() -> str:
    return f"{', '.join(BY_SOURCE)}, each as .{', .'.join(FORMATS)} or a folder of such parts"
