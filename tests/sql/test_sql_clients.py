"""The service as people reach it: beeline, SQLAlchemy, TLS; what it listens to, and what it keeps quiet."""

import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pyspark
import pytest
from served import USERS, Service, free_port, password_of, put_users

from harmnet.sql_service.process import _members, status

pytestmark = pytest.mark.sql

SPARK = Path(pyspark.__file__).parent
PEOPLE = "SELECT nominal_id FROM pub_nominal_priorities WHERE theme = 'all' AND rank <= 2 ORDER BY rank"


def beeline(service, folder, statement, *, user="ann", url=""):
    """What beeline prints for a statement, as CSV; the password comes from a file, as docs/sql_service.md says."""
    secret = folder / "password"
    secret.write_text(password_of(user))
    address = f"jdbc:hive2://127.0.0.1:{service.port}/default{url}"
    command = [SPARK / "bin" / "beeline", "--silent=true", "--outputformat=csv2", "--showHeader=false"]
    return subprocess.run(
        [*map(str, command), "-u", address, "-n", user, "-w", str(secret), "-e", statement],
        capture_output=True,
        text=True,
        env={**os.environ, "SPARK_HOME": str(SPARK)},
        timeout=120,
    )


def printed(ended):
    """Values that beeline printed, without the prompt that it prints when nobody is there too."""
    return re.sub(r"0: jdbc:\S+> ", "", ended.stdout).split()


def test_beeline_asks_and_is_told_in_one_line_what_is_refused(service, tmp_path):
    expected = [person for (person,) in service.ask(PEOPLE)]
    assert printed(beeline(service, tmp_path, PEOPLE)) == expected
    refused = beeline(service, tmp_path, "DROP VIEW pub_networks")
    assert refused.returncode != 0
    assert "Error: not permitted: DropView" in refused.stderr


def test_sqlalchemy_asks_and_lists_the_views(service, driver):
    sqlalchemy = pytest.importorskip("sqlalchemy")
    url = sqlalchemy.URL.create(
        "impala", "ann", password_of("ann"), "127.0.0.1", service.port, "default", {"auth_mechanism": "PLAIN"}
    )
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(sqlalchemy.text(PEOPLE)).fetchall()
        assert [tuple(row) for row in rows] == service.ask(PEOPLE)
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="not permitted: SET"):
            connection.execute(sqlalchemy.text("SET spark.sql.ansi.enabled=false"))
    found = sqlalchemy.inspect(engine)
    assert "pub_networks" in found.get_table_names()
    assert "network_id" in {column["name"] for column in found.get_columns("pub_networks")}
    members = sqlalchemy.Table("pub_network_members", sqlalchemy.MetaData(), autoload_with=engine)
    with engine.connect() as connection:
        counted = sqlalchemy.select(sqlalchemy.func.count()).where(members.c.theme == "all")
        assert connection.execute(counted).scalar() > 0
    engine.dispose()


def listening(pids):
    """Local addresses (hexadecimal) at which processes listen."""
    sockets = set()
    for pid in pids:
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            found = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(handle)) if handle.is_symlink() else None
            if found:
                sockets.add(found[1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:
                found.add(fields[1].rsplit(":", 1)[0])
    return found


LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}


def test_it_listens_on_loopback_alone(service):
    found = listening(_members(status(service.home).pid))
    assert found
    assert found <= LOOPBACK


def test_no_password_and_no_key_stands_in_the_log_or_the_process_list(service):
    service.refusal("SELECT * FROM delta.`/somewhere`")
    secrets = [password_of(user) for user in USERS] + ["0f" * 32]
    lines = [line.split(":") for line in (service.home / "users").read_text().splitlines()]
    secrets += [part for line in lines for part in line[3:]]
    told = "".join(
        Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid in _members(status(service.home).pid)
    )
    told += "".join(path.read_text(errors="replace") for path in (service.home / "log", service.home / "derby.log"))
    told += "".join(
        path.read_text(errors="replace") for path in (service.home / "operations").rglob("*") if path.is_file()
    )
    assert "sql-serve" in told
    assert [secret for secret in secrets if secret in told] == []
    assert (service.home / "users").stat().st_mode & 0o077 == 0


def test_the_log_holds_nothing_of_a_statement_that_failed(service):
    service.refusal("SELECT CAST(name AS INT) FROM pub_nominals")
    assert "CAST_INVALID_INPUT" not in (service.home / "log").read_text()


def test_a_second_service_and_a_port_in_use_are_refused_in_one_line(service, tmp_path):
    lake = service.published.lake.root
    again = service.harmnet("sql-up", "--lake", lake, "--port", free_port())
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr.startswith("harmnet: the SQL service runs already: process ")
    tmp_path.chmod(0o700)
    elsewhere = replace(service, home=tmp_path)
    taken = elsewhere.harmnet("sql-up", "--lake", lake, "--port", service.port)
    assert (taken.returncode, taken.stdout) == (2, "")
    assert taken.stderr == (
        f"harmnet: 127.0.0.1:{service.port}: Address already in use: stop what is there, or give another --port\n"
    )
    assert service.harmnet("sql-status").stdout.startswith(f"the SQL service of {lake} answers on 127.0.0.1:")
    assert elsewhere.harmnet("sql-status").returncode == 1


def test_with_a_keystore_it_speaks_tls_alone_and_goes_without_a_trace(service, driver, tmp_path):
    tmp_path.chmod(0o700)
    store, secret, certificate = tmp_path / "store.p12", tmp_path / "store.password", tmp_path / "certificate.pem"
    secret.write_text("the-password-of-the-store\n")
    keytool = shutil.which("keytool")
    assert keytool is not None
    of_store = ["-keystore", str(store), "-storetype", "PKCS12", "-storepass:file", str(secret), "-alias", "sql"]
    named = ["-dname", "CN=127.0.0.1", "-ext", "SAN=IP:127.0.0.1", "-keyalg", "RSA"]
    subprocess.run([keytool, "-genkeypair", *of_store, *named], check=True, capture_output=True)
    with certificate.open("w") as out:
        subprocess.run([keytool, "-exportcert", "-rfc", *of_store], check=True, stdout=out)
    put_users(tmp_path)
    tls = Service(tmp_path, free_port(), service.published, driver)
    lake = ("--lake", service.published.lake.root, "--port", tls.port)
    up = tls.harmnet("sql-up", *lake, "--keystore", store, "--keystore-password", secret)
    assert up.returncode == 0, up.stderr
    running = status(tmp_path)
    members = _members(running.pid)
    try:
        connection = tls.connect(use_ssl=True, ca_cert=str(certificate))
        cursor = connection.cursor()
        cursor.execute(PEOPLE)
        assert cursor.fetchall() == service.ask(PEOPLE)
        url = f";ssl=true;sslTrustStore={store};trustStorePassword=the-password-of-the-store"
        assert printed(beeline(tls, tmp_path, PEOPLE, url=url)) == [row[0] for row in service.ask(PEOPLE)]
        with pytest.raises(Exception, match=r"TSocket read 0 bytes|Bad|timed out|reset"):
            tls.connect(timeout=5).cursor()
        told = "".join(Path(f"/proc/{pid}/cmdline").read_text() for pid in members)
        assert "the-password-of-the-store" not in told + (tmp_path / "log").read_text()
    finally:
        down = tls.harmnet("sql-down")
    assert down.stdout.startswith("the SQL service was stopped")
    assert _members(running.pid) == []
    assert tls.harmnet("sql-down").stdout == "no SQL service runs\n"
