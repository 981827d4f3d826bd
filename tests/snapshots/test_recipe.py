"""A recipe holds everything a snapshot follows from, and nothing else."""

import copy
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from harmnet.config import Settings, load_settings, settings_from_contents
from harmnet.contracts.corrections import CORRECTION_REGISTER
from harmnet.contracts.registry import RECIPES
from harmnet.errors import HarmnetError
from harmnet.snapshots import manifest
from harmnet.snapshots import recipe as recipe_module
from harmnet.snapshots.manifest import Entry
from harmnet.snapshots.recipe import Recipe, code_digest, code_zip, load_recipe, package_files, pin, settings_of
from harmnet.storage import Lake

AS_OF = date(2026, 6, 30)


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings()


def pinned_row(lake: Lake, recipe_hash: str) -> str:
    rows = [row for row in lake.read_registry(RECIPES).collect() if row["recipe_hash"] == recipe_hash]
    assert len(rows) == 1
    return str(rows[0]["recipe"])


def test_a_pinned_recipe_is_its_json_kept_with_the_code_it_names(held: Lake, recipe: Recipe) -> None:
    text = pinned_row(held, recipe.recipe_hash)
    assert hashlib.sha256(text.encode("utf-8")).hexdigest() == recipe.recipe_hash
    assert json.loads(text) == recipe.body
    assert recipe.snapshot_id == f"20260630-{recipe.recipe_hash[:8]}"
    assert (recipe.known_at, recipe.batch_ids, recipe.parent) == (2, (1, 2), None)
    with zipfile.ZipFile(Path(held.root, "registry", "code", f"{recipe.body['code']}.zip")) as archive:
        assert code_digest({name: archive.read(name) for name in archive.namelist()}) == recipe.body["code"]
        assert (
            archive.read("harmnet/errors.py")
            == Path(recipe_module.__file__).parents[1].joinpath("errors.py").read_bytes()
        )


def test_pinning_the_same_again_adds_nothing(held: Lake, recipe: Recipe, settings: Settings) -> None:
    again = pin(held, settings, as_of=AS_OF, known_at=2)
    assert again == recipe
    assert held.read_registry(RECIPES).count() == 1
    assert held.names("registry", "pinned") == [f"00000001.{recipe.recipe_hash}"]


def test_the_recipe_gives_back_the_settings_it_was_pinned_with(held: Lake, recipe: Recipe, settings: Settings) -> None:
    assert settings_of(load_recipe(held, recipe.recipe_hash)) == settings


def test_an_earlier_batch_can_be_pinned_and_an_unknown_one_is_refused(held: Lake, settings: Settings) -> None:
    first = pin(held, settings, as_of=AS_OF, known_at=1)
    assert (first.known_at, first.batch_ids) == (1, (1,))
    with pytest.raises(HarmnetError, match="no batch 7"):
        pin(held, settings, as_of=AS_OF, known_at=7)


def test_a_lake_without_a_batch_is_refused(lake: Lake, settings: Settings) -> None:
    with pytest.raises(HarmnetError, match="run harmnet ingest"):
        pin(lake, settings, as_of=AS_OF, known_at=None)


