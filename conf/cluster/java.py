"""Which Java the daemons and clients run on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from cluster.site import ClusterError

JDK = "a Java 17 JDK (Debian: apt install openjdk-17-jdk-headless)"


def java_home() -> str:
    """Home of the Java to use: JAVA_HOME, else the one on the path. It has to be 17 or later."""
    named, on_path = os.environ.get("JAVA_HOME"), shutil.which("java")
    if not named and not on_path:
        raise ClusterError(f"no java found: install {JDK} or point JAVA_HOME at one")
    home = Path(named) if named else Path(str(on_path)).resolve().parents[1]
    try:
        said = subprocess.run([home / "bin" / "java", "-version"], capture_output=True, text=True, timeout=60).stderr
    except OSError:
        raise ClusterError(f"{home} holds no bin/java: install {JDK} or point JAVA_HOME at one") from None
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found[1]) < 17:
        raise ClusterError(f"{home} is Java {found[1] if found else 'unknown'}, Hadoop 3.5 needs 17: install {JDK}")
    return str(home)
