"""The zip of the code: the package as its digest sees it, and the shipped conf beside it."""

from __future__ import annotations

from pathlib import Path

from harmnet.config import FILES, OPERATING, UPKEEP
from harmnet.snapshots.recipe import code_zip, package_files


def conf_files(conf: Path) -> dict[str, bytes]:
    """Path -> content of what harmnet reads of conf: its settings, the harm tables, the locks of packages."""
    settings = [conf / f"{name}.yml" for name in (*FILES, UPKEEP, OPERATING)]
    paths = [*settings, *sorted(conf.glob("harm/*.csv")), *sorted(conf.glob("locks/spark-*.lock"))]
    return {f"conf/{path.relative_to(conf).as_posix()}": path.read_bytes() for path in paths}


def write_code(conf: Path, target: Path) -> None:
    """Writes the zip. The same code and conf give the same bytes."""
    target.write_bytes(code_zip(package_files() | conf_files(conf)))
