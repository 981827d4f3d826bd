"""The stage `link`: identity, nominals, areas, involvements."""

from __future__ import annotations

from datetime import date
from functools import reduce
from itertools import pairwise

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet.areas import with_larger_areas
from harmnet.config import Ages
from harmnet.contracts.corrections import HELD_OUT
from harmnet.contracts.linked import (
    INVOLVEMENTS,
    NOMINAL_AREAS,
    NOMINAL_DATES,
    NOMINAL_IDS,
    NOMINAL_NAMES,
    NOMINAL_SIGNALS,
    NOMINALS,
    PEOPLE,
)
from harmnet.contracts.raw import SYSTEMS
from harmnet.contracts.staged import STAGED
from harmnet.corrections import linked as corrected
from harmnet.errors import HarmnetError
from harmnet.harm import offence_group_rows
from harmnet.identity import link_people, number_nominals
from harmnet.involvements import age_in_years, build, record_key
from harmnet.joining import to_everyone
from harmnet.parallel import at_once
from harmnet.signals import nominal_signals
from harmnet.sources import INVOLVE
from harmnet.sources.checks import only_staged
from harmnet.stage_io import StageIO
from harmnet.staging import systems_on


def run(io: StageIO) -> None:
    """Link person records, correct what was found wrong, then hang every event on the nominal it concerns."""
    corrections = corrected.of_run(io)
    as_of = io.recipe.as_of
    rows = source_rows(io).where(F.col("event_date") <= F.lit(as_of))
    events = rows.select("person_ref", "event_date", record_key().alias("record_key")).localCheckpoint()
    linked = link_people(person_records(only_staged(io.read(STAGED["people"])), events))
    right = corrected.Linking(corrections, linked, linked) if corrections else None
    people = right.people().localCheckpoint() if right else linked
    rows = right.regraded(rows) if right else rows
    numbers = io.write(number_nominals(people), NOMINAL_IDS)
    numbered = people.join(to_everyone(numbers), on="nominal_id", how="inner")
    known, _ = at_once(
        # What is kept is read several times, and takes a GB of memory where nothing is left out.
        lambda: numbered.drop("nominal_ref", "in_people", "why").localCheckpoint(),
        lambda: io.write(numbered.select("person_ref", F.col("idx").alias("nominal_id"), "how", "why"), PEOPLE),
    )
    if right:
        known = right.rectified(known, numbers)
    first = first_records(known).localCheckpoint()
    of_idx = to_everyone(first.select("idx", "dob", "refs"))
    by_ref = known.select("person_ref", "idx").join(of_idx, on="idx", how="inner")
    by_ref = to_everyone(by_ref, known.count())
    found = build(rows, by_ref, weights=io.settings.weights, events=events)
    involvements = io.write(right.involved(found, numbers) if right else found, INVOLVEMENTS)
    groups, age = offence_group_rows(io.spark, io.settings), io.settings.weights.age
    names = first.select(F.col("idx").alias("nominal_id"), "forename", "surname", "dob")
    at_once(
        lambda: io.write(nominal_signals(involvements, groups, as_of=as_of), NOMINAL_SIGNALS),
        lambda: io.write(with_larger_areas(areas(known, involvements), io.settings.areas), NOMINAL_AREAS),
        lambda: io.write(nominal_rows(first, involvements, as_of=as_of, age=age), NOMINALS),
        lambda: io.write(names, NOMINAL_NAMES),
        lambda: io.write(first.where(F.col("dob").isNotNull()).select("idx", "dob"), NOMINAL_DATES),
    )
    if io.recipe.last_correction:
        held = right or corrected.Linking((), linked, linked)
        io.write(held.held(numbers).select(*HELD_OUT.names), HELD_OUT)


def source_rows(io: StageIO) -> DataFrame:
    """Who was on what, from every system that is switched on."""
    frames = [
        INVOLVE[system](*(only_staged(io.read(STAGED[table.source])) for table in SYSTEMS[system]))
        for system in systems_on(io)
        if system in INVOLVE
    ]
    if not frames:
        raise HarmnetError("conf/sources.yml: every source system is switched off; switch one on")
    return reduce(DataFrame.unionByName, frames)


