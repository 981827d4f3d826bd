"""The graphframes engine: the same answers from GraphFrames, for graphs that no single process holds.

The only module that imports graphframes, in two versions: 0.12 on Spark 4.1 and 0.8.2 on Spark 3.5. harmnet.graph has
the mathematics. All themes go in as one graph, id = number of the theme * stride + idx; isolated vertices stay outside
it, each its own component with y = 1. Pregel adds up messages as integers, so that ranks are the same bit for bit in
whatever order they arrive.
"""

from __future__ import annotations

import importlib
import inspect
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import chain
from typing import Any

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from harmnet.errors import HarmnetError
from harmnet.graph.contract import RESULT_COLUMNS, check_graph
from harmnet.session import graphframes_available, jars_dir

# Messages of 8 million people tied to one person still fit a long; past that, ANSI arithmetic raises.
UNIT = 2.0**40
MAX_ROUNDS = 200
LOST_CHECKPOINT = "Checkpoint block"
"""What Spark says of a local checkpoint that went with its executor."""

ROUNDS_BETWEEN_LOOKS = 8


def analyse(vertices: DataFrame, edges: DataFrame, *, work_dir: str, damping: float, tolerance: float) -> DataFrame:
    """GraphFrames engine of `harmnet.graph.analyse`: runs at once; what comes back is read from work_dir/analyse.

    Checkpoints are kept on the executors' own disks where GraphFrames can, and when one is lost with its executor all
    runs once more with checkpoints in work_dir.
    """
    run = partial(_analyse, vertices, edges, work_dir=work_dir, damping=damping, tolerance=tolerance)
    try:
        return run(local=True)
    except Py4JJavaError as error:
        if LOST_CHECKPOINT not in str(error):
            raise
        return run(local=False)


def _analyse(
    vertices: DataFrame, edges: DataFrame, *, local: bool, work_dir: str, damping: float, tolerance: float
) -> DataFrame:
    with _work(vertices.sparkSession, f"{work_dir}/analyse", local=local) as work:
        vertices, edges = _given(work, vertices.select("theme", "idx"), edges)
        stride, offset = _numbering(vertices)
        people = work.keep("people", vertices.select(_id(offset, "idx"), "theme", "idx"))
        ties = work.keep("ties", edges.select(_id(offset, "src"), _id(offset, "dst"), "weight_micro"))
        tied = work.keep("tied", _strengths(ties))
        solved = (
            people.join(_components(work, tied, ties), "id", "left")
            .join(_solve(work, tied, ties, damping, tolerance), "id", "left")
            .join(_cores(work, tied, ties), "id", "left")
            .withColumn("component_idx", F.coalesce(F.col("component") % stride, F.col("idx")))
            .withColumn("kcore", F.coalesce("kcore", F.lit(0)))
        )
        return work.result(_ranked(solved, damping).select(*RESULT_COLUMNS))


def _given(work: _Work, vertices: DataFrame, edges: DataFrame) -> tuple[DataFrame, DataFrame]:
    """The graphs as kept, and sound: GraphFrames itself looks at nothing."""
    vertices = work.keep("vertices", vertices)
    edges = work.keep("edges", edges.select("theme", "src", "dst", "weight_micro"))
    check_graph(vertices, edges)
    return vertices, edges


def _numbering(vertices: DataFrame) -> tuple[int, Column]:
    """The ids' stride, and the first id of a row's theme."""
    found = vertices.groupBy("theme").agg(F.max("idx").alias("last")).collect()
    stride = max((row["last"] for row in found), default=0) + 1
    themes = sorted(row["theme"] for row in found)
    if len(themes) * stride >= 2**63:
        raise HarmnetError(
            f"graphframes: {len(themes)} themes of idx up to {stride - 1} do not fit a long: number vertices densely"
        )
    firsts = chain.from_iterable(
        (F.lit(theme), F.lit(number * stride).cast("bigint")) for number, theme in enumerate(themes)
    )
    return stride, F.create_map(*firsts)[F.col("theme")] if themes else F.lit(None).cast("bigint")


def _id(offset: Column, name: str) -> Column:
    return (offset + F.col(name)).alias("id" if name == "idx" else name)


def _both_ways(ties: DataFrame) -> DataFrame:
    back = ties.select(F.col("dst").alias("src"), F.col("src").alias("dst"), "weight_micro")
    return ties.unionByName(back)


def _strengths(ties: DataFrame) -> DataFrame:
    """One row per vertex with a tie: id, strength, degree."""
    return (
        _both_ways(ties)
        .groupBy(F.col("src").alias("id"))
        .agg(F.sum("weight_micro").alias("strength"), F.count("*").cast("int").alias("degree"))
    )


