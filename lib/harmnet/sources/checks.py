"""Raw text to typed columns for every source system: the unusable is quarantined, the doubtful is noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet.config import Ages
from harmnet.contracts.model import Column as Declared
from harmnet.contracts.model import Table
from harmnet.contracts.staged import FREE_TEXT, STAGED, VERDICT
from harmnet.keywords import with_words

_ISO = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$"
_BRITISH = r"^(\d{2})/(\d{2})/(\d{4})"
OPEN_YEAR = 2099
_ISSUE = "struct<field:string,issue:string,found:string>"


@dataclass(frozen=True)
class Context:
    """What a rule may depend on besides the row."""

    ages: Ages
    as_of: date


@dataclass(frozen=True)
class Rules:
    """What a raw table needs beyond its contract.

    `event_date`: columns of which the first that is usable dates the record; none is quarantined NO_EVENT_DATE.
    `open_ends`: end dates that some systems write as 31/12/2099 for "still open".
    `quarantine`: further reasons: word -> condition.
    `doubtful`: (column, word, condition): the column is set to null and noted.
    `spans`: (start, end) pairs; an end before its start is noted.
    `parent`: (column, table) of the record this row hangs on; a row whose record was not staged is quarantined.
    """

    event_date: tuple[str, ...] = ()
    open_ends: tuple[str, ...] = ()
    quarantine: Mapping[str, Callable[[], Column]] = field(default_factory=dict)
    doubtful: tuple[tuple[str, str, Callable[[Context], Column]], ...] = ()
    spans: tuple[tuple[str, str], ...] = ()
    parent: tuple[str, str] | None = None


def check_rows(
    current: DataFrame,
    table: Table,
    rules: Rules,
    *,
    words: Sequence[str],
    context: Context,
    parents: DataFrame | None = None,
) -> DataFrame:
    """Every current row in its staged form, with `reason` set where it is quarantined: one row per current row.

    `parents`: the staged rows of the table that `rules.parent` names.
    """
    typed = {column.name: _typed(column, rules) for column in table if column.name not in FREE_TEXT}
    frame = with_words(current, [name for name in table.names if name in FREE_TEXT], words)
    frame = frame.withColumns({f"_raw_{name}": F.col(name) for name in typed})
    frame = frame.withColumns(typed)
    if rules.parent and parents is not None:
        column, _ = rules.parent
        known = parents.select(F.col(column), F.lit(True).alias("_has_parent"))
        frame = frame.join(known, on=column, how="left")
    doubts = {name: (word, condition(context)) for name, word, condition in rules.doubtful}
    frame = frame.withColumns(
        {f"_doubt_{name}": F.coalesce(found, F.lit(False)) for name, (_, found) in doubts.items()}
    )
    frame = frame.withColumns({name: F.when(~F.col(f"_doubt_{name}"), F.col(name)) for name in doubts})
    reasons = _reasons(table, rules)
    noted = [*_issues(table, rules), *((F.col(f"_doubt_{name}"), name, word) for name, (word, _) in doubts.items())]
    # Nearly every row has none, which the conditions alone tell.
    is_noted = reduce(or_, (F.coalesce(condition, F.lit(False)) for condition, *_ in noted), F.lit(False))
    issues = F.array_compact(F.array(*(_issue(*one) for one in noted), F.lit(None).cast(_ISSUE)))
    raw_row = F.to_json(F.struct(*(F.col(f"_raw_{name}").alias(name) for name in typed)))
    fault = F.coalesce(*reasons)
    reason, detail = fault.getField("reason"), fault.getField("detail")
    return frame.select(
        *(column.name for column in STAGED[table.source] if column not in VERDICT),
        "source_key",
        reason.alias("reason"),
        detail.alias("detail"),
        F.when(reason.isNotNull(), raw_row).alias("raw_row"),
        F.when(reason.isNull() & is_noted, issues).cast(f"array<{_ISSUE}>").alias("issues"),
    )


def _clean_text(name: str) -> Column:
    trimmed = F.trim(F.col(name))
    return F.when(trimmed != "", trimmed)


def _typed(column: Declared, rules: Rules) -> Column:
    """The column read as its type; null where it cannot be."""
    if column.type == "array<string>":
        cleaned = F.filter(F.transform(F.col(column.name), lambda item: F.upper(F.trim(item))), lambda item: item != "")
        return F.array_sort(F.array_distinct(cleaned))
    text = _clean_text(column.name)
    if column.codes:
        known = F.create_map(*(F.lit(item) for code in column.codes for item in (code.upper(), code)))
        return known[F.upper(text)]
    if column.type in ("date", "timestamp"):
        instant = read_instant(text)
        if column.name in rules.open_ends:
            instant = F.when(F.year(instant) < OPEN_YEAR, instant)
        return instant.cast(column.type)
    if column.type == "boolean":
        known = F.create_map(
            *(F.lit(item) for item in ("TRUE", True, "Y", True, "1", True, "FALSE", False, "N", False, "0", False))
        )
        return known[F.upper(text)]
    if column.type == "int":
        return F.when(text.rlike(r"^\d{1,9}$"), F.expr(f"try_cast(trim({column.name}) as int)"))
    return text


def read_instant(text: Column) -> Column:
    """Instant (UTC) of ISO text, or of 31/12/2024 with or without a time; null when it is neither or no such day."""
    # Most dates are ISO: a look at one letter spares them the search.
    iso = F.when(F.substring(text, 3, 1) == "/", F.regexp_replace(text, _BRITISH, "$3-$2-$1")).otherwise(text)
    return F.when(iso.rlike(_ISO), F.try_to_timestamp(iso))


def _reasons(table: Table, rules: Rules) -> list[Column]:
    """struct(reason, detail) or null, in order of precedence."""
    found = []
    for column in table:
        if column.required:
            raw = F.col(f"_raw_{column.name}")
            blank = raw.isNull() | (F.trim(raw) == "")
            found.append(_fault(blank, "MISSING_VALUE", F.lit(column.name)))
            if column.codes:
                shown = F.concat(F.lit(f"{column.name} "), raw)
                found.append(_fault(F.col(column.name).isNull(), "UNKNOWN_CODE", shown))
    if rules.event_date:
        dated = F.coalesce(*(F.col(name).cast("date") for name in rules.event_date))
        shown = F.concat_ws(
            ", ",
            *(
                F.concat(F.lit(f"{name} "), F.coalesce(F.col(f"_raw_{name}"), F.lit("empty")))
                for name in rules.event_date
            ),
        )
        found.append(_fault(dated.isNull(), "NO_EVENT_DATE", shown))
    for word, condition in rules.quarantine.items():
        found.append(_fault(condition(), word, F.lit(None).cast("string")))
    if rules.parent:
        column_name, parent = rules.parent
        found.append(
            _fault(
                F.col("_has_parent").isNull(),
                "NO_SUCH_RECORD",
                F.concat(F.col(column_name), F.lit(f" is not in {parent}")),
            )
        )
    return found


def _fault(condition: Column, reason: str, detail: Column) -> Column:
    return F.when(condition, F.struct(F.lit(reason).alias("reason"), detail.alias("detail")))


def _issues(table: Table, rules: Rules) -> list[tuple[Column, str, str]]:
    """Condition, column and word for every way in which an optional column can hold something unusable."""
    found = []
    for column in table:
        if (
            column.name in FREE_TEXT
            or column.required
            or (column.type in ("string", "array<string>") and not column.codes)
        ):
            continue
        raw = F.trim(F.col(f"_raw_{column.name}"))
        word = "UNKNOWN_CODE" if column.codes else "BAD_DATE" if column.type in ("date", "timestamp") else "BAD_VALUE"
        unread = F.col(column.name).isNull() & (raw != "")
        if column.name in {name for name, _, _ in rules.doubtful}:
            unread = unread & ~F.col(f"_doubt_{column.name}")
        if column.name in rules.open_ends:
            unread = unread & ~F.coalesce(F.year(read_instant(raw)) >= OPEN_YEAR, F.lit(False))
        found.append((unread, column.name, word))
    return found + [(F.col(end) < F.col(start), end, "END_BEFORE_START") for start, end in rules.spans]


def _issue(condition: Column, name: str, word: str) -> Column:
    """struct(field, issue, found), or null where the condition does not hold."""
    value = F.col(f"_raw_{name}").cast("string")
    return F.when(condition, F.struct(F.lit(name).alias("field"), F.lit(word).alias("issue"), value.alias("found")))


def only_staged(checked: DataFrame) -> DataFrame:
    """Rows that were staged, without the columns that say why others were not."""
    return checked.where(F.col("reason").isNull()).drop(*(column.name for column in VERDICT))


def only_quarantined(checked: DataFrame, source: str) -> DataFrame:
    """Quarantined rows of a checked table, in the form of table quarantine."""
    return checked.where(F.col("reason").isNotNull()).select(
        F.lit(source).alias("source"), "source_key", "reason", "detail", "raw_row"
    )


def only_issues(checked: DataFrame, source: str) -> DataFrame:
    """What was noted on staged rows, in the form of table staged_issues."""
    rows = checked.where(F.col("issues").isNotNull()).select("source_key", F.explode("issues").alias("issue"))
    return rows.select(F.lit(source).alias("source"), "source_key", "issue.field", "issue.issue", "issue.found")
