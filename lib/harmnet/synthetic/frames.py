"""Tables in the making: rows added one by one by the planted stories, and by the million by the background."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from harmnet.synthetic.draws import Ints
from harmnet.synthetic.layout import DATED, HIDDEN, LAYOUT, NONE, PARENTS

Values = int | Ints


class Texts:
    """Every text that stands in a table, each once, known by its place."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._places: dict[str, int] = {}

    def place(self, text: str | None) -> int:
        """The place of a text; -1 for none."""
        if text is None:
            return NONE
        found = self._places.get(text)
        if found is None:
            found = self._places[text] = len(self.all)
            self.all.append(text)
        return found

    def places(self, texts: Iterable[str | None]) -> Ints:
        """The places of several texts."""
        return np.array([self.place(text) for text in texts], dtype=np.int64)


class Frame:
    """One table. A row keeps the number under which it was added; `order` says how rows are delivered."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.names = (*LAYOUT[name], *HIDDEN.get(name, ()))
        self.rows = 0
        self.wrong: dict[tuple[int, str], str | None] = {}
        self.copies: list[int] = []
        self.order = np.empty(0, dtype=np.int64)
        self.number = np.empty(0, dtype=np.int64)
        self._parts: dict[str, list[Ints]] = {name: [] for name in self.names}
        self._pending: dict[str, list[int]] = {name: [] for name in self.names}
        self._columns: dict[str, Ints] = {}

    def add_row(self, **values: int) -> int:
        """Add one row; columns not given are empty. Returns its number."""
        for name, pending in self._pending.items():
            pending.append(values.get(name, NONE))
        self.rows += 1
        return self.rows - 1

    def add(self, n: int, **values: Values) -> Ints:
        """Add n rows; a single value stands for all of them, columns not given are empty. Returns their numbers."""
        self._flush()
        self._columns = {}
        for name, parts in self._parts.items():
            column = np.broadcast_to(np.asarray(values.get(name, NONE)), (n,))
            parts.append(_small(column))
        self.rows += n
        return np.arange(self.rows - n, self.rows, dtype=np.int64)

    def value(self, row: int, column: str) -> int:
        """What stands in a row's column."""
        return int(self[column][row])

    def spoil(self, row: int, column: str, text: str | None) -> None:
        """Let a text stand in the row's column in place of its value."""
        self.wrong[row, column] = text

    def repeat(self, row: int) -> None:
        """Deliver the row a second time, unchanged."""
        self.copies.append(row)

    def __getitem__(self, name: str) -> Ints:
        self._flush()
        if not self._columns:
            self._columns = {key: _joined(parts) for key, parts in self._parts.items()}
        return self._columns[name]

    def close(self, parents: dict[str, Frame]) -> None:
        """Fix the order of delivery: by date, child rows by their record. Rows are numbered in that order from 1."""
        key = self[DATED[self.name]] if self.name in DATED else self[LAYOUT_KEY[self.name]]
        if self.name in PARENTS:
            number = parents[PARENTS[self.name]].number
            key = np.where(key == NONE, NONE, number[key])
        order = np.argsort(key, kind="stable").astype(np.int64)
        self.number = np.empty(self.rows, dtype=np.int64)
        self.number[order] = np.arange(1, self.rows + 1)
        self.order = np.append(order, np.array(self.copies, dtype=np.int64))

    def _flush(self) -> None:
        if not self.rows or not next(iter(self._pending.values())):
            return
        self._columns = {}
        for name, pending in self._pending.items():
            self._parts[name].append(_small(np.array(pending)))
            self._pending[name] = []


LAYOUT_KEY = {table: next(iter(LAYOUT[table])) for table in PARENTS}


def _small(values: Ints) -> Ints:
    """Half the memory; every value fits."""
    return values.astype(np.int32)  # type: ignore[return-value]


def _joined(parts: list[Ints]) -> Ints:
    parts[:] = [np.concatenate(parts) if parts else _small(np.empty(0, dtype=np.int64))]
    return parts[0]
