"""python -m package: writes build/package, a folder from which spark-submit runs harmnet on a cluster.

PYTHON_ON_NODES names the interpreter on the nodes; without it, it is the one behind this environment.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import zipfile
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pyspark

from harmnet.errors import HarmnetError
from harmnet.session import spark_jars
from package.code import write_code
from package.environment import base_python, needed, pack, unpack

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "build" / "package"


def build(target: Path, python: Path) -> list[Path]:
    """Writes the package and returns its files, sorted; SHA256SUMS names them all."""
    shutil.rmtree(target, ignore_errors=True)
    (target / "jars").mkdir(parents=True)
    jars = spark_jars()
    if not any(jar.name.startswith("delta-spark") for jar in jars):
        raise HarmnetError("no Delta JAR to pack: run make setup")
    for jar in jars:
        shutil.copy(jar, target / "jars")
    shutil.copytree(ROOT / "jobs", target / "jobs", ignore=shutil.ignore_patterns("__pycache__"))
    write_code(ROOT / "conf", target / "harmnet.zip")
    unpack(needed(ROOT / "setup.cfg"), python, target / "environment")
    pack(target / "environment", target / "environment.tar.gz")
    write_sparks_jars(target / f"spark-{pyspark.__version__}-jars.zip")
    (target / "spark-defaults.conf").write_text(spark_defaults([jar.name for jar in jars]), encoding="utf-8")
    written = sorted(
        path for path in target.rglob("*") if path.is_file() and target / "environment" not in path.parents
    )
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(target)}\n" for path in written]
    (target / "SHA256SUMS").write_text("".join(sums))
    return written


def spark_defaults(jars: list[str]) -> str:
    """conf/spark/spark-defaults.conf and the files of the package, by paths from its own folder."""
    lines = [
        "",
        "# The files of this package: spark-submit is called in its folder.",
        "spark.submit.pyFiles                             harmnet.zip",
        f"spark.jars                                       {','.join(f'jars/{name}' for name in jars)}",
        "spark.archives                                   environment.tar.gz#environment",
        "spark.pyspark.python                             ./environment/bin/python",
    ]
    return (ROOT / "conf/spark/spark-defaults.conf").read_text(encoding="utf-8") + "\n".join(lines) + "\n"


def write_sparks_jars(target: Path) -> None:
    """Spark's own JARs in one file, for spark.yarn.archive."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for jar in sorted(Path(pyspark.__file__).parent.glob("jars/*.jar")):
            archive.writestr(zipfile.ZipInfo(jar.name), jar.read_bytes())


def main() -> int:
    """Builds the package and says what is in it; a problem is one line and status 1."""
    named = os.environ.get("PYTHON_ON_NODES")
    try:
        for path in build(TARGET, Path(named) if named else base_python()):
            if path.parent == TARGET:
                print(f"package: {path.stat().st_size / 1e6:7.1f} MB  {path.relative_to(ROOT)}")
    except PackageNotFoundError as error:
        print(f"package: {error}: run make setup", file=sys.stderr)
        return 1
    except (HarmnetError, OSError) as error:
        print(f"package: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
