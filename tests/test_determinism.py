"""The same records give the same content, digit for digit, however Spark divides the work and in whatever order."""

import random
import shutil

import pytest

from lakes import publish_lake

pytestmark = pytest.mark.slow

LAYOUTS = {
    "one partition": {"spark.sql.shuffle.partitions": "1"},
    "seven partitions, no adaptive execution": {
        "spark.sql.shuffle.partitions": "7",
        "spark.sql.adaptive.enabled": "false",
    },
    "two hundred partitions": {"spark.sql.shuffle.partitions": "200"},
    "another session time zone": {"spark.sql.session.timeZone": "Pacific/Auckland"},
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


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys(), indirect=True)
def test_content_does_not_follow_the_layout(spark, tiny, layout, tmp_path):
    again = publish_lake(spark, tmp_path / "lake", tiny.extracts)
    assert again.snapshot.content_hash == tiny.snapshot.content_hash
    assert again.snapshot.snapshot_id == tiny.snapshot.snapshot_id


def test_content_does_not_follow_the_order_of_rows(spark, tiny, tmp_path):
    shuffled(tiny.extracts, tmp_path / "extracts", 11)
    again = publish_lake(spark, tmp_path / "lake", tmp_path / "extracts")
    assert again.snapshot.content_hash == tiny.snapshot.content_hash
