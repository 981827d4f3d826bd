"""source_key: the columns that identify a record, joined with |, without spaces around them.

Staging takes spaces off every value: keys that differed by them alone would be two records under one reference.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column
from pyspark.sql import functions as F

# Spaces at either end, before a |, and after one that joins: an even number of \ stands before it.
_SPACES = r"\A +| +(?=\||\z)|(?<!\\)((?:\\\\)*\|) +"


def source_key(columns: list[pa.Array]) -> pa.Array:
    """The key of delivered rows: null is empty, \\ and | inside a value have a \\ before."""
    escaped = [pc.utf8_trim(column, characters=" ") for column in columns]
    for sign in ("\\", "|"):
        escaped = [pc.replace_substring(column, pattern=sign, replacement=f"\\{sign}") for column in escaped]
    return pc.binary_join_element_wise(*escaped, "|", null_handling="replace", null_replacement="")


def without_spaces(key: Column) -> Column:
    """The same for keys of batches that were taken in when spaces were part of a key."""
    return F.when(key.contains(" "), F.regexp_replace(key, _SPACES, "$1")).otherwise(key)
