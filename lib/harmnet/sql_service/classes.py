"""The Java part of the SQL service, compiled against Spark's own JARs when it has changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pyspark

from harmnet.errors import HarmnetError

SOURCES = Path(__file__).parent / "java"


def compiled(into: Path) -> Path:
    """The JAR of java/*.java in a folder, made anew when a source or Spark has changed. HarmnetError without a JDK."""
    sources = sorted(SOURCES.glob("*.java"))
    key = hashlib.sha256(pyspark.__version__.encode())
    for source in sources:
        key.update(source.read_bytes())
    jar = into / f"harmnet-sql-{key.hexdigest()[:16]}.jar"
    if jar.exists():
        return jar
    home = os.environ.get("JAVA_HOME")
    javac = shutil.which("javac", path=str(Path(home) / "bin") if home else None)
    if javac is None:
        raise HarmnetError("no javac found: install a Java 17 JDK (Debian: apt install openjdk-17-jdk-headless)")
    classes = into / f"classes-{os.getpid()}"
    classes.mkdir(parents=True)
    try:
        spark = f"{Path(pyspark.__file__).parent / 'jars'}/*"
        command = [javac, "-nowarn", "-proc:none", "-d", str(classes), "-cp", spark, *map(str, sources)]
        ended = subprocess.run(command, capture_output=True, text=True)
        if ended.returncode != 0:
            raise HarmnetError(f"javac: {next(iter(ended.stderr.splitlines()), 'ended without a word')}")
        made = jar.with_suffix(f".{os.getpid()}")
        with zipfile.ZipFile(made, "w") as file:
            for found in sorted(classes.rglob("*.class")):
                file.write(found, found.relative_to(classes))
        made.replace(jar)
    finally:
        shutil.rmtree(classes)
    return jar
