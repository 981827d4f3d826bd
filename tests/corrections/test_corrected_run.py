"""The ten people from register to results: who is held out is in no network and still in safeguarding, whatever is
delivered afterwards; and what is undone leaves nothing."""

import csv
import shutil

import pytest

from harmnet.charts.picture import read_picture
from harmnet.contracts import TABLES
from harmnet.corrections.requests import correct
from harmnet.explain import records_behind
from harmnet.refresh import refresh
from harmnet.snapshots.recipe import load_recipe
from harmnet.sql import query
from lakes import AS_OF, GOLDEN, copy_of, derive_more
from made_corrections import NOW, asked

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ten(ten_people, tmp_path_factory):
    """The ten people, published."""
    return copy_of(ten_people, tmp_path_factory.mktemp("corrected") / "lake")


def delivered_again(folder):
    """The extracts once more, in which N09 has come under a new reference without a number, and is on a new crime."""
    shutil.copytree(GOLDEN, folder)
    for name, rows in {
        "people": [["XX-09", "CRIMES", "", "ISLA", "Jarrow", "2011-05-09", "F", "", "", ""]],
        "crimes": [["C10", "true", "92A", "recorded_crime", "2026-06-29T12:00:00Z", "", "", "F1A1", "CSE", ""]],
        "crime_people": [["C10", "XX-09", "SUSPECT", "CHARGED"], ["C10", "CR-06", "SUSPECT", "CHARGED"]],
    }.items():
        with (folder / f"{name}.csv").open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    return folder


def register(lake, action, *subjects, **given):
    return correct(lake, asked(action, *subjects, **given), now=NOW).correction_id


OFFENDERS = (
    "network_members",
    "nominal_measures",
    "nominal_harm",
    "nominal_priorities",
    "nominal_reliability",
    "network_changes",
    "network_link_people",
)
JOINS = {"ASSOCIATION", "INDIRECT"}


def test_a_merge_and_its_undoing_give_the_digest_of_before(ten):
    merge = register(ten.lake, "MERGE", "N07", "N02")
    removal = register(ten.lake, "REMOVE_NOMINAL", "N05")
    register(ten.lake, "UNMERGE", str(merge))
    register(ten.lake, "LIFT", str(removal))
    said = []
    again = refresh(ten.lake, ten.settings, as_of=AS_OF, progress=said.append)
    assert f"new: unlike {ten.snapshot.snapshot_id} it has corrections up to 4, not 0" in said
    assert again.snapshot_id != ten.snapshot.snapshot_id
    assert load_recipe(ten.lake, again.recipe_hash).last_correction == 4
    assert again.content_hash == ten.snapshot.content_hash
    assert again.tables == ten.snapshot.tables


def test_who_is_held_out_stays_out_of_networks_and_in_safeguarding(ten, tmp_path):
    (network,) = [row["network_id"] for row in ten.rows("networks") if row["theme"] == "soc"]
    register(ten.lake, "REMOVE_NOMINAL", "N09")
    register(ten.lake, "REMOVE_NOMINAL", "N08", safeguarding_authority="board")
    register(ten.lake, "RESTRICT", "N01", applies_to=f"network:{network}")
    register(ten.lake, "RESTRICT", "N06", applies_to="theme:violent_crime")
    register(ten.lake, "RESTRICT", "N02", applies_to="tie:N05")
    _, shown = query(
        ten.lake,
        "SELECT network_id, nominal_id, affected_by_correction FROM pub_network_members WHERE theme = 'cse'",
        snapshot_id=ten.snapshot.snapshot_id,
    )
    assert [row[1:] for row in sorted(shown)] == [["N04", True], ["N06", True]]
    (cse,) = {row[0] for row in shown}
    picture = read_picture(ten.lake, ten.snapshot, cse)
    assert {"N08", "N09"}.isdisjoint(person.nominal_id for person in picture.people)
    assert {"N08", "N09"}.isdisjoint(end for tie in picture.ties for end in (tie.src, tie.dst))
    assert picture.left_out[-2].startswith("1 member(s) withheld by a correction")
    assert picture.left_out[-1].startswith("affected by a correction")
    run = derive_more(ten.lake, ten.settings, delivered_again(tmp_path / "again"), until="safeguard")
    rows = {name: run.rows(name) for name in (*OFFENDERS, "edges", "theme_members", "safeguarding_flags", "people")}
    assert {row["person_ref"] for row in rows["people"] if row["nominal_id"] == "N09"} == {"CR-09", "XX-09"}
    for name in OFFENDERS:
        assert "N09" not in {row["nominal_id"] for row in rows[name]}, name
    assert not [row for row in rows["edges"] if "N09" in (row["src"], row["dst"]) and row["relation"] in JOINS]
    mine = [row for row in rows["theme_members"] if row["nominal_id"] == "N09"]
    assert {(row["involved"], row["connected"], row["victim"]) for row in mine} == {(False, False, True)}
    before = {(row["theme"], row["reason"]) for row in ten.rows("safeguarding_flags") if row["nominal_id"] == "N09"}
    after = {(row["theme"], row["reason"]) for row in rows["safeguarding_flags"] if row["nominal_id"] == "N09"}
    # In theme `all` the person was a vertex, and is none now.
    assert {pair for pair in before if pair[0] != "all"} <= after
    for name, found in rows.items():
        for row in found:
            assert "N08" not in row.values(), name
    soc = [row for row in rows["network_members"] if row["theme"] == "soc"]
    of = {row["nominal_id"]: row["network_id"] for row in soc}
    members = {row["nominal_id"] for row in ten.rows("network_members") if row["network_id"] == network} - {"N01"}
    assert of.get("N01") is None or of["N01"] not in {of.get(member) for member in members}
    involved = {(row["theme"], row["nominal_id"]) for row in rows["theme_members"] if row["involved"]}
    assert ("violent_crime", "N06") not in involved
    assert ("soc", "N06") in involved
    assert JOINS.isdisjoint(row["relation"] for row in rows["edges"] if (row["src"], row["dst"]) == ("N02", "N05"))


def test_the_records_behind_a_tie_add_up_in_a_corrected_snapshot_and_what_was_published_is_as_it_was(ten):
    published = {name: ten.lake.read_result(TABLES[name], ten.snapshot.snapshot_id).count() for name in OFFENDERS}
    assert published == {entry.table_name: entry.rows for entry in ten.snapshot.tables if entry.table_name in OFFENDERS}
    snapshot = refresh(ten.lake, ten.settings, as_of=AS_OF, progress=lambda _: None)
    edges = ten.lake.read_result(TABLES["edges"], snapshot.snapshot_id).collect()
    pairs = {(row["src"], row["dst"]) for row in edges if "N09" not in (row["src"], row["dst"])} - {("N02", "N05")}
    # In one go: records that do not add up to an edge stop it.
    assert set(records_behind(ten.lake, snapshot, pairs)) == pairs
