"""Who is who: person_ref -> nominal_id.

The force's own number decides where a record has one. A record without it joins the one numbered nominal with exactly
the same surname, forename, sex and known date of birth; with several such it stays apart; with none it joins other
unnumbered records of the same person, named after the person_ref that came first. Nulls never agree.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

_KEY = ("surname_key", "forename_key", "sex", "dob")


def _accents() -> tuple[str, str]:
    """Letters whose plain form is one letter, and those plain forms."""
    pairs = []
    for code in range(0xC0, min(0x2000, sys.maxunicode)):
        plain = "".join(part for part in unicodedata.normalize("NFKD", chr(code)) if not unicodedata.combining(part))
        if len(plain) == 1 and plain.isascii() and plain.isalnum():
            pairs.append((chr(code), plain))
    return "".join(letter for letter, _ in pairs), "".join(plain for _, plain in pairs)


def name_key(name: Column) -> Column:
    """A name as it is compared: accents off, upper case, only A-Z and 0-9; null when nothing is left."""
    letters, plain = _accents()
    key = F.regexp_replace(F.upper(F.translate(name, letters, plain)), "[^A-Z0-9]", "")
    return F.when(key != "", key)


def link_people(records: DataFrame) -> DataFrame:
    """One row per person_ref: person_ref, nominal_id (text), how, why.

    `records`: person_ref, nominal_ref, forename, surname, sex, dob (known or null), first_batch, in_people (false for a
    ref that only stands on events).
    """
    keyed = records.withColumns(
        {"surname_key": name_key(F.col("surname")), "forename_key": name_key(F.col("forename"))}
    )
    has_key = F.lit(True)
    for name in _KEY:
        has_key = has_key & F.col(name).isNotNull()
    numbered = keyed.where(F.col("nominal_ref").isNotNull())
    apart = keyed.where(F.col("nominal_ref").isNull())
    numbers = (
        numbered.where(has_key)
        .groupBy(*_KEY)
        .agg(F.min("nominal_ref").alias("number"), (F.min("nominal_ref") == F.max("nominal_ref")).alias("one_number"))
    )
    matched = apart.where(has_key).join(numbers, on=list(_KEY), how="left")
    unnumbered = matched.where(F.col("number").isNull())
    first = F.min(F.struct("first_batch", "person_ref")).over(Window.partitionBy(*_KEY))
    linked = [
        _linked(numbered, F.col("nominal_ref"), "FORCE_NUMBER", "the record carries the force's number"),
        _linked(
            matched.where(F.col("one_number")),
            F.col("number"),
            "JOINED_NUMBERED",
            "same surname, forename, sex and date of birth as exactly one numbered person",
        ),
        _linked(
            matched.where(~F.col("one_number")),
            F.col("person_ref"),
            "AMBIGUOUS",
            "same surname, forename, sex and date of birth as several numbered people: kept apart",
        ),
        _linked(
            unnumbered,
            first.getField("person_ref"),
            "SAME_PERSON",
            "unnumbered; records with the same surname, forename, sex and date of birth are one person",
        ),
        _linked(
            apart.where(~has_key & F.col("in_people")),
            F.col("person_ref"),
            "ALONE",
            "unnumbered, and surname, forename, sex or date of birth is not known",
        ),
        _linked(
            apart.where(~F.col("in_people")),
            F.col("person_ref"),
            "NOT_IN_PEOPLE",
            "stands on events, but no system delivered a person record",
        ),
    ]
    people = linked[0]
    for more in linked[1:]:
        people = people.unionByName(more)
    return _apart_from_numbers(people)


def _linked(rows: DataFrame, nominal_id: Column, how: str, why: str) -> DataFrame:
    return rows.select("person_ref", nominal_id.alias("nominal_id"), F.lit(how).alias("how"), F.lit(why).alias("why"))


def _apart_from_numbers(people: DataFrame) -> DataFrame:
    """Rename a nominal named after a person_ref that happens to be someone else's force number."""
    by_number = F.col("how").isin("FORCE_NUMBER", "JOINED_NUMBERED")
    numbers = people.where(F.col("how") == "FORCE_NUMBER").select("nominal_id", F.lit(True).alias("_taken")).distinct()
    clash = people.where(~by_number).join(numbers, on="nominal_id", how="left")
    renamed = F.when(F.col("_taken"), F.concat(F.lit("ref:"), F.col("nominal_id"))).otherwise(F.col("nominal_id"))
    return people.where(by_number).unionByName(clash.withColumn("nominal_id", renamed).drop("_taken"))


def number_nominals(nominal_ids: DataFrame) -> DataFrame:
    """nominal_id, idx: a dense number from 0, in byte order of the distinct ids given."""

    def number(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        found = list(batches)
        ids = pa.concat_arrays([batch.column(0) for batch in found]) if found else pa.array([], pa.string())
        ids = pc.take(ids, pc.sort_indices(ids))
        yield pa.RecordBatch.from_arrays([ids, pa.array(range(len(ids)), pa.int64())], ["nominal_id", "idx"])

    return (
        nominal_ids.select("nominal_id").distinct().repartition(1).mapInArrow(number, "nominal_id string, idx bigint")
    )
