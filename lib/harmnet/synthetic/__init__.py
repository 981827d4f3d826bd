"""A fictional force: extracts as they would arrive, with planted networks, and the truth about them."""

from __future__ import annotations

import shutil
from pathlib import Path

from harmnet.errors import HarmnetError
from harmnet.synthetic.force import make_force
from harmnet.synthetic.records import make_records
from harmnet.synthetic.sizes import Size, size_named
from harmnet.synthetic.truth import write_truth
from harmnet.synthetic.writing import write_extracts

TRUTH = "truth"


def synthesise(size: str | Size, seed: int, out: Path) -> dict[str, int]:
    """Write the extracts of a fictional force below `out`, and truth/ beside them; rows written per table.

    The same size and seed give the same bytes. An earlier force in `out` is replaced; nothing else is.
    Raises HarmnetError for an unknown size, a negative seed, or a folder that holds something else.
    """
    chosen = size if isinstance(size, Size) else size_named(size)
    if seed < 0:
        raise HarmnetError(f"synthesise: seed {seed} is negative: use 0 or more")
    out = Path(out)
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / TRUTH / "counts.csv").exists())):
        raise HarmnetError(f"synthesise: {out} is there and holds no fictional force: name a new or empty folder")
    partial = out.with_name(f"{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / TRUTH).mkdir(parents=True)
    world = make_force(chosen, seed)
    records = make_records(world)
    rows = write_extracts(world, records, partial)
    write_truth(world, records, rows, partial / TRUTH)
    shutil.rmtree(out, ignore_errors=True)
    partial.rename(out)
    return rows
