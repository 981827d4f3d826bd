"""What two snapshots were made from is told where it differs, conf key by key."""

import copy
from datetime import date

from tests.snapshots.made import made_by

from harmnet.comparison.conf_changes import general, ground
from harmnet.config import load_settings


def recipe(*, weight=None, table=None, batches=(1,), as_of=date(2026, 6, 30), **body):
    contents = copy.deepcopy(load_settings().contents)
    if weight is not None:
        contents["files"]["ties"]["co_offending"]["base"] = weight
    if table is not None:
        contents["tables"]["harm/cchi.csv"] = table
    same = {"code": "a" * 64, "lock": "b" * 64, "engine": "native", "corrections": {"rows": 0, "digest": ""}}
    return made_by(as_of=as_of, batch_ids=batches, body=same | {"conf": contents} | body)


def test_the_same_ground_has_nothing_to_tell():
    assert (ground(recipe(), recipe()), general(recipe(), recipe())) == ([], [])


def test_each_difference_is_one_line():
    other = recipe(
        weight=0.9,
        table="x",
        batches=(1, 2, 3, 5),
        as_of=date(2026, 7, 31),
        code="c" * 64,
        corrections={"rows": 2, "digest": ""},
    )
    assert ground(recipe(batches=(1, 4)), other) == [
        "as_of: 2026-06-30 -> 2026-07-31",
        "batches only in the first: 4",
        "batches only in the second: 2, 3, 5",
        "conf ties.co_offending.base: 1.0 -> 0.9",
        "conf/harm/cchi.csv: other rows",
        "code: aaaaaaaa -> cccccccc",
        "corrections: 0 -> 2",
    ]
    assert general(recipe(), other) == ["CHANGED_CONF", "CHANGED_CODE"]
    assert ground(recipe(batches=(1, 2)), recipe(batches=(1, 2, 3, 4, 5)))[0] == "batches only in the second: 3 to 5"
