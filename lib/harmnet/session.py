"""The only place where a SparkSession is built, for Spark 4.1 and 3.5 alike."""

import atexit
import importlib
import importlib.util
import os
import re
import shutil
import sys
import tempfile
import time
import uuid
import zipfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlparse

import pyspark
from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkRuntimeError
from pyspark.sql import SparkSession

from harmnet.errors import HarmnetError

SPARK_LINES = ("4.1", "3.5")
DELTA_EXTENSION = "io.delta.sql.DeltaSparkSessionExtension"
DELTA_CATALOG = "org.apache.spark.sql.delta.catalog.DeltaCatalog"

# What a value means must not depend on a cluster's own defaults: the same lake gives the same digests everywhere.
MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
    # Spark 3.5 has Java turn letters to capitals; Spark 4 would have another library do it, more slowly.
    "spark.sql.icu.caseMappings.enabled": "false",
    "spark.executorEnv.TZ": "UTC",
}

# Defaults under any master; what the submitter set stands.
COMMON = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "4",
    "spark.databricks.delta.snapshotPartitions": "2",
    # Delta would list the table's files again after each commit, to write them down a second time.
    "spark.databricks.delta.allFilesInCrc.enabled": "false",
    "spark.sql.catalog.spark_catalog": DELTA_CATALOG,
    # A refresh compiles over two thousand expressions in the same order as the last one: a cache that holds fewer
    # has each of them thrown out before it is asked for again.
    "spark.sql.codegen.cache.maxEntries": "6000",
    # The same code under another number is compiled once.
    "spark.sql.codegen.useIdInClassName": "false",
    # What a plan's conditions say of the columns of every join takes a tenth of a small refresh to find out, and saves
    # nothing on a million involvements.
    "spark.sql.constraintPropagation.enabled": "false",
    # Whoever closes a file on HDFS asks whether all of it has arrived, and if not again after so many ms, then twice as
    # many. By default they are 400, and small files wait for them nearly each time.
    "spark.hadoop.dfs.client.block.write.locateFollowingBlock.initial.delay.ms": "20",
    "spark.hadoop.dfs.client.block.write.locateFollowingBlock.retries": "12",
    # Both sides of a join are sorted unless one is this small in every part: then it is hashed, in half the time.
    "spark.sql.adaptive.maxShuffledHashJoinLocalMapThreshold": "64m",
    # PySpark 4 would look up who called, through the JVM and back, each time a column is named.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
}

# Classes of the JVM that PySpark asks for by name thousands of times: a name is looked for in some three hundred JARs.
OFTEN_ASKED = (
    "PythonSQLUtils",
    "PythonUtils",
    "functions",
    "org.apache.spark.sql.functions",
    "org.apache.spark.sql.classic.SparkSession",
)

# Defaults on one machine, and on tiny data there.
LOCAL = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
    # Parts of a shuffle are put together up to so much: with 64 MB one core would often do the work of two.
    "spark.sql.adaptive.advisoryPartitionSizeInBytes": "16m",
}
# A batch job has no use for short pauses, which cost a tenth of the time, and a heap of several GB is faster on large
# pages. Java compiles a loop for good after 40,000 rounds: for Spark's code, which is new for each query, that takes a
# sixth of all processor time; ten times as many spare some of it.
LOCAL_JVM = (
    "-XX:+UseParallelGC -XX:+UseTransparentHugePages -XX:Tier4InvocationThreshold=25000 "
    "-XX:Tier4MinInvocationThreshold=3000 -XX:Tier4CompileThreshold=75000 -XX:Tier4BackEdgeThreshold=400000"
)
# Over TCP a task in Python waits 40 ms for an acknowledgement that the kernel holds back. Spark 4.1 knows sockets that
# are files; whoever may write to one may send a task, so they lie in a folder of the user's own.
SOCKETS = "spark.python.unix.domain.socket"
# The address of such a socket has 107 bytes at most: what is left for the temporary folder.
TEMPORARY_FOLDER_BYTES = 107 - len(f"/harmnet-12345678/.{uuid.UUID(int=0)}.sock")
SMALL = {
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.databricks.delta.snapshotPartitions": "1",
    # Delta keeps what it read of a table's log for an hour, 3 MB of it: four hundred tables fill a small heap.
    "spark.databricks.delta.delta.log.cacheSize": "100",
    # What a web page would show of the last thousand queries fills a small heap.
    "spark.sql.ui.retainedExecutions": "50",
    "spark.ui.retainedJobs": "100",
    "spark.ui.retainedStages": "100",
    # How a plan is written down for that page, each time it changes.
    "spark.sql.ui.explainMode": "simple",
}
# C1 alone has a code cache of 48 MiB, which a test run fills; then the JVM compiles no more.
SMALL_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=256m"


