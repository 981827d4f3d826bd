"""Which side of a join goes to every executor, and what that does to the answer: nothing."""

from harmnet import joining
from harmnet.joining import by_combination, most_rows, to_everyone


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


def test_what_follows_from_codes_is_worked_out_once_for_each_combination_nulls_and_lists_included(spark):
    codes = [("A", None), ("A", ["x"]), (None, ["x", "y"]), ("A", []), (None, None)]
    rows = spark.createDataFrame([(n, *codes[n % 5]) for n in range(20)], "n int, code string, flags array<string>")
    seen = []

    def derive(combinations):
        seen.extend((row["code"], row["flags"]) for row in combinations.collect())
        return combinations.where("code IS NULL OR flags IS NULL").selectExpr(
            "*", "explode(array(1, 2)) AS part", "code IS NULL AS coded"
        )

    found = by_combination(rows, ["code", "flags"], derive)
    assert sorted(seen, key=str) == sorted(codes, key=str)
    assert found.columns == ["n", "code", "flags", "part", "coded"]
    expected = [
        (n, *codes[n % 5], part, codes[n % 5][0] is None) for n in range(20) for part in (1, 2) if n % 5 in (0, 2, 4)
    ]
    assert sorted(map(tuple, found.collect())) == expected
