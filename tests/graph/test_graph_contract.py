"""What a graph and an answer must be, and the line a user reads when they are not."""

from collections.abc import Callable

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from harmnet.errors import HarmnetError
from harmnet.graph import check_graph, check_result
from harmnet.graph.division import check_communities

VERTICES = "theme string, idx bigint"
EDGES = "theme string, src bigint, dst bigint, weight_micro bigint"
RESULT = "theme string, idx bigint, component_idx bigint, pagerank double, kcore int"

# Two themes: a pair and someone alone (20 + 20 + 3 of 43); a pair.
GRAPH_VERTICES = [("soc", 1), ("soc", 2), ("soc", 5), ("cse", 1), ("cse", 2)]
GRAPH_EDGES = [("soc", 1, 2, 7), ("cse", 1, 2, 1)]
ANSWER = [
    ("soc", 1, 1, 20 / 43, 1),
    ("soc", 2, 1, 20 / 43, 1),
    ("soc", 5, 5, 3 / 43, 0),
    ("cse", 1, 1, 0.5, 1),
    ("cse", 2, 1, 0.5, 1),
]


@pytest.fixture(scope="module")
def vertices(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(GRAPH_VERTICES, VERTICES)


@pytest.fixture(scope="module")
def edges(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(GRAPH_EDGES, EDGES)


def problems(check: Callable[[], None]) -> list[str]:
    try:
        check()
    except HarmnetError as error:
        return error.problems
    return []


def test_a_sound_graph_and_a_sound_answer_pass(spark: SparkSession, vertices: DataFrame, edges: DataFrame) -> None:
    check_graph(vertices, edges)
    check_graph(vertices.limit(0), edges.limit(0))
    check_result(vertices, edges, spark.createDataFrame(ANSWER, RESULT), engine="native")


def test_columns_that_are_missing_or_of_another_type_are_all_named(vertices: DataFrame, edges: DataFrame) -> None:
    wrong = edges.drop("dst").withColumn("weight_micro", F.col("weight_micro").cast("double"))
    assert problems(lambda: check_graph(vertices.withColumnRenamed("idx", "id"), wrong)) == [
        "vertices: no column idx; found theme, id",
        "edges: no column dst; found theme, src, weight_micro",
        "edges: column weight_micro is double; it must be bigint",
    ]


def test_every_broken_rule_of_a_graph_is_counted_and_shown_by_an_example(spark: SparkSession) -> None:
    vertices = [*GRAPH_VERTICES, ("soc", 5), ("soc", None), (None, 9), ("soc", -1)]
    edges = [
        *GRAPH_EDGES,
        ("soc", 5, 5, 1),
        ("soc", 5, 2, 1),
        ("soc", 1, 2, 3),
        ("cse", 1, 5, 1),
        ("soc", 2, None, 1),
        ("soc", 1, 5, 0),
        ("soc", 2, 5, None),
    ]
    found = problems(
        lambda: check_graph(spark.createDataFrame(vertices, VERTICES), spark.createDataFrame(edges, EDGES))
    )
    assert found == [
        "vertices: 2 without theme or idx, such as idx 9: give both",
        "vertices: 1 with an idx below 0, such as theme soc, idx -1: number them from 0",
        "vertices: 1 named more than once, such as theme soc, idx 5: keep one row per theme and idx",
        "edges: 1 without theme, src or dst, such as theme soc, idx 2: give all three",
        "edges: 2 that do not have src < dst, such as theme soc, src 5, dst 2: name the smaller idx first",
        "edges: 1 given more than once, such as theme soc, src 1, dst 2: add up the weights of a pair",
        "edges: 2 without a weight_micro above 0, such as theme soc, src 1, dst 5: leave them out",
        "edges: 1 with an end that is no vertex, such as theme cse, idx 5: add the vertex",
    ]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (ANSWER[:-1], "1 vertices are missing from the result, such as theme cse, idx 2"),
        (
            [*ANSWER, ("soc", 5, 5, 3 / 43, 0)],
            "1 vertices stand in the result more than once, such as theme soc, idx 5",
        ),
        ([*ANSWER, ("soc", 8, 8, 1e-12, 0)], "1 rows of the result are no vertex, such as theme soc, idx 8"),
        (
            [("soc", 1, 1, float("nan"), 1), *ANSWER[1:]],
            "1 rows of the result have no component, rank above 0 or core number, such as theme soc, idx 1",
        ),
        (
            [("soc", 1, 1, 20 / 43, None), *ANSWER[1:]],
            "1 rows of the result have no component, rank above 0 or core number, such as theme soc, idx 1",
        ),
        (
            [("soc", 1, 1, 20 / 43, 1), ("soc", 2, 2, 20 / 43, 1), *ANSWER[2:]],
            "1 edges join two components, such as theme soc, src 1, dst 2",
        ),
        (
            [("soc", 1, 2, 20 / 43, 1), ("soc", 2, 2, 20 / 43, 1), *ANSWER[2:]],
            "1 components not named by their smallest idx, such as theme soc, idx 1",
        ),
        # Mass of the one tied to no one lost; then a rank off by more than the engine may be.
        (
            [("soc", 1, 1, 0.46, 1), *ANSWER[1:]],
            "1 themes have ranks that do not sum to 1, such as theme soc, sum 0.99",
        ),
        (
            [("soc", 1, 1, 20 / 43 + 2e-9, 1), *ANSWER[1:]],
            "1 themes have ranks that do not sum to 1, such as theme soc, sum 1.0",
        ),
    ],
)
def test_a_wrong_answer_stops_the_run(
    spark: SparkSession, vertices: DataFrame, edges: DataFrame, answer: list[tuple], problem: str
) -> None:
    found = problems(lambda: check_result(vertices, edges, spark.createDataFrame(answer, RESULT), engine="native"))
    assert any(line.startswith(f"native: {problem}") for line in found), found


def test_graphframes_may_be_a_millionth_off_and_no_more(
    spark: SparkSession, vertices: DataFrame, edges: DataFrame
) -> None:
    def off_by(error: float) -> list[str]:
        answer = spark.createDataFrame([("soc", 1, 1, 20 / 43 + error, 1), *ANSWER[1:]], RESULT)
        return problems(lambda: check_result(vertices, edges, answer, engine="graphframes"))

    assert off_by(9e-7) == []
    assert len(off_by(2e-6)) == 1


def test_communities_that_reach_beyond_a_component_or_leave_one_person_alone_stop_the_run(spark: SparkSession) -> None:
    columns = "theme string, idx bigint, component_idx bigint, community_idx bigint"
    whole = [("soc", 1, 1, 1), ("soc", 2, 1, 1), ("soc", 3, 1, 3), ("soc", 4, 1, 3), ("soc", 5, 5, 5), ("cse", 1, 1, 1)]

    def found(*changed: tuple) -> list[str]:
        rows = {row[:2]: row for row in (*whole, *changed)}
        return problems(lambda: check_communities(spark.createDataFrame(list(rows.values()), columns)))

    again = "run it again, and report it if it comes back"
    named = "components have a community not named by its smallest idx, or one that reaches beyond them"
    assert found() == []
    assert found(("soc", 3, 1, 4), ("soc", 4, 1, 4)) == [f"communities: 1 {named}, such as theme soc, idx 1: {again}"]
    assert found(("soc", 5, 5, 3)) == [f"communities: 1 {named}, such as theme soc, idx 5: {again}"]
    assert found(("soc", 4, 1, 1)) == [
        f"communities: 1 components have a community of one person, such as theme soc, idx 1: {again}"
    ]
