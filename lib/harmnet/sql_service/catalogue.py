"""The views in the catalogue of the SQL service, which follow the lake and the users whenever they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from harmnet.access.log import last_correction
from harmnet.config import Role
from harmnet.contracts import RESULT_TABLES, Table
from harmnet.contracts.corrections import CORRECTION_REGISTER
from harmnet.contracts.registry import RUN_EVENTS, SNAPSHOT_MANIFEST
from harmnet.corrections.shown import literal
from harmnet.corrections.standing import Standing, standing_of
from harmnet.errors import HarmnetError
from harmnet.snapshots.manifest import Snapshot
from harmnet.sql_service.grants import Grants
from harmnet.sql_service.users import roles_of
from harmnet.storage import Lake
from harmnet.views import NOT_FOR_ANALYSTS, PUB_COLUMNS, pub_query, resolve

State = tuple[object, ...]
KEPT = 100


class Shown(NamedTuple):
    """What all views show at one time."""

    number: str
    state: State
    snapshot: Snapshot
    standing: Standing
    corrections: int
    grants: Grants


class Catalogue:
    """The `pub_` views as the catalogue has them. One thread uses it."""

    def __init__(self, lake: Lake, users: Path, roles: Mapping[str, Role]) -> None:
        self._lake, self._users, self._roles = lake, users, roles
        self._shown: list[Shown] = []
        self._made: dict[str, State] = {}

    def state(self) -> State:
        """What the views follow: last commits of the registry, and the users file. Costs a look into four folders."""
        commits = (self._lake.last_commit(table) for table in (SNAPSHOT_MANIFEST, RUN_EVENTS, CORRECTION_REGISTER))
        told = self._users.stat() if self._users.exists() else None
        return (*commits, (told.st_mtime_ns, told.st_ino) if told else None)

    def shown(self) -> Shown:
        """What the views show now: of the current snapshot, under the corrections of today."""
        state = self.state()
        if self._shown and self._shown[-1].state == state:
            return self._shown[-1]
        snapshot = resolve(self._lake, None)
        users = roles_of(self._users)
        unknown = sorted(f"{role} of {user}" for user, role in users.items() if role not in self._roles)
        if unknown:
            raise HarmnetError(f"{self._users}: conf/sql_service.yml has no role {', '.join(unknown)}")
        number = int(self._shown[-1].number) + 1 if self._shown else 1
        standing, corrections = standing_of(self._lake, snapshot), last_correction(self._lake)
        new = Shown(str(number), state, snapshot, standing, corrections, Grants(users, self._roles))
        self._shown = [*self._shown[-KEPT:], new]
        return new

    def known(self, number: str) -> Shown:
        """What `make` returned under that number, not long ago."""
        return next(shown for shown in self._shown if shown.number == number)

    def make(self, names: Iterable[str] | None = None) -> Shown:
        """Make these views show what there is now; all of them when no name is given."""
        shown = self.shown()
        wanted = None if names is None else set(names)
        for table in RESULT_TABLES:
            name = f"pub_{table.name}"
            if table.name in NOT_FOR_ANALYSTS or (wanted is not None and name not in wanted):
                continue
            if self._made.get(name) != shown.state and self._lake.has_table(table):
                self._lake.spark.sql(self._statement(table, shown))
                self._made[name] = shown.state
        return shown

    def _statement(self, table: Table, shown: Shown) -> str:
        def source(of: Table) -> str:
            path = self._lake.table_path(of).replace("`", "``")
            columns = ", ".join(of.names)
            return f"(SELECT {columns} FROM delta.`{path}` WHERE snapshot_id = {literal(shown.snapshot.snapshot_id)})"

        query = pub_query(table, shown.snapshot, source, standing=shown.standing)
        columns = self._lake.spark.sql(query).columns
        meanings = {column.name: column.meaning for column in table} | PUB_COLUMNS
        listed = ", ".join(
            f"{name} COMMENT {literal(meanings[name])}" if name in meanings else name for name in columns
        )
        return (
            f"CREATE OR REPLACE VIEW default.pub_{table.name} ({listed}) COMMENT {literal(table.grain)} "
            f"AS {shown.grants.of(table, columns, query)}"
        )
