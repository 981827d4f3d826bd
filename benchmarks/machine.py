"""What a process and its children use of the machine, what machine it is, and how figures of several runs are told.

Linux alone: everything is in /proc.
"""

from __future__ import annotations

import os
import platform
import statistics
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from harmnet.run_report import process_tree

_KIB, _MIB = 2**10, 2**20
_LARGE = 2**30


def spread(values: Sequence[float]) -> dict[str, float]:
    """The median of several runs, to two decimals, with the least and the most."""
    return {"median": round(statistics.median(values), 2), "least": min(values), "most": max(values)}


def described() -> dict[str, object]:
    """Processors, memory and load of this machine now: what a figure measured on it must be read with."""
    names = {
        line.split(":", 1)[1].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    }
    memory = {line.split(":")[0]: line.split()[1] for line in Path("/proc/meminfo").read_text().splitlines()}
    return {
        "cores": os.cpu_count(),
        "processor": ", ".join(sorted(names)) or platform.machine(),
        "memory_gib": round(int(memory["MemTotal"]) * _KIB / 2**30, 1),
        "load_before": round(os.getloadavg()[0], 2),
    }


class PeakMemory:
    """The most memory a process tree holds, looked at several times a second while the block runs.

    Pages that several processes share are counted once: Python workers are forks that share most of theirs. A process
    of a GiB or more counts with all it holds, which is a few MiB too much: to find what it shares, the kernel walks all
    its memory and keeps it waiting, for a tenth of a second and more.
    """

    def __init__(self, pid: int, *, every: float = 0.5) -> None:
        self.pid, self.every = pid, every
        self.samples: list[tuple[float, int]] = []
        """Seconds of time.monotonic, and MiB."""
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._watch.join()

    def peak(self, began: float = 0.0, ended: float = float("inf")) -> int:
        """MiB at the most between two moments; 0 when nobody looked then."""
        return max((size for moment, size in self.samples if began <= moment <= ended), default=0)

    def _look(self) -> None:
        while not self._over.wait(self.every):
            self.samples.append((time.monotonic(), sum(map(_bytes_of, process_tree(self.pid))) // _MIB))


def _bytes_of(pid: int) -> int:
    """Proportional set size of a process, resident set size of a large one; 0 when it has ended."""
    process = Path("/proc") / str(pid)
    try:
        resident = int((process / "statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
        if resident >= _LARGE:
            return resident
        lines = (process / "smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * _KIB for line in lines if line.startswith("Pss:")), 0)
