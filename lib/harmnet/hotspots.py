"""Where and when: events, harm and involved people of each area and month, for the whole force and for each theme."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.areas import with_larger_areas
from harmnet.config import Areas
from harmnet.contracts.hotspots import AREA_MONTH
from harmnet.contracts.results import FULL_NETWORK
from harmnet.involvements import is_offender_side

_PLACE = ["theme", "area_code", "month"]
_EVENT = ["source_system", "event_id"]


def first_month(as_of: date, months: int) -> date:
    """First day of the first of so many months, the last of which is that of as_of."""
    months_since_0 = as_of.year * 12 + as_of.month - months
    return date(months_since_0 // 12, months_since_0 % 12 + 1, 1)


def area_month(
    involvements: DataFrame,
    crimes: DataFrame,
    hits: DataFrame,
    theme_members: DataFrame,
    *,
    months: int,
    areas: Areas,
    as_of: date,
) -> DataFrame:
    """The area_month table, of the last so many months. `crimes`: rows of harm.scored_crimes."""
    rows = involvements.where(
        F.col("area_code").isNotNull() & F.col("credible") & (F.col("event_date") >= F.lit(first_month(as_of, months)))
    ).select(
        "idx",
        *_EVENT,
        "area_code",
        F.trunc("event_date", "month").alias("month"),
        "handling",
        F.coalesce(is_offender_side(), F.lit(False)).alias("offender"),
    )
    themed = hits.where("credible").select("theme", "source_system", F.col("record_ref").alias("event_id")).distinct()
    in_all = F.lit(FULL_NETWORK).alias("theme")
    events = rows.groupBy(*_EVENT, "area_code", "month").agg(F.bit_or("handling").alias("handling"))
    events = events.select(in_all, "*").unionByName(events.join(themed, on=_EVENT, how="inner"))
    carried = crimes.groupBy(F.col("crime_ref").alias("event_id")).agg(
        F.min("cchi_micro").alias("cchi_micro"), F.min("css_micro").alias("css_micro")
    )
    carried = carried.withColumns({"source_system": F.lit("crimes"), "carried": F.lit(True)})
    totals = (
        events.join(carried, on=_EVENT, how="left")
        .groupBy(*_PLACE)
        .agg(
            F.count("*").alias("events"),
            F.count("carried").alias("crimes"),
            F.coalesce(F.sum("cchi_micro"), F.lit(0)).alias("cchi_micro"),
            F.coalesce(F.sum("css_micro"), F.lit(0)).alias("css_micro"),
            F.bit_or("handling").alias("handling"),
        )
    )
    people = involved_people(rows.where("offender"), themed, theme_members)
    found = totals.join(people, on=_PLACE, how="left").fillna(0, subset=["involved_people"])
    return with_larger_areas(found, areas).select(*AREA_MONTH.names)


def involved_people(offenders: DataFrame, themed: DataFrame, theme_members: DataFrame) -> DataFrame:
    """theme, area_code, month, involved_people: people on the offender side of its events, of a theme the involved."""
    involved = theme_members.where("involved").select("theme", F.col("nominal_id").alias("idx"))
    of_theme = offenders.join(themed, on=_EVENT, how="inner").join(involved, on=["theme", "idx"], how="left_semi")
    columns = [*_PLACE, "idx"]
    rows = offenders.withColumn("theme", F.lit(FULL_NETWORK)).select(*columns).unionByName(of_theme.select(*columns))
    return rows.distinct().groupBy(*_PLACE).agg(F.count("*").alias("involved_people"))
