"""What people who log in see: the pub_ views of the current snapshot, cut by role, under the corrections of today."""

import pytest
from served import USERS, ask, password_of

from harmnet import views
from harmnet.corrections.requests import correct
from harmnet.snapshots import manifest
from harmnet.storage import Lake
from made_corrections import NOW, asked

pytestmark = pytest.mark.sql


def test_every_pub_view_shows_what_the_command_line_shows(service):
    lake = Lake(service.published.lake.spark.newSession(), service.published.lake.root)
    views.register(lake, manifest.current(lake))
    there = {view.name for view in lake.spark.catalog.listTables() if view.name.startswith("pub_")}
    connection = service.connect("sue")
    assert {name for _, name, _ in ask(connection, "SHOW TABLES")} == there
    some = 0
    for name in sorted(there):
        # Names and values of all columns in order, as text: the drivers know fewer types than Spark.
        statement = f"SELECT to_json(struct(*)) AS row FROM {name} ORDER BY row"
        expected = [tuple(row) for row in lake.spark.sql(statement).collect()]
        assert ask(connection, statement) == expected, name
        some += len(expected)
    assert some > 100
    connection.close()


def test_a_column_has_its_meaning_and_a_view_its_grain(service):
    described = {name: (kind, meaning) for name, kind, meaning in service.ask("DESCRIBE pub_networks")}
    assert described["size"] == ("bigint", "Members.")
    assert described["handling"][1].startswith("Most restrictive handling codes")


def test_people_see_rows_up_to_the_handling_of_their_role(service):
    count = "SELECT handling, count(*) FROM pub_nominals GROUP BY handling ORDER BY handling"
    everyone = dict(service.ask(count, "sue"))
    assert len(everyone) > 1
    assert dict(service.ask(count, "ann")) == {words: n for words, n in everyone.items() if "A1" not in words}
    assert dict(service.ask(count, "olly")) == {"P A3 S1": everyone["P A3 S1"]}


def test_names_and_dates_of_birth_are_for_roles_that_may_see_them(service):
    named = "SELECT count(name), count(*) FROM pub_nominals"
    assert min(service.ask(named, "ann")[0]) > 0
    assert service.ask(named, "olly")[0][0] == 0
    assert service.ask("SELECT count(src_name), count(dst_name) FROM pub_edges", "olly") == [(0, 0)]
    assert service.ask("SELECT count(forename), count(surname), count(dob) FROM pub_nominal_names", "olly") == [
        (0, 0, 0)
    ]
    assert service.ask("SELECT 1 FROM pub_nominals WHERE name LIKE '%a%'", "olly") == []


def test_rows_without_a_code_are_for_roles_that_may_see_them(service):
    assert service.ask("SELECT count(*) FROM pub_tie_counts", "ann")[0][0] > 0
    assert service.ask("SELECT count(*) FROM pub_tie_counts", "olly") == [(0,)]


@pytest.mark.parametrize(
    "condition",
    [
        "CASE WHEN nominal_id IN ({hidden}) THEN raise_error('seen ' || nominal_id) IS NULL ELSE true END",
        "CASE WHEN nominal_id IN ({hidden}) THEN CAST('seen ' || nominal_id AS INT) > 0 ELSE true END",
        "nominal_id NOT IN ({hidden}) OR assert_true(false, 'seen ' || nominal_id) IS NULL",
    ],
    ids=["raise_error", "a cast", "assert_true"],
)
@pytest.mark.parametrize("view", ["pub_nominals", "pub_nominal_priorities", "pub_nominal_names"])
def test_a_condition_meets_no_row_that_is_not_shown(service, view, condition):
    """Its error would name a value of that row."""
    shown = {row[0] for row in service.ask(f"SELECT nominal_id FROM {view}", "olly")}
    hidden = {row[0] for row in service.ask(f"SELECT nominal_id FROM {view}", "sue")} - shown
    assert hidden
    listed = ", ".join(f"'{person}'" for person in sorted(hidden))
    statement = f"SELECT count(*) FROM {view} WHERE {condition.format(hidden=listed)}"
    assert service.ask(statement, "olly")[0][0] > 0
    assert "seen " in service.refusal(statement, "sue")


