"""What can be registered, what is refused in one line, and that a refusal writes nothing."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from harmnet.cli import main
from harmnet.contracts.corrections import CORRECTION_REGISTER
from harmnet.corrections.register import Correction, append, read
from harmnet.corrections.requests import correct
from harmnet.errors import HarmnetError
from harmnet.snapshots.chain import START, chain_faults, head, heads, linked, read_events
from harmnet.snapshots.lock import writer_lock
from harmnet.snapshots.verify import verify_chain
from harmnet.storage import Lake
from made_corrections import DAY, NOW, asked, made

pytestmark = pytest.mark.slow


def register(lake, action, *subjects, **given):
    return correct(lake, asked(action, *subjects, **given), now=NOW)


def test_corrections_are_numbered_from_one_and_read_back_as_they_were_registered(lake):
    one = register(lake, "REMOVE_NOMINAL", "N02", applies_to="network:soc-03")
    two = register(lake, "UNLINK", "N02", person_ref="PN-02")
    three = register(lake, "REGRADE", "intelligence:R01", value="5x5x5 E 4")
    four = register(lake, "LIFT", "1")
    assert [found.correction_id for found in read(lake)] == [1, 2, 3, 4]
    assert [found.undoes for found in read(lake)] == [None, None, None, 1]
    assert read(lake, last=2) == read(lake)[:2]
    assert (one.refs, one.others, one.other_refs) == (("CR-02", "PN-02"), ("N01", "N03"), ("CR-01", "CR-03"))
    # PN-02 has neither sex nor another name than CR-02: one key for both.
    assert len(one.keys) == 1
    assert (two.refs, two.person_ref, two.keys) == (("CR-02",), "PN-02", ())
    assert (three.nominal_id, three.others) == (None, ("N01", "N03", "N05", "N06"))
    assert (four.who, four.why, four.authority, four.effective_date) == ("analyst", "reason", "inspector", DAY)


REFUSED = [
    (("RENAME", "N01"), {}, r"RENAME: no such action; there are RECTIFY, UNLINK"),
    (("RESTRICT", "N01", "N02"), {}, r"takes one subject, found 2"),
    (("MERGE", "N01"), {}, r"takes two nominals, found 1"),
    (("RESTRICT", "N01"), {"field": "dob"}, r"takes no --field"),
    (("RESTRICT", "N01"), {"person_ref": "CR-01"}, r"takes no --ref"),
    (("MERGE", "N01", "N02"), {"applies_to": "theme:soc"}, r"takes no --applies-to"),
    (("RESTRICT", "N01"), {"why": " "}, r"--why is empty"),
    (("RESTRICT", "N01"), {"effective_date": NOW.date() + timedelta(days=1)}, r"lies in the future"),
    (("RESTRICT", "N99"), {}, r"N99: no snapshot has such a nominal"),
    (("RESTRICT", "N01"), {"applies_to": "town:Fernhill"}, r"--applies-to town:Fernhill: write everything, theme:"),
    (("RESTRICT", "N01"), {"applies_to": "theme:"}, r"--applies-to theme:: write"),
    (("RESTRICT", "N01"), {"applies_to": "everything:soc"}, r"write everything, theme:"),
    (("RESTRICT", "N01"), {"applies_to": "theme:all"}, r"theme:all: no such theme; there are county_lines, cse"),
    (("RESTRICT", "N05"), {"applies_to": "group:G01"}, r"group:G01: N05 is no listed member of it"),
    (("RESTRICT", "N05"), {"applies_to": "group:G99"}, r"groups:G99: no such record was ever delivered"),
    (("RESTRICT", "N05"), {"applies_to": "network:soc-03"}, r"N05 is no member of it in 20260630-"),
    (("RESTRICT", "N05"), {"applies_to": "network:soc-99"}, r"soc-99: no snapshot has such a network"),
    (("RESTRICT", "N05"), {"applies_to": "tie:N05"}, r"a tie has two ends"),
    (("RESTRICT", "N05"), {"applies_to": "tie:N06", "safeguarding_authority": "x"}, r"goes with everything or a theme"),
    (("RECTIFY", "N01"), {"field": "shoe", "value": "43"}, r"--field must be one of forename, surname, sex, dob"),
    (("RECTIFY", "N01"), {"field": "dob"}, r"--value is missing"),
    (("RECTIFY", "N01"), {"field": "dob", "value": "3/2/1991"}, r"is written YYYY-MM-DD"),
    (("RECTIFY", "N01"), {"field": "dob", "value": "2027-01-01"}, r"no date of birth"),
    (("RECTIFY", "N01"), {"field": "dob", "value": "1900-01-01"}, r"no date of birth"),
    (("RECTIFY", "N01"), {"field": "sex", "value": "Q"}, r"sex is one of F, M, X or unknown"),
    (("UNLINK", "N02"), {}, r"takes either --ref"),
    (("UNLINK", "N02"), {"person_ref": "PN-02", "record": "crimes:C01"}, r"takes either --ref"),
    (("UNLINK", "N02"), {"person_ref": "CR-01"}, r"CR-01 does not stand for N02; CR-02, PN-02 do"),
    (("UNLINK", "N01"), {"person_ref": "CR-01"}, r"CR-01 is the only reference of N01"),
    (("UNLINK", "N01"), {"record": "crimes:C03"}, r"crimes:C03: N01 is not on this record"),
    (("UNLINK", "N01"), {"record": "crimes:C99"}, r"crimes:C99: no such record was ever delivered"),
    (("UNLINK", "N01"), {"record": "C01"}, r"C01: write system:record_ref; the systems are crimes"),
    (("MERGE", "N01", "N01"), {}, r"N01 was given twice"),
    (("MERGE", "N01", "N99"), {}, r"N99: no snapshot has such a nominal"),
    (("REGRADE", "crimes:C01"), {"value": "5x5x5 B 2"}, r"only intelligence:REPORT and associations:ASSOCIATION"),
    (("REGRADE", "intelligence:R01"), {"value": "5x5x5 F 2"}, r"write scheme, source and information"),
    (("REGRADE", "intelligence:R01"), {"value": "3x5x2 1"}, r"write scheme, source and information"),
    (("REGRADE", "intelligence:R01"), {"value": ".* A 1"}, r"write scheme, source and information"),
    (("REGRADE", "intelligence:R01"), {}, r"write scheme, source and information"),
    (("LIFT", "7"), {}, r"7: no such correction; there are 3"),
    (("LIFT", "x"), {}, r"x: no such correction; there are 3"),
    (("LIFT", "1"), {}, r"correction 1 is a MERGE, which LIFT does not undo"),
    (("UNMERGE", "2"), {}, r"correction 2 is a RESTRICT, which UNMERGE does not undo"),
    (("LIFT", "2"), {}, r"correction 2 was undone before"),
    (("LIFT", "3"), {}, r"correction 3 is a LIFT, which LIFT does not undo"),
    (("CONFIRM", "N01"), {"applies_to": "group:G01"}, r"a check of a person is of everything or of theme:THEME"),
    (("CONFIRM", "network:soc-03"), {"applies_to": "theme:soc"}, r"takes no --applies-to with a network"),
    (("REFUTE", "N01", "N02"), {"applies_to": "theme:soc"}, r"takes no --applies-to with a tie"),
    (("REFUTE", "N01", "N01"), {}, r"a tie has two ends"),
]


@pytest.fixture(scope="module")
def corrected(small_world, spark, tmp_path_factory):
    """A lake in which a merge, a restriction and its lifting are registered; refusals leave it as it is."""
    root = tmp_path_factory.mktemp("requests") / "lake"
    shutil.copytree(small_world.root, root)
    lake = Lake(spark, str(root))
    register(lake, "MERGE", "N07", "N08")
    register(lake, "RESTRICT", "N01")
    register(lake, "LIFT", "2")
    return lake


@pytest.mark.parametrize(
    ("words", "given", "says"), REFUSED, ids=[f"{i}-{case[0][0]}" for i, case in enumerate(REFUSED)]
)
def test_what_cannot_be_corrected_is_refused_in_one_line_and_nothing_is_written(corrected, words, given, says):
    before = corrected.files("registry")
    with pytest.raises(HarmnetError, match=says) as refused:
        register(corrected, *words, **given)
    assert len(refused.value.problems) == 1
    assert refused.value.problems[0].startswith(f"correct {words[0]}: ")
    assert corrected.files("registry") == before


def test_everything_that_is_wrong_is_said_at_once(corrected):
    with pytest.raises(HarmnetError) as refused:
        register(corrected, "RESTRICT", "N01", field="dob", value="x", authority="", effective_date=date(2027, 1, 1))
    assert len(refused.value.problems) == 4


def test_corrections_take_turns_wait_for_no_refresh_and_a_failed_one_leaves_no_gap(lake):
    def fails(known: tuple[Correction, ...]) -> Correction:
        raise HarmnetError("no")

    with pytest.raises(HarmnetError, match="no"):
        append(lake, fails)
    with writer_lock(lake, purpose="refresh"), ThreadPoolExecutor(3) as pool:
        given = list(
            pool.map(lambda _: append(lake, lambda known: made(99, "RESTRICT", "N01")).correction_id, range(3))
        )
    assert sorted(given) == [one.correction_id for one in read(lake)] == [1, 2, 3]
    assert [name for name in lake.names("registry") if "lock" in name] == []


def test_who_lost_their_turn_meanwhile_registers_nothing(lake):
    def slowly(known: tuple[Correction, ...]) -> Correction:
        lake.delete("registry", "corrections.lock")
        return made(0, "RESTRICT", "N01")

    with pytest.raises(HarmnetError, match="the corrections lock was taken over"):
        append(lake, slowly)
    assert read(lake) == ()


def test_a_register_that_was_edited_cut_off_or_rewritten_is_found(lake):
    for nominal in ("N01", "N02", "N03"):
        append(lake, lambda known, nominal=nominal: made(0, "RESTRICT", nominal, refs=("CR-01",)))
    rows, kept = read_events(lake, CORRECTION_REGISTER), heads(lake)
    noted = head(lake, CORRECTION_REGISTER)
    assert [row["chain_seq"] for row in rows] == [row["correction_id"] for row in rows] == [1, 2, 3]
    assert chain_faults(rows, noted, noted, CORRECTION_REGISTER) == []
    for column in CORRECTION_REGISTER.names:
        if column not in ("chain_seq", "previous_hash", "row_hash"):
            edited = [rows[0], rows[1] | {column: "other"}, rows[2]]
            assert "was changed after it was written" in chain_faults(edited, noted, None, CORRECTION_REGISTER)[0]
    assert "registry/correction_chain has them" in chain_faults(rows[:2], noted, None, CORRECTION_REGISTER)[0]
    rewritten = linked([row | {"nominal_id": "N09"} for row in rows], START, CORRECTION_REGISTER)
    told = chain_faults(rewritten, None, kept["correction_register"], CORRECTION_REGISTER)
    assert told[-1] == "event 3 is not the one that the checkpoint has: the chain was rewritten"

    def of_register():
        return [fault for fault in verify_chain(lake, kept).faults if fault.startswith("correction_register: ")]

    assert of_register() == []
    lake.spark.sql(f"UPDATE delta.`{lake.table_path(CORRECTION_REGISTER)}` SET why = 'x' WHERE correction_id = 2")
    assert of_register() == ["correction_register: event 2 (RESTRICT of correction 2) was changed after it was written"]


def test_a_lake_without_a_snapshot_has_nobody_to_correct(spark, tmp_path):
    with pytest.raises(HarmnetError, match="no snapshot was published yet"):
        register(Lake(spark, str(tmp_path / "new")), "RESTRICT", "N01")


def test_the_commands_register_list_and_refuse(lake):
    def run(*words):
        return CliRunner().invoke(main, [words[0], "--lake", lake.root, *words[1:]])

    said = ("--why", "contested", "--authority", "Insp. Moss")
    result = run("correct", "RESTRICT", "N09", "--applies-to", "theme:cse", *said)
    assert (result.exit_code, result.stdout) == (0, "1\n"), result.output
    (one,) = read(lake)
    assert (one.applies_to, one.why, one.authority, one.also_safeguarding) == (
        "theme:cse",
        "contested",
        "Insp. Moss",
        False,
    )
    assert one.effective_date == one.registered_at.date()
    refused = run("correct", "RESTRICT", "N99", *said)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == "harmnet: correct RESTRICT: N99: no snapshot has such a nominal\n"
    told = json.loads(run("impact", "1", "--format", "json").stdout)
    assert [len(snapshot["networks"]) for snapshot in told["snapshots"]] == [0, 1]
    assert run("impact", "7").stderr == "harmnet: impact: no correction 7; there are 1\n"
