"""What a correction touches, against brute force over every row of two small snapshots."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_world import FIRST, PEOPLE, SECOND, touched

from harmnet.corrections.impact import COLUMNS, as_json, as_rows, impact
from harmnet.corrections.requests import correct
from harmnet.corrections.touched import touched_by
from harmnet.errors import HarmnetError
from harmnet.snapshots import manifest
from made_corrections import NOW, asked, made

pytestmark = pytest.mark.slow

WANTED = [
    ("REMOVE_NOMINAL", "N06", {}),
    ("REMOVE_NOMINAL", "N02", {"applies_to": "network:soc-03"}),
    ("RESTRICT", "N02", {"applies_to": "theme:soc"}),
    ("RESTRICT", "N01", {"applies_to": "tie:N02"}),
    ("RESTRICT", "N03", {"applies_to": "group:G01"}),
    ("RECTIFY", "N09", {"field": "sex", "value": "X"}),
    ("UNLINK", "N02", {"person_ref": "PN-02"}),
    ("UNLINK", "N06", {"record": "crimes:C03"}),
    ("REGRADE", "intelligence:R01", {"value": "5x5x5 E 4"}),
    ("CONFIRM", "network:soc-02", {}),
    ("REFUTE", "N04", {"applies_to": "theme:cse"}),
]


def found_in(snapshot):
    scores = {(score.table, score.theme, score.network_id, score.nominal_id) for score in snapshot.scores}
    assert len(scores) == len(snapshot.scores)
    return {"people": set(snapshot.people), "networks": set(snapshot.networks), "scores": scores}


def test_every_snapshot_network_and_score_a_correction_touches_is_listed_and_no_other(lake):
    registered = [correct(lake, asked(action, subject, **given), now=NOW) for action, subject, given in WANTED]
    for one in registered:
        listed = impact(lake, one.correction_id)
        assert (listed.concerns.correction_id, listed.in_force) == (one.correction_id, True)
        assert [snapshot.made_with_it for snapshot in listed.snapshots] == [False, False]
        assert [found_in(snapshot) for snapshot in listed.snapshots] == [touched(one, FIRST), touched(one, SECOND)]
    merge = correct(lake, asked("MERGE", "N04", "N06"), now=NOW)
    undone = correct(lake, asked("UNMERGE", str(merge.correction_id)), now=NOW)
    listed = impact(lake, undone.correction_id)
    assert (listed.concerns.correction_id, listed.in_force) == (merge.correction_id, False)
    assert [found_in(snapshot) for snapshot in listed.snapshots] == [touched(merge, FIRST), touched(merge, SECOND)]
    told = as_json(listed)
    assert (told["correction_id"], told["action"], told["concerns"]) == (undone.correction_id, "UNMERGE", 12)
    assert told["snapshots"][0]["people"] == ["N04", "N06"]
    rows = as_rows(listed)
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert [row[2] for row in rows].count("snapshot") == 2
    with pytest.raises(HarmnetError, match=r"impact: no correction 99; there are 13"):
        impact(lake, 99)


EVERYONE = sorted(set(PEOPLE.values()))
REFS = {name: tuple(sorted(ref for ref, other in PEOPLE.items() if other == name)) for name in EVERYONE}
PERSON = st.sampled_from(EVERYONE)


@st.composite
def corrections(draw):
    """A correction of any person under any scope; merges are tried above: in force, they make two people one."""
    person, other = draw(PERSON), draw(PERSON)
    scope = draw(st.sampled_from(["everything", "theme:soc", "theme:cse", "group:G01", "tie", "network:soc-03"]))
    action = draw(st.sampled_from(["REMOVE_NOMINAL", "RESTRICT", "RECTIFY", "REGRADE"]))
    named = {"others": (other,), "other_refs": REFS[other]}
    if action == "REGRADE":
        return made(0, action, record="intelligence:R01", **named)
    if action not in ("REMOVE_NOMINAL", "RESTRICT"):
        return made(0, "RECTIFY", person, refs=REFS[person], field="sex", value="X")
    if scope in ("tie", "network:soc-03"):
        return made(
            0, action, person, refs=REFS[person], applies_to=f"tie:{other}" if scope == "tie" else scope, **named
        )
    return made(0, action, person, refs=REFS[person], applies_to=scope)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(corrections(), min_size=1, max_size=12))
def test_networks_touched_by_any_corrections_are_those_of_brute_force(small_world, drawn):
    several = [replace(one, correction_id=number) for number, one in enumerate(drawn, 1)]
    for snapshot, tables in zip(manifest.snapshots(small_world), (FIRST, SECOND), strict=True):
        found = touched_by(small_world, snapshot, several, several)
        for one in several:
            assert set(found[one.correction_id].networks) == touched(one, tables)["networks"]
