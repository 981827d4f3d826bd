"""What a task that failed for good tells: one line in the log, and to the command of HARMNET_ALERT if it is set."""

from __future__ import annotations

import logging
import os
import re
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

SECONDS = 60
_log = logging.getLogger("harmnet.alert")


def alert(advice: str) -> Callable[[Mapping[str, Any]], None]:
    """A failure callback that tells which task failed, why, and what to do."""

    def tell(context: Mapping[str, Any]) -> None:
        line = f"{_task(context)} failed: {reason(context.get('exception'))}. {advice}"
        _log.error(line)
        hook = os.environ.get("HARMNET_ALERT")
        if hook:
            _call(hook, line)

    return tell


def reason(error: object) -> str:
    """What an error says, in one line: harmnet's own word where there is one, else the first line."""
    lines = [line.strip() for line in str(error or "no reason given").splitlines() if line.strip()]
    own = [found[1] for line in lines if (found := re.search(r"\bharmnet: (.+)", line))]
    return (own or lines or [type(error).__name__])[0].rstrip(".")


def _task(context: Mapping[str, Any]) -> str:
    task = context["ti"]
    end = context.get("data_interval_end")
    return f"{task.dag_id}.{task.task_id}" + (f" for the interval until {end.isoformat()}" if end else "")


def _call(hook: str, line: str) -> None:
    """Gives the line to the hook on its standard input: what is on a command line everyone can read."""
    try:
        done = subprocess.run([hook], input=f"{line}\n", text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        _log.error(f"HARMNET_ALERT: {error}")
        return
    if done.returncode:
        _log.error(f"HARMNET_ALERT: {hook} ended with {done.returncode}")
