"""What each role is shown of a `pub_` view, as SQL that asks who is logged in."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import NamedTuple

from harmnet.config import Role
from harmnet.contracts import Table
from harmnet.contracts.linked import NOMINAL_NAMES
from harmnet.corrections.shown import literal
from harmnet.views import name_of

_ORDER = (("P", "C"), ("A3", "A2", "A1"), ("S1", "S2"))
ALL_HANDLING = tuple(" ".join(codes) for codes in itertools.product(*_ORDER))

# Rows that are not shown must be gone before a condition of the statement sees them: its error would name a value of
# theirs. Spark moves no condition below one that may come out otherwise each time, as it thinks of this one.
BARRIER = "monotonically_increasing_id() >= 0"


class Grants(NamedTuple):
    """Who is in which role, and what the roles are shown."""

    users: Mapping[str, str]
    roles: Mapping[str, Role]

    def of(self, table: Table, columns: list[str], query: str) -> str:
        """The query of a `pub_` view with these columns, cut to what the role of session_user() is shown."""
        named = self._are([role for role, what in self.roles.items() if what.names])
        hidden = {name_of(column) for column in table.nominal_columns}
        if table is NOMINAL_NAMES:
            hidden = {"forename", "surname", "dob"}
        listed = [f"CASE WHEN {named} THEN {name} END AS {name}" if name in hidden else name for name in columns]
        rows = self._rows(marked="handling" in columns)
        return f"SELECT {', '.join(listed)} FROM ({query}) WHERE ({rows}) AND {BARRIER}"

    def _rows(self, *, marked: bool) -> str:
        if not marked:
            return self._are([role for role, what in self.roles.items() if what.unmarked])
        parts = [
            f"{self._are([role])} AND handling IN ({', '.join(literal(one) for one in shown_to(what))})"
            for role, what in self.roles.items()
        ]
        return " OR ".join(f"({part})" for part in parts)

    def _are(self, roles: list[str]) -> str:
        """A condition: whoever asks is in one of the roles."""
        users = sorted(user for user, role in self.users.items() if role in roles)
        return f"session_user() IN ({', '.join(literal(user) for user in users)})" if users else "false"


def shown_to(role: Role) -> list[str]:
    """Handling, in words, that rows of the role may have."""
    limits = [group.index(code) for group, code in zip(_ORDER, role.up_to.split(), strict=True)]
    return [
        words
        for words in ALL_HANDLING
        if all(group.index(c) <= most for group, c, most in zip(_ORDER, words.split(), limits, strict=True))
    ]