def _components(work: _Work, tied: DataFrame, ties: DataFrame) -> DataFrame:
    """One row per vertex with a tie: id, and component, the smallest id of it whatever label GraphFrames gave."""
    if ties.isEmpty():
        return tied.select("id", F.col("id").alias("component"))
    graph = work.graphframe(tied.select("id"), ties.select("src", "dst"))
    settings: dict[str, Any] = {"checkpointInterval": 2}
    if "use_local_checkpoints" in inspect.signature(type(graph).connectedComponents).parameters:
        settings |= {"algorithm": "two_phase", "broadcastThreshold": -1, "use_local_checkpoints": work.local}
    else:
        # To 0.8.2, -1 does not mean "broadcast nothing": it collects every vertex to the driver as a hub.
        settings |= {"algorithm": "graphframes", "broadcastThreshold": 2**31 - 1}
    labels = work.keep("labels", graph.connectedComponents(**settings).select("id", F.col("component").alias("label")))
    smallest = labels.groupBy("label").agg(F.min("id").alias("component"))
    return labels.join(smallest, "label", "inner").select("id", "component")


def _solve(work: _Work, tied: DataFrame, ties: DataFrame, damping: float, tolerance: float) -> DataFrame:
    """One row per vertex with a tie: id, y, no residual above `tolerance`; HarmnetError after MAX_ROUNDS rounds."""
    start = F.lit(1.0 / (1.0 - damping))
    if ties.isEmpty():
        return tied.select("id", start.alias("y"))
    strength = tied.select(F.col("id").alias("src"), "strength")
    shares = work.keep(
        "shares",
        _both_ways(ties)
        .join(strength, "src", "inner")
        .select("src", "dst", (F.col("weight_micro") / F.col("strength")).alias("share")),
    )
    state = tied.select("id", start.alias("y_0"), start.alias("before_0"), F.lit(1.0).alias("weight_0"))
    squeeze = damping / (1.0 + math.sqrt(1.0 - damping**2))
    # The first residual is a few thousand at most: y of the hubs.
    rounds, done = min(math.ceil(math.log(tolerance / 1000.0) / math.log(squeeze)), MAX_ROUNDS), 0
    while done < MAX_ROUNDS:
        after = _ranks(work, state, shares, damping, rounds)
        done, rounds = done + rounds, ROUNDS_BETWEEN_LOOKS
        state = work.keep(f"state_{done}", after)
        residual = state.agg(F.max("residual").alias("largest")).collect()[0]["largest"]
        if residual <= tolerance:
            # The residual was that of the y before the last round.
            return state.select("id", F.col("before_0").alias("y"))
    raise HarmnetError(
        f"graphframes: PageRank left a residual of {residual:.1e} after {done} rounds, tolerance {tolerance:.1e}: "
        "raise the tolerance"
    )


def _ranks(work: _Work, state: DataFrame, shares: DataFrame, damping: float, rounds: int) -> DataFrame:
    """The state after some more Chebyshev rounds: id, y_0, before_0, weight_0, residual."""
    pregel_of = _pregel_class()
    y, before, weight = F.col("y"), F.col("before"), F.col("weight")
    step = 1.0 + damping * F.coalesce(pregel_of.msg(), F.lit(0)) / UNIT
    pregel = (
        work.pregel(state, shares, rounds)
        .withVertexColumn("y", F.col("y_0"), before + weight * (step - before))
        .withVertexColumn("before", F.col("before_0"), y)
        .withVertexColumn(
            "weight",
            F.col("weight_0"),
            F.when(weight == 1.0, 2.0 / (2.0 - damping**2)).otherwise(4.0 / (4.0 - damping**2 * weight)),
        )
        .withVertexColumn("residual", F.lit(0.0), F.abs(step - y))
        .sendMsgToDst(F.rint(pregel_of.src("y") * pregel_of.edge("share") * UNIT).cast("bigint"))
        .aggMsgs(F.sum(pregel_of.msg()))
    )
    found = _carrying(pregel, "y", "share").run()
    return found.select("id", y.alias("y_0"), before.alias("before_0"), weight.alias("weight_0"), "residual")


def _cores(work: _Work, tied: DataFrame, ties: DataFrame) -> DataFrame:
    """One row per vertex with a tie: id, kcore; HarmnetError after MAX_ROUNDS rounds.

    A vertex's number starts as its degree and becomes the largest k of which k neighbours have k or more, until no
    number changes (Lu et al., The H-index of a network node and its relation to degree and coreness, 2016).
    """
    state, done = tied.select("id", F.col("degree").alias("core_0")), 0
    if ties.isEmpty():
        return state.withColumnRenamed("core_0", "kcore")
    both_ways = work.keep("both_ways", _both_ways(ties).select("src", "dst"))
    while done < MAX_ROUNDS:
        after = _smaller_cores(work, state, both_ways, ROUNDS_BETWEEN_LOOKS)
        done += ROUNDS_BETWEEN_LOOKS
        found = work.keep(f"cores_{done}", after)
        if found.where("core < before").isEmpty():
            return found.select("id", F.col("core").alias("kcore"))
        state = found.select("id", F.col("core").alias("core_0"))
    raise HarmnetError(f"graphframes: core numbers still change after {done} rounds: set graph.engine to native")


