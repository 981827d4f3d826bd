"""The folder of the SQL service: users, catalogue, log. Outside the repository and the lake, for its owner alone."""

from __future__ import annotations

import os
from pathlib import Path

from harmnet.errors import HarmnetError

VARIABLE = "HARMNET_SQL_HOME"


def home() -> Path:
    """HARMNET_SQL_HOME, else ~/.harmnet/sql; made, and closed to others, when it is not there."""
    named = os.environ.get(VARIABLE)
    folder = Path(named).resolve() if named else Path.home() / ".harmnet" / "sql"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HarmnetError(f"{folder}: cannot be made ({error.strerror}): name a folder in {VARIABLE}") from None
    if folder.stat().st_mode & 0o077:
        raise HarmnetError(f"{folder}: others can look into it: chmod 700 {folder}")
    return folder
