"""Who saw what: nothing is shown that was not logged before, and people in the log stand there as hashes."""

import hashlib
import hmac
import json
import os
import pwd
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner

from harmnet.access import readers
from harmnet.access.answers import Answer
from harmnet.access.log import open_reading
from harmnet.access.readers import ask
from harmnet.cli import main
from harmnet.contracts.registry import ACCESS_LOG
from harmnet.errors import HarmnetError
from harmnet.snapshots.chain import chain_faults, head, read_events
from harmnet.snapshots.lock import writer_lock
from harmnet.storage import Lake

ME = pwd.getpwuid(os.getuid()).pw_name
PEOPLE = "SELECT nominal_id, rank FROM nominal_priorities WHERE theme = 'all' AND rank <= 3"


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def logged(lake):
    """The rows of access_log, which has to be a whole chain."""
    events = read_events(lake, ACCESS_LOG)
    assert chain_faults(events, head(lake, ACCESS_LOG), table=ACCESS_LOG) == []
    return events


def hashed(*people):
    return sorted(hmac.new(b"\x0f" * 32, person.encode(), hashlib.sha256).hexdigest() for person in people)


def test_a_statement_is_logged_before_it_is_run_and_before_its_rows_are_shown(tiny):
    before = len(logged(tiny.lake))
    shown = run("sql", "--lake", tiny.lake.root, "--purpose", "review 7", "--format", "json", PEOPLE)
    rows = json.loads(shown.stdout)
    opened, closed = logged(tiny.lake)[before:]
    assert (opened["event"], closed["event"]) == ("OPEN", "CLOSE")
    assert opened["access_id"] == closed["access_id"]
    assert opened["at"] <= closed["at"]
    for row in (opened, closed):
        assert (row["user"], row["purpose"], row["command"]) == (ME, "review 7", "sql")
        assert json.loads(row["asked"]) == {"statement": PEOPLE}
        assert (row["snapshot_id"], row["corrections"]) == (tiny.snapshot.snapshot_id, 0)
    assert (opened["rows"], opened["result_digest"], opened["nominals"]) == (None, None, None)
    assert closed["rows"] == len(rows) == 3
    assert closed["nominals"] == hashed(*(row["nominal_id"] for row in rows))
    assert closed["key_id"] == hashlib.sha256(b"\x0f" * 32).hexdigest()[:8]


def test_the_digest_is_that_of_the_rows_in_any_order():
    one, other = {"a": 1, "b": [2]}, {"a": None, "b": []}
    assert Answer(None, (one, other)).digest == Answer(None, (other, one)).digest
    assert len({Answer(None, rows).digest for rows in ((), (one,), (one, one), (one, other), (other,))}) == 5


def test_who_reads_is_told_by_the_operating_system_and_not_by_the_environment(tiny, monkeypatch):
    for name in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody")
    run("sql", "--lake", tiny.lake.root, "SELECT 1")
    assert logged(tiny.lake)[-1]["user"] == ME


def test_what_is_refused_leaves_an_open_reading_that_nothing_left(tiny):
    before = len(logged(tiny.lake))
    assert run("sql", "--lake", tiny.lake.root, "SELECT * FROM gangs").exit_code == 2
    assert [row["event"] for row in logged(tiny.lake)[before:]] == ["OPEN"]


def test_nothing_is_read_when_it_cannot_be_logged(tiny, monkeypatch, tmp_path):
    read = []
    monkeypatch.setitem(readers.READERS, "sql", lambda *_: read.append(1))
    monkeypatch.setenv("HARMNET_ACCESS_KEY", str(tmp_path / "none"))
    refused = run("sql", "--lake", tiny.lake.root, "SELECT 1")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(f"harmnet: {tmp_path / 'none'}: cannot be read")
    (tmp_path / "none").write_text("short")
    assert "holds no key" in run("sql", "--lake", tiny.lake.root, "SELECT 1").stderr
    monkeypatch.undo()
    monkeypatch.setattr(Lake, "append_registry", broken)
    refused = run("sql", "--lake", tiny.lake.root, "SELECT 1")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert read == []


def broken(*_):
    raise HarmnetError("disk full")


def test_nothing_leaves_when_the_answer_cannot_be_logged(tiny, monkeypatch, tmp_path):
    network = min(row["network_id"] for row in tiny.rows("networks"))
    monkeypatch.setitem(readers.READERS, "chart", lambda *_: Answer(None, ("N1",)))
    append, calls = Lake.append_registry, []

    def fail_the_second(*given):
        calls.append(given)
        return broken() if len(calls) == 2 else append(*given)

    monkeypatch.setattr(Lake, "append_registry", fail_the_second)
    refused = run("chart", "--lake", tiny.lake.root, "--network", network, "--out", tmp_path / "network.html")
    assert (refused.exit_code, refused.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert "disk full" in refused.stderr
    assert len(calls) == 2


def test_readers_take_turns_and_do_not_wait_for_a_writer(spark, tmp_path):
    lake = Lake(spark, str(tmp_path / "lake"))

    def read(number):
        open_reading(lake, "sql", {"statement": f"SELECT {number}"}, snapshot_id=None, purpose=None).close(
            Answer(None, ({"n": number},))
        )

    with writer_lock(lake, purpose="test"), ThreadPoolExecutor(3) as pool:
        list(pool.map(read, range(4)))
    rows = logged(lake)
    assert sorted(json.loads(row["asked"])["statement"] for row in rows if row["event"] == "CLOSE") == [
        f"SELECT {number}" for number in range(4)
    ]
    assert lake.names("registry") == ["access_chain", "access_log"]


def test_a_row_that_was_changed_is_found(spark, tmp_path):
    lake = Lake(spark, str(tmp_path / "lake"))
    open_reading(lake, "sql", {}, snapshot_id=None, purpose="to look at my neighbour")
    rows = [row | {"purpose": "operation"} for row in logged(lake)]
    assert "event 1 (OPEN of access" in chain_faults(rows, head(lake, ACCESS_LOG), table=ACCESS_LOG)[0]


def test_every_command_that_reads_results_asks_for_them_in_one_place(tiny, monkeypatch):
    """A command that shows results without `ask` would not be logged."""
    asked = []
    monkeypatch.setattr(readers, "open_reading", lambda _lake, command, *_, **__: asked.append(command) or broken())
    for command in readers.READERS:
        with pytest.raises(HarmnetError, match="disk full"):
            ask(tiny.lake, command, {"statement": "SELECT 1"}, snapshot=tiny.snapshot.snapshot_id)
    assert asked == list(readers.READERS)
