"""The lake as SQL: every table, and the `pub_` views that say on each row what it is and how it may be handled."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from harmnet.contracts import REGISTRY_TABLES, RESULT_TABLES, Table
from harmnet.contracts.linked import NOMINAL_NAMES, NOMINALS
from harmnet.contracts.raw import RAW_TABLES
from harmnet.contracts.results import NETWORKS
from harmnet.corrections.shown import component_shown, literal, told, withheld
from harmnet.corrections.standing import UNTOUCHED, Standing, standing_of
from harmnet.errors import HarmnetError, first_line
from harmnet.handling import shown
from harmnet.snapshots import manifest
from harmnet.snapshots.manifest import Snapshot
from harmnet.storage import Lake

NOTICE = "decision support, not evidence"
PUB_COLUMNS = {
    "handling": "Most restrictive handling codes of the records behind the row.",
    "affected_by_correction": "A correction since, or one undone since, would change it.",
    "confirmed": "How often analysts confirmed the row.",
    "refuted": "How often analysts refuted the row.",
    "snapshot_id": "Snapshot.",
    "as_of": "Day the snapshot looks back from.",
    "basis": "DERIVED.",
    "notice": "What the row is and is not.",
}
"""What a `pub_` view has beside the columns of its table and the names of people, and what that means."""
# Raw rows as JSON hold what the sources hold; they are for the people who mend the sources.
NOT_FOR_ANALYSTS = {"quarantine", "staged_issues", "staged_counts", "profile"}


def resolve(lake: Lake, snapshot_id: str | None) -> Snapshot:
    """The snapshot of that id, or the current one. Raises HarmnetError when there is none."""
    if snapshot_id is None:
        current = manifest.current(lake)
        if current is None:
            withdrawn = "every snapshot was withdrawn" if manifest.snapshots(lake) else "no snapshot was published yet"
            raise HarmnetError(f"{lake.root}: {withdrawn}; run harmnet refresh")
        return current
    return manifest.named(lake, snapshot_id)


def named_network(lake: Lake, snapshot: Snapshot, network_id: str) -> dict[str, Any]:
    """The row of networks with that id. Raises HarmnetError, naming those closest to it, when there is none."""
    networks = lake.read_result(NETWORKS, snapshot.snapshot_id)
    found = networks.where(F.col("network_id") == network_id).collect()
    if not found:
        known = sorted(row["network_id"] for row in networks.select("network_id").collect())
        close = difflib.get_close_matches(network_id, known, n=3, cutoff=0.0)
        raise HarmnetError(
            f"no network {network_id} in snapshot {snapshot.snapshot_id}; "
            + (f"the closest are {', '.join(close)}" if close else "it has none")
        )
    return dict(found[0].asDict())


def register(lake: Lake, snapshot: Snapshot | None, *, named_in: str | None = None) -> None:
    """Make every table of the lake a view of the session: of one snapshot, or of all with snapshot_id when None.

    The `pub_` views are always of one snapshot, the current one when none is given. With the text of a statement, only
    tables and views whose names stand in it are made: each costs a look at the lake.
    """
    words = None if named_in is None else set(re.findall(r"\w+", named_in.lower()))

    def wanted(name: str) -> bool:
        return words is None or name in words

    published = [found.snapshot_id for found in manifest.snapshots(lake)]
    one = snapshot or manifest.current(lake)
    standing: Standing | None = None
    for table in RESULT_TABLES:
        pub = f"pub_{table.name}"
        if not (wanted(table.name) or wanted(pub)) or not lake.has_table(table):
            continue
        rows = lake.read_result(table).where(F.col("snapshot_id").isin(published))
        if snapshot is not None:
            rows = rows.where(F.col("snapshot_id") == snapshot.snapshot_id)
        rows.createOrReplaceTempView(table.name)
        if one is not None and table.name not in NOT_FOR_ANALYSTS and wanted(pub):
            standing = standing or standing_of(lake, one)
            pub_view(lake, table, one, standing=standing).createOrReplaceTempView(pub)
    for table in (*RAW_TABLES, *REGISTRY_TABLES):
        if wanted(table.name) and lake.has_table(table):
            found = lake.read_raw(table) if table in RAW_TABLES else lake.read_registry(table)
            if found is not None:
                found.createOrReplaceTempView(table.name)


def pub_view(lake: Lake, table: Table, snapshot: Snapshot, *, standing: Standing = UNTOUCHED) -> DataFrame:
    """A result table of one snapshot for analysts: the rows of `pub_query`."""
    read: list[str] = []

    def name(of: Table) -> str:
        view = f"_pub_{of.name}"
        if view not in read:
            lake.read_result(of, snapshot.snapshot_id).createOrReplaceTempView(view)
            read.append(view)
        return view

    try:
        return lake.spark.sql(pub_query(table, snapshot, name, standing=standing))
    finally:
        for view in read:
            lake.spark.catalog.dropTempView(view)


def pub_query(
    table: Table, snapshot: Snapshot, source: Callable[[Table], str], *, standing: Standing = UNTOUCHED
) -> str:
    """A result table of one snapshot for analysts, as SQL on what `source` names: the snapshot's rows of a table.

    Beside its own columns: the names of the people on the row, handling in words, what corrections and analysts' checks
    say of the row, snapshot_id, as_of, basis, notice. Rows that a correction withholds are not there.
    """
    own = {name: name for name in table.names} | told(table, standing)
    own["component_id"] = component_shown(table, standing) or "component_id"
    listed = ", ".join(f"{own[name]} AS {name}" for name in (*table.names, *told(table, standing)))
    shown_rows = f"SELECT {listed} FROM {source(table)}"
    conditions = withheld(table, standing)
    if conditions:
        shown_rows += " WHERE " + " AND ".join(f"NOT {condition}" for condition in conditions)
    columns = [f"r.{name}" for name in table.names if name != "handling"]
    joins = []
    if table is not NOMINAL_NAMES:
        for place, column in enumerate(table.nominal_columns):
            of = f"n{place}"
            joins.append(f"LEFT JOIN {source(NOMINAL_NAMES)} {of} ON {of}.nominal_id = r.{column}")
            # concat_ws makes an empty text of nobody.
            text = f"CASE WHEN {of}.nominal_id IS NOT NULL THEN concat_ws(' ', {of}.forename, {of}.surname) END"
            columns.append(f"{text} AS {name_of(column)}")
    handling = "r.handling" if "handling" in table.names else None
    if handling is None and "nominal_id" in table.names:
        joins.append(f"LEFT JOIN {source(NOMINALS)} h ON h.nominal_id = r.nominal_id")
        handling = "h.handling"
    elif handling is None and "network_id" in table.names:
        joins.append(f"LEFT JOIN {source(NETWORKS)} h ON h.theme = r.theme AND h.network_id = r.network_id")
        handling = "h.handling"
    if handling is not None:
        columns.append(f"{shown(f'coalesce({handling}, 0)')} AS handling")
    columns += [f"r.{name}" for name in told(table, standing)]
    columns += [
        f"{literal(snapshot.snapshot_id)} AS snapshot_id",
        f"DATE'{snapshot.as_of.isoformat()}' AS as_of",
        "'DERIVED' AS basis",
        f"{literal(NOTICE)} AS notice",
    ]
    return f"SELECT {', '.join(columns)} FROM ({shown_rows}) r {' '.join(joins)}"


def name_of(column: str) -> str:
    """The column of a `pub_` view with the name of the person in that column."""
    return "name" if column == "nominal_id" else f"{column.removesuffix('_id')}_name"


def names_snapshot(spark: SparkSession, statement: str) -> bool:
    """True when the statement filters on snapshot_id: then tables show all of them. HarmnetError when it is no SQL."""
    try:
        plan = spark._jsparkSession.sessionState().sqlParser().parsePlan(statement).toString()
    except Exception as error:
        raise HarmnetError(f"sql: {first_line(error)}") from None
    return any("'Filter" in line and "snapshot_id" in line for line in plan.splitlines())
