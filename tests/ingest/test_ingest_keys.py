"""source_key: one record, one key, whatever spaces stand around its references and whenever it was taken in."""

import random
from types import SimpleNamespace

import pyarrow as pa
import pytest
from pyspark.sql import functions as F

from harmnet.contracts.raw import RAW_TABLES
from harmnet.current import Keys, current_rows
from harmnet.ingest import visible_rows
from harmnet.ingest.keys import source_key, without_spaces
from typed_rows import raw_of, tuples

CRIMES = next(table for table in RAW_TABLES if table.source == "crimes")


def joined(values, *, trimmed):
    """A key in plain Python; with spaces as batches had them once, or without."""
    texts = [(value or "").strip(" ") if trimmed else value or "" for value in values]
    return "|".join(text.replace("\\", "\\\\").replace("|", "\\|") for text in texts)


@pytest.mark.parametrize("seed", range(3))
def test_new_and_old_keys_are_the_same_without_spaces(spark, seed):
    print(f"seed {seed}")
    draw = random.Random(seed)
    texts = ["", " ", "\\", "|", "a", "b c", "\n", "\t"]
    rows = [
        tuple(None if draw.random() < 0.1 else "".join(draw.choices(texts, k=draw.randint(0, 5))) for _ in range(3))
        for _ in range(2000)
    ]
    expected = [joined(row, trimmed=True) for row in rows]
    assert source_key([pa.array(column, pa.string()) for column in zip(*rows)]).to_pylist() == expected
    once = [(place, joined(row, trimmed=False)) for place, row in enumerate(rows)]
    old = spark.createDataFrame(once, "place int, source_key string")
    found = old.select("place", without_spaces(F.col("source_key")).alias("key")).collect()
    assert [row["key"] for row in sorted(found)] == expected


def test_a_record_of_an_old_batch_is_the_one_that_comes_without_spaces(spark):
    delivered = [
        {"crime_ref": " C1", "source_key": " C1", "offence_code": "1"},
        {"crime_ref": "C1", "source_key": "C1", "offence_code": "2", "batch_id": 2},
        {"crime_ref": "C2  ", "source_key": "C2  ", "batch_id": 3},
    ]
    lake = SimpleNamespace(read_raw=lambda table: raw_of(spark, table.source, delivered))
    rows = visible_rows(lake, CRIMES, [1, 2])
    assert tuples(rows, "source_key", "crime_ref") == [("C1", " C1"), ("C1", "C1")]
    assert tuples(current_rows(rows, CRIMES, Keys.of(rows)), "source_key", "offence_code", "first_batch") == [
        ("C1", "2", 1)
    ]