def person_records(people: DataFrame, rows: DataFrame) -> DataFrame:
    """One row per person_ref that is in people or on an event; dob null where it is the date of one of the events.

    Systems that ask for no date of birth write the day of the record instead.
    """
    # One pass over the events finds both: those on the person's date of birth, and those of nobody in people.
    born = to_everyone(people.select("person_ref", "dob", F.lit(True).alias("known")))
    events = rows.select("person_ref", "event_date").join(born, on="person_ref", how="left")
    found = events.where(F.col("known").isNull() | (F.col("event_date") == F.col("dob")))
    found = found.select("person_ref", F.col("dob").alias("doubted_dob"), "known").distinct().localCheckpoint()
    spurious = to_everyone(found.where("known").select("person_ref", "doubted_dob"))
    columns = ["person_ref", "nominal_ref", "forename", "surname", "sex", "dob", "area_code", "first_batch"]
    recorded = people.join(spurious, on="person_ref", how="left")
    recorded = recorded.withColumn("dob", F.when(F.col("doubted_dob").isNull(), F.col("dob")))
    recorded = recorded.select(*columns, "doubted_dob", F.lit(True).alias("in_people"))
    unrecorded = found.where(F.col("known").isNull()).select("person_ref")
    types = {"dob": "date", "doubted_dob": "date", "first_batch": "bigint"}
    empty = {name: F.lit(None).cast(types.get(name, "string")) for name in [*columns[1:], "doubted_dob"]}
    return recorded.unionByName(
        unrecorded.select(
            "person_ref", *(value.alias(name) for name, value in empty.items()), F.lit(False).alias("in_people")
        )
    )


def first_records(known: DataFrame) -> DataFrame:
    """One row per idx: name of the record that came first, the first known dob, sex where all records agree."""
    # A date of birth found to be an event's date on one of a person's records is not believed on another.
    doubted = known.where(F.col("doubted_dob").isNotNull()).select("idx", F.col("doubted_dob").alias("dob")).distinct()
    doubted = to_everyone(doubted.withColumn("doubted", F.lit(True)).localCheckpoint())
    known = known.join(doubted, on=["idx", "dob"], how="left")
    known = known.withColumn("dob", F.when(F.col("doubted").isNull(), F.col("dob")))
    order = ["first_batch", "person_ref"]
    named = F.min(F.struct(F.col("surname").isNull().alias("nameless"), *order, "forename", "surname"))
    dated = F.min(F.when(F.col("dob").isNotNull(), F.struct(*order, "dob")))
    rows = known.groupBy("idx").agg(
        named.alias("named"),
        dated.alias("dated"),
        F.when(F.min("sex") == F.max("sex"), F.min("sex")).alias("sex"),
        F.max(F.col("how") == "FORCE_NUMBER").alias("has_force_number"),
        F.count("*").alias("refs"),
    )
    return rows.select(
        "idx", "named.forename", "named.surname", F.col("dated.dob").alias("dob"), "sex", "has_force_number", "refs"
    )


def nominal_rows(first: DataFrame, involvements: DataFrame, *, as_of: date, age: Ages) -> DataFrame:
    """The nominals table."""
    years = age_in_years(F.col("dob"), F.lit(as_of))
    handling = involvements.groupBy("idx").agg(F.bit_or("handling").alias("handling"))
    stays = involvements.where(
        (F.col("event_kind") == "STAY") & (F.col("to_date").isNull() | (F.col("to_date") > F.lit(as_of)))
    )
    inside = stays.groupBy("idx").agg(F.max("release_due").alias("release_due"), F.lit(True).alias("in_prison"))
    rows = first.join(handling, on="idx", how="left").join(inside, on="idx", how="left")
    return rows.select(
        F.col("idx").alias("nominal_id"),
        "idx",
        "sex",
        F.year("dob").alias("dob_year"),
        F.col("dob").isNotNull().alias("age_known"),
        years.alias("age_at_as_of"),
        age_band(years, age.bands).alias("age_band"),
        (years < age.adult).alias("is_child"),
        F.coalesce("in_prison", F.lit(False)).alias("in_prison"),
        "release_due",
        "has_force_number",
        "refs",
        "handling",
    )


def age_band(years: Column, bands: tuple[int, ...]) -> Column:
    """The band an age falls in, as text: `0-9`, `10-17`, ..., `50+`; null where the age is null."""
    found = F.when(years < bands[0], F.lit(f"0-{bands[0] - 1}"))
    for low, high in pairwise(bands):
        found = found.when(years < high, F.lit(f"{low}-{high - 1}"))
    return found.when(years >= bands[-1], F.lit(f"{bands[-1]}+"))


def areas(known: DataFrame, involvements: DataFrame) -> DataFrame:
    """The nominal_areas table: where people live and where their events are."""
    home = known.where(F.col("area_code").isNotNull()).groupBy("idx", "area_code").agg(F.count("*").alias("events"))
    active = (
        involvements.where(F.col("area_code").isNotNull())
        .groupBy("idx", "area_code")
        .agg(F.count("*").alias("events"), F.max("event_date").alias("last_date"))
    )
    rows = home.withColumns({"relation": F.lit("HOME"), "last_date": F.lit(None).cast("date")}).unionByName(
        active.withColumn("relation", F.lit("ACTIVE"))
    )
    return rows.withColumnRenamed("idx", "nominal_id")
