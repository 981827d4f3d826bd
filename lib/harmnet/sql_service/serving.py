"""The process of the SQL service: one Spark session, the Thrift Server in its JVM, the loop that logs statements."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from harmnet.config import SqlService
from harmnet.errors import HarmnetError
from harmnet.session import DELTA_EXTENSION, build_session, spark_jars, spark_line
from harmnet.sql_service.catalogue import Catalogue
from harmnet.sql_service.classes import compiled
from harmnet.sql_service.readings import Readings
from harmnet.sql_service.users import users_file
from harmnet.storage import Lake

HOST = "127.0.0.1"


class Keystore(NamedTuple):
    """What the service shows clients for TLS: a Java keystore, and the file that holds its password."""

    file: Path
    password_file: Path


def serve(
    uri: str,
    *,
    port: int,
    home: Path,
    conf: SqlService,
    keystore: Keystore | None = None,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve the lake until SIGTERM or SIGINT. Raises HarmnetError, before Spark is started where it can."""
    check_port(port)
    if spark_line() != "4.1":
        raise HarmnetError(f"the SQL service runs on Spark 4.1, and this is {spark_line()}: run `make setup`")
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    spark = build_session("harmnet SQL service", settings=_spark(home, conf))
    jvm: Any = spark._jvm
    try:
        lake = Lake(spark, uri)
        catalogue = Catalogue(lake, users_file(home), conf.roles)
        catalogue.make()
        readings = Readings(lake, catalogue)
        jvm.harmnet.Server.start(spark._jsparkSession, _thrift(home, port, keystore))
        ready()
        while not ended.is_set():
            first = jvm.harmnet.Ledger.take(500)
            waiting = [first] if first is not None else []
            while waiting and (another := jvm.harmnet.Ledger.take(0)) is not None:
                waiting.append(another)
            readings.answer(waiting)
        jvm.harmnet.Server.stop()
    finally:
        spark.stop()


def check_port(port: int) -> None:
    """Raises HarmnetError when something listens there already."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except OSError as error:
            why = error.strerror or "cannot be used"
            raise HarmnetError(f"{HOST}:{port}: {why}: stop what is there, or give another --port") from None


def _spark(home: Path, conf: SqlService) -> dict[str, str]:
    for name in ("warehouse", "scratch"):
        (home / name).mkdir(mode=0o700, exist_ok=True)
    build = Path(__file__).resolve().parents[3] / "build" / "sql"
    java = [f"-Dharmnet.sql.users={users_file(home)}", f"-Dderby.stream.error.file={home / 'derby.log'}"]
    return {
        # Threads of the Thrift Server do not see the JARs that Spark adds once it runs.
        "spark.driver.extraClassPath": ":".join(map(str, (compiled(build), *spark_jars()))),
        "spark.driver.extraJavaOptions": " ".join(java),
        "spark.sql.extensions": f"{DELTA_EXTENSION},harmnet.Guard",
        "spark.sql.catalogImplementation": "hive",
        "spark.sql.warehouse.dir": str(home / "warehouse"),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={home / 'catalogue'};create=true",
        "spark.hadoop.hive.exec.scratchdir": str(home / "scratch"),
        "spark.hadoop.hive.exec.local.scratchdir": str(home / "scratch"),
        # Removed, with all in it, when a session ends: one for each.
        "spark.hadoop.hive.downloaded.resources.dir": str(home / "scratch" / "${hive.session.id}"),
        # A name put together from a setting would be read without having been looked at.
        "spark.sql.variable.substitute": "false",
        "spark.sql.thriftServer.queryTimeout": f"{conf.statement_seconds}s",
        # Rows are counted before they leave, so they are all there by then.
        "spark.sql.thriftServer.incrementalCollect": "false",
        "spark.sql.hive.thriftServer.singleSession": "false",
    }


def _thrift(home: Path, port: int, keystore: Keystore | None) -> dict[str, str]:
    settings = {
        "hive.server2.thrift.bind.host": HOST,
        "hive.server2.thrift.port": str(port),
        "hive.server2.transport.mode": "binary",
        "hive.server2.authentication": "CUSTOM",
        "hive.server2.custom.authentication.class": "harmnet.Passwords",
        # Nobody acts for somebody else.
        "hive.server2.enable.doAs": "false",
        "hive.server2.allow.user.substitution": "false",
        # Drivers ask for the log of a statement and fail without one; nothing is written into it.
        "hive.server2.logging.operation.enabled": "true",
        "hive.server2.logging.operation.log.location": str(home / "operations"),
        "hive.exec.scratchdir": str(home / "scratch"),
        "hive.exec.local.scratchdir": str(home / "scratch"),
        "hive.downloaded.resources.dir": str(home / "scratch" / "${hive.session.id}"),
    }
    if keystore is not None:
        settings |= {
            "hive.server2.use.SSL": "true",
            "hive.server2.keystore.path": str(keystore.file),
            # The name of the file: java/Server.java reads it, so that the password stands in no setting of Spark's.
            "hive.server2.keystore.password": str(keystore.password_file),
        }
    return settings
