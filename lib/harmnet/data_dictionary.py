"""The data dictionary as a page, made from the contracts.

python -m harmnet.data_dictionary > docs/data_dictionary.md
"""

from __future__ import annotations

import sys

from harmnet.contracts import REGISTRY_TABLES, RESULT_TABLES, WORK_TABLES, Column, Table, published_type
from harmnet.contracts.raw import BATCH_COLUMNS, RAW_TABLES
from harmnet.contracts.staged import STAGED, VERDICT
from harmnet.handling import BITS
from harmnet.stages import WRITTEN_BY

_HANDLING = {
    "P": "handling: lawful sharing permitted",
    "C": "handling: lawful sharing permitted with conditions",
    "A3": "action: overt use",
    "A2": "action: covert use",
    "A1": "action: covert development",
    "S1": "sanitisation: delegated authority",
    "S2": "sanitisation: consult the originator",
}

_HEAD = """# Data dictionary

Every table of a lake: what one row is, its key, its columns. This page is generated from `lib/harmnet/contracts/`;
after a change there run `make dictionary`. A test holds the two together.

- **micro** is a whole number of millionths: 1,000,000 is 1.0. Such sums are exact and do not depend on order.
- Ids and codes are text. Dates are days (UTC), timestamps instants (UTC).
- A person is `nominal_id`, text, in published tables. While a refresh runs the same column holds `idx`, a number, and
  so do the columns `idx` of WORK tables; `nominal_ids` translates.

| class | what it holds | where in the lake |
|---|---|---|
| [RAW](#raw) | what the force delivered, batch by batch; append-only Delta | `raw/<table>` |
| [WORK](#work) | what stages hand on; plain Parquet | `_work/<recipe_hash>/<stage>/<table>` |
| [RESULT](#result) | what was published; Delta, one partition for each snapshot | `results/<table>` |
| [REGISTRY](#registry) | which batches, recipes, runs and snapshots exist; Delta | `registry/<table>` |
"""

_RAW = """## RAW

Every value is kept as the text that was delivered (lists as lists of text), so that a bad date reaches quarantine and
is not lost on the way in. *Read as* is what the stage `stage` makes of it. A row without a *needed* value is
quarantined; another value that cannot be read becomes null and is noted in `staged_issues`.

### Columns that every raw table begins with

"""

_STAGED = """### Staged tables

Each raw table has a staged form, written by stage `stage`: one row per record current at known_at, the columns typed as
*read as* says above without free text and address, and the verdict on the row at the end. Key: `source_key`.

"""

_RESULT = """## RESULT

Each of these tables has one more column, `snapshot_id` (string), its partition. Names and dates of birth are columns of
`nominal_names` alone; `quarantine` and `staged_issues` hold values as the sources have them, whatever they are, and are
for the people who mend the sources. Analysts read the `pub_` views: [reading_results.md](reading_results.md).
"""

_HANDLING_HEAD = """## Handling bits

Columns `handling` hold the restrictions of all records behind a row, each code as one bit, so that those of many
records are put together with a bitwise or. Of each group the most restrictive code that is set applies: C over P, A1
over A2 over A3, S2 over S1. The `pub_` views say it in words, for example `C A1 S2`. A record without codes counts as
`weights.handling.default`, old 5x5x5 codes as `weights.handling.from_5x5x5` of `conf/weights.yml`.

| bit | code | meaning |
|---|---|---|
"""


def markdown() -> str:
    """The page docs/data_dictionary.md: every table by class, its grain, key and columns, then the handling bits."""
    staged = set(STAGED.values())
    work = tuple(table for table in WORK_TABLES if table not in staged)
    sections = [
        _HEAD,
        _RAW + _columns(BATCH_COLUMNS),
        *(_raw(table) for table in RAW_TABLES),
        f"## WORK\n\n[Staged tables](#staged-tables), {_links(work)}\n",
        _STAGED + _staged_tables() + "\nThe verdict:\n\n" + _columns(VERDICT),
        *(_section(table) for table in work),
        f"{_RESULT}\n{_links(RESULT_TABLES)}\n",
        *(_section(table, published=True) for table in RESULT_TABLES),
        f"## REGISTRY\n\n{_links(REGISTRY_TABLES)}\n",
        *(_section(table) for table in REGISTRY_TABLES),
        _HANDLING_HEAD + "\n".join(f"| {bit} | {code} | {_HANDLING[code]} |" for code, bit in BITS.items()) + "\n",
    ]
    return "\n".join(sections)


def _links(tables: tuple[Table, ...]) -> str:
    return ", ".join(f"[{table.name}](#{table.name})" for table in tables)


def _columns(columns: tuple[Column, ...], *, published: bool = False) -> str:
    lines = ["| column | type | unit | meaning |", "|---|---|---|---|"]
    for column in columns:
        type_ = published_type(column) if published else column.type
        lines.append(f"| {column.name} | `{type_}` | {column.unit} | {_meaning(column)} |")
    return "\n".join(lines) + "\n"


def _raw(table: Table) -> str:
    lines = ["| column | read as | needed | meaning |", "|---|---|---|---|"]
    for column in table:
        unit = f" In {column.unit}." if column.unit else ""
        needed = "yes" if column.required else ""
        lines.append(f"| {column.name} | `{column.type}` | {needed} | {_meaning(column)}{unit} |")
    return _title(table) + "\n" + "\n".join(lines) + "\n"


def _section(table: Table, *, published: bool = False) -> str:
    return _title(table) + "\n" + _columns(table.columns, published=published)


def _title(table: Table) -> str:
    """Heading, grain, key and the stage that writes the table."""
    key = ", ".join(f"`{name}`" for name in table.key)
    stage = WRITTEN_BY.get(table.name)
    written = f" Written by stage `{stage}`." if stage else ""
    return f"### {table.name}\n\n{table.grain[0].upper()}{table.grain[1:]}. Key: {key}.{written}\n"


def _staged_tables() -> str:
    lines = ["| table | from | columns left out | columns added |", "|---|---|---|---|"]
    for raw in RAW_TABLES:
        staged = STAGED[raw.source]
        left_out = ", ".join(column.name for column in raw if column not in staged.columns)
        added = [column for column in staged if column not in (*raw.columns, *VERDICT)]
        told = "; ".join(f"{column.name} (`{column.type}`): {_meaning(column)}" for column in added)
        lines.append(f"| {staged.name} | {raw.name} | {left_out} | {told} |")
    return "\n".join(lines) + "\n"


def _meaning(column: Column) -> str:
    codes = f" One of {', '.join(column.codes)}." if column.codes else ""
    return _cell(column.meaning) + codes


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    sys.stdout.write(markdown())
