"""The `pub_` views under corrections: withheld rows go, and each row says what corrections and checks say of it.

Said in SQL, because a view of the SQL service is kept as text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.contracts import Table
from harmnet.contracts.results import EDGES
from harmnet.contracts.safeguarding import SAFEGUARDING_FLAGS, VICTIM_LINKS
from harmnet.corrections.standing import CHECKED, Key, Standing

_SAFEGUARDING = {SAFEGUARDING_FLAGS.name, VICTIM_LINKS.name}


def only_shown(rows: DataFrame, table: Table, standing: Standing) -> DataFrame:
    """Rows of a published table without those that name someone withheld, where they are withheld.

    Rows of safeguarding about a person stay unless a correction was authorised for safeguarding too. A component that
    is named after someone withheld loses its name, not its rows.
    """
    for condition in withheld(table, standing):
        rows = rows.where(f"NOT {condition}")
    component = component_shown(table, standing)
    return rows if component is None else rows.withColumn("component_id", F.expr(component))


def withheld(table: Table, standing: Standing) -> list[str]:
    """Conditions (SQL, never null): a row of the table that meets any of them is not shown."""
    found = []
    for column in table.nominal_columns:
        if column == "component_id":
            continue
        protected = table.name in _SAFEGUARDING and column == "nominal_id"
        found.append(_are((column,), [(p,) for p in (standing.safeguarding if protected else standing.everything)]))
        themes = standing.theme_safeguarding if protected else standing.themes
        for place in [name for name in ("theme", "theme_a", "theme_b") if name in table.names]:
            found.append(_are((place, column), themes))
        if not protected and {"theme", "network_id"} <= set(table.names):
            found.append(_are(("theme", "network_id", column), standing.networks))
    if table.name == EDGES.name and standing.ties and standing.relations:
        cut = _are(("relation",), [(name,) for name in standing.relations])
        found.append(f"({_are(('src', 'dst'), standing.ties)} AND {cut})")
    return [condition for condition in found if condition != "false"]


def component_shown(table: Table, standing: Standing) -> str | None:
    """component_id (SQL) where it names no one withheld, else null; None when it is shown as it is."""
    if "component_id" not in table.nominal_columns or not standing.everything:
        return None
    return f"CASE WHEN NOT {_are(('component_id',), [(p,) for p in standing.everything])} THEN component_id END"


def told(table: Table, standing: Standing) -> dict[str, str]:
    """What a view says of each row beside its own columns, as SQL by name: affected_by_correction where it is about
    networks, and how often analysts confirmed and refuted it."""
    columns = {}
    of = [("theme", "network_id"), ("theme_a", "network_a"), ("theme_b", "network_b")]
    about = [pair for pair in of if set(pair) <= set(table.names)]
    if about:
        columns["affected_by_correction"] = f"({' OR '.join(_are(pair, standing.affected) for pair in about)})"
    if table.name in CHECKED:
        counts = standing.checks.get(table.name, Counter())
        columns["confirmed"] = _count(CHECKED[table.name], "CONFIRM", counts)
        columns["refuted"] = _count(CHECKED[table.name], "REFUTE", counts)
    return columns


def literal(text: str) -> str:
    """The text as an SQL literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _count(columns: tuple[str, ...], action: str, counts: Counter[tuple[str, Key]]) -> str:
    parts = []
    for (which, (first, second)), count in sorted(counts.items()):
        if which == action:
            # A check of a person in everything names no theme.
            here = f"{columns[1]} = {literal(second)}" + (f" AND {columns[0]} = {literal(first)}" if first else "")
            parts.append(f"CASE WHEN {here} THEN {count} ELSE 0 END")
    return f"CAST({' + '.join(parts) or '0'} AS BIGINT)"


def _are(columns: tuple[str, ...], keys: Collection[tuple[str, ...]] | Iterable[tuple[str, ...]]) -> str:
    """A condition: these columns are one of the keys; false where one of them is null."""
    wanted = [", ".join(literal(part) for part in key) for key in sorted(keys)]
    if not wanted:
        return "false"
    if len(columns) == 1:
        return f"coalesce({columns[0]} IN ({', '.join(wanted)}), false)"
    return f"coalesce(({', '.join(columns)}) IN ({', '.join(f'({key})' for key in wanted)}), false)"
