"""The stage `harm`: Cambridge Crime Harm Index and ONS Crime Severity Score of people and networks.

Offender-side roles on crimes only (custody repeats them). Join on code and code system, both as text. A crime without a
value is counted apart, never scored 0.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from harmnet.config import MICRO, Harm, Settings
from harmnet.contracts.hotspots import AREA_MONTH
from harmnet.contracts.linked import INVOLVEMENTS
from harmnet.contracts.priorities import HARM_CORRELATIONS
from harmnet.contracts.results import (
    NETWORK_HARM,
    NETWORK_MEMBERS,
    NOMINAL_HARM,
    THEME_HITS,
    THEME_MEMBERS,
    UNMATCHED_OFFENCES,
)
from harmnet.correlation import harm_correlations
from harmnet.errors import HarmnetError
from harmnet.hotspots import area_month
from harmnet.involvements import is_offender_side
from harmnet.local_rows import local_rows
from harmnet.parallel import at_once
from harmnet.stage_io import StageIO

_STATUSES = ("SUSPECTED", "CHARGED", "CONVICTED")
_CODE = ("offence_code", "offence_code_system")


def run(io: StageIO) -> None:
    """Score every crime once, then add it up by person and by network."""
    offences = offence_values(io.spark, io.settings)
    groups = offence_group_rows(io.spark, io.settings)
    crimes = scored_crimes(io.read(INVOLVEMENTS), offences, groups, harm=io.settings.harm, as_of=io.recipe.as_of)
    crimes = crimes.localCheckpoint()
    members = io.read(NETWORK_MEMBERS)
    scoped = in_scopes(crimes, members, io.read(THEME_HITS))
    months = area_month(
        io.read(INVOLVEMENTS),
        crimes,
        io.read(THEME_HITS),
        io.read(THEME_MEMBERS),
        months=io.settings.harm.hotspot_months,
        areas=io.settings.areas,
        as_of=io.recipe.as_of,
    )
    people, networks, *_ = at_once(
        lambda: io.write(nominal_harm(scoped), NOMINAL_HARM),
        lambda: io.write(network_harm(scoped), NETWORK_HARM),
        lambda: io.write(months, AREA_MONTH),
        lambda: io.write(unmatched(crimes), UNMATCHED_OFFENCES),
    )
    io.write(harm_correlations(people, networks), HARM_CORRELATIONS)


def offence_group_rows(spark: SparkSession, settings: Settings) -> DataFrame:
    """offence_code, offence_code_system, groups (sorted array), police_generated: one row per code and system."""
    rows = []
    for row in settings.table(settings.harm.offence_groups):
        flags = {name: value for name, value in row.items() if name not in _CODE and value in ("0", "1")}
        groups = sorted(name for name, value in flags.items() if value == "1" and name != "police_generated")
        rows.append((row["offence_code"], row["offence_code_system"], groups, flags.get("police_generated") == "1"))
    _refuse_repeats([row[:2] for row in rows], settings.harm.offence_groups)
    schema = "offence_code string, offence_code_system string, groups array<string>, police_generated boolean"
    return local_rows(spark, rows, schema)


def offence_values(spark: SparkSession, settings: Settings) -> DataFrame:
    """offence_code, offence_code_system, cchi_micro, css_micro: one row per code and system that either index values.

    Raises HarmnetError when a code finds several values or a value is no number.
    """
    values: dict[tuple[str, str], dict[str, int]] = {}
    for name, index in settings.harm.indices.items():
        rows = settings.table(index.file)
        _refuse_repeats([(row["offence_code"], row["offence_code_system"]) for row in rows], index.file)
        for row in rows:
            key = (row["offence_code"], row["offence_code_system"])
            values.setdefault(key, {})[name] = _micro(row[index.value], index.file, row["offence_code"])
    table = [(*key, found.get("cchi"), found.get("css")) for key, found in sorted(values.items())]
    schema = "offence_code string, offence_code_system string, cchi_micro bigint, css_micro bigint"
    return local_rows(spark, table, schema)


def _micro(text: str, file: str, code: str) -> int:
    try:
        return int((Decimal(text) * MICRO).to_integral_value(ROUND_HALF_EVEN))
    except InvalidOperation:
        raise HarmnetError(f"conf/{file}: offence {code}: value {text!r} is not a number") from None


def _refuse_repeats(keys: list[tuple[str, str]], file: str) -> None:
    seen: set[tuple[str, str]] = set()
    repeated = sorted({key for key in keys if key in seen or seen.add(key)})  # type: ignore[func-returns-value]
    empty = sum(1 for code, _ in keys if not code)
    problems = [
        f"conf/{file}: offence {code} ({system}) stands on several rows; keep one value" for code, system in repeated
    ]
    if empty:
        problems.append(f"conf/{file}: {empty} row(s) have no offence_code; an empty code must never match")
    if problems:
        raise HarmnetError(problems)


def scored_crimes(
    involvements: DataFrame, offences: DataFrame, groups: DataFrame, *, harm: Harm, as_of: date
) -> DataFrame:
    """One row per crime and person who carries it: idx, crime_ref, status_rank, both values (null: none), offenders.

    `offenders` = people counted on the crime; statuses that conf does not name carry nothing and count for nothing.
    """
    status = F.coalesce("status", F.lit(harm.empty_status))
    rows = involvements.where((F.col("event_kind") == "CRIME") & is_offender_side() & status.isin(*harm.statuses))
    if harm.window_days is not None:
        rows = rows.where(F.col("event_date") >= F.lit(as_of - timedelta(days=harm.window_days)))
    rows = rows.join(F.broadcast(offences), on=list(_CODE), how="left").join(
        F.broadcast(groups), on=list(_CODE), how="left"
    )
    if not harm.count_police_generated:
        rows = rows.where(~F.coalesce("police_generated", F.lit(False)))
    people = rows.groupBy("crime_ref", "idx").agg(
        F.max(_rank(status)).alias("status_rank"),
        F.min("cchi_micro").alias("cchi_micro"),
        F.min("css_micro").alias("css_micro"),
        *(F.min(name).alias(name) for name in _CODE),
    )
    offenders = people.groupBy("crime_ref").agg(F.count("*").alias("offenders"))
    return people.join(offenders, on="crime_ref", how="inner")


def _rank(status: Column) -> Column:
    """1 SUSPECTED, 2 CHARGED, 3 CONVICTED; a status that conf adds ranks with SUSPECTED."""
    places = F.create_map(*(F.lit(item) for place, name in enumerate(_STATUSES, 1) for item in (name, place)))
    return F.coalesce(places[status], F.lit(1))


def in_scopes(crimes: DataFrame, members: DataFrame, hits: DataFrame) -> DataFrame:
    """Scored crimes of every member of every theme's graph, per crime_scope: ALL; THEME where a rule hit the crime."""
    mine = crimes.join(members.select("theme", "network_id", F.col("nominal_id").alias("idx")), on="idx", how="inner")
    themed = (
        hits.where(F.col("source_system") == "crimes")
        .select("theme", F.col("record_ref").alias("crime_ref"))
        .distinct()
    )
    in_theme = mine.join(themed, on=["theme", "crime_ref"], how="left_semi")
    return mine.withColumn("crime_scope", F.lit("ALL")).unionByName(in_theme.withColumn("crime_scope", F.lit("THEME")))


