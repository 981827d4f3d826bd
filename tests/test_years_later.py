"""Ten people in June, records that came late, July: what was answered then is answered again, changes are told."""

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from harmnet.cli import main
from harmnet.comparison import compare
from harmnet.config import load_settings
from harmnet.contracts import RESULT_TABLES
from harmnet.contracts.raw import CRIMES
from harmnet.contracts.results import EDGES, NETWORKS
from harmnet.errors import HarmnetError
from harmnet.refresh import refresh
from harmnet.snapshots import manifest, reproduce
from harmnet.snapshots.chain import read_events
from harmnet.snapshots.recipe import load_recipe
from harmnet.snapshots.verify import verify_chain, verify_snapshot
from harmnet.storage import Lake
from lakes import AS_OF, GOLDEN, copy_of, receive
from pages import BLOCK, DOCS, text_of

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
JULY = date(2026, 7, 31)


def quiet(_):
    """No progress."""


@pytest.fixture(scope="module")
def lake(ten_people, tmp_path_factory):
    """The ten people as of June; a crime of May that came late and the corrected date of another; then July."""
    folder = tmp_path_factory.mktemp("years")
    lake = copy_of(ten_people, folder / "lake").lake
    write_late(folder / "late")
    receive(lake, load_settings(), folder / "late")
    refresh(lake, load_settings(), as_of=JULY, progress=quiet)
    shutil.copytree(lake.root, folder / "as_left")
    return lake


def write_late(folder):
    folder.mkdir()
    crimes = rows_of("crimes")
    late = crimes["C01"] | {
        "crime_ref": "LATE",
        "occurred_from": "2026-05-01T10:00:00Z",
        "recorded_at": "2026-05-01T11:00:00Z",
    }
    write(folder / "crimes.csv", [late, crimes["C03"] | {"occurred_from": "2019-02-28T10:00:00Z"}])
    person = {"crime_ref": "LATE", "role": "SUSPECT", "status": "CHARGED"}
    write(folder / "crime_people.csv", [person | {"person_ref": ref} for ref in ("CR-06", "IC-77")])


def rows_of(name):
    with (GOLDEN / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["crime_ref"]: row for row in csv.DictReader(file)}


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows_of(path.stem)["C01"]], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def june(lake):
    return manifest.snapshots(lake)[0]


@pytest.fixture(scope="module")
def july(lake):
    return manifest.snapshots(lake)[1]


def edges(lake, snapshot):
    rows = lake.read_result(EDGES, snapshot.snapshot_id).collect()
    return {(row["src"], row["dst"], row["relation"]): row for row in rows}


def test_a_late_record_changes_no_snapshot_of_before_and_known_at_gives_that_answer_again(lake, june, july):
    assert verify_snapshot(lake, june).faults == verify_snapshot(lake, july).faults == verify_chain(lake).faults == []
    tie = ("IC-77", "N06", "ASSOCIATION")
    assert tie not in edges(lake, june)
    assert tie in edges(lake, july)
    said = []
    again = refresh(lake, load_settings(), as_of=AS_OF, known_at=1, progress=said.append)
    assert again == june
    assert "published before" in said[0]


def test_a_lake_that_never_knew_more_gives_the_answer_of_then(spark, june, tmp_path):
    receive(Lake(spark, str(tmp_path / "other")), load_settings(), GOLDEN)
    other = refresh(Lake(spark, str(tmp_path / "other")), load_settings(), as_of=AS_OF, progress=quiet)
    assert (other.snapshot_id, other.content_hash) == (june.snapshot_id, june.content_hash)


def test_a_back_filled_snapshot_follows_the_one_that_lies_below_it(lake, june, july):
    """As of July with what was known in June: it lies between the two, though it is published last."""
    snapshot = refresh(lake, load_settings(), as_of=JULY, known_at=1, progress=quiet)
    assert snapshot.published_seq == 3
    assert snapshot.parent == june.snapshot_id
    assert load_recipe(lake, snapshot.recipe_hash).body["parent"] == june.content_hash
    # July with all that was known is still the current one, and its parent what it was.
    assert manifest.current(lake) == july
    assert july.parent == june.snapshot_id
    assert ("IC-77", "N06", "ASSOCIATION") not in edges(lake, snapshot)


def test_a_record_that_is_gone_and_other_code_are_told_and_what_is_left_derives_nothing(
    lake, june, tmp_path, monkeypatch
):
    shutil.copytree(lake.root, tmp_path / "lake")
    copy = Lake(lake.spark, str(tmp_path / "lake"))
    copy.spark.sql(f"DELETE FROM delta.`{copy.table_path(CRIMES)}` WHERE crime_ref = 'C03'")
    monkeypatch.setattr(reproduce, "code_digest", lambda _: "f" * 64)
    found = reproduce.reproduce(copy, june.snapshot_id, progress=quiet)
    assert found.answer == "DIFFERENT"
    assert [cause.split(":")[0] for cause in found.causes] == ["input", "code", "it cannot be derived"]
    assert "raw_crimes" in found.causes[0]
    assert not found.differences


