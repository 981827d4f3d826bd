"""The staged tables: one row per record current at known_at, columns typed, free text reduced to keywords.

A row with `reason` set is quarantined: it stays in the file so that rows in = staged + quarantined is a count of one
file, and `harmnet.sources.checks.only_staged` leaves it out for everyone who reads on.
"""

from __future__ import annotations

from harmnet.contracts.model import Column, Table, TableClass
from harmnet.contracts.raw import RAW_TABLES, TEXT

FREE_TEXT = {"mo_text", "text", "detail"}
NOT_STAGED = FREE_TEXT | {"address"}
WORDS = Column(
    "words", "array<string>", "Keywords of conf/themes.yml found in the free text, sorted; the text is dropped."
)
FIRST_BATCH = Column("first_batch", "bigint", "First batch that delivered this record.")
VERDICT = (
    Column("source_key", "string", "The record's own key."),
    Column("reason", "string", "Why the row is quarantined; null where it is staged."),
    Column("detail", "string", "What was found, for a quarantined row."),
    Column("raw_row", "string", "The raw row as JSON without its free text, for a quarantined row."),
    Column("issues", "array<struct<field:string,issue:string,found:string>>", "Bad optional fields of a staged row."),
)


def staged_table(raw: Table) -> Table:
    """The staged form of a raw table: columns typed, free text replaced by `words`, and the verdict on the row."""
    columns = tuple(column for column in raw.columns if column.name not in NOT_STAGED)
    if FREE_TEXT & set(raw.names):
        columns += (WORDS,)
    if raw.source == "people":
        columns += (FIRST_BATCH,)
    grain = f"{raw.grain}, current at known_at"
    return Table(f"stg_{raw.source}", TableClass.WORK, grain, ("source_key",), (*columns, *VERDICT), source=raw.source)


STAGED: dict[str, Table] = {raw.source: staged_table(raw) for raw in RAW_TABLES}

QUARANTINE = Table(
    "quarantine",
    TableClass.RESULT,
    "one row per record current at known_at that could not be used",
    ("source", "source_key"),
    (
        Column("source", TEXT, "Raw table, without raw_."),
        Column("source_key", TEXT, "The record's own key."),
        Column("reason", TEXT, "One word per rule, for example NO_EVENT_DATE."),
        Column("detail", TEXT, "What was found."),
        Column("raw_row", TEXT, "The raw row as JSON."),
    ),
)

STAGED_ISSUES = Table(
    "staged_issues",
    TableClass.RESULT,
    "one row per bad optional field of a record that was staged all the same",
    ("source", "source_key", "field", "issue"),
    (
        Column("source", TEXT, "Raw table, without raw_."),
        Column("source_key", TEXT, "The record's own key."),
        Column("field", TEXT, "Column that was set to null or is doubtful."),
        Column("issue", TEXT, "One word per rule, for example UNKNOWN_CODE."),
        Column("found", TEXT, "The value that was found."),
    ),
)

STAGED_COUNTS = Table(
    "staged_counts",
    TableClass.RESULT,
    "one row per raw table",
    ("source",),
    (
        Column("source", TEXT, "Raw table, without raw_."),
        Column("raw_rows", "bigint", "Rows in the batches up to known_at.", unit="rows"),
        Column("superseded", "bigint", "Rows that a later row of the same key replaced.", unit="rows"),
        Column("deleted", "bigint", "Rows whose last word is DELETE.", unit="rows"),
        Column("current", "bigint", "Rows current at known_at: raw - superseded - deleted.", unit="rows"),
        Column("staged", "bigint", "Rows staged.", unit="rows"),
        Column("quarantined", "bigint", "Rows quarantined: current - staged.", unit="rows"),
    ),
)

PROFILE = Table(
    "profile",
    TableClass.RESULT,
    "one row per raw table and column",
    ("source", "field"),
    (
        Column("source", TEXT, "Raw table, without raw_."),
        Column("field", TEXT, "Column."),
        Column("rows", "bigint", "Rows current at known_at.", unit="rows"),
        Column("missing", "bigint", "Rows without a value.", unit="rows"),
        Column("codes", "bigint", "Distinct values, for coded columns; else null."),
        Column("earliest", TEXT, "Smallest date, for dates; else null."),
        Column("latest", TEXT, "Largest date, for dates; else null."),
    ),
)
