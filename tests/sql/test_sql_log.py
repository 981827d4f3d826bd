"""What the SQL service writes into access_log: who asked what, how it would be read, how many rows left."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from harmnet.contracts.registry import ACCESS_LOG
from harmnet.snapshots.chain import chain_faults, head, read_events

pytestmark = pytest.mark.sql


def logged(service):
    """The rows of access_log, which has to be a whole chain."""
    events = read_events(service.published.lake, ACCESS_LOG)
    assert chain_faults(events, head(service.published.lake, ACCESS_LOG), table=ACCESS_LOG) == []
    return events


def readings_of(service, statement):
    """The events of each reading of a statement, in order, with what was asked."""
    found = {}
    for event in logged(service):
        told = json.loads(event["asked"])
        if told["statement"] == statement:
            found.setdefault(event["access_id"], []).append(event | {"told": told})
    return list(found.values())


def test_a_statement_is_logged_with_user_snapshot_and_plan_and_its_rows_are_counted(service):
    statement = "SELECT nominal_id, rank FROM pub_nominal_priorities WHERE theme = 'all' AND rank <= 3"
    rows = service.ask(statement)
    [[opened, closed]] = readings_of(service, statement)
    assert (opened["event"], closed["event"]) == ("OPEN", "CLOSE")
    assert opened["at"] <= closed["at"]
    for event in (opened, closed):
        assert (event["user"], event["command"]) == ("ann", "sql-service")
        assert event["snapshot_id"] == service.published.snapshot.snapshot_id
        assert (event["purpose"], event["nominals"], event["result_digest"]) == (None, None, None)
    lines = opened["told"]["plan"].splitlines()
    assert lines[0].startswith("Project [nominal_id")
    assert lines[-1].strip().startswith("View (`spark_catalog`.`default`.`pub_nominal_priorities`")
    assert (opened["rows"], closed["rows"]) == (None, len(rows))
    assert len(rows) == 3


def test_the_purpose_is_set_by_a_statement_or_on_connecting(service):
    connection = service.connect()
    # A cursor of impyla's is a session of its own.
    cursor = connection.cursor()
    cursor.execute("SET harmnet.purpose = review 7")
    cursor.execute("SELECT 'with a purpose'")
    cursor.fetchall()
    [[opened, closed]] = readings_of(service, "SELECT 'with a purpose'")
    assert opened["purpose"] == closed["purpose"] == "review 7"
    connection.close()
    connection = service.connect()
    cursor = connection.cursor(configuration={"set:hiveconf:harmnet.purpose": "review 8"})
    cursor.execute("SELECT 'with another purpose'")
    assert cursor.fetchall() == [("with another purpose",)]
    assert readings_of(service, "SELECT 'with another purpose'")[0][0]["purpose"] == "review 8"
    connection.close()


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("SELECT * FROM delta.`/somewhere`", "not permitted: to read delta./somewhere"),
        ("DROP VIEW pub_networks", "not permitted: DropView"),
        ("SELECT reflect('java.lang.System', 'exit', 1)", "not permitted: function reflect"),
        ("SELECT no_such_column FROM pub_networks", "[UNRESOLVED_COLUMN"),
        ("SELEC 1", "[PARSE_SYNTAX_ERROR]"),
    ],
)
def test_what_is_refused_is_logged_with_the_reason_and_is_never_closed(service, statement, why):
    said = service.refusal(statement)
    # Other files ask some of them as well, of the same service.
    *_, [opened] = readings_of(service, statement)
    assert opened["event"] == "OPEN"
    assert opened["told"]["refused"].startswith(why)
    assert said.startswith(why)


def test_a_statement_whose_rows_nobody_fetched_is_never_closed(service):
    connection = service.connect()
    cursor = connection.cursor()
    cursor.execute("SELECT 'left there'")
    connection.close()
    assert [[event["event"] for event in events] for events in readings_of(service, "SELECT 'left there'")] == [
        ["OPEN"]
    ]


def test_statements_that_come_in_together_are_all_logged(service):
    def one(number):
        return service.ask(f"SELECT {number} AS together", ("ann", "olly", "sue")[number % 3])

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(one, range(12))) == [[(number,)] for number in range(12)]
    for number in range(12):
        [[opened, closed]] = readings_of(service, f"SELECT {number} AS together")
        assert opened["user"] == closed["user"] == ("ann", "olly", "sue")[number % 3]
        assert closed["rows"] == 1


def test_what_asks_for_what_there_is_is_logged_too(service):
    service.ask("SHOW TABLES LIKE 'pub_net*'")
    [[opened, closed]] = readings_of(service, "SHOW TABLES LIKE 'pub_net*'")
    assert (opened["user"], closed["rows"]) == ("ann", len(service.ask("SHOW TABLES LIKE 'pub_net*'")))


def test_as_seen_says_that_the_answer_was_not_kept(service):
    statement = "SELECT 'as seen'"
    service.ask(statement, "olly")
    day = readings_of(service, statement)[0][0]["at"].date().isoformat()
    seen = service.harmnet("as-seen", "--lake", service.published.lake.root, "olly", day, "--format", "json")
    [found] = [one for one in json.loads(seen.stdout) if json.loads(one["asked"])["statement"] == statement]
    assert (found["verdict"], found["rows"]) == ("CANNOT_BE_READ", 1)
    assert found["why"] == "the SQL service logs rows, and no digest of them"
