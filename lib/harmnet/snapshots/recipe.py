"""The recipe: everything a snapshot follows from, fixed before the first read.

`body`, whose canonical JSON is hashed into recipe_hash:
  code         digest of the package's own files
  lock         SHA-256 of the locked package file of this Spark line; null where conf has none
  engine       graph engine
  conf         contents of conf and its tables, as text and values, never a path
  as_of        the day the analysis looks back from
  batches      number and digest of every batch up to known_at
  corrections  rows and digest of the correction register, and the number of the last correction (0: none)
  parent       content_hash of the snapshot it follows; null for the first
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pyspark.sql import Column, Row
from pyspark.sql import functions as F

from harmnet.config import Settings, settings_from_contents, shipped_conf
from harmnet.contracts.corrections import CORRECTION_REGISTER
from harmnet.contracts.registry import RECIPES
from harmnet.errors import HarmnetError
from harmnet.ingest.batches import batches_up_to
from harmnet.session import spark_line
from harmnet.snapshots import manifest
from harmnet.snapshots.digests import EMPTY_DIGEST, canonical_json, table_digest
from harmnet.storage import Lake

PACKAGE = "harmnet"
_PINNED = ("registry", "pinned")


@dataclass(frozen=True)
class Recipe:
    """One row of `recipes`. `parent` is a snapshot id, `known_at` the last of batch_ids."""

    recipe_hash: str
    snapshot_id: str
    as_of: date
    known_at: int
    batch_ids: tuple[int, ...]
    parent: str | None
    engine: str
    body: dict[str, Any]

    @property
    def parent_as_of(self) -> date | None:
        """The day the parent looks back from: a snapshot id begins with it."""
        return date.fromisoformat(self.parent[:8]) if self.parent else None

    @property
    def last_correction(self) -> int:
        """Number of the last correction it knows of; 0 when there is none."""
        return int(self.body["corrections"].get("last", 0))


def pin(lake: Lake, settings: Settings, *, as_of: date, known_at: int | datetime | None) -> Recipe:
    """Fix what a run follows from: batches up to `known_at` (None: the last), conf, code, parent; and keep it.

    `known_at` is the number of a batch, or an instant by which batches had been received.

    The row goes into `recipes` and the package into `registry/code/<digest>.zip`, each if it is not there. Raises
    HarmnetError when the lake has no such batch.
    """
    batches = batches_up_to(lake, known_at)
    last = batches[-1].batch_id
    parent = manifest.parent_of(lake, as_of=as_of, known_at=last)
    package = package_files()
    code = code_digest(package)
    body = {
        "code": code,
        "lock": lock_digest(),
        "engine": settings.graph.engine,
        "conf": settings.contents,
        "as_of": as_of.isoformat(),
        "batches": [{"batch_id": batch.batch_id, "digest": batch.digest} for batch in batches],
        "corrections": _corrections(lake),
        "parent": parent.content_hash if parent else None,
    }
    text = canonical_json(body)
    recipe_hash = hashlib.sha256(text.encode("utf-8")).hexdigest()
    row = {
        "recipe_hash": recipe_hash,
        "snapshot_id": f"{as_of:%Y%m%d}-{recipe_hash[:8]}",
        "as_of": as_of,
        "known_at": last,
        "parent": parent.snapshot_id if parent else None,
        "engine": settings.graph.engine,
        "recipe": text,
    }
    _keep_code(lake, code, package)
    kept = _rows(lake, F.col("snapshot_id").isin(row["snapshot_id"]))
    if not kept:
        lake.append_registry([row], RECIPES)
    elif kept[0]["recipe_hash"] != recipe_hash:
        raise HarmnetError(f"{lake.root}: recipes {kept[0]['recipe_hash']} and {recipe_hash} share a snapshot id")
    _note_pinned(lake, recipe_hash)
    return _recipe(kept[0].asDict() if kept else row)


def load_recipe(lake: Lake, named: str | None) -> Recipe:
    """The pinned recipe of that hash, beginning of a hash or snapshot id; None: the one that was pinned last.

    Raises HarmnetError when there is none, when several begin so, or when its text no longer has its hash.
    """
    if named is None:
        named = last_pinned(lake)
        if named is None:
            raise HarmnetError(f"{lake.root}: no recipe was pinned yet; run the stage `pin` or harmnet refresh first")
    found = _rows(lake, F.col("recipe_hash").startswith(named) | (F.col("snapshot_id") == named))
    if len(found) != 1:
        told = ", ".join(sorted(row["snapshot_id"] for row in found)) or "none"
        raise HarmnetError(f"{lake.root}: recipe {named!r} must name one recipe; found {told}")
    recipe = _recipe(found[0].asDict())
    if hashlib.sha256(found[0]["recipe"].encode("utf-8")).hexdigest() != recipe.recipe_hash:
        raise HarmnetError(f"{lake.root}: the text of recipe {recipe.recipe_hash} was changed after it was pinned")
    return recipe


def last_pinned(lake: Lake) -> str | None:
    """Hash of the recipe that was pinned last; None when none ever was."""
    pins = lake.names(*_PINNED)
    return pins[-1].split(".")[1] if pins else None


def settings_of(recipe: Recipe) -> Settings:
    """The settings a recipe was pinned with, whatever conf says today."""
    return settings_from_contents(recipe.body["conf"])


def package_files() -> dict[str, bytes]:
    """Path -> content of this package's own files, sorted; bytecode and hidden files apart. The same from a zip."""
    return dict(sorted(_below(files(PACKAGE), PACKAGE)))


