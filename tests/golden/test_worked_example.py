"""The page that works the ten people out by hand says what the expected files say, and its sums are right."""

import csv
import re
from datetime import date
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent
PAGE = (GOLDEN.parents[1] / "docs" / "worked_example.md").read_text(encoding="utf-8")
PERSON = r"(N\d\d|IC-77)"


def expected(name: str) -> list[dict]:
    with (GOLDEN / "expected" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def rows_of_page() -> list[tuple[str, ...]]:
    """The cells of each table row that begins with a pair."""
    lines = [line for line in PAGE.splitlines() if re.match(rf"\| {PERSON}-{PERSON} \|", line)]
    return [tuple(c.strip().replace(r"\|", "|") for c in re.split(r"(?<!\\)\|", line)[1:-1]) for line in lines]


def pair(text: str) -> tuple[str, str]:
    found = re.fullmatch(f"{PERSON}-{PERSON}", text)
    return found[1], found[2]


RECORDS = [row for row in rows_of_page() if len(row) == 5]
EDGES = [row for row in rows_of_page() if len(row) == 6]


@pytest.mark.parametrize("row", RECORDS, ids=lambda row: "-".join(row[:3]))
def test_the_factors_on_the_page_multiply_to_its_weight(row):
    factors, divisor = row[3].split(" / ")
    product = Fraction(1)
    for factor in factors.split(" x "):
        product *= Fraction(factor)
    assert floor(product * 10**6 / int(divisor)) == int(re.match(r"\d+", row[4])[0])


def test_the_page_and_the_expected_evidence_have_the_same_records_and_factors():
    on_page = {}
    for row in RECORDS:
        times, base, quality, decay, divisor = (Fraction(text) for text in re.split(" x | / ", row[3]))
        micro = [int(value * 10**6) for value in (base, quality, decay)]
        weight, counted = int(re.match(r"\d+", row[4])[0]), "not counted" not in row[4]
        on_page[(*pair(row[0]), row[1], row[2])] = [int(times), *micro, int(divisor) + 1, weight, counted]
    factors = ("times", "base_micro", "quality_micro", "decay_micro", "n", "weight_micro")
    in_file = {
        (row["src"], row["dst"], row["tie"], row["record_ref"]): [
            *(int(row[factor]) for factor in factors),
            row["counted"] == "true",
        ]
        for row in expected("evidence")
    }
    assert on_page == in_file
    assert len(RECORDS) == len(in_file)


def test_harm_runs_the_way_the_page_says():
    ways = {}
    for row in RECORDS:
        if row[1] == "offended_against":
            src, dst = pair(row[0])
            both = row[4].endswith("both ways")
            ways[src, dst, row[2]] = (both or f"{src} to {dst}" in row[4], both or f"{dst} to {src}" in row[4])
    assert ways == {
        (row["src"], row["dst"], row["record_ref"]): (row["src_to_dst_micro"] != "0", row["dst_to_src_micro"] != "0")
        for row in expected("evidence")
        if row["relation"] == "HARM"
    }


def test_edges_of_several_records_are_all_on_the_page_and_add_up():
    on_page = {}
    for row in EDGES:
        terms = [int(term.split()[-1]) for term in row[2].split(" + ")]
        assert sum(terms) == int(row[3])
        assert len(terms) == int(row[4])
        on_page[(*pair(row[0]), row[1])] = (row[3], row[4], *row[5].split(" to "))
    assert on_page == {
        (row["src"], row["dst"], row["relation"]): tuple(
            row[column] for column in ("weight_micro", "records", "first_date", "last_date")
        )
        for row in expected("edges")
        if row["records"] != "1"
    }


def test_the_days_on_the_page_are_whole_days_before_as_of():
    rows = re.findall(r"^\| (\d{4}-\d\d-\d\d) \| (\d+) \|", PAGE, flags=re.MULTILINE)
    assert len(rows) == 11
    for day, days in rows:
        assert (date(2026, 6, 30) - date.fromisoformat(day)).days == int(days)
