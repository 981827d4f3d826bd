"""The users file of the SQL service: who may log in, in which role, and a hash of the password.

A line is user:role:iterations:salt:hash (PBKDF2 with HMAC-SHA256, base64); java/Passwords.java reads it at every login.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
from collections.abc import Collection
from pathlib import Path

from harmnet.errors import HarmnetError

ITERATIONS = 600_000
SHORTEST = 12


def users_file(home: Path) -> Path:
    """Where the users stand."""
    return home / "users"


def roles_of(file: Path) -> dict[str, str]:
    """User -> role. Raises HarmnetError when the file holds a line of another form."""
    roles = {}
    for number, line in enumerate(_lines(file), start=1):
        parts = line.split(":")
        if len(parts) != 5:
            raise HarmnetError(f"{file}: line {number} is no user: make it again with harmnet sql-user")
        roles[parts[0]] = parts[1]
    return roles


def put_user(file: Path, user: str, role: str, password: str, *, roles: Collection[str]) -> None:
    """Add a user, or replace role and password of one. Raises HarmnetError when they cannot be used."""
    problems = []
    if not re.fullmatch(r"[A-Za-z0-9._@-]{1,64}", user):
        problems.append(f"{user!r} is no name for a user: letters, digits and . _ @ - alone, 64 at most")
    if role not in roles:
        problems.append(f"--role {role}: conf/sql_service.yml has the roles {', '.join(roles)}")
    if len(password) < SHORTEST:
        problems.append(f"the password has {len(password)} characters: {SHORTEST} are the least")
    if problems:
        raise HarmnetError(problems)
    salt = secrets.token_bytes(16)
    hashed = hashlib.pbkdf2_hmac("sha256", password.encode("utf-8"), salt, ITERATIONS)
    line = ":".join([user, role, str(ITERATIONS), _text(salt), _text(hashed)])
    _write(file, [*(other for other in _lines(file) if not other.startswith(f"{user}:")), line])


def remove_user(file: Path, user: str) -> None:
    """Take a user out of the file. Raises HarmnetError when there is none of that name."""
    kept = [line for line in _lines(file) if not line.startswith(f"{user}:")]
    if len(kept) == len(_lines(file)):
        raise HarmnetError(f"{file}: no user {user}; there are {', '.join(roles_of(file)) or 'none'}")
    _write(file, kept)


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def _write(file: Path, lines: list[str]) -> None:
    """The whole file in one step, readable by its owner alone."""
    new = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.writelines(f"{line}\n" for line in lines)
    new.replace(file)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
