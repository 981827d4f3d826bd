"""Cytoscape.js, which draws the chart: out of the JAR that set-up fetched, never out of this repository."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from harmnet.errors import HarmnetError

NAME, VERSION, LICENCE = "Cytoscape.js", "3.33.1", "MIT"
_JAR = f"cytoscape-{VERSION}.jar"
_INSIDE = f"META-INF/resources/webjars/cytoscape/{VERSION}/dist/cytoscape.min.js"


def web_jars_dir() -> Path:
    """The folder of JARs with browser libraries: HARMNET_WEB_JARS, else jars/web beside the package's lib folder."""
    given = os.environ.get("HARMNET_WEB_JARS")
    return Path(given) if given else Path(__file__).resolve().parents[3] / "jars" / "web"


def cytoscape() -> str:
    """Cytoscape.js as one script, its copyright and licence at its head. HarmnetError when set-up did not fetch it."""
    jar = web_jars_dir() / _JAR
    try:
        with zipfile.ZipFile(jar) as entries:
            script = entries.read(_INSIDE).decode("utf-8")
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise HarmnetError(
            f"chart: {NAME} {VERSION} is not in {jar} ({type(error).__name__}): run `make setup`, "
            f"or name the folder that holds {_JAR} in HARMNET_WEB_JARS"
        ) from None
    if "</script" in script.lower():
        raise HarmnetError(f"chart: {jar} holds a script that would end its own element; it is not the pinned one")
    return script
