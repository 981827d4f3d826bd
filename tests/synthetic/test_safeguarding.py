"""Each planted case is in the records as its kind says."""

from __future__ import annotations

import pandas as pd
import pytest

from synthetic.reading import END, Force

KINDS = (
    "JOINED_SYSTEMS",
    "CHILD_NO_LINE",
    "TURNED_18",
    "UNKNOWN_AGE",
    "ALREADY_ASSESSED",
    "CHILD_RUNNER",
    "LOOKED_AFTER_FAR",
    "VICTIM_UNDER_10",
    "CUCKOOED_ADULT",
)


def cases(force: Force, kind: str) -> list[str]:
    rows = force.truth("safeguarding")
    return list(rows[rows["kind"] == kind]["person_id"])


def network_of(force: Force, person: str) -> set[str]:
    """The offender side of the network that the case names."""
    (network,) = set(force.truth("safeguarding").set_index("person_id").loc[[person], "network"])
    members = force.members[(force.members["network"] == network) & (force.members["side"] == "OFFENDER")]
    return set(members["person_id"]) - {person}


def of(rows: pd.DataFrame, person: str) -> pd.DataFrame:
    return rows[rows["person"] == person]


def age_at_end(force: Force, person: str) -> float:
    return (END - force.born[person]).days / 365.25


def found_with(force: Force, person: str) -> set[str]:
    """Others on the person's missing episodes."""
    others = force.table("missing_people")
    others = others[others["episode_ref"].isin(of(force.episodes, person)["episode_ref"])]
    return set(others["person_ref"].map(force.person_of))


def test_every_kind_is_planted(force: Force) -> None:
    assert set(force.truth("safeguarding")["kind"]) == set(KINDS)


def test_a_risk_that_only_three_systems_show(force: Force) -> None:
    for child in cases(force, "JOINED_SYSTEMS"):
        assert age_at_end(force, child) < 18
        assert of(force.markers, child).empty
        assert len(of(force.episodes, child)) == 2
        (arrest,) = of(force.custody, child)["arrest_ref"]
        assert set(force.custody[force.custody["arrest_ref"] == arrest]["person"]) & network_of(force, child)
        (report,) = of(force.on_reports, child)["report_ref"]
        assert set(force.on_reports[force.on_reports["report_ref"] == report]["person"]) & network_of(force, child)


def test_an_exploited_child_of_no_known_line(force: Force) -> None:
    for child in cases(force, "CHILD_NO_LINE"):
        assert list(of(force.markers, child)["kind"]) == ["EXPLOITED"]
        assert of(force.groups, child).empty
        assert found_with(force, child) & network_of(force, child)


def test_someone_who_turned_eighteen_within_six_months(force: Force) -> None:
    for person in cases(force, "TURNED_18"):
        assert 18 <= age_at_end(force, person) < 18.5
        assert "EXPLOITED" in set(of(force.markers, person)["kind"])
        assert (of(force.markers, person)["age"] < 18).all()


def test_an_unknown_age_with_a_child_s_signals(force: Force) -> None:
    records = force.table("people")
    for child in cases(force, "UNKNOWN_AGE"):
        mine = records[records["person_ref"].map(force.person_of) == child]
        assert set(mine["dob"]) <= {"", "1900-01-01"}
        assert (mine["nominal_ref"] != "").all()
        assert (of(force.custody, child)["flags"] == "YOUTH").all()
        assert (of(force.episodes, child)["flags"] == "CHILD").all()


def test_someone_assessed_after_the_last_event(force: Force) -> None:
    for child in cases(force, "ALREADY_ASSESSED"):
        marks = of(force.markers, child).set_index("kind")["day"]
        assert marks["ASSESSMENT"] > marks["EXPLOITED"]
        assert marks["ASSESSMENT"] > of(force.on_reports, child)["day"].max()


def test_a_child_listed_as_a_runner(force: Force) -> None:
    for child in cases(force, "CHILD_RUNNER"):
        assert list(of(force.groups, child)["role"]) == ["RUNNER"]
        assert age_at_end(force, child) < 18
        arrests = of(force.custody, child)["arrest_ref"]
        assert set(force.custody[force.custody["arrest_ref"].isin(arrests)]["person"]) & network_of(force, child)


def test_a_child_in_care_found_far_from_home_with_a_member(force: Force) -> None:
    homes = force.table("people")
    homes = dict(zip(homes["person_ref"].map(force.person_of), homes["area_code"]))
    for child in cases(force, "LOOKED_AFTER_FAR"):
        assert list(of(force.markers, child)["kind"]) == ["LOOKED_AFTER_CHILD"]
        assert (of(force.episodes, child)["found_area"].str[:3] != homes[child][:3]).all()
        assert found_with(force, child) & network_of(force, child)


def test_a_victim_under_ten_of_a_member(force: Force) -> None:
    for child in cases(force, "VICTIM_UNDER_10"):
        rows = of(force.on_crimes, child)
        assert set(rows["role"]) == {"VICTIM"}
        assert (rows["age"] < 10).all()
        assert set(force.suspects[force.suspects["crime_ref"].isin(rows["crime_ref"])]["person"]) <= network_of(
            force, child
        )


def test_a_vulnerable_adult_whose_flat_was_taken_over(force: Force) -> None:
    for adult in cases(force, "CUCKOOED_ADULT"):
        assert age_at_end(force, adult) >= 18
        assert list(of(force.markers, adult)["kind"]) == ["VULNERABLE"]
        reports = of(force.on_reports, adult)
        assert (reports["credible"] & (reports["role"] == "VICTIM")).all()
        assert reports["text"].str.contains("cuckooing").all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_hint_is_the_person_s_number_or_a_reference_of_theirs(force: Force, kind: str) -> None:
    people = force.truth("people").set_index("person_id")
    rows = force.truth("safeguarding")
    for case in rows[rows["kind"] == kind].itertuples():
        person = people.loc[case.person_id]
        assert case.nominal_id_hint == (person["nominal_ref"] or min(person["person_refs"].split(";")))
