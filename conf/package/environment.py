"""The packed environment: the packages that harmnet imports, as they stand in this environment, without Spark.

Spark brings pyspark and py4j to its nodes itself. The interpreter is not in it: a node needs the same Python line where
`bin/python` points.
"""

from __future__ import annotations

import configparser
import gzip
import shutil
import sys
import sysconfig
import tarfile
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SPARKS_OWN = {"pyspark", "py4j"}
OPTIONAL = ("graphframes-py",)
"""Packages that harmnet uses where they are there, and does not ask for."""


def needed(setup_cfg: Path) -> list[Distribution]:
    """Every distribution that those of setup.cfg lead to, by name. Raises PackageNotFoundError for a missing one."""
    parser = configparser.ConfigParser()
    parser.read(setup_cfg, encoding="utf-8")
    waiting = [Requirement(line) for line in parser["options"]["install_requires"].split("\n") if line.strip()]
    waiting += [Requirement(name) for name in OPTIONAL if _is_installed(name)]
    found: dict[str, Distribution] = {}
    while waiting:
        name = canonicalize_name(waiting.pop().name)
        if name in found or name in SPARKS_OWN:
            continue
        found[name] = distribution(name)
        asked = [Requirement(line) for line in found[name].requires or ()]
        waiting += [one for one in asked if one.marker is None or one.marker.evaluate({"extra": ""})]
    return [found[name] for name in sorted(found)]


def unpack(distributions: Iterable[Distribution], python: Path, target: Path) -> None:
    """Makes the environment's folder: an own venv, whose `bin/python` leads to `python` on the node."""
    shutil.rmtree(target, ignore_errors=True)
    line = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site, here = target / "lib" / line / "site-packages", Path(sysconfig.get_paths()["purelib"])
    (target / "bin").mkdir(parents=True)
    (target / "bin" / "python").symlink_to(python)
    (target / "pyvenv.cfg").write_text(f"home = {python.parent}\ninclude-system-site-packages = false\n")
    for one in distributions:
        for file in one.files or ():
            # Scripts stand outside, and name this machine's interpreter.
            if file.parts[0] == ".." or "__pycache__" in file.parts or "tests" in file.parts:
                continue
            to = site / file
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(here / file, to)
            to.chmod(0o755 if file.suffix == ".so" else 0o644)


def pack(folder: Path, target: Path) -> None:
    """Writes the folder's contents as a .tar.gz that follows from them alone."""
    with (
        target.open("wb") as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=4, mtime=0, filename="") as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for path in sorted(folder.rglob("*")):
            archive.add(path, str(path.relative_to(folder)), recursive=False, filter=_plain)


def base_python() -> Path:
    """The interpreter behind this environment's own."""
    return Path(sys._base_executable).resolve()  # type: ignore[attr-defined]


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    return entry


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
