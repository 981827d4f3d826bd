"""The `pub_` views under corrections: withheld rows go, and each row says what corrections and checks say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from pyspark.sql import Column, DataFrame
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
    for column in table.nominal_columns:
        everyone = set(standing.everything)
        if column == "component_id":
            rows = rows.withColumn(column, F.when(~_is(column, everyone), F.col(column)))
            continue
        protected = table.name in _SAFEGUARDING and column == "nominal_id"
        rows = rows.where(~_is(column, standing.safeguarding if protected else everyone))
        themes = standing.theme_safeguarding if protected else standing.themes
        for place in [name for name in ("theme", "theme_a", "theme_b") if name in table.names]:
            rows = rows.where(~_are((place, column), themes))
        if not protected and {"theme", "network_id"} <= set(table.names):
            rows = rows.where(~_are(("theme", "network_id", column), standing.networks))
    if table.name == EDGES.name and standing.ties:
        apart = _are(("src", "dst"), standing.ties) & F.col("relation").isin(*standing.relations)
        rows = rows.where(~apart)
    return rows


def told_columns(table: Table, standing: Standing) -> list[Column]:
    """What a view says of each row beside its own columns: affected_by_correction where it is about networks, and how
    often analysts confirmed and refuted it."""
    told = []
    of = [("theme", "network_id"), ("theme_a", "network_a"), ("theme_b", "network_b")]
    about = [pair for pair in of if set(pair) <= set(table.names)]
    if about:
        found = F.lit(False)
        for pair in about:
            found = found | _are(pair, standing.affected)
        told.append(found.alias("affected_by_correction"))
    if table.name in CHECKED:
        counts = standing.checks.get(table.name, Counter())
        told += [
            _count(CHECKED[table.name], action, counts).alias(f"{action.lower()}{suffix}")
            for action, suffix in (("CONFIRM", "ed"), ("REFUTE", "d"))
        ]
    return told


def _count(columns: tuple[str, ...], action: str, counts: Counter[tuple[str, Key]]) -> Column:
    found = F.lit(0).cast("bigint")
    for (which, (first, second)), count in sorted(counts.items()):
        if which == action:
            # A check of a person in everything names no theme.
            here = (F.col(columns[1]) == second) & (F.lit(first == "") | (F.col(columns[0]) == first))
            found = found + F.when(here, F.lit(count)).otherwise(F.lit(0)).cast("bigint")
    return found


def _is(column: str, people: Collection[str]) -> Column:
    return F.coalesce(F.col(column).isin(*sorted(people)), F.lit(False)) if people else F.lit(False)


def _are(columns: tuple[str, ...], keys: Collection[tuple[str, ...]]) -> Column:
    if not keys:
        return F.lit(False)
    wanted = [
        F.struct(*(F.lit(part).alias(name) for part, name in zip(key, columns, strict=True))) for key in sorted(keys)
    ]
    return F.coalesce(F.struct(*columns).isin(*wanted), F.lit(False))