def _status() -> Column:
    return F.element_at(F.array(*(F.lit(name) for name in _STATUSES)), F.col("status_rank").cast("int")).alias("status")


def _counts() -> list[Column]:
    return [
        F.count("*").alias("crimes"),
        F.count_if(F.col("cchi_micro").isNull()).alias("crimes_without_cchi"),
        F.count_if(F.col("css_micro").isNull()).alias("crimes_without_css"),
    ]


def nominal_harm(scoped: DataFrame) -> DataFrame:
    """The nominal_harm table."""

    def total(value: Column, name: str) -> Column:
        return F.coalesce(F.sum(value), F.lit(0)).cast("bigint").alias(name)

    sums = []
    for index in ("cchi", "css"):
        value = F.col(f"{index}_micro")
        sums.append(total(value, f"{index}_full_micro"))
        sums.append(total(F.expr(f"{index}_micro div offenders"), f"{index}_shared_micro"))
    rows = scoped.groupBy("theme", F.col("idx").alias("nominal_id"), "crime_scope", _status()).agg(*sums, *_counts())
    return rows.select(*NOMINAL_HARM.names)


def network_harm(scoped: DataFrame) -> DataFrame:
    """The network_harm table: each crime once, under the highest status any member reached."""
    once = (
        scoped.where(F.col("network_id").isNotNull())
        .groupBy("theme", "network_id", "crime_scope", "crime_ref")
        .agg(
            F.max("status_rank").alias("status_rank"),
            F.min("cchi_micro").alias("cchi_micro"),
            F.min("css_micro").alias("css_micro"),
        )
    )
    sums = [
        F.coalesce(F.sum(f"{index}_micro"), F.lit(0)).cast("bigint").alias(f"{index}_micro")
        for index in ("cchi", "css")
    ]
    rows = once.groupBy("theme", "network_id", "crime_scope", _status()).agg(*sums, *_counts())
    return rows.select(*NETWORK_HARM.names)


def unmatched(crimes: DataFrame) -> DataFrame:
    """The unmatched_offences table: codes on scored crimes that an index has no value for."""
    once = crimes.groupBy("crime_ref").agg(*(F.min(name).alias(name) for name in (*_CODE, "cchi_micro", "css_micro")))
    missing = F.filter(
        F.array(*(F.when(F.col(f"{index}_micro").isNull(), F.lit(index)) for index in ("cchi", "css"))),
        lambda index: index.isNotNull(),
    )
    rows = once.withColumn("harm_index", F.explode(missing))
    return rows.groupBy("harm_index", *_CODE).agg(F.count("*").alias("crimes")).select(*UNMATCHED_OFFENCES.names)
