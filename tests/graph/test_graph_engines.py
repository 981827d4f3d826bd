"""Both engines in Spark: the same components, the same ranks as networkx, whatever the layout of the input."""

from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from graph_reference import (
    GRAPHALYTICS,
    edge_rows,
    graphalytics_components,
    graphalytics_graph,
    networkx_components,
    networkx_ranks,
    random_graphs,
    vertex_rows,
)
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from harmnet.errors import HarmnetError
from harmnet.graph import analyse, check_result
from harmnet.graph import graphframes as engine

pytestmark = pytest.mark.engine35

VERTICES = "theme string, idx bigint"
EDGES = "theme string, src bigint, dst bigint, weight_micro bigint"
GRAPHALYTICS_NAMES = ("directed", "undirected") if GRAPHALYTICS.is_dir() else ()
needs_graphalytics = pytest.mark.skipif(not GRAPHALYTICS_NAMES, reason=f"{GRAPHALYTICS} is not there")


@pytest.fixture(scope="module")
def graphs() -> dict[str, nx.Graph]:
    return random_graphs(range(12)) | {name: graphalytics_graph(name) for name in GRAPHALYTICS_NAMES}


@pytest.fixture(scope="module")
def vertices(spark: SparkSession, graphs: dict[str, nx.Graph]) -> DataFrame:
    return spark.createDataFrame(vertex_rows(graphs), VERTICES)


@pytest.fixture(scope="module")
def edges(spark: SparkSession, graphs: dict[str, nx.Graph]) -> DataFrame:
    return spark.createDataFrame(edge_rows(graphs), EDGES)


def held(spark: SparkSession) -> tuple[set[int], bool]:
    """What is kept in memory: RDDs by number, and whether no frame is cached."""
    return set(spark.sparkContext._jsc.getPersistentRDDs()), spark._jsparkSession.sharedState().cacheManager().isEmpty()


@pytest.fixture(scope="module")
def held_before(spark: SparkSession) -> tuple[set[int], bool]:
    """What other tests of the session left in memory before the engines ran."""
    return held(spark)


@pytest.fixture(scope="module")
def native_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("native")


@pytest.fixture(scope="module")
def by_native(
    held_before: tuple[set[int], bool], vertices: DataFrame, edges: DataFrame, native_folder: Path
) -> DataFrame:
    return analyse(vertices, edges, engine="native", work_dir=native_folder.as_uri())


@pytest.fixture(scope="module")
def graphframes_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("graphframes")


@pytest.fixture(scope="module")
def by_graphframes(
    graphframes_spark: SparkSession,
    held_before: tuple[set[int], bool],
    vertices: DataFrame,
    edges: DataFrame,
    graphframes_folder: Path,
) -> DataFrame:
    return analyse(vertices, edges, engine="graphframes", work_dir=graphframes_folder.as_uri())


@pytest.fixture(
    params=[pytest.param("native"), pytest.param("graphframes", marks=pytest.mark.graphframes)],
)
def answer(request: pytest.FixtureRequest) -> tuple[str, DataFrame]:
    return request.param, request.getfixturevalue(f"by_{request.param}")


def rows_by_theme(result: DataFrame) -> dict[str, dict[int, Row]]:
    found: dict[str, dict[int, Row]] = {}
    for row in result.collect():
        assert row["idx"] not in found.setdefault(row["theme"], {})
        found[row["theme"]][row["idx"]] = row
    return found


def bits(result: DataFrame) -> list[tuple]:
    return sorted((*row, row["pagerank"].hex()) for row in result.collect())


def test_components_ranks_and_cores_are_those_of_networkx(
    answer: tuple[str, DataFrame], graphs: dict[str, nx.Graph]
) -> None:
    engine, result = answer
    assert result.columns == ["theme", "idx", "component_idx", "pagerank", "kcore"]
    found = rows_by_theme(result)
    assert found.keys() == graphs.keys()
    for theme, graph in graphs.items():
        components = {idx: row["component_idx"] for idx, row in found[theme].items()}
        ranks = {idx: row["pagerank"] for idx, row in found[theme].items()}
        assert components == networkx_components(graph), theme
        assert {idx: row["kcore"] for idx, row in found[theme].items()} == nx.core_number(graph), theme
        assert ranks == pytest.approx(networkx_ranks(graph), rel=1e-6 if engine == "graphframes" else 1e-11, abs=0), (
            theme
        )


@needs_graphalytics
@pytest.mark.real
@pytest.mark.parametrize("name", ["directed", "undirected"])
def test_components_are_those_published_with_the_graphalytics_examples(
    answer: tuple[str, DataFrame], name: str
) -> None:
    found = answer[1].where(F.col("theme") == name).collect()
    assert {row["idx"]: row["component_idx"] for row in found} == graphalytics_components(name)


def test_the_answer_passes_the_checks_after_a_run(
    answer: tuple[str, DataFrame], vertices: DataFrame, edges: DataFrame
) -> None:
    engine, result = answer
    check_result(vertices, edges, result, engine=engine)


@pytest.mark.parametrize("partitions", [1, 2, 7, 200])
def test_native_gives_the_same_bits_for_any_layout(
    vertices: DataFrame, edges: DataFrame, by_native: DataFrame, tmp_path: Path, partitions: int
) -> None:
    laid_out = [
        frame.repartition(partitions, F.xxhash64(F.lit(partitions), *frame.columns)) for frame in (vertices, edges)
    ]
    assert bits(analyse(*laid_out, engine="native", work_dir=tmp_path.as_uri())) == bits(by_native)


