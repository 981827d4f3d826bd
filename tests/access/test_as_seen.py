"""What someone saw on a day is read once more as it was then, and rows about someone corrected since are marked."""

import json
import os
import pwd
import shutil
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner
from pyspark.sql import functions as F

from harmnet.access.log import SQL_SERVICE, append, counted, open_reading, opening
from harmnet.access.readers import ask
from harmnet.access.seen import as_seen
from harmnet.cli import main
from harmnet.contracts.priorities import NOMINAL_PRIORITIES
from harmnet.contracts.registry import ACCESS_LOG
from harmnet.errors import HarmnetError
from harmnet.storage import Lake

pytestmark = pytest.mark.slow

ME = pwd.getpwuid(os.getuid()).pw_name
FIRST = "SELECT nominal_id, name, rank FROM pub_nominal_priorities WHERE theme = 'all' AND rank <= 3"


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def lake(spark, tiny, tmp_path):
    """The tiny force's lake, nobody having read it yet."""
    root = tmp_path / "lake"
    shutil.copytree(tiny.lake.root, root, ignore=shutil.ignore_patterns("access_log", "access_chain"))
    return Lake(spark, str(root))


def test_what_was_seen_is_shown_as_it_was_and_says_what_was_corrected_since(tiny, lake):
    today = datetime.now(UTC).date()
    _, rows = ask(lake, "sql", {"statement": FIRST}, purpose="review")
    people = {row[0] for row in rows}
    edge = min(tiny.rows("edges"), key=lambda row: (row["src"], row["dst"]))
    ask(lake, "explain", {"people": [edge["src"], edge["dst"]]})
    open_reading(lake, "sql", {"statement": "SELECT 1"}, snapshot_id=None, purpose=None)
    gone = min(people)
    corrected = run(
        *("correct", "--lake", lake.root, "REMOVE_NOMINAL", gone, "--why", "wrong person", "--authority", "board")
    )
    assert corrected.exit_code == 0, corrected.output
    _, later = ask(lake, "sql", {"statement": FIRST})
    assert {row[0] for row in later} == people - {gone}

    shown = json.loads(run("as-seen", "--lake", lake.root, "--format", "json", ME, today.isoformat()).stdout)
    # Who looks at what was seen reads as well, and is logged: it is open while it answers.
    assert [one["verdict"] for one in shown] == ["SAME", "SAME", "NOTHING_LEFT", "SAME", "NOTHING_LEFT"]
    first, last = shown[0], shown[3]
    assert (first["rows"], first["purpose"], last["rows"]) == (3, "review", 2)
    marked = {entry["row"]["nominal_id"]: entry["corrected"] for entry in first["said"]}
    assert marked == {person: [1] if person == gone else [] for person in people}
    assert (first["corrected"], last["corrected"]) == ([1], [])
    assert as_seen(lake, "nobody", today) == as_seen(lake, ME, date(2020, 1, 1)) == []

    stored = lake.read_result(NOMINAL_PRIORITIES, tiny.snapshot.snapshot_id)
    changed = stored.withColumn("rank", F.col("rank") + 1).localCheckpoint()
    lake.write_result(changed, NOMINAL_PRIORITIES, tiny.snapshot.snapshot_id)
    *read, looked = as_seen(lake, ME, today)
    assert [one.verdict for one in read] == ["DIFFERENT", "SAME", "NOTHING_LEFT", "DIFFERENT"]
    assert (looked.command, looked.rows, looked.verdict) == (
        "as-seen",
        sum(len(one["said"]) for one in shown),
        "CANNOT_BE_READ",
    )

    lake.spark.sql(f"UPDATE delta.`{lake.table_path(ACCESS_LOG)}` SET purpose = 'none' WHERE purpose = 'review'")
    with pytest.raises(HarmnetError, match=r"access_log: event 1 .* was changed after it was written"):
        as_seen(lake, ME, today)


def test_a_statement_of_the_sql_service_is_shown_with_its_rows_and_cannot_be_held_to_a_digest(lake):
    opened = opening(SQL_SERVICE, {"statement": FIRST}, user="ann", purpose=None, snapshot_id=None, corrections=0)
    append(lake, [opened, counted(opened, 3)])
    [seen] = as_seen(lake, "ann", datetime.now(UTC).date())
    assert (seen.verdict, seen.rows, seen.said) == ("CANNOT_BE_READ", 3, ())
