"""One SQL statement on the lake."""

from __future__ import annotations

from typing import Any

from harmnet.errors import HarmnetError, first_line
from harmnet.storage import Lake
from harmnet.views import names_snapshot, register, resolve


def query(lake: Lake, statement: str, *, snapshot_id: str | None = None) -> tuple[list[str], list[list[Any]]]:
    """Column names and rows of the statement's result.

    Tables show the snapshot given, else the current one, unless the statement filters on snapshot_id: then all.
    Raises HarmnetError in one line when Spark refuses the statement.
    """
    one = None if snapshot_id is None and names_snapshot(lake.spark, statement) else resolve(lake, snapshot_id)
    # A question of what there is (SHOW TABLES, DESCRIBE) names no table, or may name any.
    asks_for_rows = statement.lstrip(" (\n\t").lower().startswith(("select", "with"))
    register(lake, one, named_in=statement if asks_for_rows else None)
    try:
        frame = lake.spark.sql(statement)
        return frame.columns, [list(row) for row in frame.collect()]
    except Exception as error:
        raise HarmnetError(f"sql: {first_line(error)}") from None