@pytest.mark.graphframes
def test_graphframes_gives_the_same_bits_for_another_layout(
    graphframes_spark: SparkSession, vertices: DataFrame, edges: DataFrame, tmp_path: Path
) -> None:
    few = F.col("theme").isin("seed 1", "seed 5")
    given = [vertices.where(few), edges.where(few)]
    other = [frame.orderBy(F.xxhash64(*frame.columns)).repartition(5) for frame in given]
    # A loose tolerance and little damping take few rounds, and the bits of each must be the same.
    quick = {"engine": "graphframes", "damping": 0.25, "tolerance": 1e-2}
    first, second = (
        bits(analyse(*laid_out, work_dir=(tmp_path / name).as_uri(), **quick))
        for name, laid_out in (("given", given), ("other", other))
    )
    assert first == second != []


@pytest.mark.graphframes
def test_a_checkpoint_lost_with_its_executor_makes_it_run_again_with_reliable_ones(
    graphframes_spark: SparkSession, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    find, local = engine._components, []

    def losing(work: Any, tied: DataFrame, ties: DataFrame) -> DataFrame:
        local.append(work.local)
        if work.local:
            kept = set(work.spark.sparkContext._jsc.getPersistentRDDs())
            tied = tied.localCheckpoint()
            for number, rdd in work.spark.sparkContext._jsc.getPersistentRDDs().items():
                if number not in kept:
                    rdd.unpersist(True)
            tied.count()
        return find(work, tied, ties)

    monkeypatch.setattr(engine, "_components", losing)
    people = graphframes_spark.createDataFrame([("soc", 1), ("soc", 2)], VERTICES)
    pair = graphframes_spark.createDataFrame([("soc", 1, 2, 5)], EDGES)
    found = analyse(people, pair, engine="graphframes", work_dir=tmp_path.as_uri(), damping=0.25, tolerance=1e-2)
    assert local == [True, False]
    assert sorted(row["kcore"] for row in found.collect()) == [1, 1]


def test_a_run_leaves_nothing_cached_and_nothing_but_its_result(
    request: pytest.FixtureRequest, held_before: tuple[set[int], bool], answer: tuple[str, DataFrame]
) -> None:
    engine, result = answer
    rdds, nothing_cached = held(result.sparkSession)
    assert rdds <= held_before[0]
    assert nothing_cached == held_before[1]
    folder = request.getfixturevalue(f"{engine}_folder")
    assert [path.name for path in folder.rglob("*") if path.is_dir()] == ["analyse", "result"]


@pytest.mark.parametrize("engine", ["native", pytest.param("graphframes", marks=pytest.mark.graphframes)])
def test_people_tied_to_no_one_and_no_people_at_all_are_no_special_case(
    request: pytest.FixtureRequest, spark: SparkSession, tmp_path: Path, engine: str
) -> None:
    if engine == "graphframes":
        request.getfixturevalue("graphframes_spark")
    no_edges = spark.createDataFrame([], EDGES)
    people = spark.createDataFrame([("soc", 4), ("soc", 6), ("cse", 6)], VERTICES)
    alone = analyse(people, no_edges, engine=engine, work_dir=(tmp_path / "alone").as_uri())
    assert sorted(map(tuple, alone.collect())) == [("cse", 6, 6, 1.0, 0), ("soc", 4, 4, 0.5, 0), ("soc", 6, 6, 0.5, 0)]
    assert analyse(people.limit(0), no_edges, engine=engine, work_dir=(tmp_path / "none").as_uri()).collect() == []


@pytest.mark.parametrize("engine", ["native", pytest.param("graphframes", marks=pytest.mark.graphframes)])
def test_a_graph_that_breaks_a_rule_is_refused_with_the_line_that_says_so(
    request: pytest.FixtureRequest, spark: SparkSession, tmp_path: Path, engine: str
) -> None:
    if engine == "graphframes":
        request.getfixturevalue("graphframes_spark")
    vertices = spark.createDataFrame([("soc", 1), ("soc", 2)], VERTICES)
    edges = spark.createDataFrame([("soc", 1, 2, 5), ("soc", 1, 9, 5)], EDGES)
    with pytest.raises(HarmnetError) as refused:
        analyse(vertices, edges, engine=engine, work_dir=tmp_path.as_uri())
    assert refused.value.problems == [
        "edges: 1 with an end that is no vertex, such as theme soc, idx 9: add the vertex"
    ]


@pytest.mark.parametrize("engine", ["native", pytest.param("graphframes", marks=pytest.mark.graphframes)])
def test_ranks_that_do_not_converge_are_refused(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, spark: SparkSession, tmp_path: Path, engine: str
) -> None:
    vertices = spark.createDataFrame([("soc", 1), ("soc", 2), ("soc", 3)], VERTICES)
    edges = spark.createDataFrame([("soc", 1, 2, 5), ("soc", 2, 3, 1)], EDGES)
    if engine == "graphframes":
        request.getfixturevalue("graphframes_spark")
        monkeypatch.setattr("harmnet.graph.graphframes.MAX_ROUNDS", 1)
    with pytest.raises(HarmnetError, match=f"{engine}: PageRank left a residual of .*: raise the tolerance"):
        analyse(vertices, edges, engine=engine, work_dir=tmp_path.as_uri(), damping=0.9999, tolerance=1e-300)


def test_an_unknown_engine_is_refused(vertices: DataFrame, edges: DataFrame) -> None:
    with pytest.raises(HarmnetError, match="graph engine 'scipy' is unknown: use one of native, graphframes"):
        analyse(vertices, edges, engine="scipy", work_dir="")


@pytest.mark.parametrize("damping", [0.0, 1.0, -0.85])
def test_a_damping_that_is_no_share_is_refused(vertices: DataFrame, edges: DataFrame, damping: float) -> None:
    with pytest.raises(HarmnetError, match="it must lie between 0 and 1"):
        analyse(vertices, edges, engine="native", work_dir="", damping=damping)
