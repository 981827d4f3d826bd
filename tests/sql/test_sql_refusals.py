"""Statements that someone who logged in tries: each is refused, says why in one line, and does nothing."""

import pytest

pytestmark = pytest.mark.sql

# {lake} is the lake's root, {table} a base table by its path, {file} a file beside the lake.
BY_GRAMMAR = {
    "a base table by its path": "SELECT * FROM {table}",
    "an older version by path": "SELECT * FROM {table} VERSION AS OF 0",
    "an older version in the path": "SELECT * FROM delta.`{lake}/results/networks@v0`",
    "an older version of a view": "SELECT * FROM pub_networks VERSION AS OF 0",
    "Parquet by path": "SELECT * FROM parquet.`{lake}/results/networks`",
    "JSON by path": "SELECT * FROM json.`{lake}/results/networks/_delta_log`",
    "text by path": "SELECT * FROM text.`{file}`",
    "the users file": "SELECT * FROM csv.`{home}/users`",
    "a file that is not there": "SELECT * FROM text.`/nowhere/at/all`",
    "files as a database": "SELECT * FROM binaryFile.`{lake}`",
    "another database": "SELECT * FROM other.networks",
    "the temporary database": "SELECT * FROM global_temp.networks",
    "a base table in a subquery": "SELECT count(*) FROM pub_networks WHERE EXISTS (SELECT 1 FROM {table})",
    "a base table in an IN": "SELECT 1 FROM pub_networks WHERE network_id IN (SELECT network_id FROM {table})",
    "a base table in a scalar subquery": "SELECT (SELECT max(network_id) FROM {table})",
    "a base table in a CTE": "WITH x AS (SELECT * FROM {table}) SELECT * FROM x",
    "a base table in a union": "SELECT network_id FROM pub_networks UNION ALL SELECT network_id FROM {table}",
    "a base table in a join": "SELECT * FROM pub_networks a JOIN {table} b ON a.network_id = b.network_id",
    "a base table in a lateral join": "SELECT * FROM pub_networks a, LATERAL (SELECT * FROM {table})",
    "a base table in ORDER BY": "SELECT 1 FROM pub_networks ORDER BY (SELECT max(size) FROM {table})",
    "a base table in a pipe": "FROM {table} |> SELECT network_id",
    "a name put together": "SELECT * FROM IDENTIFIER('delta.`' || '{lake}/results/networks`')",
    "changes of a table": "SELECT * FROM table_changes('networks', 0)",
    "options of a table": "SELECT * FROM pub_networks WITH ('versionAsOf' = '0')",
    "a stream": "SELECT * FROM STREAM pub_networks",
    "TRANSFORM": "SELECT TRANSFORM(network_id) USING 'cat' FROM pub_networks",
    "MAP USING": "FROM (FROM pub_networks MAP network_id USING 'cat' AS a) t SELECT a",
    "EXECUTE IMMEDIATE": "EXECUTE IMMEDIATE 'SELECT * FROM {table}'",
    "a script": "BEGIN SELECT * FROM pub_networks; END",
    "a variable": "DECLARE v INT DEFAULT 3",
    "EXPLAIN": "EXPLAIN SELECT * FROM pub_networks",
    "EXPLAIN EXTENDED": "EXPLAIN EXTENDED SELECT * FROM pub_networks",
    "DESCRIBE EXTENDED, with the view's text": "DESCRIBE EXTENDED pub_networks",
    "DESCRIBE FORMATTED": "DESCRIBE FORMATTED pub_networks",
    "DESCRIBE AS JSON": "DESCRIBE EXTENDED pub_networks AS JSON",
    "DESCRIBE of a path": "DESCRIBE {table}",
    "DESCRIBE QUERY, which would open a file": "DESCRIBE QUERY SELECT * FROM json.`{file}`",
    "DESCRIBE HISTORY": "DESCRIBE HISTORY {table}",
    "DESCRIBE DETAIL": "DESCRIBE DETAIL {table}",
    "SHOW CREATE TABLE, with the view's text": "SHOW CREATE TABLE pub_networks",
    "SHOW TABLE EXTENDED": "SHOW TABLE EXTENDED LIKE 'pub*'",
    "SHOW TBLPROPERTIES": "SHOW TBLPROPERTIES pub_networks",
    "SHOW TABLES of another database": "SHOW TABLES IN global_temp",
    "USE of another database": "USE global_temp",
    "ADD JAR": "ADD JAR '{file}'",
    "ADD FILE": "ADD FILE '{file}'",
    "LIST JARS": "LIST JARS",
    "CREATE TABLE AS": "CREATE TABLE t AS SELECT * FROM pub_networks",
    "CREATE TABLE on a path": "CREATE TABLE t USING delta LOCATION '{lake}/results/networks'",
    "CREATE VIEW": "CREATE VIEW v AS SELECT * FROM {table}",
    "CREATE TEMPORARY VIEW": "CREATE TEMPORARY VIEW v AS SELECT * FROM {table}",
    "a temporary view of a source": "CREATE TEMPORARY VIEW v USING delta OPTIONS (path '{lake}/results/networks')",
    "a view in place of another": "CREATE OR REPLACE VIEW pub_networks AS SELECT 1 AS x",
    "ALTER VIEW": "ALTER VIEW pub_networks AS SELECT 1 AS x",
    "DROP VIEW": "DROP VIEW pub_networks",
    "a function": "CREATE FUNCTION f AS 'java.lang.String'",
    "a temporary function": "CREATE TEMPORARY FUNCTION f AS 'java.lang.String' USING JAR '{file}'",
    "a function in SQL": "CREATE TEMPORARY FUNCTION f() RETURNS INT RETURN 1",
    "a database": "CREATE DATABASE d",
    "INSERT": "INSERT INTO {table} SELECT * FROM {table}",
    "INSERT OVERWRITE DIRECTORY": "INSERT OVERWRITE DIRECTORY '{home}/out' USING csv SELECT * FROM pub_networks",
    "several INSERTs": "FROM pub_networks INSERT INTO {table} SELECT *",
    "UPDATE": "UPDATE {table} SET size = 0",
    "DELETE": "DELETE FROM {table}",
    "MERGE": "MERGE INTO {table} t USING (SELECT 1 AS s) ON false WHEN MATCHED THEN DELETE",
    "TRUNCATE": "TRUNCATE TABLE {table}",
    "VACUUM": "VACUUM {table} RETAIN 0 HOURS",
    "OPTIMIZE": "OPTIMIZE {table}",
    "RESTORE": "RESTORE TABLE {table} TO VERSION AS OF 0",
    "CONVERT": "CONVERT TO DELTA parquet.`{lake}/results/networks`",
    "a clone": "CREATE TABLE c SHALLOW CLONE {table}",
    "a manifest of files": "GENERATE symlink_format_manifest FOR TABLE {table}",
    "ANALYZE": "ANALYZE TABLE pub_networks COMPUTE STATISTICS",
    "CACHE": "CACHE TABLE pub_networks",
    "UNCACHE": "UNCACHE TABLE pub_networks",
    "REFRESH": "REFRESH TABLE pub_networks",
    "MSCK": "MSCK REPAIR TABLE pub_networks",
    "a procedure": "CALL system.x()",
    "COMMENT ON": "COMMENT ON TABLE pub_networks IS 'mine'",
    "SET of what guards": "SET spark.sql.extensions=",
    "SET of ANSI": "SET spark.sql.ansi.enabled=false",
    "SET of what is collected": "SET spark.sql.thriftServer.incrementalCollect=true",
    "SET of optimizer rules": "SET spark.sql.optimizer.excludedRules=CombineFilters",
    "SET of files as tables": "SET spark.sql.runSQLOnFiles=true",
    "SET alone, which lists everything": "SET",
    "SET -v": "SET -v",
    "SET of a key, which shows it": "SET spark.driver.extraClassPath",
    "SET TIME ZONE": "SET TIME ZONE 'Asia/Tokyo'",
    "RESET": "RESET",
}
BY_GUARD = {
    "reflect": ("SELECT reflect('java.lang.System', 'getProperty', 'user.home')", "reflect"),
    "java_method": ("SELECT java_method('java.lang.System', 'getenv', 'HOME')", "java_method"),
    "try_reflect": ("SELECT try_reflect('java.lang.System', 'getProperty', 'user.home')", "try_reflect"),
    "reflect in a filter": (
        "SELECT 1 FROM pub_networks WHERE reflect('java.lang.System', 'getProperty', 'user.home') = theme",
        "reflect",
    ),
    "reflect in a subquery": (
        "SELECT (SELECT reflect('java.lang.System', 'getProperty', 'user.home') FROM pub_networks LIMIT 1)",
        "reflect",
    ),
    "reflect by a name put together": ("SELECT IDENTIFIER('ref' || 'lect')('java.lang.System', 'exit', 0)", "reflect"),
    "where files lie": ("SELECT input_file_name() FROM pub_tie_counts", "input_file_name"),
}
BY_SPARK = {
    "a base table by its name": "SELECT * FROM networks",
    "access_log": "SELECT * FROM access_log",
    "raw rows": "SELECT * FROM raw_people",
    "quarantine": "SELECT * FROM quarantine",
    "a table that only views are for": "SELECT * FROM default.nominal_names",
    "two statements in one": "SELECT 1; DROP VIEW pub_networks",
    "EXPORT": "EXPORT TABLE pub_networks TO '/tmp/x'",
}


