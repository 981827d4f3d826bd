"""Many extracts in one, and two sets of rows side by side."""

from __future__ import annotations

from .extract import COLUMNS

OWN_IDS = {
    *("person_ref", "other_person_ref", "nominal_ref", "crime_ref", "report_ref", "arrest_ref", "custody_ref"),
    *("stay_ref", "episode_ref", "marker_ref", "group_ref", "association_ref", "prison", "surname"),
}
"""Columns that join one force's rows to each other: renamed, they cannot meet another force's."""


def prefixed(extract: dict[str, list[dict]], prefix: str) -> dict[str, list[dict]]:
    """The extract with every id, prison and surname begun with the prefix; its ties are the same but for the names.

    The prefix is capital letters and digits, so that it is still there in a normalised name.
    """
    if not (prefix.isascii() and prefix.isalnum() and prefix == prefix.upper()):
        raise ValueError(f"prefix {prefix!r} is not capital letters and digits")
    return {table: [_renamed(row, prefix) for row in rows] for table, rows in extract.items()}


def _renamed(row: dict, prefix: str) -> dict:
    return {name: prefix + value if name in OWN_IDS and value else value for name, value in row.items()}


def merge(extracts: list[dict[str, list[dict]]]) -> dict[str, list[dict]]:
    """One extract with the rows of all, table by table, in the order given."""
    return {table: [row for extract in extracts for row in extract.get(table, [])] for table in COLUMNS}


def differences(expected: dict, actual: dict) -> list[str]:
    """One line for each key that only one side has and each column that differs; empty when both are the same.

    Both are key -> row; columns that only `actual` has are not compared.
    """
    lines = [f"{key}: missing, expected {expected[key]}" for key in sorted(expected.keys() - actual.keys())]
    lines += [f"{key}: not expected, found {actual[key]}" for key in sorted(actual.keys() - expected.keys())]
    for key in sorted(expected.keys() & actual.keys()):
        for column, value in expected[key].items():
            if actual[key][column] != value:
                lines.append(f"{key} {column}: expected {value}, found {actual[key][column]}")
    return lines


def by_key(rows, *columns: str) -> dict[tuple, dict]:
    """Rows as key -> row; ValueError when two rows have one key."""
    keyed = {}
    for row in rows:
        key = tuple(row[column] for column in columns)
        if key in keyed:
            raise ValueError(f"two rows with {columns} = {key}")
        keyed[key] = row
    return keyed
