"""Criminal networks, their harm and their priorities, derived from a police force's own records."""

from harmnet import python_workers

__version__ = "0.1.0"

if python_workers.in_worker():
    python_workers.settle_in()
