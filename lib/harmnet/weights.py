"""The weight of one record for one pair, once, in integers.

weight = floor(times x base x quality x decay / (10^12 x (n - 1))), base, quality and decay in micro-units,
decay = round_half_even(10^6 x 0.5^(age_days / half_life_days)). Floors nest, so the division by 10^12 is done first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from harmnet.config import MICRO, Tie, to_micro
from harmnet.local_rows import local_rows


def decay_table(half_life_days: int, max_age_days: int) -> list[int]:
    """Decay in micro-units for an age of 0, 1, ... max_age_days days."""
    with localcontext() as exact:
        exact.prec = 60
        daily = (Decimal("0.5").ln() / half_life_days).exp()
        table, value = [], Decimal(MICRO)
        for _ in range(max_age_days + 1):
            table.append(int(value.to_integral_value(ROUND_HALF_EVEN)))
            value *= daily
        return table


def _decays(spark: SparkSession, ties: Mapping[str, Tie], as_of: date) -> DataFrame:
    """tie, event_date, decay_micro: one row per tie that fades and day it reaches back."""
    rows = [
        (name, age, decay)
        for name, tie in sorted(ties.items())
        if tie.half_life_days is not None and tie.max_age_days is not None
        for age, decay in enumerate(decay_table(tie.half_life_days, tie.max_age_days))
    ]
    frame = local_rows(spark, rows, "tie string, age_days int, decay_micro bigint")
    return frame.select("tie", F.date_sub(F.lit(as_of), F.col("age_days")).alias("event_date"), "decay_micro")


def base_micro(ties: Mapping[str, Tie]) -> Column:
    """Base of the row's tie in micro-units, by its `kind` where conf names bases by kind."""
    bases = {f"{name}|": to_micro(tie.base) for name, tie in sorted(ties.items())}
    for name, tie in sorted(ties.items()):
        bases |= {f"{name}|{kind}": to_micro(base) for kind, base in sorted((tie.base_by_kind or {}).items())}
    table = F.create_map(*(F.lit(item) for pair in bases.items() for item in pair))
    return F.coalesce(table[F.concat_ws("|", "tie", "kind")], table[F.concat(F.col("tie"), F.lit("|"))]).cast("bigint")


def with_weight(rows: DataFrame, *, ties: Mapping[str, Tie], as_of: date) -> DataFrame:
    """Adds base_micro, decay_micro and weight_micro: what one record weighs for each of its pairs.

    `rows` carry tie, kind, event_date (never after as_of), quality_micro, times and n.
    """
    decays = F.broadcast(_decays(rows.sparkSession, ties, as_of))
    fading = [name for name, tie in ties.items() if tie.half_life_days is not None]
    joined = rows.join(decays, on=["tie", "event_date"], how="left")
    decay = F.coalesce("decay_micro", F.when(F.col("tie").isin(*fading), F.lit(0)).otherwise(F.lit(MICRO)))
    joined = joined.withColumns({"base_micro": base_micro(ties), "decay_micro": decay.cast("bigint")})
    # Decimals: times x base x quality x decay passes 2^63 from about nine sightings on.
    product = "cast(times * base_micro as decimal(19,0)) * cast(quality_micro * decay_micro as decimal(19,0))"
    return joined.withColumn("weight_micro", F.expr(f"({product}) div 1000000000000 div (n - 1)"))
