"""docs/data_dictionary.md is what the contracts say today, and says it of every table and column."""

import re
from pathlib import Path

import pytest

from harmnet.contracts import TABLES, TableClass, published_type
from harmnet.contracts.raw import BATCH_COLUMNS
from harmnet.contracts.staged import STAGED, VERDICT
from harmnet.data_dictionary import markdown
from harmnet.handling import BITS

PAGE = Path(__file__).parents[1] / "docs" / "data_dictionary.md"


def section(name: str) -> str:
    return re.split(r"\n##", markdown().split(f"\n### {name}\n", 1)[1], maxsplit=1)[0]


def cells(text: str) -> list[list[str]]:
    """Cells of the rows of a section's tables, headers apart."""
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    split = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    return [row for row in split if row[0] not in ("column", "table", "bit")]


def test_the_committed_page_is_what_the_contracts_say_now():
    assert PAGE.read_text(encoding="utf-8") == markdown(), "run `make dictionary`"


def test_every_column_has_a_meaning_and_a_known_unit():
    for table in TABLES.values():
        for column in (*BATCH_COLUMNS, *table):
            assert re.fullmatch(r"\w.{2,}\.|<.*\.", column.meaning), f"{table.name}.{column.name}"
            assert column.unit in {"", "micro", "rows", "years", "sightings"}, f"{table.name}.{column.name}"
            assert column.unit == "micro" or not column.name.endswith("_micro"), f"{table.name}.{column.name}"


@pytest.mark.parametrize("table", [t for t in TABLES.values() if t not in STAGED.values()], ids=lambda t: t.name)
def test_the_page_gives_each_table_its_grain_key_and_columns_in_order(table):
    text = section(table.name)
    assert table.grain[1:] in text
    assert f"Key: {', '.join(f'`{name}`' for name in table.key)}." in text
    published = table.table_class is TableClass.RESULT
    types = [f"`{published_type(column) if published else column.type}`" for column in table]
    assert [row[:2] for row in cells(text)] == [[name, type_] for name, type_ in zip(table.names, types, strict=True)]
    for column, row in zip(table, cells(text), strict=True):
        assert all(code in row[3] for code in column.codes)
        assert column.unit in row[2] or f"In {column.unit}." in row[3]


def test_a_nominal_is_text_once_published_and_a_number_before():
    assert "| src | `string` |" in section("edges")
    assert "| src | `bigint` |" in section("graph_edges")


def test_the_columns_of_a_staged_table_can_be_put_together_from_the_page():
    rows = {row[0]: row for row in cells(section("Staged tables"))}
    for table in STAGED.values():
        _, raw, left_out, added = rows[table.name]
        left = left_out.split(", ") if left_out else []
        more = re.findall(r"(\w+) \(`", added)
        kept = [name for name in TABLES[raw].names if name not in left]
        assert [*kept, *more, *(column.name for column in VERDICT)] == list(table.names)


def test_columns_of_every_raw_table_stand_there_once():
    assert [row[0] for row in cells(section("Columns that every raw table begins with"))] == [
        column.name for column in BATCH_COLUMNS
    ]
    assert markdown().count("| batch_id |") == 2  # there, and as the key of raw_batches


def test_every_handling_bit_is_explained():
    text = markdown().split("## Handling bits", 1)[1]
    assert [(int(row[0]), row[1]) for row in cells(text)] == [(bit, code) for code, bit in BITS.items()]
    assert all(row[2] for row in cells(text))