def told(service, statement):
    places = {"lake": service.published.lake.root, "home": service.home, "file": service.home / "log"}
    places["table"] = f"delta.`{service.published.lake.root}/results/networks`"
    return service.refusal(statement.format(**places))


@pytest.mark.parametrize("statement", BY_GRAMMAR.values(), ids=BY_GRAMMAR)
def test_what_no_statement_may_say_is_refused_before_anything_is_looked_up(service, statement):
    said = told(service, statement)
    assert said.startswith("not permitted: ")
    assert "\n" not in said


@pytest.mark.parametrize(("statement", "function"), BY_GUARD.values(), ids=BY_GUARD)
def test_functions_that_leave_sql_are_refused(service, statement, function):
    assert told(service, statement) == f"not permitted: function {function}"


@pytest.mark.parametrize("statement", BY_SPARK.values(), ids=BY_SPARK)
def test_what_the_catalogue_does_not_hold_is_not_there(service, statement):
    said = told(service, statement)
    assert said.startswith(("[TABLE_OR_VIEW_NOT_FOUND]", "[PARSE_SYNTAX_ERROR]", "[INVALID_STATEMENT_OR_CLAUSE]"))
    assert "\n" not in said


def test_a_refused_read_does_not_tell_whether_the_file_is_there(service):
    there, nowhere = (service.refusal(f"SELECT * FROM json.`{path}`") for path in (service.home / "log", "/nowhere"))
    assert there.replace(str(service.home / "log"), "/nowhere") == nowhere


def test_nothing_of_it_happened(service):
    assert ("default", "pub_networks", False) in service.ask("SHOW TABLES")
    assert service.ask("SELECT count(*) FROM pub_networks")[0][0] > 0
    assert all(name.startswith("pub_") for _, name, _ in service.ask("SHOW TABLES"))


def test_settings_sent_on_connecting_reach_no_statement(service, driver):
    connection = service.connect()
    cursor = connection.cursor(configuration={"set:hiveconf:spark.sql.ansi.enabled": "false"})
    try:
        with pytest.raises(driver.Error, match=r"not permitted: to connect with the setting spark\.sql\.ansi\.enabled"):
            cursor.execute("SELECT 1")
    finally:
        connection.close()
