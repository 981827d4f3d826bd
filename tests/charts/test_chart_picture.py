"""What a chart shows: who is a member and who is not, the records behind every tie, what is refused."""

import shutil
import stat

import pytest
from pyspark.sql import functions as F

from harmnet.charts import draw
from harmnet.charts.library import cytoscape
from harmnet.charts.page import write_page
from harmnet.charts.people import Facts, parts_of
from harmnet.charts.picture import read_picture
from harmnet.charts.roles import CONNECTED, INVOLVED, MEMBER, MOST_AROUND, TIED, VICTIM, chosen, roles_of
from harmnet.contracts.results import EDGES
from harmnet.errors import HarmnetError
from harmnet.storage import Lake


def edge(src, dst, *, relation="ASSOCIATION", weight=500_000, forth=0, back=0):
    names = ("src", "dst", "relation", "weight_micro", "src_to_dst_micro", "dst_to_src_micro")
    return dict(zip(names, (src, dst, relation, weight, forth, back), strict=True))


def test_the_victim_is_the_one_a_member_offended_against_and_is_no_member():
    edges = [edge("A", "V", relation="HARM", forth=1), edge("A", "W", relation="HARM", back=1)]
    assert roles_of({"A"}, edges, {}, set()) == {"A": (MEMBER, False), "V": (VICTIM, True), "W": (TIED, False)}


def test_a_member_harmed_by_a_member_is_both():
    edges = [edge("A", "B", relation="HARM", back=1)]
    assert roles_of({"A", "B"}, edges, {}, set()) == {"A": (MEMBER, True), "B": (MEMBER, False)}


def test_roles_around_come_from_the_theme_and_involvement_is_said_before_harm():
    edges = [edge("A", other) for other in ("B", "C", "D", "E")]
    theme = {"B": {"victim": True}, "C": {"connected": True, "victim": False}, "D": {"victim": True}}
    assert roles_of({"A"}, edges, theme, {"D"}) == {
        "A": (MEMBER, False),
        "B": (VICTIM, True),
        "C": (CONNECTED, False),
        "D": (INVOLVED, True),
        "E": (TIED, False),
    }


def test_of_those_tied_in_other_ways_only_people_to_protect_are_shown():
    marked = {"kind": "MARKER", "signal": "LOOKED_AFTER_CHILD"}
    facts = {
        "A": Facts(),
        "ADULT": Facts(is_child=False, signals=[marked]),
        "CHILD": Facts(is_child=True),
        "FLAGGED": Facts(is_child=False, reasons=["MISSING"]),
        "UNKNOWN": Facts(),
        "UNKNOWN_MARKED": Facts(signals=[marked]),
    }
    roles = {person: (MEMBER if person == "A" else TIED, False) for person in facts}
    edges = [edge("A", other, relation="FAMILY") for other in facts if other != "A"]
    shown = [person.nominal_id for person in chosen({"A"}, edges, roles, facts)]
    assert shown == ["A", "CHILD", "FLAGGED", "UNKNOWN_MARKED"]


def test_a_priority_whose_parts_do_not_add_up_is_refused():
    row = {"rank": 1, "score": 5, "theme_harm_micro": 2, "size_micro": 3}
    assert parts_of(row, "N1") == [("theme_harm", 2), ("size", 3)]
    with pytest.raises(HarmnetError, match="priority of N1 do not add up to its score 6"):
        parts_of(row | {"score": 6}, "N1")


def test_where_too_many_are_around_those_to_protect_come_first_then_victims_then_the_strongest_ties():
    others = [f"P{at:04d}" for at in range(MOST_AROUND + 2)]
    roles = {"A": (MEMBER, False)} | dict.fromkeys(others, (CONNECTED, False)) | {others[-1]: (VICTIM, True)}
    facts = {person: Facts(is_child=person == others[-2]) for person in roles}
    edges = [edge("A", other, weight=1_000_000 - at) for at, other in enumerate(others)]
    shown = [person.nominal_id for person in chosen({"A"}, edges, roles, facts)]
    assert shown == ["A", *others[: MOST_AROUND - 2], *others[-2:]]


@pytest.fixture(scope="module")
def networks(tiny):
    """The largest network of the theme `all`, and the largest of any other theme."""
    found = sorted(tiny.rows("networks"), key=lambda row: (-row["size"], row["network_id"]))
    return [
        next(row for row in found if row["theme"] == "all"),
        next(row for row in found if row["theme"] != "all"),
    ]


