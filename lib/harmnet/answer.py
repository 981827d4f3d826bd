"""What a refresh came to, as a file for whoever scheduled it: what it printed may stand on a node of the cluster."""

from __future__ import annotations

import json
from collections.abc import Sequence

from py4j.protocol import Py4JJavaError

from harmnet.errors import HarmnetError, first_line
from harmnet.snapshots.manifest import Snapshot
from harmnet.storage import Lake


def write_answer(lake: Lake, address: str, snapshot: Snapshot, said: Sequence[str]) -> None:
    """Write the snapshot of a refresh, and what the run said line by line, as JSON to a path, file: or hdfs: address.

    Keys: snapshot_id, as_of, known_at, parent, recipe_hash, content_hash, withdrawn, said. Raises HarmnetError when it
    cannot be written.
    """
    answer = {
        "snapshot_id": snapshot.snapshot_id,
        "as_of": snapshot.as_of.isoformat(),
        "known_at": snapshot.known_at,
        "parent": snapshot.parent,
        "recipe_hash": snapshot.recipe_hash,
        "content_hash": snapshot.content_hash,
        "withdrawn": snapshot.withdrawn,
        "said": list(said),
    }
    folder, slash, name = address.rpartition("/")
    try:
        Lake(lake.spark, folder or slash or ".").write_text(json.dumps(answer, indent=1) + "\n", name)
    except (Py4JJavaError, OSError) as error:
        told = f"snapshot {snapshot.snapshot_id} is published, but {address} could not be written: {first_line(error)}"
        raise HarmnetError(told) from error
