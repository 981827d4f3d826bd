"""The files that a Delta table consists of, as its log says.

To plan a read Delta works a table's log out in Spark, in several small jobs each time: more than it costs to read a
small table. The log of a plain table says no more than which files were added and which removed, one action a line, and
from time to time all that stand, in a checkpoint (https://github.com/delta-io/delta/blob/master/PROTOCOL.md).
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple
from urllib.parse import unquote

import pyarrow.parquet as pq

_COMMIT, _CHECKPOINT = re.compile(r"\d{20}\.json"), re.compile(r"\d{20}\.checkpoint\.parquet")
_PLAIN = 1
"""Reader version of a table without deletion vectors, mapped columns and the like."""


class DataFile(NamedTuple):
    """A file of a table: its path below the table's folder, and the value of each partition column."""

    path: str
    partition: dict[str, str | None]


def last_commit(names: Iterable[str]) -> int | None:
    """Number of the last commit among the names of a log's files; None when there is none."""
    return max((int(name[:20]) for name in names if _COMMIT.fullmatch(name)), default=None)


def has_commits(names: Iterable[str]) -> bool:
    """True when a log holds anything: Delta makes its folder before the first commit."""
    return any(_COMMIT.fullmatch(name) or re.match(r"\d{20}\.checkpoint", name) for name in names)


def data_files(names: Sequence[str], read: Callable[[str], bytes]) -> list[DataFile] | None:
    """The files that the table consists of now; None when only Delta itself can tell.

    `names`: of the files in its log; `read`: what is in one of them.
    """
    commits = {int(name[:20]): name for name in names if _COMMIT.fullmatch(name)}
    checkpoints = {int(name[:20]): name for name in names if _CHECKPOINT.fullmatch(name)}
    start = max(checkpoints, default=-1)
    wanted = range(start + 1, max(commits, default=start) + 1)
    if not {*wanted} <= {*commits} or not (commits or checkpoints):
        return None
    first = _of_checkpoint(read(checkpoints[start])) if start >= 0 else iter(())
    return _standing(chain(first, *(actions_of(read(commits[number])) for number in wanted)))


def actions_of(commit: bytes) -> list[dict[str, Any]]:
    """The actions of one commit, in order."""
    return [json.loads(line) for line in commit.decode("utf-8").splitlines()]


def added(actions: Iterable[dict[str, Any]]) -> list[DataFile]:
    """The files that these actions add."""
    return [_file(action["add"]) for action in actions if action.get("add")]


def _file(add: dict[str, Any]) -> DataFile:
    return DataFile(unquote(add["path"]), dict(add["partitionValues"]))


def _standing(actions: Iterable[dict[str, Any]]) -> list[DataFile] | None:
    found: dict[str, DataFile] = {}
    for action in actions:
        if action.get("protocol") and action["protocol"]["minReaderVersion"] > _PLAIN:
            return None
        if action.get("add"):
            file = _file(action["add"])
            if file.path.startswith("/") or ":/" in file.path:
                return None
            found[file.path] = file
        if action.get("remove"):
            found.pop(unquote(action["remove"]["path"]), None)
    return list(found.values())


def _of_checkpoint(content: bytes) -> Iterator[dict[str, Any]]:
    columns = ["add.path", "add.partitionValues", "protocol.minReaderVersion"]
    yield from pq.ParquetFile(io.BytesIO(content)).read(columns=columns).to_pylist()