def _smaller_cores(work: _Work, state: DataFrame, both_ways: DataFrame, rounds: int) -> DataFrame:
    """The numbers after some more rounds: id, core, before (that of the round before the last)."""
    pregel_of = _pregel_class()
    core = F.col("core")
    # Of numbers in falling order, those above their place from 0 come first, and are k.
    of_neighbours = F.filter(F.sort_array(pregel_of.msg(), asc=False), lambda number, place: number > place)
    pregel = (
        work.pregel(state, both_ways, rounds)
        .withVertexColumn("core", F.col("core_0"), F.least(core, F.size(of_neighbours)))
        .withVertexColumn("before", F.col("core_0"), core)
        .sendMsgToDst(pregel_of.src("core"))
        .aggMsgs(F.collect_list(pregel_of.msg()))
    )
    return _carrying(pregel, "core").run().select("id", "core", "before")


def _pregel_class() -> Any:
    return importlib.import_module("graphframes.lib").Pregel


def _carrying(pregel: Any, vertex_column: str, edge_column: str | None = None) -> Any:
    """The Pregel that carries no other column of the sender and of the edge to messages."""
    if hasattr(pregel, "required_edge_columns"):
        # A JAR older than its Python wrapper knows no such setting, and carries every column anyway.
        with suppress(Py4JError):
            pregel = pregel.required_src_columns(vertex_column)
            return pregel.required_edge_columns(edge_column) if edge_column else pregel
    return pregel


def _ranked(solved: DataFrame, damping: float) -> DataFrame:
    """Adds pagerank, which sums to 1 over each theme; y is null for the vertices without a tie."""
    total = F.count_if(F.col("y").isNull()) + F.count_if(F.col("y").isNotNull()) / F.lit(1.0 - damping)
    totals = solved.groupBy("theme").agg(total.alias("total"))
    return solved.join(totals, "theme", "inner").withColumn("pagerank", F.coalesce("y", F.lit(1.0)) / F.col("total"))


class _Work:
    """A run's own folder: what it kept to be read again, and its checkpoints."""

    def __init__(self, spark: SparkSession, folder: str, *, local: bool) -> None:
        self.spark, self.folder = spark, folder
        self.local = local
        self.scratch = f"{folder}/scratch"

    def keep(self, name: str, frame: DataFrame) -> DataFrame:
        """The frame as written and read back: GraphFrames gave wrong components from inputs computed twice."""
        return self._written(f"{self.scratch}/{name}", frame)

    def result(self, frame: DataFrame) -> DataFrame:
        """The frame as written where it stays, and read back."""
        return self._written(f"{self.folder}/result", frame)

    def _written(self, path: str, frame: DataFrame) -> DataFrame:
        frame.write.mode("overwrite").parquet(path)
        return self.spark.read.parquet(path)

    def graphframe(self, vertices: DataFrame, edges: DataFrame) -> Any:
        return importlib.import_module("graphframes").GraphFrame(vertices, edges)

    def pregel(self, state: DataFrame, edges: DataFrame, rounds: int) -> Any:
        """A Pregel of so many rounds over edges in both directions, with checkpoints."""
        pregel = self.graphframe(state, edges).pregel.setMaxIter(rounds).setCheckpointInterval(2)
        return pregel.setUseLocalCheckpoints(self.local) if hasattr(pregel, "setUseLocalCheckpoints") else pregel

    def remove_scratch(self) -> None:
        """Deletes everything of the run but its result."""
        jvm: Any = self.spark._jvm
        path = jvm.org.apache.hadoop.fs.Path(self.scratch)
        path.getFileSystem(self.spark._jsc.hadoopConfiguration()).delete(path, True)


@contextmanager
def _work(spark: SparkSession, folder: str, *, local: bool) -> Iterator[_Work]:
    """Sets checkpoints up in the folder; leaves neither them nor anything cached behind, whatever happens."""
    if not graphframes_available(spark):
        raise HarmnetError(
            f"graph.engine: graphframes is not there: put its JARs into {jars_dir()}, or set graph.engine to native"
        )
    context = spark.sparkContext
    cached = set(context._jsc.getPersistentRDDs())
    cache = spark._jsparkSession.sharedState().cacheManager()
    nothing_cached = cache.isEmpty()
    work = _Work(spark, folder, local=local)
    work.remove_scratch()
    context.setCheckpointDir(f"{work.scratch}/checkpoints")
    try:
        with warnings.catch_warnings():
            # The Python package of 0.8.2 calls what Spark 3.5 means to remove.
            warnings.simplefilter("ignore", UserWarning)
            yield work
    finally:
        # 0.8.2 never unpersists the frames of connectedComponents, and hands none of them out.
        if nothing_cached:
            spark.catalog.clearCache()
        for number, rdd in context._jsc.getPersistentRDDs().items():
            if number not in cached:
                rdd.unpersist()
        work.remove_scratch()