def code_digest(package: dict[str, bytes]) -> str:
    """SHA-256 (hex) over the sorted paths and contents, each with its length before it."""
    digest = hashlib.sha256()
    for path in sorted(package):
        for part in (path.encode("utf-8"), package[path]):
            digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()


def code_zip(package: dict[str, bytes]) -> bytes:
    """The package as a zip whose bytes follow from its files alone."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(package):
            entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, package[path])
    return written.getvalue()


def _below(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.name.startswith((".", "__pycache__")) or entry.name.endswith((".pyc", ".pyo")):
            continue
        if entry.is_dir():
            yield from _below(entry, f"{path}/{entry.name}")
        else:
            yield f"{path}/{entry.name}", entry.read_bytes()


def _keep_code(lake: Lake, code: str, package: dict[str, bytes]) -> None:
    archive, name = code_zip(package), f"{code}.zip"
    # A run that died while copying leaves a shorter file.
    if (name, len(archive)) in lake.files("registry", "code"):
        return
    with tempfile.TemporaryDirectory(prefix="harmnet-") as temporary:
        local = Path(temporary, name)
        local.write_bytes(archive)
        lake.store(local, "registry", "code", name)


def lock_digest() -> str | None:
    """SHA-256 (hex) of the locked package file of this Spark line; None where conf has none."""
    lock = shipped_conf() / "locks" / f"spark-{spark_line()}.lock"
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else None


def _corrections(lake: Lake) -> dict[str, Any]:
    if not lake.has_table(CORRECTION_REGISTER):
        return {"rows": 0, "digest": EMPTY_DIGEST, "last": 0}
    register = lake.read_registry(CORRECTION_REGISTER)
    last = register.agg(F.max("correction_id")).collect()[0][0] or 0
    # One that is registered at this moment belongs to the next recipe.
    rows, digest = table_digest(register.where(F.col("correction_id") <= last), CORRECTION_REGISTER)
    return {"rows": rows, "digest": digest, "last": last}


def _note_pinned(lake: Lake, recipe_hash: str) -> None:
    """Note which recipe was pinned last, by the name of an empty file: pinning an old recipe again adds no row."""
    pins = lake.names(*_PINNED)
    if not pins or pins[-1].split(".")[1] != recipe_hash:
        number = int(pins[-1].split(".")[0]) + 1 if pins else 1
        lake.create_text("", *_PINNED, f"{number:08d}.{recipe_hash}")


def _rows(lake: Lake, condition: Column) -> list[Row]:
    if not lake.has_table(RECIPES):
        return []
    return lake.read_registry(RECIPES).where(condition).collect()


def _recipe(row: dict[str, Any]) -> Recipe:
    body = json.loads(row["recipe"])
    batch_ids = tuple(batch["batch_id"] for batch in body["batches"])
    return Recipe(
        row["recipe_hash"],
        row["snapshot_id"],
        row["as_of"],
        row["known_at"],
        batch_ids,
        row["parent"],
        row["engine"],
        body,
    )
