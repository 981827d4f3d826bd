"""How far the two harm indices agree: Spearman's rank correlation over networks and over people.

Ranks of equal values are averaged (Kendall and Gibbons, Rank Correlation Methods, 5th ed., chapter 3). Twice a rank is
a whole number, so everything up to the last division is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.contracts.priorities import HARM_CORRELATIONS

Array = np.ndarray[Any, Any]
LEAST = 3
_CHUNK = 100_000
_GROUP = ("theme", "level", "crime_scope")


def spearman(one: Array, other: Array) -> float | None:
    """Rank correlation of two columns of whole numbers, 12 significant digits.

    None where there are fewer than LEAST rows or all values of a column are equal.
    """
    if len(one) < LEAST:
        return None
    a, b = _centred_ranks(one), _centred_ranks(other)
    spread = _dot(a, a) * _dot(b, b)
    if not spread:
        return None
    with localcontext() as exact:
        exact.prec = 60
        return float(f"{Decimal(_dot(a, b)) / Decimal(spread).sqrt():.11e}")


def _centred_ranks(values: Array) -> Array:
    """Twice each rank less twice the mean rank; they add up to 0."""
    ordered = np.sort(values)
    before, upto = (np.searchsorted(ordered, values, side=side) for side in ("left", "right"))
    return before + upto - len(values)


def _dot(one: Array, other: Array) -> int:
    # In chunks, each below 2^63, added up as whole numbers of any size.
    return sum(
        int(np.dot(one[start : start + _CHUNK], other[start : start + _CHUNK])) for start in range(0, len(one), _CHUNK)
    )


def correlate(totals: pa.Table) -> pa.Table:
    """The harm_correlations table from theme, level, crime_scope, cchi_micro, css_micro, valued (by both indices)."""
    rows = []
    keys = totals.select(_GROUP).group_by(list(_GROUP)).aggregate([]).to_pylist()
    for key in sorted(tuple(row[name] for name in _GROUP) for row in keys):
        mine = totals
        for name, value in zip(_GROUP, key, strict=True):
            mine = mine.filter(pa.compute.equal(mine[name], value))
        valued = mine.filter(mine["valued"])
        rows.append(
            {
                **dict(zip(_GROUP, key, strict=True)),
                "status": "ALL",
                "n": len(valued),
                "left_out": len(mine) - len(valued),
                "spearman": spearman(valued["cchi_micro"].to_numpy(), valued["css_micro"].to_numpy()),
            }
        )
    types = {"string": pa.string(), "bigint": pa.int64(), "double": pa.float64()}
    return pa.Table.from_pylist(rows, pa.schema([(column.name, types[column.type]) for column in HARM_CORRELATIONS]))


def harm_correlations(people: DataFrame, networks: DataFrame) -> DataFrame:
    """The harm_correlations table from nominal_harm (full) and network_harm, statuses added up."""
    totals = _totals(people, "NOMINAL", "nominal_id", "cchi_full_micro", "css_full_micro").unionByName(
        _totals(networks, "NETWORK", "network_id", "cchi_micro", "css_micro")
    )

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        received = list(batches)
        if received:
            yield from correlate(pa.Table.from_batches(received)).to_batches()

    schema = ", ".join(f"{column.name} {column.type}" for column in HARM_CORRELATIONS)
    return totals.repartition(1).mapInArrow(task, schema)


def _totals(harm: DataFrame, level: str, key: str, cchi: str, css: str) -> DataFrame:
    summed = harm.groupBy("theme", key, "crime_scope").agg(
        F.sum(cchi).alias("cchi_micro"),
        F.sum(css).alias("css_micro"),
        F.sum(F.col("crimes") - F.col("crimes_without_cchi")).alias("with_cchi"),
        F.sum(F.col("crimes") - F.col("crimes_without_css")).alias("with_css"),
    )
    valued = (F.col("with_cchi") > 0) & (F.col("with_css") > 0)
    columns = ["theme", "crime_scope", "cchi_micro", "css_micro"]
    return summed.select(*columns, F.lit(level).alias("level"), valued.alias("valued"))
