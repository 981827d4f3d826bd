"""One SQL service for all tests of this folder, over a copy of the ten people; and the driver that people use."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from served import Service, clients, free_port, put_users

from lakes import Published, copy_of


@pytest.fixture(scope="session")
def driver() -> Any:
    """impala.dbapi, which is no package of harmnet's own environment."""
    packages = clients() / "lib" / "python3.11" / "site-packages"
    if not packages.is_dir():
        pytest.skip("no drivers: make sql-clients")
    sys.path.append(str(packages))
    from impala import dbapi

    return dbapi


@pytest.fixture(scope="session")
def service(driver: Any, ten_people: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service over a copy of the ten people, started and stopped by the commands."""
    home = tmp_path_factory.mktemp("sql")
    home.chmod(0o700)
    published = copy_of(ten_people, tmp_path_factory.mktemp("served") / "lake")
    put_users(home)
    made = Service(home, free_port(), published, driver)
    up = made.harmnet("sql-up", "--lake", published.lake.root, "--port", made.port)
    assert up.returncode == 0, up.stderr
    yield made
    down = made.harmnet("sql-down")
    assert down.returncode == 0, down.stderr