def test_joins_subqueries_and_parameters_work(service):
    statement = (
        "WITH first AS (SELECT * FROM pub_network_priorities WHERE rank = %(rank)s) SELECT count(*) FROM first f "
        "JOIN default.pub_network_members m USING (theme, network_id) WHERE m.nominal_id IN "
        "(SELECT nominal_id FROM spark_catalog.default.pub_nominals) AND f.theme <> %(theme)s"
    )
    assert service.ask(statement, parameters={"rank": 1, "theme": "it's none"})[0][0] > 0


def test_who_asks_is_who_logged_in_whatever_the_driver_says(service, driver):
    who = "SELECT session_user()"
    assert service.ask(who, "ann") == [("ann",)]
    assert service.ask(who, "olly") == [("olly",)]
    connection = service.connect("olly")
    cursor = connection.cursor(user="sue")
    cursor.execute(who)
    assert cursor.fetchall() == [("olly",)]
    with pytest.raises(driver.Error):
        connection.cursor(configuration={"hive.server2.proxy.user": "sue"}).execute(who)
    connection.close()


def test_somebody_else_cannot_be_acted_for_when_logging_in(service, driver, monkeypatch):
    """SASL lets a client name someone to act for beside the one whose password it gives."""
    from puresasl.mechanisms import PlainMechanism

    def acting_for(self, _challenge=None):
        return b"\0".join([b"sue", b"olly", password_of("olly").encode()])

    monkeypatch.setattr(PlainMechanism, "process", acting_for)
    try:
        who = service.ask("SELECT session_user()", "olly")
    except Exception:
        return
    assert who == [("olly",)]


@pytest.mark.parametrize(
    ("user", "password"),
    [("ann", "wrong"), ("ann", ""), ("ann", password_of("sue")), ("nobody", password_of("ann")), ("", "")],
    ids=["wrong", "empty", "of somebody else", "unknown user", "no user"],
)
def test_nobody_logs_in_without_the_password(service, user, password):
    with pytest.raises(Exception, match=r"TSocket read 0 bytes|Bad status|wrong"):
        service.connect(user, password=password).cursor()


def test_someone_taken_out_sees_nothing_more_and_is_back_in_another_role(service):
    count = "SELECT count(*) FROM pub_nominals"
    connection = service.connect("sue")
    assert ask(connection, count)[0][0] > 0
    assert service.harmnet("sql-user", "sue", "--remove").returncode == 0
    assert ask(connection, count) == [(0,)]
    text = password_of("sue") + "\n"
    assert service.harmnet("sql-user", "sue", "--role", USERS["sue"], text=text).returncode == 0
    assert ask(connection, count)[0][0] > 0


def test_a_correction_acts_on_the_next_statement_and_on_rows_that_nobody_has_fetched(service, driver):
    lake, count = service.published.lake, "SELECT count(*) FROM pub_nominals WHERE nominal_id = 'N01'"
    connection = service.connect()
    assert ask(connection, count) == [(1,)]
    cursor = connection.cursor()
    cursor.execute("SELECT name FROM pub_nominals")
    made = correct(lake, asked("REMOVE_NOMINAL", "N01"), now=NOW)
    try:
        with pytest.raises(driver.Error, match="a correction came meanwhile, nothing was shown"):
            cursor.fetchall()
        assert ask(connection, count) == [(0,)]
        assert "N01" not in service.refusal("SELECT nothing FROM pub_nominals")
    finally:
        correct(lake, asked("LIFT", str(made.correction_id)), now=NOW)
    assert ask(connection, count) == [(1,)]
