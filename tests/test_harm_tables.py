"""The shipped harm tables against facts their sources state: counts, coverage, single values, code groups."""

import csv
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

HARM = Path(__file__).resolve().parents[1] / "conf" / "harm"
GROUPS = ("drugs_supply", "cse", "modern_slavery", "weapons", "violence", "police_generated")
Key = tuple[str, str]


def rows(name: str) -> list[dict[str, str]]:
    with (HARM / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def by_key(name: str) -> dict[Key, dict[str, str]]:
    return {(row["offence_code"], row["offence_code_system"]): row for row in rows(name)}


def recorded(name: str) -> set[str]:
    return {code for code, system in by_key(name) if system == "recorded_crime"}


def codes(listed: str) -> set[str]:
    return set(listed.split())


def codes_in(group: str) -> set[str]:
    found = by_key("offence_groups.csv").items()
    return {code for (code, system), row in found if system == "recorded_crime" and row[group] == "1"}


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("cchi.csv", ["offence_code", "offence_code_system", "days", "citation"]),
        ("ons_css.csv", ["offence_code", "offence_code_system", "weight", "vintage"]),
        ("offence_groups.csv", ["offence_code", "offence_code_system", "description", *GROUPS]),
    ],
)
def test_every_row_has_every_column_and_no_key_repeats(name: str, columns: list[str]) -> None:
    found = rows(name)
    assert all(list(row) == columns and all(row.values()) for row in found)
    assert all(row["offence_code"] == row["offence_code"].strip() for row in found)
    times = Counter((row["offence_code"], row["offence_code_system"]) for row in found)
    assert [key for key, n in times.items() if n > 1] == []


def test_counts_and_coverage_are_those_of_the_sources() -> None:
    """Twelve codes with a CCHI value have a CSS weight of an older vintage alone, fifteen have no CCHI value."""
    systems = Counter(system for _, system in by_key("offence_groups.csv"))
    cchi, css = recorded("cchi.csv"), recorded("ons_css.csv")
    assert systems == {"recorded_crime": 199, "ho_class_subclass": 3041}
    assert (len(cchi), len(css), len(cchi & css)) == (128, 131, 116)
    assert cchi | css <= recorded("offence_groups.csv")
    assert css - cchi == codes("14 19J 19K 28E 28F 28G 28H 29A 30C 30D 31A 8R 8S 90 99")
    assert cchi - css == codes("28A 30A 51 52 53B 53C 53D 53E 53F 53G 53H 53J")


def test_131_css_codes_are_128_rows_of_the_ons_list_because_homicide_is_one_row_for_four_codes() -> None:
    css = by_key("ons_css.csv")
    homicide = {css[code, "recorded_crime"]["weight"] for code in ("1", "4.1", "4.2", "4.10")}
    assert homicide == {"7973.393423"}
    assert len(css) - 4 + 1 == 128


@pytest.mark.parametrize(
    ("code", "days", "weight"),
    [
        ("1", "5475", "7973.4"),
        ("2", "3285", "4654.3"),
        ("3A", "1460", "2024.2"),
        ("5D", "1460", "2034.7"),
        ("8N", "19", "189.2"),
        ("10A", "1825", "616.6"),
        ("10D", "19", "53.0"),
        ("13", "273", "289.8"),
        ("19C", "1825", "2952.9"),
        ("34B", "365", "799.6"),
        ("36", "548", "1216.8"),
        ("71", "1825", "939.3"),
        ("88A", "548", "462.9"),
        ("92A", "365", "513.0"),
        ("92D", "3", "8.1"),
        ("106", "365", "1069.1"),
        ("43", "1", "5.3"),
    ],
)
def test_values_are_those_published(code: str, days: str, weight: str) -> None:
    css = Decimal(by_key("ons_css.csv")[code, "recorded_crime"]["weight"])
    assert by_key("cchi.csv")[code, "recorded_crime"]["days"] == days
    assert css.quantize(Decimal("0.1"), ROUND_HALF_UP) == Decimal(weight)


def test_values_are_positive_decimals_that_fit_in_millionths() -> None:
    values = [row["days"] for row in rows("cchi.csv")] + [row["weight"] for row in rows("ons_css.csv")]
    assert all(Decimal(value) > 0 and Decimal(value) * 10**6 % 1 == 0 for value in values)
    assert all("e" not in value.lower() for value in values)
    assert {row["citation"] for row in rows("cchi.csv")} == {"ashby_2018"}
    assert {row["vintage"] for row in rows("ons_css.csv")} == {"2020"}


def test_codes_that_a_number_would_confuse_stay_apart() -> None:
    groups = by_key("offence_groups.csv")
    assert groups["4.1", "recorded_crime"]["description"] == "Manslaughter"
    assert groups["4.10", "recorded_crime"]["description"] == "Corporate manslaughter"
    assert {"4.1", "4.10"} <= recorded("cchi.csv") & recorded("ons_css.csv")


def test_a_code_means_another_offence_in_the_other_code_system() -> None:
    groups = by_key("offence_groups.csv")
    assert groups["106", "recorded_crime"]["description"] == "Modern Slavery"
    assert groups["106/0", "ho_class_subclass"]["description"] == "Betting, Gaming and Lotteries"
    assert all(groups[code, "ho_class_subclass"]["modern_slavery"] == "1" for code in ("36/6", "36/7", "36/8"))


def test_composite_codes_are_kept_as_codes_of_their_own_without_a_value() -> None:
    composite = {code for code in recorded("offence_groups.csv") if "/" in code}
    assert composite == {"1/4.1/4.2", "1/4.1/4.2/4.10", "1/4.1/4.10/4.2", "4.4/6/8"}
    assert not composite & (recorded("cchi.csv") | recorded("ons_css.csv"))
    assert composite <= codes_in("violence")


def test_groups_hold_the_codes_the_sources_list() -> None:
    both = rows("offence_groups.csv")
    ones = {g: Counter(r["offence_code_system"] for r in both if r[g] == "1") for g in GROUPS[:5]}
    assert all(row[group] in ("0", "1") for row in both for group in GROUPS)
    assert [(ones[g]["recorded_crime"], ones[g]["ho_class_subclass"]) for g in GROUPS[:5]] == [
        (1, 98),
        (13, 158),
        (2, 18),
        (7, 164),
        (53, 309),
    ]
    assert codes_in("drugs_supply") == {"92A"}
    assert codes_in("modern_slavery") == {"106", "72"}
    assert codes_in("weapons") == {"10A", "10B", "10C", "10D", "81", "8B", "90"}
    assert codes_in("cse") == codes("17B 19D 19E 19G 19H 20B 21 22 22B 71 73 74 88A")


def test_police_generated_is_drugs_traffic_and_weapons_found_but_not_weapons_turned_on_someone() -> None:
    groups = by_key("offence_groups.csv")
    assert codes_in("police_generated") == codes("92A 92B 92C 92D 92E 8B 10B 10C 10D 81 90 802")
    assert all(row["police_generated"] == "1" for row in groups.values() if row["drugs_supply"] == "1")
    turned_on_someone = ("5/17", "8/16", "8/23", "8/61", "8/64", "81/29")
    found = ("8/11", "8/26", "81/3", "92/50", "193/3", "816/0", "803/1")
    assert {groups[code, "ho_class_subclass"]["police_generated"] for code in turned_on_someone} == {"0"}
    assert {groups[code, "ho_class_subclass"]["police_generated"] for code in found} == {"1"}
    threats = [row for row in groups.values() if row["weapons"] == "1" and row["description"].startswith("Threaten")]
    assert len(threats) == 5
    assert {row["police_generated"] for row in threats} == {"0"}
