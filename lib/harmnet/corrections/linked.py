"""Corrections in the stage `link`, after linking: a new reference to a person cannot escape them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from harmnet.corrections.register import CHECKS, HOLDING, Correction, in_force, pinned
from harmnet.corrections.resolving import Identities, Ref
from harmnet.identity import particulars
from harmnet.local_rows import local_rows
from harmnet.stage_io import StageIO

_PERSON = {"forename": "string", "surname": "string", "sex": "string", "dob": "date"}


def person_key(surname: Column, forename: Column, sex: Column, dob: Column) -> Column:
    """SHA-256 (hex) of what records of one person agree on when they are linked; null where a part is not known."""
    parts, known = particulars(surname, forename, sex, dob)
    return F.when(known, F.sha2(F.to_json(F.array(*parts)), 256))


def of_run(io: StageIO) -> tuple[Correction, ...]:
    """The corrections in force that the run was pinned with. No Spark job where there are none."""
    found = pinned(io.lake, io.recipe)
    applied = tuple(one for one in in_force(found) if one.action not in CHECKS)
    if found:
        io.progress(f"  corrections: {len(found)} up to number {found[-1].correction_id}, {len(applied)} to apply")
    return applied


class Linking:
    """What the corrections in force make of one run's linked people. `people`: of harmnet.identity.link_people;
    `records`: person records."""

    def __init__(self, corrections: Sequence[Correction], people: DataFrame, records: DataFrame) -> None:
        self.corrections = corrections
        self._spark = people.sparkSession
        self._people = people
        self.identities = Identities(refs_named(corrections, people, records), corrections)

    @cached_property
    def gone(self) -> set[str]:
        """nominal_id of people who are out of everything, safeguarding too."""
        return self._of(one for one in self._holding("everything") if one.also_safeguarding)

    def people(self) -> DataFrame:
        """Linked people as corrected: references taken off or merged, and nobody who is out of everything."""
        rows = [
            (name, self.identities.now[name], how, why) for name, (how, why) in sorted(self.identities.changed.items())
        ]
        corrected = _frame(self._spark, rows, "person_ref string, new_id string, new_how string, new_why string")
        joined = self._people.join(corrected, on="person_ref", how="left")
        new = {name: F.coalesce(f"new_{name.removeprefix('nominal_')}", name) for name in ("nominal_id", "how", "why")}
        return (
            joined.withColumns(new).where(~F.col("nominal_id").isin(*sorted(self.gone))).select(*self._people.columns)
        )

    def regraded(self, rows: DataFrame) -> DataFrame:
        """Source rows with the grades that a correction gives their records; of two the later one."""
        grades = {one.source_record: str(one.value).split() for one in self.corrections if one.action == "REGRADE"}
        if not grades:
            return rows
        names = ("grading_scheme", "source_grade", "information_grade")
        columns = "source_system string, record_ref string, " + ", ".join(f"new_{name} string" for name in names)
        new = _frame(self._spark, [(*record, *grade) for record, grade in sorted(grades.items())], columns)
        joined = rows.join(new, on=["source_system", "record_ref"], how="left")
        given = F.col("new_grading_scheme").isNotNull()
        changed = {name: F.when(given, F.col(f"new_{name}")).otherwise(F.col(name)) for name in names}
        return joined.withColumns(changed).select(*rows.columns)

    def rectified(self, known: DataFrame, numbers: DataFrame) -> DataFrame:
        """Person records (with idx) that all say what a correction says of their person; of two the later one."""
        values: dict[str, dict[str, Any]] = {}
        for one in self.corrections:
            if one.action == "RECTIFY":
                for nominal_id in self.identities.people(one):
                    values.setdefault(nominal_id, {})[str(one.field)] = one.value
        if not values:
            return known
        rows = [
            (nominal_id, *(name in said for name in _PERSON), *(said.get(name) for name in _PERSON))
            for nominal_id, said in sorted(values.items())
        ]
        columns = [f"said_{name} boolean" for name in _PERSON] + [f"new_{name} string" for name in _PERSON]
        new = _frame(self._spark, rows, ", ".join(["nominal_id string", *columns]))
        new = new.join(numbers, on="nominal_id", how="inner").drop("nominal_id")
        joined = known.join(F.broadcast(new), on="idx", how="left")
        changed = {
            name: F.when(F.col(f"said_{name}"), F.col(f"new_{name}").cast(type_)).otherwise(F.col(name))
            for name, type_ in _PERSON.items()
        }
        # What is right is not doubted for being an event's date.
        changed["doubted_dob"] = F.when(F.coalesce("said_dob", F.lit(False)), None).otherwise(F.col("doubted_dob"))
        return joined.withColumns(changed).select(*known.columns)

    def held(self, numbers: DataFrame) -> DataFrame:
        """The held_out table. `numbers`: nominal_id, idx. A network is the people who were in it, one row each."""
        rows = []
        for one in self._holding("everything", "theme", "tie", "network"):
            kind, name = one.scope
            theme = name.rpartition("-")[0] if kind == "network" else name if kind == "theme" else None
            others = sorted(self.identities.others(one)) if kind in ("tie", "network") else [None]
            for nominal_id in sorted(self.identities.people(one)):
                rows += [
                    (one.correction_id, nominal_id, kind.upper(), theme, other, one.also_safeguarding)
                    for other in others
                    if other != nominal_id
                ]
        schema = "correction_id bigint, nominal_id string, scope string, theme string, other_id string"
        found = _frame(self._spark, rows, f"{schema}, also_safeguarding boolean")
        other = numbers.select(F.col("nominal_id").alias("other_id"), F.col("idx").alias("other_idx"))
        named = found.join(numbers, on="nominal_id", how="inner").join(other, on="other_id", how="left")
        # Someone named who is in no record any more is tied to nobody.
        return named.where(F.col("other_id").isNull() | F.col("other_idx").isNotNull())

    def involved(self, involvements: DataFrame, numbers: DataFrame) -> DataFrame:
        """Involvements without the records taken off a person, and with no offender side of who is held out of
        everything, or as a member of a listed group: they stay on the record as someone under ten does."""
        rows = involvements
        off = self._records_off()
        if off:
            schema = "nominal_id string, source_system string, record_ref string"
            taken = _frame(self._spark, off, schema).join(numbers, on="nominal_id", how="inner").drop("nominal_id")
            rows = rows.join(F.broadcast(taken), on=["idx", "source_system", "record_ref"], how="left_anti")
        everything = self._of(self._holding("everything"))
        listed = [
            (nominal_id, one.scope[1]) for one in self._holding("group") for nominal_id in self.identities.people(one)
        ]
        if everything or listed:
            schema = "nominal_id string, listed_in string"
            apart = [*((nominal_id, None) for nominal_id in everything), *listed]
            sides = _frame(self._spark, sorted(apart, key=str), schema).join(numbers, on="nominal_id", how="inner")
            sides = sides.groupBy("idx").agg(
                F.max(F.col("listed_in").isNull()).alias("always"), F.collect_set("listed_in").alias("groups")
            )
            joined = rows.join(F.broadcast(sides), on="idx", how="left")
            member = (F.col("source_system") == "groups") & F.array_contains("groups", F.col("event_id"))
            no_offender = (F.col("side") == "OFFENDER") & F.coalesce(F.col("always") | member, F.lit(False))
            rows = joined.withColumn("side", F.when(no_offender, F.lit("NEUTRAL")).otherwise(F.col("side")))
        return rows.select(*involvements.columns)

    def _records_off(self) -> list[tuple[str, str, str]]:
        found = [one for one in self.corrections if one.action == "UNLINK" and one.record is not None]
        return [(nominal_id, *one.source_record) for one in found for nominal_id in sorted(self.identities.people(one))]

    def _holding(self, *kinds: str) -> list[Correction]:
        return [one for one in self.corrections if one.action in HOLDING and one.scope[0] in kinds]

    def _of(self, corrections: Iterable[Correction]) -> set[str]:
        return set().union(*(self.identities.people(one) for one in corrections))


def refs_named(corrections: Sequence[Correction], people: DataFrame, records: DataFrame | None) -> list[Ref]:
    """Every reference of everyone whom the corrections name by id, reference or (with `records`) by key."""
    ids = {name for one in corrections for name in (one.nominal_id, *one.others) if name is not None}
    refs = {name for one in corrections for name in (*one.refs, *one.other_refs, one.person_ref) if name is not None}
    keys = {key for one in corrections for key in one.keys}
    rows = people.select("person_ref", "nominal_id", "how", F.lit(None).cast("string").alias("key"))
    if keys and records is not None:
        key = person_key(*(F.col(name) for name in ("surname", "forename", "sex", "dob")))
        keyed = records.select("person_ref", key.alias("key")).where(F.col("key").isin(*sorted(keys)))
        rows = rows.drop("key").join(F.broadcast(keyed), on="person_ref", how="left")
    named = _in("nominal_id", ids) | _in("person_ref", refs) | F.col("key").isNotNull()
    linked = {row["nominal_id"] for row in rows.where(named).select("nominal_id").distinct().collect()}
    found = rows.where(_in("nominal_id", linked)).select("person_ref", "nominal_id", "how", "key").collect()
    return [Ref(**row.asDict()) for row in found]


def _in(column: str, values: Collection[str]) -> Column:
    return F.col(column).isin(*sorted(values)) if values else F.lit(False)


def _frame(spark: SparkSession, rows: list[Any], schema: str) -> DataFrame:
    return F.broadcast(local_rows(spark, rows, schema))
