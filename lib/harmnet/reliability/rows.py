"""What the reliability task is sent and how it sees it: one frame of rows of several kinds, as sorted arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet.errors import HarmnetError

Array = np.ndarray[Any, Any]

VERTEX, EVIDENCE, LET_IN, STILL_INVOLVED, THEN_INVOLVED, IDENTITY = range(6)
"""Kinds of row: a person in a theme's graph; records behind a pair; records let in behind a pair; a person involved
without non-crime incidents; a person involved with every grade let in; a person's identity, its place in IDENTITIES."""

IDENTITIES = ("NUMBERED", "JOINED", "UNNUMBERED")
COLUMNS = {
    "kind": "int",
    "theme": "string",
    "network_id": "string",
    "src": "bigint",
    "dst": "bigint",
    "tie": "int",
    "record_kind": "int",
    "grade_band": "int",
    "weight_micro": "bigint",
    "old_micro": "bigint",
    "records": "bigint",
}


def rows_of(frame: DataFrame, kind: int, **given: Column) -> DataFrame:
    """The frame as rows of one kind; columns that are not given are null."""
    columns = {"kind": F.lit(kind), **given}
    return frame.select(*(columns.get(name, F.lit(None)).cast(type_).alias(name) for name, type_ in COLUMNS.items()))


@dataclass(frozen=True)
class Evidence:
    """Records behind pairs in the order of src, dst, tie, kind and band: each kind of record of each pair once."""

    src: Array
    dst: Array
    tie: Array
    record_kind: Array
    grade_band: Array
    weight_micro: Array
    old_micro: Array
    records: Array

    def __len__(self) -> int:
        return len(self.src)

    def where(self, kept: Array) -> Evidence:
        """The rows of a mask or of places, in order."""
        return Evidence(**{field.name: getattr(self, field.name)[kept] for field in fields(self)})

    @classmethod
    def read(cls, table: pa.Table) -> Evidence:
        """From rows of kind EVIDENCE or LET_IN in any order. HarmnetError when one does not say what it rests on."""
        missing = [field.name for field in fields(cls) if table[field.name].null_count]
        if missing:
            raise HarmnetError(f"edge_sources: rows without {', '.join(missing)}; see harmnet.record_kinds")
        found = {field.name: table[field.name].to_numpy() for field in fields(cls)}
        order = np.lexsort([found[name] for name in ("grade_band", "record_kind", "tie", "dst", "src")])
        return cls(**{name: values[order] for name, values in found.items()})


@dataclass(frozen=True)
class Vertices:
    """People of one theme's graph by idx, and their networks in byte order of the id; `network` -1: tied to no one."""

    idx: Array
    network: Array
    network_ids: pa.Array
    place: Array
    """Place of each idx among the vertices; -1 where it is none."""

    @property
    def networks(self) -> int:
        """How many networks there are."""
        return len(self.network_ids)

    @classmethod
    def read(cls, table: pa.Table, people: int) -> Vertices:
        """From rows of kind VERTEX of one theme; `people`: one more than the largest idx there is."""
        idx = table["src"].to_numpy()
        order = np.argsort(idx)
        ids = pc.unique(table["network_id"]).drop_null()
        ids = ids.take(pc.sort_indices(ids))
        network = pc.fill_null(pc.index_in(table["network_id"], value_set=ids), -1).to_numpy().astype(np.int64)
        place = np.full(people, -1, np.int64)
        place[idx[order]] = np.arange(len(idx))
        return cls(idx[order], network[order], ids, place)


@dataclass(frozen=True)
class Received:
    """Everything that was sent."""

    evidence: Evidence
    let_in: Evidence
    vertices: Mapping[str, Vertices]
    still_involved: Mapping[str, Array]
    then_involved: Mapping[str, Array]
    identity: Array
    """Place in IDENTITIES of each idx."""

    @classmethod
    def read(cls, table: pa.Table) -> Received:
        """From all rows, in any order."""
        kind = table["kind"].to_numpy()
        of_kind = [table.filter(pa.array(kind == number)) for number in range(6)]
        largest = max((pc.max(table[end]).as_py() or 0 for end in ("src", "dst")), default=0)
        identity = np.full(largest + 1, IDENTITIES.index("UNNUMBERED"), np.int64)
        identity[of_kind[IDENTITY]["src"].to_numpy()] = of_kind[IDENTITY]["record_kind"].to_numpy()
        return cls(
            Evidence.read(of_kind[EVIDENCE]),
            Evidence.read(of_kind[LET_IN]),
            {theme: Vertices.read(rows, largest + 1) for theme, rows in _by_theme(of_kind[VERTEX])},
            {theme: rows["src"].to_numpy() for theme, rows in _by_theme(of_kind[STILL_INVOLVED])},
            {theme: rows["src"].to_numpy() for theme, rows in _by_theme(of_kind[THEN_INVOLVED])},
            identity,
        )


def _by_theme(table: pa.Table) -> list[tuple[str, pa.Table]]:
    themes = sorted(pc.unique(table["theme"]).to_pylist())
    return [(theme, table.filter(pc.equal(table["theme"], theme))) for theme in themes]
