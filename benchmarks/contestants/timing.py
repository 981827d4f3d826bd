"""What the contestants have in common: where things lie, and a clock."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROUNDS = ("first", "again")
"""A process does its work for the first time, then again: a JVM has compiled its code by then."""


class Clock:
    """The folder of a comparison, and the seconds of each part by the clock."""

    def __init__(self, folder: Path, contestant: str) -> None:
        self.folder, self.contestant = folder, contestant
        self.seconds: dict[str, float] = {}
        shutil.rmtree(folder / contestant, ignore_errors=True)
        (folder / contestant).mkdir()

    @classmethod
    def run(cls, contestant: str, main: Callable[[Clock], None]) -> None:
        """Runs a contestant on the folder named on the command line, and prints the seconds of each round."""
        found = {}
        for name in ROUNDS:
            clock = cls(Path(sys.argv[1]).resolve(), contestant)
            main(clock)
            found[name] = clock.seconds
        sys.stdout.write(json.dumps(found) + "\n")

    def path(self, name: str) -> str:
        """Something that everyone is given."""
        return str(self.folder / name)

    def out(self, name: str) -> str:
        """Where the contestant writes something."""
        return str(self.folder / self.contestant / name)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """The block is a part, and is timed."""
        began = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - began, 2)
