"""A network from files of anyone's making: ties, and perhaps what is known of the people."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

from harmnet.config.model import MICRO
from harmnet.dismantling.network import Network, Person
from harmnet.errors import HarmnetError
from harmnet.imports.reading import Faults, Row, id_fault, read_rows

YES, NO = ("true", "1", "yes"), ("false", "0", "no")
_MOST = Decimal(10) ** 12


def read_network(edges: Path, nodes: Path | None, cost: str | None) -> tuple[Network, list[str]]:
    """The network of two CSV files, and what should be said about them.

    `edges` has src, dst and perhaps weight: a weight is checked and counts for nothing, for a tie is a tie. `nodes` has
    id and perhaps harm, cost and eligible (true or false); `cost` names another column for cost. Who is not in `nodes`
    is eligible, costs 1 and has no harm. HarmnetError, one line per fault with file and line.
    """
    src, dst = _read_edges(edges)
    if cost is not None and nodes is None:
        raise HarmnetError(f"--cost {cost}: names a column of --nodes; give that file too")
    people = _read_nodes(nodes, cost) if nodes is not None else {}
    unknown = sorted({*src, *dst} - people.keys()) if nodes is not None else []
    said = []
    if unknown:
        found = f"{len(unknown):,} people of {edges} are not in it, such as {unknown[0]}"
        said.append(f"{nodes}: {found}: taken as eligible, cost 1, no harm")
    return Network.build(src, dst, people), said


def _read_edges(path: Path) -> tuple[list[str], list[str]]:
    src, dst = [], []
    for row, faults in _rows(path, required=("src", "dst"), optional=("weight",)):
        wrong = [fault for name in ("src", "dst") if (fault := id_fault(name, row[name]))]
        if row["src"] and row["src"] == row["dst"]:
            wrong.append(f"src and dst are both {row['src']!r}; a tie joins two: remove the row")
        if row["weight"] and not _micro(row["weight"]):
            wrong.append(f"weight {row['weight']!r} is not a number above 0")
        for fault in wrong:
            faults.add(row.line, fault)
        src.append(row["src"])
        dst.append(row["dst"])
    if not src:
        raise HarmnetError(f"{path}: holds no row; write one per tie")
    return src, dst


def _read_nodes(path: Path, cost: str | None) -> dict[str, Person]:
    people: dict[str, Person] = {}
    for row, faults in _rows(path, required=("id", *([cost] if cost else [])), optional=None):
        wrong = [fault] if (fault := id_fault("id", row["id"])) else []
        if row["id"] in people:
            wrong.append(f"id {row['id']!r} stands twice; keep one")
        costs = _micro(row[cost or "cost"]) if row[cost or "cost"] else MICRO
        harm = _micro(row["harm"]) if row["harm"] else 0
        if not costs:
            wrong.append(f"{cost or 'cost'} {row[cost or 'cost']!r} is not a number above 0")
        if harm is None:
            wrong.append(f"harm {row['harm']!r} is not a number of 0 or more")
        eligible = row["eligible"].lower() or YES[0]
        if eligible not in YES + NO:
            wrong.append(f"eligible {row['eligible']!r} is not true or false")
        for fault in wrong:
            faults.add(row.line, fault)
        people[row["id"]] = Person(costs or MICRO, harm or 0, eligible in YES)
    return people


def _rows(path: Path, *, required: tuple[str, ...], optional: tuple[str, ...] | None) -> Iterator[tuple[Row, Faults]]:
    """Rows of a file, each with where its faults go."""
    faults = Faults(str(path))
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in read_rows(file, faults, required=required, optional=optional):
                yield row, faults
    except OSError as error:
        raise HarmnetError(f"{path}: {error.strerror or error}") from None


def _micro(text: str) -> int | None:
    """A number in micro-units, rounded; None when it is no number from 0 to 10^12."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return int((value * MICRO).to_integral_value()) if value.is_finite() and 0 <= value <= _MOST else None
