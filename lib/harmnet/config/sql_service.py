"""conf/sql_service.yml."""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from harmnet.config.model import Strict


class Role(Strict):
    """What people in a role are shown."""

    up_to: str
    names: bool
    unmarked: bool

    @field_validator("up_to")
    @classmethod
    def _codes(cls, codes: str) -> str:
        if not re.fullmatch(r"[PC] A[123] S[12]", codes):
            raise ValueError(f"{codes!r} is no handling: write it as C A2 S2")
        return codes


class SqlService(Strict):
    """Who is shown what by the SQL service; no result follows from it."""

    roles: dict[str, Role] = Field(min_length=1)
    statement_seconds: int = Field(ge=1)

    @field_validator("roles")
    @classmethod
    def _names(cls, roles: dict[str, Role]) -> dict[str, Role]:
        wrong = [name for name in roles if not re.fullmatch(r"[a-z_]+", name)]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: a role is named in small letters and _")
        return roles
