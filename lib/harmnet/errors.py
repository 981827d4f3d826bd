"""The one exception that reaches a user: it names what is wrong, where, what was found and what to do."""

from collections.abc import Iterable


class HarmnetError(Exception):
    """A problem a user can act on, shown as its message and never as a stack trace.

    `HarmnetError("one line")` or `HarmnetError(["first problem", "second problem"])`; a message of several lines is
    several problems. `problems` holds them one a line, in the order given; `str(error)` joins them with newlines.
    """

    problems: list[str]

    def __init__(self, message: str | Iterable[str]) -> None:
        lines = message.splitlines() if isinstance(message, str) else [line for m in message for line in m.splitlines()]
        self.problems = [line for line in lines if line.strip()] or ["unknown problem"]
        super().__init__("\n".join(self.problems))


def first_line(error: Exception) -> str:
    """What an error of Spark or Java says, in one line without its plan and stack trace."""
    java = getattr(error, "java_exception", None)
    text = str(java.getMessage()) if java is not None else str(error)
    return next((line.strip() for line in text.splitlines() if line.strip()), type(error).__name__)


def unexpected(error: Exception) -> str:
    """One line for an error that no check foresaw, and how to see where it came from."""
    return f"{type(error).__name__}: {first_line(error)} (HARMNET_TRACE=1 shows where; nothing was published)"
