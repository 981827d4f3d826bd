"""People: the person records of every source system."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from harmnet.sources.checks import Context, Rules


def _cannot_be_a_birthday(context: Context) -> Column:
    # Systems write 1900-01-01 and the like where the date of birth was never asked for.
    defaults = [F.lit(day).cast("date") for day in context.ages.unknown_dates_of_birth]
    return F.col("dob").isin(*defaults) | (F.col("dob") > F.lit(context.as_of))


RULES = {"people": Rules(doubtful=(("dob", "NOT_A_BIRTHDAY", _cannot_be_a_birthday),))}
