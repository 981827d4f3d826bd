"""Who was involved in what: source rows with identity, age, side, quality and handling."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet.config import Grades, Weights, to_micro
from harmnet.contracts.linked import INVOLVEMENTS
from harmnet.handling import with_handling
from harmnet.joining import to_everyone

_STATUS_ORDER = ("NO_FURTHER_ACTION", "SUSPECTED", "CHARGED", "CONVICTED")
_GRADED = ("intelligence", "associations")


def age_in_years(dob: Column, day: Column) -> Column:
    """Whole years between two dates, as birthdays are counted (a 29 February birthday falls on 1 March)."""

    def packed(value: Column) -> Column:
        return F.year(value) * 10000 + F.month(value) * 100 + F.dayofmonth(value)

    return F.floor((packed(day) - packed(dob)) / 10000).cast("int")


def record_key() -> Column:
    """A number for role and record of a source row: equal where both are, and hardly ever where they are not."""
    return F.xxhash64(*(name for name in INVOLVEMENTS.key if name != "idx"))


def build(rows: DataFrame, refs: DataFrame, *, weights: Weights, events: DataFrame | None = None) -> DataFrame:
    """The involvements table. `refs`: person_ref, idx, dob (known or null), refs (records of that nominal); `events`:
    person_ref and record_key of every row, where the caller has them already."""
    # What follows from a row alone comes before any join: what is the same for all rows of a system is worked out once.
    keyed = with_quality(rows.withColumn("record_key", record_key()), weights=weights)
    keyed = keyed.withColumns({"_side_of_role": side_of_role(weights), "handling": _handling(weights)})
    repeated = repeated_roles(keyed if events is None else events, refs).localCheckpoint()
    count = repeated.count()
    if not count:
        return _with_person(keyed, refs, weights=weights).select(*INVOLVEMENTS.names)
    repeated = to_everyone(repeated, count)
    key = ["idx", "record_key"]
    once = _with_person(keyed, refs, weights=weights).join(repeated, on=key, how="left_anti")
    # The rest are few: their references are looked for first, so that only their rows are joined once more.
    theirs = refs.join(repeated.select("idx").distinct(), on="idx", how="left_semi").localCheckpoint()
    theirs = to_everyone(theirs)
    few = keyed.join(theirs.select("person_ref"), on="person_ref", how="left_semi")
    several = _with_person(few, theirs, weights=weights).join(repeated, on=key, how="left_semi")
    return once.select(*INVOLVEMENTS.names).unionByName(_one_per_role(several))


def repeated_roles(events: DataFrame, refs: DataFrame) -> DataFrame:
    """idx and record_key of whoever stands in one role on one record under two references, or twice under one of them.

    Two records of one key are told apart by whoever merges the rows.
    """
    several = refs.where(F.col("refs") > 1).select("person_ref", "idx")
    roles = events.select("person_ref", "record_key").join(several, on="person_ref", how="inner")
    return roles.groupBy("idx", "record_key").agg(F.count("*").alias("rows")).where("rows > 1").drop("rows")


def _with_person(rows: DataFrame, refs: DataFrame, *, weights: Weights) -> DataFrame:
    """The rows with the columns of involvements, and record_key."""
    joined = rows.join(refs, on="person_ref", how="inner")
    born = F.when(F.col("dob") < F.col("event_date"), F.col("dob"))
    joined = joined.withColumn("age_at_event", age_in_years(born, F.col("event_date")))
    joined = joined.withColumn("side", _side(F.col("_side_of_role"), weights))
    return joined.withColumn("times", F.coalesce("times", F.lit(1))).select(*INVOLVEMENTS.names, "record_key")


def _one_per_role(rows: DataFrame) -> DataFrame:
    """Two refs of one nominal in one role on one record are one involvement, under the highest status."""
    key = list(INVOLVEMENTS.key)
    order = F.create_map(*(F.lit(item) for pair in zip(_STATUS_ORDER, range(1, 5), strict=True) for item in pair))
    rest = [name for name in INVOLVEMENTS.names if name not in key]
    best = F.max(F.struct(F.coalesce(order[F.col("status")], F.lit(0)).alias("order"), *rest)).alias("best")
    merged = rows.groupBy(*key).agg(best)
    return merged.select(*key, *(F.col(f"best.{name}").alias(name) for name in rest)).select(*INVOLVEMENTS.names)


def with_quality(rows: DataFrame, *, weights: Weights) -> DataFrame:
    """Adds quality_micro, credible and basis."""
    graded = F.col("source_system").isin(*_GRADED)
    ungraded = F.col("grading_scheme").isNull() & F.col("source_grade").isNull() & F.col("information_grade").isNull()
    grade = F.concat_ws("|", "grading_scheme", F.upper("source_grade"), F.upper("information_grade"))
    by_grade = F.create_map(*(F.lit(item) for pair in _graded_quality(weights).items() for item in pair))
    quality = weights.quality
    found = (
        F.when((F.col("source_system") == "associations") & ungraded, F.lit(to_micro(quality.ungraded_association)))
        .when(graded, by_grade[grade])
        .when(F.col("event_kind") == "CRIME", F.lit(to_micro(quality.crime)))
        .when(F.col("event_kind") == "NON_CRIME", F.lit(to_micro(quality.non_crime)))
        .when(~graded, F.lit(to_micro(quality.other)))
    )
    credible = found.isNotNull() & F.col("derived_from").isNull()
    kinds = F.create_map(*(F.lit(item) for pair in sorted(weights.basis.items()) for item in pair))
    basis = (
        F.when(F.col("derived_from").isNotNull(), F.lit("DERIVED"))
        .when((F.col("source_system") == "associations") & ~ungraded, F.lit("ASSESSMENT"))
        .when(kinds[F.col("source_system")].isNotNull(), kinds[F.col("source_system")])
    )
    return rows.withColumns(
        {
            "quality_micro": F.when(credible, found).otherwise(F.lit(0)).cast("bigint"),
            "credible": credible,
            "basis": basis,
        }
    )


def _graded_quality(weights: Weights) -> dict[str, int]:
    """scheme|source|information -> quality in micro-units, for every credible pair of grades."""

    def of_scheme(scheme: str, grades: Grades) -> dict[str, int]:
        return {
            f"{scheme}|{source}|{information}": to_micro(high * low)
            for source, high in grades.source.items()
            for information, low in grades.information.items()
        }

    return {
        key: value
        for scheme, grades in sorted(weights.grading.items())
        for key, value in of_scheme(scheme, grades).items()
    }


def _handling(weights: Weights) -> Column:
    return with_handling(
        weights.handling,
        handling_code=F.upper("handling_code"),
        action_code=F.upper("action_code"),
        sanitisation_code=F.upper("sanitisation_code"),
    )


def with_side(rows: DataFrame, *, weights: Weights) -> DataFrame:
    """Adds side. Nobody under the age of criminal responsibility stands on the offender side, and nobody on a report
    that is not credible."""
    return rows.withColumn("side", _side(side_of_role(weights), weights))


def _side(of_role: Column, weights: Weights) -> Column:
    too_young = F.coalesce(F.col("age_at_event") < weights.age.criminal_responsibility, F.lit(False))
    not_offender = (of_role == "OFFENDER") & (too_young | ~F.col("credible"))
    return F.when(not_offender, F.lit("NEUTRAL")).otherwise(of_role)


def side_of_role(weights: Weights) -> Column:
    """The side that conf/weights.yml gives the row's role, whatever the person's age and the record's grade."""
    found = F.lit(None).cast("string")
    for system, roles in sorted(weights.sides.items()):
        sides = F.lit(roles.get("ANY_OTHER")).cast("string")
        for side in sorted(set(roles.values())):
            named = sorted(role for role, of_role in roles.items() if of_role == side and role != "ANY_OTHER")
            sides = F.when(F.col("role").isin(*named), F.lit(side)).otherwise(sides) if named else sides
        found = F.when(F.col("source_system") == system, sides).otherwise(found)
    return found


def is_offender_side() -> Column:
    """On the offender side of a credible record."""
    return (F.col("side") == "OFFENDER") & F.col("credible")


def is_victim_side() -> Column:
    """A victim on a credible record."""
    return (F.col("side") == "VICTIM") & F.col("credible")


def before(day: date) -> Column:
    """Not after the day."""
    return F.col("event_date") <= F.lit(day)
