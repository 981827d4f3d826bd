"""Charts: one network as a page that opens by itself, without a network connection.

`picture` reads who and what is shown, `layout` says where, `page` writes the HTML around `library`'s Cytoscape.js.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from harmnet.charts.library import cytoscape
from harmnet.charts.page import write_page
from harmnet.charts.picture import Picture
from harmnet.errors import HarmnetError


def draw(read: Callable[[], Picture], out: Path) -> Path:
    """Write the chart of the picture that `read` gives to a local file, whole or not at all, and return its path.

    Raises HarmnetError when the folder or the library is not there, before anything is read.
    """
    if not out.absolute().parent.is_dir():
        raise HarmnetError(f"chart: {out.parent}: no such folder")
    library = cytoscape()
    _replace(out, write_page(read(), library))
    return out


def _replace(out: Path, text: str) -> None:
    """The file appears whole under its name. It names people: for its owner and group alone."""
    handle, temporary = tempfile.mkstemp(dir=out.absolute().parent, prefix=f".{out.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(temporary, 0o640)
        os.replace(temporary, out)
    except BaseException:
        os.unlink(temporary)
        raise
