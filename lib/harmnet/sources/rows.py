"""The one form in which every source system hands over who was on what, before identity is known."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

COLUMNS: dict[str, str] = {
    "person_ref": "string",
    "source_system": "string",
    "event_kind": "string",
    "event_id": "string",
    "record_ref": "string",
    "role": "string",
    "kind": "string",
    "status": "string",
    "event_date": "date",
    "from_date": "date",
    "to_date": "date",
    "crime_ref": "string",
    "offence_code": "string",
    "offence_code_system": "string",
    "flags": "array<string>",
    "words": "array<string>",
    "area_code": "string",
    "times": "int",
    "grading_scheme": "string",
    "source_grade": "string",
    "information_grade": "string",
    "handling_code": "string",
    "action_code": "string",
    "sanitisation_code": "string",
    "derived_from": "string",
    "release_due": "date",
}


def source_rows(frame: DataFrame, **given: Column | str) -> DataFrame:
    """One row per person, record and role, in COLUMNS: text values are constants, columns not given are null."""
    unknown = set(given) - set(COLUMNS)
    if unknown:
        raise ValueError(f"not columns of a source row: {', '.join(sorted(unknown))}")
    values = {name: F.lit(value) if isinstance(value, str) else value for name, value in given.items()}
    return frame.select(*(values.get(name, F.lit(None)).cast(type_).alias(name) for name, type_ in COLUMNS.items()))
