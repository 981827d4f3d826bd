"""Keywords in free text: whole words, case-blind, found by one RE2 pass; the text is dropped right after."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def _pattern(words: Sequence[str]) -> str:
    phrases = [r"\s+".join(re.escape(part) for part in word.split()) for word in words]
    return r"(?i)\b(?:" + "|".join(phrases) + r")\b"


def find_words(texts: pa.Array, words: Sequence[str]) -> list[list[str] | None]:
    """For each text the words found in it, in the order of `words`; None where there is none."""
    found: list[list[str] | None] = [None] * len(texts)
    if not words:
        return found
    hit = pc.fill_null(pc.match_substring_regex(texts, pattern=_pattern(words)), False)
    places = pc.indices_nonzero(hit).to_pylist()
    hits = texts.take(pa.array(places, pa.int64()))
    for word in words:
        for place, here in zip(
            places, pc.match_substring_regex(hits, pattern=_pattern([word])).to_pylist(), strict=True
        ):
            if here:
                found[place] = [*(found[place] or []), word]
    return found


def with_words(rows: DataFrame, texts: Sequence[str], words: Sequence[str]) -> DataFrame:
    """The rows with `words` (array of the keywords found, sorted; null where none) in place of the free text."""
    if not texts:
        return rows
    wanted = tuple(sorted(words))

    @F.pandas_udf("array<string>")  # type: ignore[call-overload]
    def search(series: pd.Series) -> pd.Series:
        return pd.Series(find_words(pa.array(series, pa.string(), from_pandas=True), wanted), dtype=object)

    return rows.withColumn("words", search(F.concat_ws("\n", *texts))).drop(*texts)
