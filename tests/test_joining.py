"""Which side of a join goes to every executor, and what that does to the answer: nothing."""

from harmnet import joining
from harmnet.joining import most_rows, to_everyone


def is_sent(frame):
    plan = frame._jdf.queryExecution().optimizedPlan().toString()
    return "broadcast" in plan


def test_few_rows_go_to_everyone_and_many_do_not(spark, monkeypatch):
    rows = spark.range(1000)
    assert is_sent(rows.join(to_everyone(spark.range(3)), on="id"))
    monkeypatch.setattr(joining, "most_rows", lambda spark: 2)
    many = rows.join(to_everyone(spark.range(3)), on="id")
    assert not is_sent(many)
    assert is_sent(rows.join(to_everyone(spark.range(3), rows=2), on="id"))
    assert many.count() == 3


def test_how_many_fit_follows_from_the_memory_there_is(spark, monkeypatch):
    monkeypatch.setattr(joining, "heap_memory", lambda spark: 2_999)
    assert most_rows(spark) == 2
