"""The one session: what it fixes, what it leaves to the submitter, and what it needs."""

import datetime as dt
import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pyspark
import pytest
from pyspark.sql import SparkSession

from harmnet import session
from harmnet.session import build_session, graphframes_available, jars_dir, spark_jars, spark_line

FAST_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def run_python(script: str, *launcher: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs a script in a process of its own, where no JVM runs yet."""
    path = cwd / "script.py"
    path.write_text(textwrap.dedent(script))
    home = str(Path(pyspark.__file__).parent)
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PYSPARK", "SPARK", "HARMNET_DRIVER"))}
    return subprocess.run(
        [*(launcher or (sys.executable,)), str(path)],
        cwd=cwd,
        env={**inherited, "SPARK_HOME": home, "PYSPARK_PYTHON": sys.executable, "JAVA_TOOL_OPTIONS": FAST_JVM, **env},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.mark.engine35
def test_a_delta_table_is_written_and_read_back(spark: SparkSession, tmp_path: Path) -> None:
    rows = [("A", dt.date(2024, 2, 29)), ("B", None)]
    written = spark.createDataFrame(rows, "nominal_id string, event_date date")
    written.write.format("delta").save(str(tmp_path / "table"))
    assert sorted(map(tuple, spark.read.format("delta").load(str(tmp_path / "table")).collect())) == rows
    assert (tmp_path / "table" / "_delta_log").is_dir()


@pytest.mark.engine35
def test_instants_are_utc_in_sql_and_in_python(spark: SparkSession) -> None:
    row = spark.sql("SELECT TIMESTAMP '2026-06-30 23:30:00Z' AS at, to_date(TIMESTAMP '2026-06-30 23:30:00Z') AS day")
    assert tuple(row.collect()[0]) == (dt.datetime(2026, 6, 30, 23, 30), dt.date(2026, 6, 30))  # noqa: DTZ001


@pytest.mark.engine35
def test_a_value_that_does_not_cast_is_an_error_and_prints_nothing(
    spark: SparkSession, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Exception, match="CAST_INVALID_INPUT"):
        spark.sql("SELECT CAST('31/12/2099' AS INT)").collect()
    with pytest.raises(Exception, match="CAST_INVALID_INPUT"):
        spark.createDataFrame([("31/12/2099",)], "text string").selectExpr("CAST(text AS INT)").collect()
    assert capfd.readouterr() == ("", "")


@pytest.mark.engine35
@pytest.mark.engine35
def test_a_small_session_forgets_the_logs_of_tables_long_not_read(spark: SparkSession) -> None:
    size = spark._jvm.org.apache.spark.sql.delta.sources.DeltaSQLConf.DELTA_LOG_CACHE_SIZE()
    assert spark.conf.get(size.key()) == "100"


def test_dates_before_the_gregorian_calendar_survive_parquet(spark: SparkSession, tmp_path: Path) -> None:
    days = [(dt.date(1, 1, 1),), (dt.date(1500, 2, 28),)]
    spark.createDataFrame(days, "day date").write.parquet(str(tmp_path / "days"))
    assert sorted(map(tuple, spark.read.parquet(str(tmp_path / "days")).collect())) == days


def test_a_running_session_is_taken_over_with_its_settings(spark: SparkSession) -> None:
    before = spark.conf.get("spark.sql.shuffle.partitions")
    try:
        assert build_session("another") is spark
        assert spark.conf.get("spark.sql.shuffle.partitions") == before == "2"
        build_session("another", settings={"spark.sql.shuffle.partitions": "7"})
        assert spark.conf.get("spark.sql.shuffle.partitions") == "7"
    finally:
        spark.conf.set("spark.sql.shuffle.partitions", str(before))


@pytest.mark.engine35
def test_the_jars_are_those_of_the_installed_line(spark: SparkSession) -> None:
    assert pyspark.__version__.startswith(spark_line() + ".")
    assert {jar.name.split("-")[1].split("_")[0] for jar in spark_jars() if jar.name.startswith("delta")} == {
        "spark",
        "storage",
    }
    loaded = spark.sparkContext.getConf().get("spark.jars", "")
    assert [Path(uri).name for uri in str(loaded).split(",")] == [jar.name for jar in spark_jars()]


@pytest.mark.engine35
def test_graphframes_is_there_exactly_when_its_jar_is(spark: SparkSession) -> None:
    present = any(jar.name.startswith("graphframes") for jar in spark_jars())
    assert graphframes_available(spark) == present
    if spark_line() == "3.5":
        assert present
        import graphframes

        assert ".jar" in str(graphframes.__file__)


@pytest.mark.slow
def test_the_driver_gets_the_memory_that_was_asked_for(tmp_path: Path) -> None:
    script = """
        from harmnet.session import build_session
        spark = build_session("memory", settings={"spark.sql.shuffle.partitions": "5"})
        print(spark._jvm.java.lang.Runtime.getRuntime().maxMemory() // 2**20, spark.sparkContext.master,
              spark.conf.get("spark.sql.shuffle.partitions"))
    """
    result = run_python(script, cwd=tmp_path, HARMNET_DRIVER_MEMORY="640m")
    assert result.returncode == 0, result.stderr
    megabytes, *settings = result.stdout.split()
    # The serial collector leaves one survivor space out of the figure.
    assert 0.9 * 640 <= int(megabytes) <= 640
    assert settings == ["local[*]", "5"]


@pytest.mark.slow
def test_what_the_submitter_set_stands_but_the_meaning_of_values_does_not_change(tmp_path: Path) -> None:
    script = """
        import json
        import os
        from pyspark.sql import functions as F
        from harmnet.session import build_session
        spark = build_session("ignored", small=True)
        names = ["spark.app.name", "spark.driver.memory", "spark.sql.shuffle.partitions", "spark.sql.ansi.enabled",
                 "spark.sql.session.timeZone", "spark.databricks.delta.snapshotPartitions"]
        found = {name: spark.conf.get(name) for name in names}
        found["master"] = spark.sparkContext.master
        found["at"] = str(spark.sql("SELECT TIMESTAMP '2026-06-30 23:30:00Z'").collect()[0][0])
        found["worker"] = spark.range(1).select(F.udf(lambda _: os.environ["TZ"])("id")).collect()[0][0]
        print(json.dumps(found))
    """
    submitted = {
        "spark.app.name": "nightly",
        "spark.sql.shuffle.partitions": "3",
        "spark.sql.session.timeZone": "America/New_York",
        "spark.sql.ansi.enabled": "false",
        "spark.driver.memory": "700m",
    }
    conf = [word for key, value in submitted.items() for word in ("--conf", f"{key}={value}")]
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    result = run_python(script, str(submit), "--master", "local[1]", *conf, cwd=tmp_path, TZ="America/New_York")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout.splitlines()[-1]) == {
        **submitted,
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.databricks.delta.snapshotPartitions": "1",
        "master": "local[1]",
        "at": "2026-06-30 23:30:00",
        "worker": "UTC",
    }


@pytest.mark.parametrize(
    ("env", "line"),
    [
        ({"HARMNET_JARS": "/nowhere"}, r"no Delta JAR in /nowhere: run `make setup.*"),
        ({"HARMNET_DRIVER_MEMORY": "lots"}, r"HARMNET_DRIVER_MEMORY is 'lots': give a whole number .*"),
        ({"JAVA_HOME": "/nowhere"}, r"Java did not start \(java: /nowhere, .* install a Java 17 JDK .*"),
    ],
    ids=["no JARs", "no number", "no Java"],
)
def test_what_keeps_spark_from_starting_is_told_in_one_line(env: dict[str, str], line: str, tmp_path: Path) -> None:
    script = """
        from harmnet.errors import HarmnetError
        from harmnet.session import build_session
        try:
            build_session("none")
        except HarmnetError as error:
            print(error)
    """
    result = run_python(script, cwd=tmp_path, **env)
    assert re.fullmatch(line + r"\n", result.stdout), result.stderr


def test_jars_can_be_kept_in_another_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HARMNET_JARS", str(tmp_path))
    (tmp_path / "b.jar").touch()
    (tmp_path / "a.jar").touch()
    (tmp_path / "notes.txt").touch()
    assert jars_dir() == tmp_path
    assert [jar.name for jar in spark_jars()] == ["a.jar", "b.jar"]


@pytest.mark.parametrize(
    ("told", "options"),
    [("", session.LOCAL_JVM), ("-Xlog:gc", session.LOCAL_JVM), ("-Dx=y -XX:+UseG1GC", ""), ("-XX:+UseSerialGC", "")],
)
def test_java_takes_the_collector_that_the_user_names(monkeypatch, told, options):
    monkeypatch.delenv("JDK_JAVA_OPTIONS", raising=False)
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", told)
    assert session._local_jvm() == options
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "")
    monkeypatch.setenv("JDK_JAVA_OPTIONS", told)
    assert session._local_jvm() == options


@pytest.mark.parametrize(
    ("line", "options"),
    [("spark.driver.extraJavaOptions -Dx=y", ""), ("# spark.driver.extraJavaOptions -Dx=y", session.LOCAL_JVM)],
)
def test_options_in_sparks_defaults_stand(monkeypatch, tmp_path, line, options):
    for name in ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "spark-defaults.conf").write_text(f"spark.ui.enabled false\n{line}\n")
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    assert session._local_jvm() == options
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path / "none"))
    assert session._local_jvm() == session.LOCAL_JVM