@pytest.fixture(scope="module")
def pictures(tiny, networks):
    return [read_picture(tiny.lake, tiny.snapshot, network["network_id"]) for network in networks]


@pytest.mark.slow
def test_members_are_the_networks_and_victims_who_are_not_involved_are_never_among_them(tiny, pictures):
    victims = {(row["theme"], row["nominal_id"]) for row in tiny.rows("theme_members") if row["victim_only"]}
    for picture in pictures:
        members = {person.nominal_id for person in picture.people if person.role == MEMBER}
        rows = [row for row in tiny.rows("network_members") if row["network_id"] == picture.network_id]
        assert members == {row["nominal_id"] for row in rows}
        assert not {(picture.theme, member) for member in members} & victims
        assert len({person.nominal_id for person in picture.people}) == len(picture.people)


@pytest.mark.slow
def test_every_tie_shown_is_an_edge_and_the_records_behind_it_add_up_to_it(tiny, pictures):
    edges = {(row["src"], row["dst"], row["relation"]): row for row in tiny.rows("edges")}
    for picture in pictures:
        assert picture.ties
        members = {person.nominal_id for person in picture.people if person.role == MEMBER}
        shown = {person.nominal_id for person in picture.people}
        for tie in picture.ties:
            stored = edges[tie.src, tie.dst, tie.relation]
            counted = [record for record in tie.records if record.counted]
            assert tie.weight_micro == stored["weight_micro"] == sum(record.weight_micro for record in counted)
            assert len(counted) == stored["records"]
        between = {key for key in edges if {*key[:2]} <= shown and {*key[:2]} & members}
        assert {(tie.src, tie.dst, tie.relation) for tie in picture.ties} == between


@pytest.mark.slow
def test_the_handling_of_the_page_is_the_most_restrictive_of_all_that_is_shown(pictures):
    for picture in pictures:
        for shown in (*(person.facts for person in picture.people), *picture.ties):
            assert picture.handling | shown.handling == picture.handling
        for record in (record for tie in picture.ties for record in tie.records if record.counted):
            assert picture.handling | record.handling == picture.handling


@pytest.mark.slow
def test_a_person_has_parts_that_add_up_and_a_child_is_marked(tiny, pictures):
    children = {row["nominal_id"] for row in tiny.rows("nominals") if row["is_child"]}
    scores = {(row["theme"], row["nominal_id"]): row["score"] for row in tiny.rows("nominal_priorities")}
    for picture in pictures:
        for person in picture.people:
            assert (person.facts.is_child is True) == (person.nominal_id in children)
            assert person.facts.score == scores.get((picture.theme, person.nominal_id))
            assert sum(value for _, value in person.facts.parts) == (person.facts.score or 0)


@pytest.mark.slow
def test_a_chart_replaces_the_file_that_was_there_with_the_same_bytes_each_time(tiny, networks, pictures, tmp_path):
    out, network = tmp_path / "network.html", networks[1]["network_id"]
    out.write_text("an older chart")
    assert draw(lambda: read_picture(tiny.lake, tiny.snapshot, network), out) == out
    drawn = out.read_text(encoding="utf-8")
    assert f"<title>{network}" in drawn
    assert drawn == write_page(pictures[1], cytoscape())
    assert [path.name for path in tmp_path.iterdir()] == ["network.html"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o640


@pytest.mark.slow
def test_a_network_that_is_not_there_is_refused_and_close_ones_are_named(tiny, networks):
    wanted = networks[0]["network_id"][:-1] + "x"
    with pytest.raises(HarmnetError, match=f"no network {wanted} in snapshot .*{networks[0]['network_id']}"):
        read_picture(tiny.lake, tiny.snapshot, wanted)


def test_a_folder_that_is_not_there_is_refused_before_any_work(tmp_path):
    with pytest.raises(HarmnetError, match="no such folder"):
        draw(lambda: pytest.fail("it was read"), tmp_path / "none" / "network.html")


@pytest.mark.slow
def test_a_snapshot_whose_edges_do_not_add_up_is_not_drawn(spark, tiny, networks, tmp_path):
    shutil.copytree(tiny.lake.root, tmp_path / "lake")
    lake = Lake(spark, str(tmp_path / "lake"))
    rows = lake.read_result(EDGES, tiny.snapshot.snapshot_id)
    lake.write_result(
        rows.withColumn("weight_micro", F.col("weight_micro") + 1).localCheckpoint(), EDGES, tiny.snapshot.snapshot_id
    )
    with pytest.raises(HarmnetError, match="do not use this snapshot"):
        read_picture(lake, tiny.snapshot, networks[1]["network_id"])
