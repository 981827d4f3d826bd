"""docs/extracts.md names the columns of the raw contracts, and its sample rows are rows of the ten people."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from harmnet.contracts.raw import RAW_TABLES, SYSTEMS
from oracle.extract import COLUMNS, KEYS

GOLDEN = Path(__file__).parent
PAGE = (GOLDEN.parents[1] / "docs" / "extracts.md").read_text(encoding="utf-8")
FORMATS = {
    "text": "string",
    "date": "date",
    "instant": "timestamp",
    "list": "array<string>",
    "true, false": "boolean",
    "whole number": "int",
}
by_table = pytest.mark.parametrize("table", RAW_TABLES, ids=lambda table: table.source)


def section(name: str) -> str:
    """What the page says under the heading of one table."""
    return re.split(r"\n##", PAGE.split(f"\n### {name}\n")[1])[0]


@by_table
def test_the_page_lists_the_columns_of_the_contract(table):
    text = section(table.source)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    listed = [(name, FORMATS[form], needed == "yes") for name, form, needed, _ in rows[1:]]
    assert listed == [(column.name, column.type, column.required) for column in table]
    assert f"Key: {', '.join(f'`{name}`' for name in table.key)}." in text
    for column, row in zip(table, rows[1:], strict=True):
        assert all(code in row[3] for code in column.codes)


@by_table
def test_each_table_has_two_sample_rows_from_the_ten_people(table):
    lines = section(table.source).split("```")[1].strip().splitlines()
    if table.source == "intelligence":
        samples = [json.loads(line) for line in lines]
        delivered = [json.loads(line) for line in (GOLDEN / "extracts/intelligence.jsonl").open(encoding="utf-8")]
    else:
        assert next(csv.reader(lines)) == list(table.names)
        samples = list(csv.DictReader(io.StringIO("\n".join(lines))))
        delivered = list(csv.DictReader((GOLDEN / f"extracts/{table.source}.csv").open(encoding="utf-8", newline="")))
    assert len(samples) == 2
    assert all(row in delivered for row in samples)


def test_the_page_has_every_system_and_its_tables_in_order():
    headings = re.findall(r"^### (\w+)$", PAGE, flags=re.MULTILINE)
    assert headings == [table.source for tables in SYSTEMS.values() for table in tables]


def test_the_oracle_reads_the_columns_and_keys_of_the_contracts():
    assert {table.source: table.names for table in RAW_TABLES} == COLUMNS
    assert {table.source: table.key for table in RAW_TABLES} == KEYS
