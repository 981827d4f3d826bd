"""Who is who: person_ref -> nominal_id.

The force's own number decides where a record has one. A record without it joins the one numbered nominal with exactly
the same surname, forename, sex and known date of birth; with several such it stays apart; with none it joins other
unnumbered records of the same person, named after the person_ref that came first. Nulls never agree.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable
from functools import reduce
from operator import and_

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from harmnet.checkpoints import let_go
from harmnet.joining import to_everyone

WHY = {
    "FORCE_NUMBER": "the record carries the force's number",
    "JOINED_NUMBERED": "same surname, forename, sex and date of birth as exactly one numbered person",
    "AMBIGUOUS": "same surname, forename, sex and date of birth as several numbered people: kept apart",
    "SAME_PERSON": "unnumbered; records with the same surname, forename, sex and date of birth are one person",
    "ALONE": "unnumbered, and surname, forename, sex or date of birth is not known",
    "NOT_IN_PEOPLE": "stands on events, but no system delivered a person record",
}
"""How a record came to its nominal, and that in words."""


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
    # Most names are plain letters, which is seen in a tenth of the time that taking everything else off needs.
    key = F.when(name.rlike(r"\A[A-Za-z0-9]*\z"), F.upper(name)).otherwise(
        F.regexp_replace(F.upper(F.translate(name, letters, plain)), "[^A-Z0-9]", "")
    )
    return F.when(key != "", key)


def particulars(surname: Column, forename: Column, sex: Column, dob: Column) -> tuple[list[Column], Column]:
    """What records of one person agree on, as text, and whether all of it is known: nulls never agree."""
    parts = [name_key(surname), name_key(forename), sex, dob.cast("string")]
    return parts, reduce(and_, (part.isNotNull() for part in parts))


def link_people(records: DataFrame) -> DataFrame:
    """The records, one row per person_ref, with nominal_id (text), how and why.

    `records`: person_ref, nominal_ref, forename, surname, sex, dob (known or null), first_batch, in_people (false for a
    ref that only stands on events). They are worked out once; what comes back is cheap to read again.
    """
    parts, known = particulars(*(F.col(name) for name in ("surname", "forename", "sex", "dob")))
    keyed = records.withColumn("_key", F.when(known, F.concat_ws("|", *parts)))
    # A number in front of the text it comes from: sorting by text alone compares most names letter by letter.
    hashed = F.when(F.col("_key").isNotNull(), F.xxhash64("_key"))
    keyed = keyed.withColumn("_hash", hashed).localCheckpoint()
    no_number = F.col("nominal_ref").isNull()
    same = Window.partitionBy("_hash", "_key")
    found = {
        "_number": F.min("nominal_ref").over(same),
        "_other_number": F.max("nominal_ref").over(same),
        "_first": F.min(F.when(no_number, F.struct("first_batch", "person_ref"))).over(same)["person_ref"],
    }
    # A record with a number needs no other: it meets those without one alone.
    wanted = to_everyone(
        keyed.where(no_number & F.col("_hash").isNotNull()).select("_hash").distinct().localCheckpoint()
    )
    agreeing = keyed.join(wanted, on="_hash", how="left_semi").withColumns(found)
    alone = keyed.join(wanted, on="_hash", how="left_anti")
    nothing = {name: F.lit(None).cast("string") for name in found}
    rows = agreeing.unionByName(alone.withColumns(nothing))
    rows = rows.withColumn("how", _how()).withColumn("nominal_id", _named_after())
    linked = rows.select(*records.columns, "nominal_id", "how").localCheckpoint()
    let_go(keyed)
    why = F.create_map(*(F.lit(text) for pair in WHY.items() for text in pair))
    return _apart_from_numbers(linked).withColumn("why", why[F.col("how")])


def _how() -> Column:
    """A word of WHY: how a record with its key's numbers came to its nominal."""
    return (
        F.when(F.col("nominal_ref").isNotNull(), F.lit("FORCE_NUMBER"))
        .when(F.col("_number") == F.col("_other_number"), F.lit("JOINED_NUMBERED"))
        .when(F.col("_number").isNotNull(), F.lit("AMBIGUOUS"))
        .when(F.col("_key").isNotNull(), F.lit("SAME_PERSON"))
        .when(F.col("in_people"), F.lit("ALONE"))
        .otherwise(F.lit("NOT_IN_PEOPLE"))
    )


def _named_after() -> Column:
    return (
        F.when(F.col("how") == "FORCE_NUMBER", F.col("nominal_ref"))
        .when(F.col("how") == "JOINED_NUMBERED", F.col("_number"))
        .when(F.col("how") == "SAME_PERSON", F.col("_first"))
        .otherwise(F.col("person_ref"))
    )


def _apart_from_numbers(people: DataFrame) -> DataFrame:
    """Rename a nominal named after a person_ref that happens to be someone else's force number."""
    by_number = F.col("how").isin("FORCE_NUMBER", "JOINED_NUMBERED")
    numbers = people.where(F.col("how") == "FORCE_NUMBER").select("nominal_id").distinct()
    taken = people.where(~by_number).select("nominal_id").distinct().join(numbers, on="nominal_id", how="left_semi")
    taken = taken.withColumn("_taken", F.lit(True)).localCheckpoint()
    clash = people.join(to_everyone(taken), on="nominal_id", how="left")
    renamed = F.when(F.col("_taken") & ~by_number, F.concat(F.lit("ref:"), F.col("nominal_id")))
    return clash.withColumn("nominal_id", F.coalesce(renamed, F.col("nominal_id"))).select(*people.columns)


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