@pytest.mark.slow
def test_whatever_a_snapshot_follows_from_changes_the_recipe(
    held: Lake, recipe: Recipe, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = copy.deepcopy(settings.contents)
    contents["files"]["graph"]["min_weight"] = 0.03
    found = {
        "nothing": pin(held, settings, as_of=AS_OF, known_at=None),
        "as_of": pin(held, settings, as_of=date(2026, 6, 29), known_at=None),
        "batches": pin(held, settings, as_of=AS_OF, known_at=1),
        "conf": pin(held, settings_from_contents(contents), as_of=AS_OF, known_at=None),
    }
    with monkeypatch.context() as patch:
        patch.setattr(recipe_module, "package_files", lambda: {**package_files(), "harmnet/errors.py": b"#"})
        found["code"] = pin(held, settings, as_of=AS_OF, known_at=None)
    with monkeypatch.context() as patch:
        patch.setattr(recipe_module, "lock_digest", lambda: None)
        found["lock"] = pin(held, settings, as_of=AS_OF, known_at=None)
    held.append_registry([{"correction_id": 1, "action": "REGRADE"}], CORRECTION_REGISTER)
    found["corrections"] = pin(held, settings, as_of=AS_OF, known_at=None)
    assert found.pop("nothing") == recipe
    hashes = {recipe.recipe_hash} | {other.recipe_hash for other in found.values()}
    assert len(hashes) == 1 + len(found)


@pytest.mark.slow
def test_the_parent_is_the_largest_snapshot_below_and_its_content_is_in_the_recipe(
    held: Lake, recipe: Recipe, settings: Settings
) -> None:
    for day, letter in ((28, "d"), (30, "e"), (29, "f")):
        older = replace(
            recipe, recipe_hash=letter * 64, snapshot_id=f"202606{day}-{letter * 8}", as_of=date(2026, 6, day)
        )
        manifest.commit(held, older, [Entry("edges", day, letter * 64, (("src", "string"),))])
    later = pin(held, settings, as_of=AS_OF, known_at=None)
    assert later.parent == "20260629-ffffffff"
    assert later.body["parent"] == manifest.content_hash([Entry("edges", 29, "f" * 64, (("src", "string"),))])
    assert later.recipe_hash != recipe.recipe_hash


def test_a_recipe_is_found_by_hash_beginning_snapshot_id_or_as_the_last_pinned(
    held: Lake, recipe: Recipe, settings: Settings
) -> None:
    other = pin(held, settings, as_of=AS_OF, known_at=1)
    assert load_recipe(held, None) == other
    assert pin(held, settings, as_of=AS_OF, known_at=None) == recipe
    assert load_recipe(held, None) == recipe
    assert load_recipe(held, other.recipe_hash[:12]) == other
    assert load_recipe(held, other.snapshot_id) == other
    with pytest.raises(HarmnetError, match="must name one recipe; found none"):
        load_recipe(held, "nothing")
    with pytest.raises(HarmnetError, match=f"found .*{recipe.snapshot_id}"):
        load_recipe(held, "")


def test_without_a_pinned_recipe_there_is_none_to_load(lake: Lake) -> None:
    with pytest.raises(HarmnetError, match="no recipe was pinned yet"):
        load_recipe(lake, None)


def test_a_recipe_whose_text_was_changed_is_refused(lake: Lake) -> None:
    body = {"conf": {}, "batches": [{"batch_id": 1, "digest": "a"}]}
    row = {"recipe_hash": "c" * 64, "snapshot_id": "20260630-cccccccc", "as_of": AS_OF, "known_at": 1}
    lake.append_registry([row | {"engine": "native", "recipe": json.dumps(body)}], RECIPES)
    with pytest.raises(HarmnetError, match="was changed after it was pinned"):
        load_recipe(lake, "cccc")


def test_the_code_digest_is_the_same_from_a_zip(tmp_path: Path) -> None:
    package = package_files()
    archive = tmp_path / "harmnet.zip"
    archive.write_bytes(code_zip(package))
    program = (
        "import harmnet; from harmnet.snapshots.recipe import *; print(harmnet.__file__, code_digest(package_files()))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(archive)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split() == [f"{archive}/harmnet/__init__.py", code_digest(package)]


def test_the_package_is_its_sources_without_bytecode_and_its_zip_has_one_form() -> None:
    package = package_files()
    assert {"harmnet/__init__.py", "harmnet/snapshots/recipe.py"} <= set(package)
    assert not [name for name in package if "__pycache__" in name or name.endswith(".pyc")]
    backwards = dict(reversed(package.items()))
    assert code_zip(package) == code_zip(backwards)
    assert code_digest(package) == code_digest(backwards)
    with zipfile.ZipFile(io.BytesIO(code_zip(package))) as archive:
        assert archive.namelist() == sorted(package)


def test_a_byte_that_moves_from_one_file_to_the_next_changes_the_code_digest() -> None:
    assert code_digest({"a": b"xy", "b": b"z"}) != code_digest({"a": b"x", "b": b"yz"})
    assert code_digest({"a": b"xy"}) != code_digest({"ax": b"y"})


def test_a_zip_that_a_dead_run_cut_short_is_written_again(held: Lake, recipe: Recipe, settings: Settings) -> None:
    kept = Path(held.root, "registry", "code", f"{recipe.body['code']}.zip")
    whole = kept.read_bytes()
    kept.write_bytes(whole[:100])
    pin(held, settings, as_of=AS_OF, known_at=None)
    assert kept.read_bytes() == whole