def test_what_followed_another_is_reproduced_by_the_code_kept_with_it_and_nothing_is_left(lake, july):
    """From the zip alone, as somebody would years later, with other partitions. June: on the accountability page."""
    before = manifest.snapshots(lake)
    code = lake.path("registry", "code", f"{load_recipe(lake, july.recipe_hash).body['code']}.zip")
    known = {"PYTHONPATH": code, "HARMNET_SHIPPED_CONF": str(ROOT / "conf"), "SPARK_LOCAL_IP": "127.0.0.1"}
    known["HARMNET_JARS"] = os.environ.get("HARMNET_JARS", str(ROOT / "jars" / "4.1"))
    known["JAVA_TOOL_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    command = [sys.executable, "-m", "harmnet", "reproduce", "--lake", lake.root, july.snapshot_id]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | known)
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["IDENTICAL"]), done.stdout + done.stderr[-2000:]
    assert manifest.snapshots(lake) == before
    assert not [name for name in lake.names("_work") if name.startswith("reproduce")]
    assert read_events(lake)[-1]["event"] == "REPRODUCED"
    assert verify_chain(lake).faults == []


def test_compare_says_who_joined_and_why(lake, june, july):
    found = compare(lake, june.snapshot_id, july.snapshot_id)
    assert found.ground == ["as_of: 2026-06-30 -> 2026-07-31", "batches only in the second: 2"]
    people = {(row["theme"], row["nominal_id"]): row for row in found.people}
    late, corrected = people["all", "IC-77"], people["all", "N05"]
    assert "NEW_RECORD: crimes LATE" in late["records"]
    assert "CORRECTED_RECORD: crimes C03" in corrected["records"]
    # Of the corrected crime N05 and N06 are on record alone: nobody else's tie is weaker for it.
    by = {row["nominal_id"] for row in found.people if "CORRECTED_RECORD" in row["why"]}
    assert by == {"N05", "N06"}
    assert_changes_are_those_of_the_tables(lake, june, july, found)
    arguments = ["compare", "--lake", lake.root, "--format", "json", june.snapshot_id, july.snapshot_id]
    assert json.loads(CliRunner().invoke(main, arguments).stdout) == found.as_json()


def assert_changes_are_those_of_the_tables(lake, june, july, found):
    """Every change, worked out again from the published tables in plain Python."""
    places = []
    for snapshot in (june, july):
        rows = {table.name: lake.read_result(table, snapshot.snapshot_id) for table in RESULT_TABLES}
        of = {}
        for row in rows["network_members"].collect():
            of.setdefault((row["theme"], row["nominal_id"]), [None, None])[0] = row["network_id"]
        for row in rows["nominal_priorities"].collect():
            of.setdefault((row["theme"], row["nominal_id"]), [None, None])[1] = row["rank"]
        places.append(of)
    wanted = {}
    for key in {*places[0], *places[1]}:
        old, new = places[0].get(key, [None, None]), places[1].get(key, [None, None])
        if bool(old[0]) != bool(new[0]):
            wanted[key] = "JOINED" if new[0] else "LEFT"
        elif old[1] != new[1]:
            wanted[key] = "MOVED"
    assert {(row["theme"], row["nominal_id"]): row["change"] for row in found.people} == wanted
    assert sum(row["people"] for row in found.changes) == len(wanted)
    there = [
        {(row["theme"], row["network_id"]) for row in lake.read_result(NETWORKS, of.snapshot_id).collect()}
        for of in (june, july)
    ]
    told = {
        event: {(row["theme"], row[name]) for row in found.networks if row["event"] in event} for event, name in SIDES
    }
    assert told["BORN SPLIT"] <= there[1]
    assert told["ENDED MERGED"] <= there[0]
    assert len(there[1]) == len(told["BORN SPLIT"]) + sum(found.continued.values())
    assert len(there[0]) == len(told["ENDED MERGED"]) + sum(found.continued.values())


SIDES = (("BORN SPLIT", "network_id"), ("ENDED MERGED", "parent_network_id"))


def test_a_snapshot_is_not_compared_with_itself_or_with_one_that_is_not_there(lake, june):
    with pytest.raises(HarmnetError, match="was given twice"):
        compare(lake, june.snapshot_id, june.snapshot_id)
    with pytest.raises(HarmnetError, match="no snapshot 19990101-0"):
        compare(lake, june.snapshot_id, "19990101-0")


def test_the_accountability_page_says_what_its_commands_answer(lake, june, july, monkeypatch):
    monkeypatch.chdir(Path(lake.root).parent)
    ids = {f"{snapshot.as_of:%Y%m%d}": snapshot.snapshot_id for snapshot in (june, july)}
    for line, wanted in commands_of(text_of(DOCS / "accountability.md")):
        asked = re.sub(r"(\d{8})-[0-9a-f]{8}", lambda found: ids[found[1]], line).replace(
            "--lake lake", "--lake as_left"
        )
        said = CliRunner().invoke(main, shlex.split(asked)[1:])
        assert masked(said.stdout) == masked(wanted), line


def commands_of(page):
    """Each command of a page's blocks and the output under it."""
    for _, block in BLOCK.findall(page):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, output = part.partition("\n")
            yield line, output


def masked(text):
    """The text without what differs from run to run: hashes, how many files all are, and the number of readings."""
    text = re.sub(r"(?<![0-9a-f-])([0-9a-f]{64}|[0-9a-f]{12})(?![0-9a-f])", lambda found: "x" * len(found[1]), text)
    text = re.sub(r"(\d{8})-[0-9a-f]{8}", r"\1-xxxxxxxx", text)
    text = re.sub(r"\b(\d+) of \1 file\(s\)", "n of n file(s)", text)
    text = re.sub(r"access_log: \d+", "access_log: n", text)
    return "\n".join(line.rstrip() for line in text.splitlines())
