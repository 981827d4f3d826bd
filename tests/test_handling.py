"""Handling codes: which restriction of several applies."""

import itertools

import pytest
from pyspark.sql import functions as F

from harmnet.handling import BITS, in_words, shown, with_handling
from typed_rows import SHIPPED, by_column, frame_of, tuples

CODES = {"handling_code": "string", "action_code": "string", "sanitisation_code": "string"}


def handled(spark, *rows):
    rows = [dict(zip(CODES, row, strict=True)) for row in rows]
    bits = with_handling(SHIPPED.weights.handling, **{name: F.col(name) for name in CODES})
    return frame_of(spark, CODES, rows).withColumn("bits", bits).withColumn("shown", F.expr(shown("bits")))


def test_codes_of_either_scheme_are_read_and_a_missing_one_is_the_default(spark):
    read = {
        ("P", "A1", "S1"): "P A1 S1",
        ("C", "A3", "S2"): "C A3 S2",
        ("C", None, None): "C A3 S1",
        (None, "A2", None): "P A2 S1",
        (None, None, None): "P A3 S1",
        ("Q", "A9", "S3"): "P A3 S1",
        ("1", None, None): "P A3 S1",
        ("2", None, None): "P A2 S1",
        ("3", None, None): "P A2 S2",
        ("4", None, None): "C A2 S2",
        ("5", None, None): "C A1 S2",
    }
    assert {row[:3]: row[3] for row in tuples(handled(spark, *read), *CODES, "shown")} == read


def test_of_any_two_records_the_most_restrictive_code_of_each_kind_applies(spark):
    order = {"P": 0, "C": 1, "A3": 0, "A2": 1, "A1": 2, "S1": 0, "S2": 1}
    codes = list(itertools.product("PC", ("A1", "A2", "A3"), ("S1", "S2")))
    expected, rows = {}, []
    one = handled(spark, *codes).localCheckpoint()
    other = one.select(*(F.col(name).alias(f"other_{name}") for name in one.columns))
    for a, b in itertools.product(codes, codes):
        expected[a, b] = " ".join(max(pair, key=order.get) for pair in zip(a, b, strict=True))
    both = one.crossJoin(other).withColumn("both", F.expr(shown("(bits | other_bits)")))
    rows = both.select(*CODES, *(f"other_{name}" for name in CODES), "both").collect()
    assert {(tuple(row[:3]), tuple(row[3:6])): row[6] for row in rows} == expected
    assert len(expected) == 144


def test_bit_or_over_many_records_is_their_most_restrictive_handling(spark):
    rows = handled(spark, ("P", "A3", "S1"), ("1", None, None), ("P", "A2", "S2"), ("C", "A3", "S1"))
    together = rows.agg(F.bit_or("bits").alias("bits")).select(
        F.lit("all").alias("of"), F.expr(shown("bits")).alias("shown")
    )
    assert by_column(together, "of", "shown") == {"all": "C A2 S2"}


@pytest.mark.parametrize("code", sorted(BITS))
def test_every_code_has_a_bit_of_its_own(code):
    assert bin(BITS[code]).count("1") == 1
    assert [other for other, bit in BITS.items() if bit == BITS[code]] == [code]


def test_a_number_is_told_in_the_same_words_as_a_column(spark):
    rows = by_column(
        spark.range(sum(BITS.values()) + 1).withColumn("shown", F.expr(shown("CAST(id AS INT)"))), "id", "shown"
    )
    assert {bits: in_words(bits) for bits in rows} == rows
