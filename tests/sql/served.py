"""A SQL service as tests ask it: its people, its port, statements and refusals."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lakes import Published

ROOT = Path(__file__).parents[2]
USERS = {"ann": "analyst", "olly": "officer", "sue": "source_handler"}


def password_of(user: str) -> str:
    return f"the-password-of-{user}"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def clients() -> Path:
    """Where the drivers lie: HARMNET_SQL_CLIENTS, else the environment of `make sql-clients`."""
    named = os.environ.get("HARMNET_SQL_CLIENTS")
    return Path(named) if named else ROOT / ".venv-clients"


@dataclass(frozen=True)
class Service:
    """A service that runs, and how to ask it."""

    home: Path
    port: int
    published: Published
    driver: Any

    def harmnet(self, *arguments: object, text: str = "") -> subprocess.CompletedProcess[str]:
        """A command of harmnet, with this service's home."""
        command = [sys.executable, "-m", "harmnet", *map(str, arguments)]
        return subprocess.run(command, env=environment(self.home), input=text, capture_output=True, text=True)

    def connect(self, user: str = "ann", **given: Any) -> Any:
        """A connection of a user."""
        said = {"password": password_of(user), "auth_mechanism": "PLAIN"} | given
        return self.driver.connect("127.0.0.1", self.port, user=user, **said)

    def ask(self, statement: str, user: str = "ann", **given: Any) -> list[tuple[Any, ...]]:
        """Rows of a statement, on a connection of its own."""
        connection = self.connect(user)
        try:
            return ask(connection, statement, **given)
        finally:
            connection.close()

    def refusal(self, statement: str, user: str = "ann") -> str:
        """What the service says when it does not run a statement; fails the test when it does."""
        try:
            rows = self.ask(statement, user)
        except self.driver.Error as error:
            return str(error)
        pytest.fail(f"{statement} was run: {rows}")


def ask(connection: Any, statement: str, **given: Any) -> list[tuple[Any, ...]]:
    """Rows of a statement; none for one that has no result."""
    cursor = connection.cursor()
    try:
        cursor.execute(statement, **given)
        return cursor.fetchall() if cursor.description else []
    finally:
        cursor.close()


def environment(home: Path) -> dict[str, str]:
    """The environment of a service in that home, with a small heap."""
    return {**os.environ, "HARMNET_SQL_HOME": str(home), "HARMNET_DRIVER_MEMORY": "1g"}


def put_users(home: Path) -> None:
    """Let the people of USERS log in, as the command does it."""
    for user, role in USERS.items():
        made = subprocess.run(
            [sys.executable, "-m", "harmnet", "sql-user", user, "--role", role],
            env=environment(home),
            input=password_of(user) + "\n",
            capture_output=True,
            text=True,
        )
        assert made.returncode == 0, made.stderr
