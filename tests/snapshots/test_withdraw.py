"""A withdrawn snapshot is no longer shown, and the reason stays with it."""

import csv
import io

import pytest
from tests.snapshots.made import command

from harmnet.snapshots.chain import read_events
from harmnet.snapshots.tied import detail
from harmnet.snapshots.verify import verify_chain
from harmnet.storage import Lake

pytestmark = pytest.mark.slow

MAY, JUNE = "20260531-aaaaaaaa", "20260630-bbbbbbbb"


def shown(lake: Lake) -> str:
    """The snapshot a reader sees who names none."""
    said = command(
        "sql", "--lake", lake.root, "--format", "csv", "SELECT weight_micro FROM edges WHERE relation <> 'HARM'"
    )
    return said.stdout.split()[-1] if said.exit_code == 0 else said.stderr


def test_readers_see_the_snapshot_before_and_the_list_says_why(published: Lake) -> None:
    assert shown(published) == "2"
    said = command("withdraw", "--lake", published.root, JUNE, "--reason", "the extract of\n custody was a test ")
    assert (said.exit_code, said.stdout) == (0, f"{MAY}\n")
    assert shown(published) == "1"
    listed = csv.DictReader(io.StringIO(command("snapshots", "--lake", published.root, "--format", "csv").stdout))
    assert {row["snapshot_id"]: (row["withdrawn"], row["reason"]) for row in listed} == {
        MAY: ("false", ""),
        JUNE: ("true", "the extract of custody was a test"),
    }
    event = read_events(published)[-1]
    assert (event["event"], event["snapshot_id"], bool(detail(event)["user"])) == ("WITHDRAWN", JUNE, True)
    # It stays readable for whoever names it, and verifiable.
    asked = command(
        "sql", "--lake", published.root, "--snapshot", JUNE, "--format", "csv", "SELECT count(*) FROM edges"
    )
    assert asked.stdout.split()[-1] == "2"
    assert command("verify", "--lake", published.root, JUNE).exit_code == 0
    again = command("withdraw", "--lake", published.root, JUNE, "--reason", "again")
    assert (again.exit_code, "was withdrawn before: the extract of custody was a test" in again.stderr) == (2, True)
    last = command("withdraw", "--lake", published.root, MAY, "--reason", "x")
    assert last.stdout == "no snapshot is shown now\n"
    assert "every snapshot was withdrawn" in shown(published)
    assert verify_chain(published).faults == []


def test_a_withdrawal_needs_a_snapshot_and_a_reason(published: Lake) -> None:
    for arguments, told in [
        ((JUNE, "--reason", " "), "say why"),
        (("19990101-0", "--reason", "x"), "no snapshot 19990101-0"),
    ]:
        said = command("withdraw", "--lake", published.root, *arguments)
        assert (said.exit_code, told in said.stderr, len(said.stderr.splitlines())) == (2, True, 1)
    assert not any(event["event"] == "WITHDRAWN" for event in read_events(published))
