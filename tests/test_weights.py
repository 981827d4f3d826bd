"""The weight formula, factor by factor."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmnet.config import load_settings
from harmnet.weights import decay_table, with_weight

AS_OF = date(2026, 6, 30)


@given(half_life=st.integers(1, 4000), age=st.integers(0, 4000))
def test_decay_is_the_nearest_millionth_of_a_half_to_the_age_over_the_half_life(half_life, age):
    decay = decay_table(half_life, age)[age]
    # (decay - 1/2) <= 10^6 x 2^(-age/half_life) <= (decay + 1/2), raised to the half-life: exact integers.
    scaled = Fraction(10**6) ** half_life / Fraction(2) ** age
    assert (
        max(Fraction(2 * decay - 1, 2), Fraction(0)) ** half_life <= scaled <= Fraction(2 * decay + 1, 2) ** half_life
    )


def test_decay_is_whole_today_and_half_after_one_half_life():
    assert decay_table(1095, 2190)[::1095] == [1_000_000, 500_000, 250_000]


def weigh(spark, *rows):
    schema = "tie string, kind string, event_date date, quality_micro bigint, times int, n int"
    frame = with_weight(spark.createDataFrame(rows, schema), ties=load_settings().ties, as_of=AS_OF)
    return {
        tuple(row[name] for name in ("tie", "kind", "event_date", "times", "n")): row["weight_micro"]
        for row in frame.collect()
    }


def test_weights_at_the_boundaries(spark):
    found = weigh(
        spark,
        ("co_offending", None, AS_OF, 1_000_000, 1, 2),
        ("co_offending", None, AS_OF, 1_000_000, 1, 4),
        ("co_offending", None, date(2016, 7, 2), 1_000_000, 1, 2),
        ("co_offending", None, date(2016, 7, 1), 1_000_000, 1, 2),
        ("recorded_association", None, AS_OF, 1_000_000, 1_000_000, 2),
        ("family", None, date(1990, 1, 1), 1_000_000, 1, 2),
        ("same_group", "USG", AS_OF, 1_000_000, 1, 3),
        ("co_reported", None, AS_OF, 720_000, 1, 3),
    )
    assert found == {
        ("co_offending", None, AS_OF, 1, 2): 1_000_000,
        ("co_offending", None, AS_OF, 1, 4): 333_333,
        ("co_offending", None, date(2016, 7, 2), 1, 2): 99_213,
        ("co_offending", None, date(2016, 7, 1), 1, 2): 0,
        ("recorded_association", None, AS_OF, 1_000_000, 2): 300_000_000_000,
        ("family", None, date(1990, 1, 1), 1, 2): 300_000,
        ("same_group", "USG", AS_OF, 1, 3): 150_000,
        ("co_reported", None, AS_OF, 1, 3): 180_000,
    }


@pytest.mark.parametrize("tie", sorted(load_settings().ties))
def test_every_tie_that_fades_has_a_last_day(tie):
    settings = load_settings().ties[tie]
    assert (settings.half_life_days is None) == (settings.max_age_days is None) == (tie == "family")
