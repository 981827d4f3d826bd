"""The truth against the extracts, read independently: members are shown by records, networks hang together."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import pandas as pd
import pytest

from synthetic.reading import ACTING, SIX_YEARS_BEFORE, Force, has_flag

THEMES = ("soc", "county_lines", "cse", "violent_crime", "modern_slavery")
_FLAGS = {"soc": "ORGANISED", "county_lines": "COUNTY_LINES", "cse": "CSE", "modern_slavery": "MODERN_SLAVERY"}
_LISTS = {"soc": "OCG", "county_lines": "LINE"}
_CODES = {
    "cse": ("17B", "19D", "19E", "19G", "19H", "20B", "21", "22B", "71", "73", "88A"),
    "modern_slavery": ("72", "106", "36/6"),
    "violent_crime": ("1", "2", "4.1", "3A", "5D", "5/1", "5E", "10A", "29A", "31A", "36", "36/1"),
}
_ARMED = ("34A", "34B", "34/1", "3B", "8N", "8/6", "8P", "8S")
_INJURY, _WEAPON = ("8N", "8/6", "8P", "8S"), ("10B", "10C", "10D", "81", "90")


def recent(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["day"] > SIX_YEARS_BEFORE]


def acted(force: Force) -> pd.DataFrame:
    """Recent suspects of crimes, without those of whom nothing came and those under ten."""
    rows = recent(force.on_crimes)
    rows = rows[rows["role"].str.upper().isin(ACTING) & (rows["status"] != "NO_FURTHER_ACTION")]
    return rows[~(rows["age"] < 10)]


def named(force: Force) -> pd.DataFrame:
    """Recent subjects and associates of credible reports."""
    rows = recent(force.on_reports)
    return rows[rows["role"].isin(["SUBJECT", "ASSOCIATE"]) & rows["credible"]]


def plainly_in(force: Force, theme: str) -> set[str]:
    """Whom a reader of the records would put into the theme: a listing, a flag, or an offence that is the theme."""
    crimes, reports, arrests = acted(force), named(force), recent(force.custody)
    found: set[str] = set()
    if theme in _FLAGS:
        arrests = arrests[arrests["disposal"] != "NFA"]
        for rows in (crimes, reports, arrests):
            found |= set(rows[has_flag(rows, _FLAGS[theme])]["person"])
    if theme in _LISTS:
        listed = force.groups[(force.groups["group_kind"] == _LISTS[theme]) & (force.groups["role"] != "EXPLOITED")]
        found |= set(listed["person"])
    found |= set(crimes[crimes["offence_code"].isin(_CODES.get(theme, ()))]["person"])
    if theme == "violent_crime":
        armed = has_flag(crimes, "KNIFE") | has_flag(crimes, "FIREARM")
        found |= set(crimes[armed & crimes["offence_code"].isin(_ARMED)]["person"])
        injured, carried = (set(crimes[crimes["offence_code"].isin(codes)]["person"]) for codes in (_INJURY, _WEAPON))
        found |= injured & carried
    return found


def offenders(force: Force, theme: str, origin: str | None = None) -> set[str]:
    rows = force.members[(force.members["theme"] == theme) & (force.members["side"] == "OFFENDER")]
    return set(rows[rows["origin"] == origin]["person_id"] if origin else rows["person_id"])


@pytest.mark.parametrize("theme", THEMES)
def test_nearly_all_members_are_plain_to_a_reader_of_the_records(small: Force, theme: str) -> None:
    true, found = offenders(small, theme), plainly_in(small, theme)
    assert len(true & found) / len(true) >= 0.85
    planted = offenders(small, theme, "PLANTED")
    assert len(planted & found) / len(planted) >= 0.88


@pytest.mark.parametrize("theme", THEMES)
def test_hardly_anyone_is_plainly_in_a_theme_without_the_truth_saying_so(small: Force, theme: str) -> None:
    true, found = offenders(small, theme), plainly_in(small, theme)
    assert len(found - true) / len(found) <= 0.18


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_has_planted_and_background_people(small: Force, theme: str) -> None:
    assert offenders(small, theme, "PLANTED")
    assert offenders(small, theme, "BACKGROUND")
    assert not offenders(small, theme, "PLANTED") & offenders(small, theme, "BACKGROUND")


@pytest.mark.parametrize("theme", THEMES)
def test_the_members_of_a_network_hang_together(force: Force, theme: str) -> None:
    """At least four in five of a network's members are in one piece, by ties among its members alone."""
    together: list[set[str]] = []
    for rows, event in (
        (acted(force), "crime_ref"),
        (named(force), "report_ref"),
        (force.custody, "arrest_ref"),
        (force.groups[force.groups["role"] != "EXPLOITED"], "group_ref"),
    ):
        together += [set(people) for key, people in rows.groupby(event)["person"] if key and len(people) <= 50]
    members = force.members[(force.members["theme"] == theme) & (force.members["side"] == "OFFENDER")]
    for network, rows in members[members["network"] != ""].groupby("network"):
        people = set(rows["person_id"])
        graph = nx.Graph()
        graph.add_nodes_from(people)
        for event in together:
            graph.add_edges_from(combinations(sorted(event & people), 2))
        largest = max(nx.connected_components(graph), key=len)
        assert len(largest) / len(people) >= 0.8, network


