"""The extracts and the truth of a force, read with pandas alone: nothing here uses the code that wrote them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

END = pd.Timestamp("2026-06-30")
SIX_YEARS_BEFORE = "2020-07-01"
ACTING = ("SUSPECT", "DEFENDANT")
_CREDIBLE = {"5x5x5": ("ABC", "123"), "3x5x2": ("1", "ABC")}


class Force:
    """A written force. Empty values are empty text; lists are joined with `;`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def table(self, name: str) -> pd.DataFrame:
        """One extract with every row as delivered."""
        (path,) = self.folder.glob(f"{name}.*")
        if path.suffix == ".csv":
            return _csv(path)
        if path.suffix == ".parquet":
            return pq.read_table(path).to_pandas().fillna("")
        rows = pd.read_json(path, lines=True, dtype=False, convert_dates=False).fillna("")
        if "flags" in rows:
            rows["flags"] = [";".join(flags) for flags in rows["flags"]]
        return rows

    def truth(self, name: str) -> pd.DataFrame:
        """One file of truth/."""
        return _csv(self.folder / "truth" / f"{name}.csv")

    @cached_property
    def person_of(self) -> dict[str, str]:
        """person_ref -> person_id, by the truth."""
        people = self.truth("people")
        return {
            ref: person for person, refs in zip(people["person_id"], people["person_refs"]) for ref in refs.split(";")
        }

    @cached_property
    def born(self) -> dict[str, pd.Timestamp]:
        """person_id -> true date of birth."""
        people = self.truth("people")
        return dict(zip(people["person_id"], pd.to_datetime(people["dob"])))

    @cached_property
    def crimes(self) -> pd.DataFrame:
        """Crimes, each once, with `day` (empty where it cannot be read)."""
        return _dated(self.table("crimes").drop_duplicates(), "occurred_from")

    @cached_property
    def on_crimes(self) -> pd.DataFrame:
        """People on crimes beside the crime, with `person`, `day` and `age`."""
        rows = self.table("crime_people").drop_duplicates().merge(self.crimes, on="crime_ref")
        return self.with_person(rows)

    @cached_property
    def suspects(self) -> pd.DataFrame:
        """Suspects and defendants, crowds of more than fifty left out."""
        rows = self.on_crimes[self.on_crimes["role"].isin(ACTING)]
        return rows[rows.groupby("crime_ref")["person"].transform("nunique") <= 50]

    @cached_property
    def reports(self) -> pd.DataFrame:
        """Intelligence reports with `credible` and `day`."""
        rows = _dated(self.table("intelligence"), "created_at")
        rows["credible"] = [
            scheme in _CREDIBLE
            and source in _CREDIBLE[scheme][0]
            and information in _CREDIBLE[scheme][1]
            and not derived
            for scheme, source, information, derived in zip(
                rows["grading_scheme"], rows["source_grade"], rows["information_grade"], rows["derived_from"]
            )
        ]
        return rows

    @cached_property
    def on_reports(self) -> pd.DataFrame:
        """People on reports beside the report, with `person`, `day` and `age`."""
        return self.with_person(self.table("intelligence_people").merge(self.reports, on="report_ref"))

    @cached_property
    def custody(self) -> pd.DataFrame:
        """Detentions, each once, with `person`, `day` and `age`."""
        return self.with_person(_dated(self.table("custody").drop_duplicates(), "detained_at"))

    @cached_property
    def episodes(self) -> pd.DataFrame:
        """Missing episodes with `person`, `day` and `age`."""
        return self.with_person(_dated(self.table("missing_episodes"), "missing_from"))

    @cached_property
    def markers(self) -> pd.DataFrame:
        """Markers with `person`, `day` and `age`."""
        return self.with_person(_dated(self.table("markers"), "set_at"))

    @cached_property
    def groups(self) -> pd.DataFrame:
        """Memberships with `person`."""
        return self.with_person(_dated(self.table("groups"), "confirmed_at"))

    @cached_property
    def stays(self) -> pd.DataFrame:
        """Prison stays with `person`, `start` and `end` (open stays end with the records)."""
        rows = _dated(self.table("prison_stays"), "from_date")
        rows["start"] = rows["day"]
        rows["end"] = pd.to_datetime(rows["to_date"], errors="coerce", format="%Y-%m-%d").fillna(END)
        return self.with_person(rows)

    @cached_property
    def members(self) -> pd.DataFrame:
        """The true members."""
        return self.truth("members")

    def with_person(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Adds `person`, and `age` in years on `day`."""
        rows = rows.assign(person=rows["person_ref"].map(self.person_of))
        rows["age"] = (rows["day"] - rows["person"].map(self.born)).dt.days / 365.25
        return rows


def has_flag(rows: pd.DataFrame, flag: str) -> pd.Series:
    """Whether the flag is set on each row."""
    return rows["flags"].str.split(";").map(lambda flags: flag in flags)


def _csv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _dated(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    return rows.assign(day=pd.to_datetime(rows[column].str[:10], errors="coerce", format="%Y-%m-%d"))
