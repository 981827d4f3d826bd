"""What a refresh says of a snapshot that is new though there is one of its day; one line, whatever differs."""

from dataclasses import replace
from datetime import date

import pytest

from harmnet.snapshots import manifest
from harmnet.snapshots.reasons import why_new
from harmnet.snapshots.recipe import load_recipe


@pytest.fixture(scope="module")
def published(ten_people):
    return ten_people.lake, load_recipe(ten_people.lake, ten_people.snapshot.recipe_hash)


def told(published, given, **changed):
    """The line for a recipe with other fields and another body than the published one."""
    lake, recipe = published
    return why_new(lake, replace(recipe, **given, body=recipe.body | changed), manifest.snapshots(lake))


@pytest.mark.parametrize(
    ("given", "changed", "words"),
    [
        ({}, {"code": "0" * 64}, "another version of harmnet"),
        ({}, {"lock": None}, "other packages"),
        ({}, {"engine": "graphframes"}, "another graph engine"),
        ({}, {"corrections": {"rows": 4, "digest": "0" * 64, "last": 3}}, "corrections up to 3, not 0"),
        ({"known_at": 2}, {"batches": []}, "batches up to 2, not 1"),
        ({"parent": "20260531-0a0b0c0d"}, {"parent": "0" * 64}, "parent 20260531-0a0b0c0d, not none"),
    ],
)
def test_it_names_what_differs_from_the_snapshot_of_its_day(published, given, changed, words):
    line = told(published, given, **changed)
    assert line == f"new: unlike {published[1].snapshot_id} it has {words}"


def test_it_names_the_files_of_conf_that_are_others_and_everything_else_too(published):
    conf = published[1].body["conf"]
    name = sorted(conf)[0]
    line = told(published, {}, conf=conf | {name: "other"}, code="0" * 64)
    assert line.endswith(f"it has another version of harmnet, other conf ({name})")


def test_the_first_of_its_day_is_compared_with_none(published):
    assert told(published, {"as_of": date(2026, 7, 31)}) == "new: the first snapshot as of 2026-07-31"


def test_one_by_the_same_batch_is_compared_before_a_later_one(published):
    lake, recipe = published
    [there] = manifest.snapshots(lake)
    later = replace(there, snapshot_id="20260630-ffffffff", known_at=2, published_seq=9)
    now = replace(recipe, body=recipe.body | {"code": "0" * 64})
    assert there.snapshot_id in why_new(lake, now, [there, later])