def test_networks_are_counted_as_their_members_say(force: Force) -> None:
    members = force.members[(force.members["side"] == "OFFENDER") & (force.members["network"] != "")]
    sizes = members.groupby("network")["person_id"].nunique().astype(str).to_dict()
    assert dict(zip(force.truth("networks")["network"], force.truth("networks")["size"])) == sizes


def test_leaders_offend_less_and_are_talked_about_more_than_their_members(small: Force) -> None:
    planted = small.members[(small.members["origin"] == "PLANTED") & (small.members["side"] == "OFFENDER")]
    only_leads = planted[planted["role"] == "LEADER"]["person_id"]
    follows = set(planted[planted["role"].isin(["MEMBER", "OFFENDER"])]["person_id"]) - set(only_leads)
    crimes = small.suspects.groupby("person").size()
    reports = small.on_reports[small.on_reports["role"].isin(["SUBJECT", "ASSOCIATE"])].groupby("person").size()
    assert crimes.reindex(only_leads, fill_value=0).mean() < crimes.reindex(sorted(follows), fill_value=0).mean()
    assert reports.reindex(only_leads, fill_value=0).mean() > 2 * reports.reindex(sorted(follows), fill_value=0).mean()


def test_some_people_are_in_networks_of_two_themes(small: Force) -> None:
    planted = small.members[(small.members["origin"] == "PLANTED") & (small.members["side"] == "OFFENDER")]
    assert (planted.groupby("person_id")["theme"].nunique() > 1).sum() >= 3


def test_runners_are_children_found_outside_the_unit_of_their_line(small: Force) -> None:
    homes = dict(zip(small.truth("networks")["network"], small.truth("networks")["area"]))
    people = small.truth("people").set_index("person_id")
    runners = small.members[small.members["role"] == "RUNNER"]
    assert (people.loc[runners["person_id"], "is_child_at_end"] == "true").all()
    for network, rows in runners.groupby("network"):
        found = small.episodes[small.episodes["person"].isin(rows["person_id"])]["found_area"]
        assert (found.str[:3] != homes[network][:3]).all()


def test_victims_of_planted_networks_stand_on_the_victim_side_of_records(small: Force) -> None:
    harmed = small.members[(small.members["side"] == "VICTIM") & (small.members["origin"] == "PLANTED")]
    marked = small.markers[small.markers["kind"] != "VIOLENT"]["person"]
    shown = {
        *small.on_crimes[small.on_crimes["role"] == "VICTIM"]["person"],
        *small.on_reports[small.on_reports["role"] == "VICTIM"]["person"],
        *small.episodes["person"],
        *marked,
    }
    assert set(harmed["person_id"]) <= shown


def test_drug_supply_alone_is_no_line(small: Force) -> None:
    dealers = set(acted(small).loc[lambda rows: rows["offence_code"].isin(["92A", "92/70"]), "person"])
    assert len(dealers - offenders(small, "county_lines")) > 20


def test_people_of_the_truth_are_those_of_the_records(force: Force) -> None:
    records = force.table("people")
    records["person"] = records["person_ref"].map(force.person_of)
    numbers = records[records["nominal_ref"] != ""].groupby("person")["nominal_ref"].agg(set)
    true = force.truth("people").set_index("person_id")["nominal_ref"]
    assert {person: {number} for person, number in true.items() if number} == numbers.to_dict()
    assert not true[true != ""].duplicated().any()


def test_some_records_join_by_agreement_alone_and_some_cannot(small: Force) -> None:
    records = small.table("people")
    records["person"] = records["person_ref"].map(small.person_of)
    for name in ("forename", "surname"):
        plain = records[name].str.normalize("NFKD").str.upper()
        records[name] = plain.str.replace("[^A-Z0-9]", "", regex=True)
    details = ["surname", "forename", "sex", "dob"]
    numbered = records[records["nominal_ref"] != ""].drop_duplicates(["person", *details])
    loose = records[(records["nominal_ref"] == "") & records["person"].isin(numbered["person"])]
    joined = loose.merge(numbered[["person", *details]], on=["person", *details])["person_ref"].nunique()
    assert 0.6 < joined / len(loose) < 0.98
    twice = records.groupby(["person", "source_system"]).size()
    assert (twice > 1).sum() > 50


def test_decoys_are_in_no_network(small: Force) -> None:
    planted = set(small.members[small.members["origin"] == "PLANTED"]["person_id"])
    wing = set(small.stays[small.stays["cell"].str.startswith("RECEPTION")]["person"])
    hostel = small.table("people")
    hostel = set(hostel[hostel["address"].str.contains("Hostel")]["person_ref"].map(small.person_of))
    outing = small.episodes[small.episodes["text"].str.contains("School trip")]
    pupils = small.table("missing_people").merge(outing[["episode_ref"]], on="episode_ref")
    assert min(len(wing), len(hostel), len(pupils)) > 20
    assert not planted & (wing | hostel | set(pupils["person_ref"].map(small.person_of)))
