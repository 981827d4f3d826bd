"""The three questions of docs/reading_results.md: each answer once more in plain Python over the published rows."""

from datetime import date

import pytest

from harmnet import views
from harmnet.storage import Lake
from pages import BLOCK, DOCS, text_of

AREA, TWO_YEARS_AGO = "F1C1", date(2024, 6, 30)


@pytest.fixture(scope="module")
def answers(tiny):
    """Number of the question -> rows of its query."""
    session = tiny.lake.spark.newSession()
    views.register(Lake(session, tiny.lake.root), tiny.snapshot)
    queries = [block for language, block in BLOCK.findall(text_of(DOCS / "reading_results.md")) if language == "sql"]
    return {
        number: [row.asDict() for row in session.sql(query).collect()]
        for number, query in enumerate(queries, start=1)
        if number > 10
    }


@pytest.fixture(scope="module")
def people(tiny):
    return {row["nominal_id"]: row for row in tiny.rows("nominals")}


def found_in(tiny, *relations):
    return {
        row["nominal_id"]
        for row in tiny.rows("nominal_areas")
        if row["area_code"] == AREA and row["relation"] in relations
    }


def in_theme(tiny, flag):
    return {row["nominal_id"] for row in tiny.rows("theme_members") if row["theme"] == "violent_crime" and row[flag]}


def aged(people, below):
    """People whose age is known and below the number of years."""
    return {idx for idx, row in people.items() if row["age_known"] and row["age_at_as_of"] < below}


def test_people_of_ten_and_under_connected_to_violent_crime_in_one_neighbourhood(tiny, people, answers):
    here = found_in(tiny, "HOME", "ACTIVE") & in_theme(tiny, "connected") & aged(people, 11)
    assert [row["nominal_id"] for row in answers[11]] == sorted(here) != []
    flags = tiny.rows("safeguarding_flags")
    for row in answers[11]:
        said = {
            flag["reason"]
            for flag in flags
            if flag["nominal_id"] == row["nominal_id"] and flag["theme"] == "violent_crime"
        }
        assert row["reasons"] == sorted(said) != []


def test_people_under_25_with_a_knife_event_in_two_years_involved_and_active_in_one_area(tiny, people, answers):
    carried = {
        row["nominal_id"]
        for row in tiny.rows("nominal_signals")
        if (row["kind"], row["signal"], row["side"]) == ("FLAG", "KNIFE", "OFFENDER")
        and row["credible"]
        and not row["no_further_action"]
        and row["last_date"] > TWO_YEARS_AGO
    }
    here = carried & found_in(tiny, "ACTIVE") & in_theme(tiny, "involved") & aged(people, 25)
    assert {row["nominal_id"] for row in answers[12]} == here != set()


def test_the_person_of_the_highest_harm_in_one_area_and_whom_they_are_tied_to(tiny, answers):
    here, harm = found_in(tiny, "ACTIVE") & in_theme(tiny, "involved"), {}
    for row in tiny.rows("nominal_harm"):
        if row["theme"] == "violent_crime" and row["crime_scope"] == "ALL" and row["nominal_id"] in here:
            harm[row["nominal_id"]] = harm.get(row["nominal_id"], 0) + row["cchi_full_micro"]
    first = min(harm, key=lambda nominal: (-harm[nominal], nominal))
    ties = {
        (row["dst"] if row["src"] == first else row["src"], row["relation"]): row["weight_micro"] / 1e6
        for row in tiny.rows("edges")
        if first in (row["src"], row["dst"])
    }
    assert {row["nominal_id"] for row in answers[13]} == {first}
    assert {(row["tied_to"], row["relation"]): float(row["weight"]) for row in answers[13]} == ties


def test_an_unknown_age_is_never_inside_an_age_filter(tiny, people):
    session = tiny.lake.spark.newSession()
    views.register(Lake(session, tiny.lake.root), tiny.snapshot)
    unknown = {nominal for nominal, row in people.items() if not row["age_known"]}
    filters = "age_at_as_of < 200 OR age_at_as_of >= 0 OR age_band <> 'none' OR is_child IN (true, false)"
    inside = session.sql(f"SELECT nominal_id FROM pub_nominals WHERE {filters}").collect()
    assert {row["nominal_id"] for row in inside} == set(people) - unknown
    assert unknown
    flags = session.sql(
        "SELECT nominal_id FROM pub_safeguarding_flags WHERE is_child OR age_band IS NOT NULL"
    ).collect()
    assert {row["nominal_id"] for row in flags} & unknown == set()
