"""Who may log in and in which role, without a service."""

import base64
import hashlib

import pytest

from harmnet.config import Role, load_sql_service
from harmnet.contracts import TABLES
from harmnet.errors import HarmnetError
from harmnet.sql_service.grants import ALL_HANDLING, Grants, shown_to
from harmnet.sql_service.home import home
from harmnet.sql_service.users import put_user, remove_user, roles_of

ROLES = load_sql_service().roles
PASSWORD = "a password of some length"


def put(file, user, role="analyst", password=PASSWORD):
    put_user(file, user, role, password, roles=ROLES)


def test_a_user_is_kept_with_role_and_hash_and_nothing_of_the_password(tmp_path):
    file = tmp_path / "users"
    put(file, "ann")
    put(file, "olly", "officer")
    put(file, "ann", "officer", password="another password")
    assert roles_of(file) == {"olly": "officer", "ann": "officer"}
    assert file.stat().st_mode & 0o777 == 0o600
    user, _, iterations, salt, hashed = file.read_text().splitlines()[1].split(":")
    expected = hashlib.pbkdf2_hmac("sha256", b"another password", base64.b64decode(salt), int(iterations))
    assert (user, base64.b64decode(hashed)) == ("ann", expected)
    assert int(iterations) >= 600_000
    remove_user(file, "ann")
    assert roles_of(file) == {"olly": "officer"}


def test_what_cannot_be_used_is_told_all_at_once(tmp_path):
    with pytest.raises(HarmnetError) as refused:
        put(tmp_path / "users", "a:b", "boss", "short")
    assert [problem.split(":")[0] for problem in refused.value.problems] == [
        "'a",
        "--role boss",
        "the password has 5 characters",
    ]
    with pytest.raises(HarmnetError, match="no user ann; there are none"):
        remove_user(tmp_path / "users", "ann")
    (tmp_path / "users").write_text("ann:analyst\n")
    with pytest.raises(HarmnetError, match="line 1 is no user"):
        roles_of(tmp_path / "users")


def test_the_folder_is_closed_to_others(tmp_path, monkeypatch):
    monkeypatch.setenv("HARMNET_SQL_HOME", str(tmp_path / "sql"))
    assert home().stat().st_mode & 0o777 == 0o700
    home().chmod(0o755)
    with pytest.raises(HarmnetError, match="others can look into it: chmod 700"):
        home()


def test_a_role_is_shown_what_is_up_to_each_of_its_codes():
    assert len(ALL_HANDLING) == 12
    assert shown_to(Role(up_to="P A3 S1", names=False, unmarked=False)) == ["P A3 S1"]
    assert set(shown_to(Role(up_to="C A1 S2", names=False, unmarked=False))) == set(ALL_HANDLING)
    assert shown_to(Role(up_to="C A2 S1", names=False, unmarked=False)) == [
        "P A3 S1",
        "P A2 S1",
        "C A3 S1",
        "C A2 S1",
    ]


def test_nobody_in_a_role_is_nobody_who_is_shown_something():
    assert "WHERE (false) AND" in Grants({}, ROLES).of(TABLES["tie_counts"], ["tie"], "SELECT 1 AS tie")


def test_a_role_of_conf_is_checked(tmp_path):
    (tmp_path / "sql_service.yml").write_text("roles: {Boss: {up_to: P A9 S1, names: true}}\n")
    with pytest.raises(HarmnetError) as refused:
        load_sql_service(tmp_path)
    told = "\n".join(refused.value.problems)
    assert "'P A9 S1' is no handling" in told
    assert "unmarked" in told