def spark_line() -> str:
    """The Spark line of the installed pyspark, "4.1" or "3.5"; any other version is an error."""
    line = ".".join(pyspark.__version__.split(".")[:2])
    if line not in SPARK_LINES:
        raise HarmnetError(
            f"pyspark {pyspark.__version__} is installed; harmnet runs on Spark {' and '.join(SPARK_LINES)}: "
            "run `make setup`, or `make setup SPARK=3.5`"
        )
    return line


def jars_dir() -> Path:
    """The folder of this line's JARs: HARMNET_JARS, else jars/<line> beside the package's lib folder."""
    given = os.environ.get("HARMNET_JARS")
    return Path(given) if given else Path(__file__).resolve().parents[2] / "jars" / spark_line()


def spark_jars() -> list[Path]:
    """Every JAR in `jars_dir()`, by name: those that set-up fetched and those put there by hand."""
    return sorted(jars_dir().glob("*.jar"))


def build_session(app_name: str, *, settings: Mapping[str, str] | None = None, small: bool = False) -> SparkSession:
    """The process's SparkSession with Delta, UTC and ANSI arithmetic; a running one is taken over as it is.

    Under spark-submit the submitter's master, deploy mode, JARs and other settings stand, apart from MEANING. Without
    it the master is local[*] (local[2] when small), the JARs are those of `jars_dir()` and the driver has
    HARMNET_DRIVER_MEMORY (4g; 2g when small). `small` is for tests and tiny data: a JVM that starts fast, and two
    shuffle partitions. `settings` win over everything else; on a running session only those that can still change
    can be given.
    """
    given = dict(settings or {})
    running = SparkSession.getActiveSession()
    if running is not None:
        for key, value in given.items():
            running.conf.set(key, value)
        return running

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
    # PySpark turns timestamps into naive local datetimes, and back.
    os.environ["TZ"] = "UTC"
    time.tzset()
    _keep_failed_queries_out_of_the_log()

    if SparkContext._gateway is None and "PYSPARK_GATEWAY_PORT" not in os.environ:
        _start_jvm(small=small, given=given)
    else:
        SparkContext._ensure_initialized()
    conf = SparkConf()
    _use_python_of_jars(conf)
    _fill(conf, small=small)
    for key, value in given.items():
        conf.set(key, value)
    _check_delta_is_there()

    spark = SparkSession.builder.appName(app_name).config(conf=conf).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    for name in OFTEN_ASKED:
        # Found once and kept: py4j looks an attribute up in the JVM only where Python has none of that name.
        setattr(spark._jvm, name, getattr(spark._jvm, name))
    return spark


def graphframes_available(spark: SparkSession) -> bool:
    """Whether both halves of GraphFrames are there: its Python package, and its classes in the running JVM."""
    _use_python_of_jars(spark.sparkContext.getConf())
    return importlib.util.find_spec("graphframes") is not None and _jvm_has("org.graphframes.GraphFrame")


def _start_jvm(*, small: bool, given: Mapping[str, str]) -> None:
    """Starts the JVM with what can only be set before it runs: memory, JVM options and class path."""
    jars = spark_jars()
    if not any(jar.name.startswith("delta-spark") for jar in jars) and "spark.jars" not in given:
        command = "make setup" if spark_line() == "4.1" else f"make setup SPARK={spark_line()}"
        raise HarmnetError(f"no Delta JAR in {jars_dir()}: run `{command}`, or name a folder of JARs in HARMNET_JARS")
    memory = os.environ.get("HARMNET_DRIVER_MEMORY") or ("2g" if small else "4g")
    if not re.fullmatch(r"[1-9][0-9]*[mgMG]", memory):
        raise HarmnetError(f"HARMNET_DRIVER_MEMORY is {memory!r}: give a whole number and m or g, such as 4g")
    launch = {
        "spark.driver.memory": memory,
        "spark.jars": ",".join(jar.resolve().as_uri() for jar in jars),
        # spark-submit would turn it on for a session that Python starts.
        "spark.ui.showConsoleProgress": "false",
    }
    if options := SMALL_JVM if small else _local_jvm():
        launch |= {"spark.driver.extraJavaOptions": options}
    if small:
        launch |= {"spark.master": "local[2]"}
    launch |= {key: value for key, value in given.items() if key in launch or key.startswith("spark.driver.")}
    conf = SparkConf(loadDefaults=False)
    for key, value in launch.items():
        conf.set(key, value)
    try:
        SparkContext._ensure_initialized(conf=conf)
    except PySparkRuntimeError as error:
        raise HarmnetError(
            f"Java did not start (java: {os.environ.get('JAVA_HOME') or 'the one on the path'}, memory: "
            f"{launch['spark.driver.memory']}): install a Java 17 JDK or point JAVA_HOME at one, and ask for no more "
            "memory in HARMNET_DRIVER_MEMORY than the machine has"
        ) from error


