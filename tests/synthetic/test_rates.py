"""Every rate of docs/fictional_force.md, measured on what was written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from synthetic.reading import Force

PAGE = Path(__file__).parents[2] / "docs" / "fictional_force.md"
_TABLES = (
    "crime_people",
    "intelligence_people",
    "custody",
    "prison_stays",
    "missing_episodes",
    "missing_people",
    "markers",
    "groups",
    "associations",
)
_SIZE = {"tiny": 2_000, "small": 30_000}


def _involvements(force: Force) -> float:
    rows = sum(len(force.table(name)) for name in _TABLES) + len(force.table("associations"))
    return rows / _SIZE[force.folder.name]


def _by_top_tenth(force: Force) -> float:
    counts = force.suspects.groupby("person").size().sort_values(ascending=False)
    return counts.iloc[: len(counts) // 10].sum() / counts.sum()


def _with_several_suspects(force: Force) -> float:
    return (force.suspects.groupby("crime_ref")["person"].nunique() > 1).mean()


def _acted_with_others(low: int, high: int) -> Callable[[Force], float]:
    def measure(force: Force) -> float:
        rows = force.suspects
        several = rows.groupby("crime_ref")["person"].transform("nunique") > 1
        return several[(rows["age"] >= low) & (rows["age"] < high)].mean()

    return measure


def _male(force: Force) -> float:
    sex = force.table("people").assign(person=lambda rows: rows["person_ref"].map(force.person_of))
    sex = sex.drop_duplicates("person").set_index("person")["sex"]
    return (sex[force.suspects["person"].unique()] == "M").mean()


def _victims(force: Force) -> pd.Series:
    return force.on_crimes[force.on_crimes["role"] == "VICTIM"].groupby("person").size()


def _repeated_harm(force: Force) -> float:
    times = _victims(force)
    return times[times > 1].sum() / times.sum()


def _recent(force: Force) -> float:
    return (force.crimes["day"] >= "2023-07-01").mean()


def _people_per_report(force: Force) -> float:
    named = force.on_reports.groupby("report_ref").size()
    return named[named <= 50].mean()


def _children_missing(force: Force) -> pd.DataFrame:
    return force.episodes[force.episodes["age"] < 18]


def _in_care(force: Force) -> float:
    in_care = set(force.markers[force.markers["kind"] == "LOOKED_AFTER_CHILD"]["person"])
    return _children_missing(force)["person"].isin(in_care).mean()


def _cells(force: Force) -> pd.DataFrame:
    return force.stays[~force.stays["cell"].str.startswith("RECEPTION")]


def _shared_thirty_nights(force: Force) -> float:
    """Share of stays that overlap with someone else's in the cell for thirty nights or more."""
    stays = _cells(force).reset_index(names="stay")
    both = stays.merge(stays, on=["prison", "cell"], suffixes=("", "_other"))
    both = both[both["person"] != both["person_other"]]
    nights = (both[["end", "end_other"]].min(axis=1) - both[["start", "start_other"]].max(axis=1)).dt.days
    return both[nights >= 30]["stay"].nunique() / len(stays)


RATES: dict[str, Callable[[Force], float]] = {
    "person-event rows over the size's own number": _involvements,
    "suspect rows that fall on the busiest tenth of offenders": _by_top_tenth,
    "offenders suspected once": lambda force: (force.suspects.groupby("person").size() == 1).mean(),
    "crimes with a suspect": lambda force: force.crimes["crime_ref"].isin(force.suspects["crime_ref"]).mean(),
    "of these, with more than one suspect": _with_several_suspects,
    "suspects of 10 to 17 who acted with others": _acted_with_others(10, 18),
    "suspects of 25 and over who acted with others": _acted_with_others(25, 120),
    "offenders who are male": _male,
    "suspects under 18 at the time": lambda force: (force.suspects["age"] < 18).mean(),
    "suspects with no further action": lambda force: (force.suspects["status"] == "NO_FURTHER_ACTION").mean(),
    "incidents that are no crime": lambda force: (force.crimes["is_crime"] == "false").mean(),
    "crimes flagged domestic": lambda force: force.crimes["flags"].str.contains("DOMESTIC").mean(),
    "crimes of the last three years": _recent,
    "victims hurt more than once": lambda force: (_victims(force) > 1).mean(),
    "victimisations that fall on them": _repeated_harm,
    "reports in the 5x5x5 scheme": lambda force: (force.reports["grading_scheme"] == "5x5x5").mean(),
    "reports that are not credible": lambda force: 1 - force.reports["credible"].mean(),
    "reports with conditions on handling": lambda force: (force.reports["handling_code"] == "C").mean(),
    "people named in a report": _people_per_report,
    "missing episodes of children": lambda force: (force.episodes["age"] < 18).mean(),
    "episodes per missing child": lambda force: _children_missing(force).groupby("person").size().mean(),
    "children's episodes that are of children in care": _in_care,
    "stays in a cell of under 30 nights": lambda force: (
        (_cells(force)["end"] - _cells(force)["start"]).dt.days < 30
    ).mean(),
    "stays that share 30 nights or more": _shared_thirty_nights,
    "person records per person": lambda force: len(force.table("people")) / len(force.truth("people")),
    "person records with the force's number": lambda force: (force.table("people")["nominal_ref"] != "").mean(),
}


def _written_down() -> dict[str, dict[str, tuple[float, float]]]:
    """rate -> size -> (from, to), as the page's table has them."""
    lines = [line.strip() for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
    ranges = {}
    for cells in rows:
        if len(cells) == 4 and " to " in cells[1] and cells[1][0].isdigit():
            small, tiny = (tuple(float(end) for end in cell.split(" to ")) for cell in cells[1:3])
            ranges[cells[0]] = {"small": small, "tiny": tiny}
    return ranges


def test_every_rate_that_is_written_down_is_measured_here() -> None:
    assert list(_written_down()) == list(RATES)


@pytest.mark.parametrize("rate", RATES)
def test_a_rate_lies_in_the_range_that_is_written_down(force: Force, rate: str) -> None:
    low, high = _written_down()[rate][force.folder.name]
    assert low <= RATES[rate](force) <= high


def test_grades_change_over_from_5x5x5_to_3x5x2_during_2018(small: Force) -> None:
    schemes = small.reports[small.reports["grading_scheme"] != ""].groupby("grading_scheme")["day"]
    assert schemes.max()["5x5x5"] <= pd.Timestamp("2018-09-30")
    assert schemes.min()["3x5x2"] >= pd.Timestamp("2018-01-01")


def test_ethnicity_says_nothing_about_offending(small: Force) -> None:
    people = small.table("people")
    people["person"] = people["person_ref"].map(small.person_of)
    people = people.drop_duplicates("person")
    acted = people["person"].isin(small.suspects["person"])
    shares = people.groupby(acted)["ethnicity"].value_counts(normalize=True).unstack(fill_value=0)
    assert (shares.loc[True] - shares.loc[False]).abs().max() < 0.035
