"""The same records give the same content, digit for digit, however Spark divides the work and in whatever order."""

import random
import shutil

import pytest

from harmnet.contracts import RESULT_TABLES
from harmnet.snapshots.digests import frame_digests
from harmnet.snapshots.recipe import load_recipe
from lakes import Derived, derive_lake

pytestmark = pytest.mark.slow

LAYOUTS = {
    "one partition, another session time zone": {
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.session.timeZone": "Pacific/Auckland",
    },
    "seven partitions, no adaptive execution": {
        "spark.sql.shuffle.partitions": "7",
        "spark.sql.adaptive.enabled": "false",
    },
    "two hundred partitions": {"spark.sql.shuffle.partitions": "200"},
}


@pytest.fixture
def layout(request, spark):
    before = {key: spark.conf.get(key) for key in request.param}
    for key, value in request.param.items():
        spark.conf.set(key, value)
    yield
    for key, value in before.items():
        spark.conf.set(key, value)


def shuffled(source, target, seed):
    """The extract with the rows of every CSV and JSON lines file in another order."""
    shutil.copytree(source, target)
    print(f"seed {seed}")
    order = random.Random(seed)
    for path in [*target.glob("*.csv"), *target.glob("*.jsonl")]:
        text = path.read_text(encoding="utf-8")
        lines = records(text)
        head, rows = (lines[:1], lines[1:]) if path.suffix == ".csv" else ([], lines)
        order.shuffle(rows)
        path.write_text("".join([*head, *rows]), encoding="utf-8")


def records(text):
    """Records of a file: a quoted line break does not end one."""
    found, open_quote, current = [], False, ""
    for line in text.splitlines(keepends=True):
        current += line
        open_quote ^= line.count('"') % 2 == 1
        if not open_quote:
            found.append(current)
            current = ""
    return found


def content(derived):
    """Table -> rows and digest of what the stages left for publication; people are idx, which follow from their ids."""
    frames = [derived.work(table.name).select(*table.names) for table in RESULT_TABLES]
    return dict(zip((table.name for table in RESULT_TABLES), frame_digests(frames), strict=True))


@pytest.fixture(scope="module")
def expected(tiny):
    """The content of the tiny force with two partitions and adaptive execution."""
    return content(Derived(tiny.lake, tiny.settings, load_recipe(tiny.lake, tiny.snapshot.recipe_hash)))


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys(), indirect=True)
def test_content_follows_neither_the_layout_nor_the_order_of_rows(spark, tiny, expected, layout, tmp_path):
    shuffled(tiny.extracts, tmp_path / "extracts", 11)
    again = derive_lake(spark, tmp_path / "lake", tmp_path / "extracts", until="dismantle")
    assert content(again) == expected
    assert sum(rows for rows, _ in expected.values()) > 5_000
