"""An answer as it is logged: plain values, their digest whatever the order of rows, and the people in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from pyspark.sql import functions as F

from harmnet.contracts.linked import NOMINALS
from harmnet.local_rows import local_rows
from harmnet.storage import Lake


class Answer(NamedTuple):
    """What a command shows (`value`), what it says as plain values, one of them a row, and how many rows it has."""

    value: Any
    said: tuple[Any, ...]

    @property
    def rows(self) -> int:
        """How many rows the answer has."""
        return len(self.said)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the rows in the order of their text."""
        lines = sorted(json.dumps(row, default=_plain, sort_keys=True, ensure_ascii=False) for row in self.said)
        digest = hashlib.sha256()
        for line in lines:
            text = line.encode("utf-8")
            digest.update(b"%d:" % len(text) + text)
        return digest.hexdigest()

    def people(self, lake: Lake, snapshot_id: str | None) -> list[str]:
        """Every nominal_id of the snapshot (of any, when None) that stands anywhere in the answer, sorted."""
        named = sorted({text for row in self.said for text in texts(row)})
        if not named or not lake.has_table(NOMINALS):
            return []
        nominals = lake.read_result(NOMINALS, snapshot_id).select("nominal_id")
        wanted = local_rows(lake.spark, [(text,) for text in named], "nominal_id string")
        found = nominals.join(F.broadcast(wanted), on="nominal_id", how="left_semi").distinct()
        return sorted(row["nominal_id"] for row in found.collect())


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def texts(value: Any) -> Iterator[str]:
    """Every text anywhere in a row."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        yield from texts(asdict(value))
    elif isinstance(value, Mapping):
        for name, of in value.items():
            yield from texts(name)
            yield from texts(of)
    elif isinstance(value, list | tuple | set | frozenset):
        for of in value:
            yield from texts(of)
