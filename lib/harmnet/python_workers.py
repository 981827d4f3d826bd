"""Spark's Python workers: what a task costs before and after it does anything, and how a worker ends.

Before each task a worker calls importlib.invalidate_caches(). Up to Python 3.11 that reads the directory of a zip again
for each package imported from it, and workers import pyspark from a zip. After each task it collects garbage among
everything that was ever imported. Together more than a tenth of a second for every task.

Spark lets go of a worker that had nothing to do for a minute. The worker then tries to say so to a closed socket.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from typing import Any
from zipimport import zipimporter

# Later Pythons read it when something is next imported: https://github.com/python/cpython/issues/103200
_LAZY_SINCE = (3, 12)

_frozen_modules = 0


def in_worker() -> bool:
    """True in a Python process that Spark started to run tasks."""
    return "pyspark.worker" in sys.modules


def settle_in() -> None:
    """From now on a task in this process reads the directory of no zip that has not changed; it looks for garbage among
    what came since a module was last imported, and not among all modules; when Spark has let go of it, it ends without
    a word."""
    if sys.version_info < _LAZY_SINCE and not hasattr(zipimporter, "_harmnet_read"):
        _keep_zip_directories()
    if _freeze_modules not in gc.callbacks:
        gc.callbacks.append(_freeze_modules)
    if threading.current_thread() is threading.main_thread():
        # Python's own way is an error, and the worker's two stack traces of it reach the user.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def _freeze_modules(phase: str, info: dict[str, int]) -> None:
    """After a collection: what modules hold is no garbage, and is not looked through again."""
    global _frozen_modules
    if phase == "stop" and info["generation"] == 2 and len(sys.modules) != _frozen_modules:
        gc.freeze()
        _frozen_modules = len(sys.modules)


def _keep_zip_directories() -> None:
    read: Any = zipimporter.invalidate_caches

    def invalidate_caches(self: Any) -> None:
        try:
            found = os.stat(self.archive)
        except OSError:
            read(self)
            return
        seen = (found.st_mtime_ns, found.st_size)
        if getattr(self, "_harmnet_seen", None) != seen:
            read(self)
            self._harmnet_seen = seen

    zipimporter._harmnet_read = read  # type: ignore[attr-defined]
    zipimporter.invalidate_caches = invalidate_caches  # type: ignore[method-assign]
