"""All that is wrong with a batch, collected and raised at once."""

from __future__ import annotations

from harmnet.errors import HarmnetError

_SHOWN = 20


class Faults:
    """Faults by file or table, in the order found; of one place the first 20 are told, and how many more there are."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}
        self._more: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._lines)

    def add(self, place: str, *faults: str) -> None:
        """Note what is wrong at a place."""
        lines = self._lines.setdefault(place, []) if faults else []
        for fault in faults:
            if len(lines) < _SHOWN:
                lines.append(" ".join(fault.split()))
            else:
                self._more[place] = self._more.get(place, 0) + 1

    def stop_if_any(self) -> None:
        """Raises HarmnetError with one line per fault; the last line says that nothing was written."""
        if not self:
            return
        told = []
        for place, lines in self._lines.items():
            told += [f"{place}: {line}" for line in lines]
            if place in self._more:
                told.append(f"{place}: and {self._more[place]} more such faults")
        raise HarmnetError(
            [*told, "the batch is refused whole and nothing was written: mend the above and ingest again"]
        )