def _local_jvm() -> str:
    """LOCAL_JVM; nothing where the user's own options name a garbage collector, of which Java takes one, or Spark's
    defaults have options for the driver, in whose place these would stand."""
    told = " ".join(os.environ.get(name, "") for name in ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"))
    folder = os.environ.get("SPARK_CONF_DIR") or Path(os.environ.get("SPARK_HOME", ""), "conf")
    defaults = Path(folder, "spark-defaults.conf")
    theirs = defaults.read_text(encoding="utf-8") if defaults.is_file() else ""
    given = re.search(r"^\s*spark\.driver\.extraJavaOptions\b", theirs, re.MULTILINE)
    return "" if given or re.search(r"-XX:\+Use\w+GC\b", told) else LOCAL_JVM


def _fill(conf: SparkConf, *, small: bool) -> None:
    """Puts the defaults of this module into a configuration that already holds what the submitter set."""
    conf.setIfMissing("spark.master", "local[*]")
    defaults = dict(COMMON)
    if conf.get("spark.master", "").startswith("local"):
        defaults |= LOCAL | _sockets()
    if small:
        defaults |= SMALL
    for key, value in defaults.items():
        conf.setIfMissing(key, value)
    for key, value in MEANING.items():
        conf.set(key, value)
    extensions = [name for name in conf.get("spark.sql.extensions", "").split(",") if name]
    if DELTA_EXTENSION not in extensions:
        conf.set("spark.sql.extensions", ",".join([*extensions, DELTA_EXTENSION]))


def _sockets() -> dict[str, str]:
    """Settings that lead to Python workers over files of this user alone, gone at the end; none where no name fits."""
    if spark_line() == "3.5" or len(os.fsencode(tempfile.gettempdir())) > TEMPORARY_FOLDER_BYTES:
        return {}
    folder = tempfile.mkdtemp(prefix="harmnet-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return {f"{SOCKETS}.enabled": "true", f"{SOCKETS}.dir": folder}


def _use_python_of_jars(conf: SparkConf) -> None:
    """Lets Python import the GraphFrames package that the JAR of the 3.5 line carries."""
    named = [Path(unquote(urlparse(uri).path)) for uri in conf.get("spark.jars", "").split(",") if uri]
    for jar in named:
        if jar.name.startswith("graphframes") and jar.is_file() and str(jar) not in sys.path:
            with zipfile.ZipFile(jar) as entries:
                if "graphframes/__init__.py" in entries.namelist():
                    sys.path.append(str(jar))
                    importlib.invalidate_caches()


def _keep_failed_queries_out_of_the_log() -> None:
    """Spark 4 logs every failed query as JSON, with its stack trace and the offending values, before it raises."""
    if importlib.util.find_spec("pyspark.logger") is not None:
        loggers = importlib.import_module("pyspark.logger").PySparkLogger
        for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
            loggers.getLogger(name).disabled = True


def _check_delta_is_there() -> None:
    if not _jvm_has(DELTA_EXTENSION):
        raise HarmnetError(
            f"Spark {pyspark.__version__} runs without Delta: give spark-submit the JARs of {jars_dir()} with --jars"
        )


def _jvm_has(class_name: str) -> bool:
    jvm = SparkContext._jvm
    if jvm is None:
        return False
    loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
    try:
        jvm.java.lang.Class.forName(class_name, False, loader)
    except Py4JError:
        return False
    return True
