"""What goes into a graph engine and what comes out: column names, types and the checks on both, named once here.

Several graphs are analysed at once; `theme` names the graph a row belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet.errors import HarmnetError

VERTEX_COLUMNS = {"theme": "string", "idx": "bigint"}
EDGE_COLUMNS = {"theme": "string", "src": "bigint", "dst": "bigint", "weight_micro": "bigint"}
RESULT_COLUMNS = {
    "theme": "string",
    "idx": "bigint",
    "component_idx": "bigint",
    "pagerank": "double",
    "kcore": "int",
}
NETWORK = "network"
"""A vertex's own network, string or bigint, null for none: harmnet.graph.scopes reads and returns it."""

DAMPING = 0.85
TOLERANCE = 1e-9
"""Largest residual left: no rank is further than this, relatively, from the fixed point (harmnet.graph says why)."""

SUM_TOLERANCE = {"native": 1e-9, "graphframes": 1e-6}


@dataclass(frozen=True)
class Rule:
    """A rule that rows keep; `broken` is true where one does not. `remedy` ends the line a user reads."""

    where: str
    found: str
    broken: Column
    remedy: str


def check_columns(frame: DataFrame, name: str, columns: dict[str, str]) -> list[str]:
    """What is wrong with the frame's columns, one line each: a column that is missing, or of another type."""
    types = dict(frame.dtypes)
    problems = []
    for column, wanted in columns.items():
        if column not in types:
            problems.append(f"{name}: no column {column}; found {', '.join(types)}")
        elif types[column] != wanted:
            problems.append(f"{name}: column {column} is {types[column]}; it must be {wanted}")
    return problems


def check_graph(vertices: DataFrame, edges: DataFrame, *, data: bool = True) -> None:
    """Raises HarmnetError with one line for each rule that the graphs break; returns nothing.

    Names and types first; then, with `data`, the rows, in one aggregation and one Spark action: vertices named once,
    edges between two vertices of their theme, each pair once with src < dst, weights above 0.
    """
    problems = check_columns(vertices, "vertices", VERTEX_COLUMNS) + check_columns(edges, "edges", EDGE_COLUMNS)
    if problems:
        raise HarmnetError(problems)
    if data:
        raise_broken(_graph_rows(vertices, edges), _graph_rules(), key=("theme", "a", "b"))


def _graph_rows(vertices: DataFrame, edges: DataFrame) -> DataFrame:
    """One row per theme and vertex (a) or pair (a, b), with how often it stands as a vertex, an end and an edge."""
    none = F.lit(None).cast("bigint")

    def key(a: str, b: Column, role: str, weight: Column) -> Column:
        return F.struct(F.col(a).alias("a"), b.alias("b"), F.lit(role).alias("role"), weight.alias("weight"))

    of_edges = F.explode(
        F.array(
            key("src", none, "end", none),
            key("dst", none, "end", none),
            key("src", F.col("dst"), "edge", F.col("weight_micro")),
        )
    )
    rows = vertices.select("theme", key("idx", none, "vertex", none).alias("row")).unionByName(
        edges.select("theme", of_edges.alias("row"))
    )
    return (
        rows.select("theme", "row.*")
        .groupBy("theme", "a", "b")
        .agg(
            F.count_if(F.col("role") == "vertex").alias("vertices"),
            F.count_if(F.col("role") == "end").alias("ends"),
            F.count_if(F.col("role") == "edge").alias("edges"),
            F.count_if((F.col("role") == "edge") & ~F.coalesce(F.col("weight") > 0, F.lit(False))).alias("weightless"),
        )
    )


def _graph_rules() -> list[Rule]:
    a, b = F.col("a"), F.col("b")
    vertices, ends, edges = F.col("vertices"), F.col("ends"), F.col("edges")
    nameless = F.col("theme").isNull() | a.isNull()
    return [
        Rule("vertices", "without theme or idx", (vertices > 0) & nameless, "give both"),
        Rule("vertices", "with an idx below 0", (vertices > 0) & (a < 0), "number them from 0"),
        Rule("vertices", "named more than once", (vertices > 1) & ~nameless, "keep one row per theme and idx"),
        Rule("edges", "without theme, src or dst", (edges > 0) & (nameless | b.isNull()), "give all three"),
        Rule("edges", "that do not have src < dst", (edges > 0) & (a >= b), "name the smaller idx first"),
        Rule("edges", "given more than once", (edges > 1) & ~nameless & b.isNotNull(), "add up the weights of a pair"),
        Rule("edges", "without a weight_micro above 0", F.col("weightless") > 0, "leave them out"),
        Rule("edges", "with an end that is no vertex", (ends > 0) & (vertices == 0) & ~nameless, "add the vertex"),
    ]


def raise_broken(rows: DataFrame, rules: list[Rule], *, key: tuple[str, ...]) -> None:
    """Counts the rows that break each rule, in one action, and raises HarmnetError with the smallest one of each."""
    columns = []
    for number, rule in enumerate(rules):
        broken = F.coalesce(rule.broken, F.lit(False))
        columns.append(F.count_if(broken).alias(f"count_{number}"))
        columns.append(F.min(F.when(broken, F.struct(*key))).alias(f"first_{number}"))
    found = rows.agg(*columns).collect()[0]
    problems = []
    for number, rule in enumerate(rules):
        if count := found[f"count_{number}"]:
            example = _named(found[f"first_{number}"].asDict())
            problems.append(f"{rule.where}: {count} {rule.found}, such as {example}: {rule.remedy}")
    if problems:
        raise HarmnetError(problems)


def _named(example: dict[str, object]) -> str:
    """The row a user has to look at: `theme soc, src 4, dst 9`."""
    names = {"a": "idx" if example.get("b") is None else "src", "b": "dst"}
    return ", ".join(f"{names.get(key, key)} {value}" for key, value in example.items() if value is not None)


def check_result(vertices: DataFrame, edges: DataFrame, result: DataFrame, *, engine: str) -> None:
    """Raises HarmnetError with one line for each thing wrong with an engine's answer, in one Spark action.

    Every vertex stands in `result` exactly once, with a component, a rank above 0 and a core number; no edge joins two
    components; a component is named by its smallest idx; the ranks of a theme sum to 1 within the engine's
    SUM_TOLERANCE.
    `result` is read several times: write it to storage first.
    """
    problems = check_columns(result, "result", RESULT_COLUMNS)
    if problems:
        raise HarmnetError(problems)
    components = result.select("theme", "idx", "component_idx")
    joined = edges.join(_ends(components, "src"), ["theme", "src"], "left").join(
        _ends(components, "dst"), ["theme", "dst"], "left"
    )
    rows = (
        _vertex_rows(vertices, result, empty=_without_values())
        .unionByName(
            joined.where(~F.col("src_component").eqNullSafe(F.col("dst_component"))).select(
                F.lit("edge").alias("kind"), "theme", F.col("src").alias("a"), F.col("dst").alias("b")
            ),
            allowMissingColumns=True,
        )
        .unionByName(
            components.groupBy("theme", "component_idx")
            .agg(F.min("idx").alias("smallest"))
            .where(F.col("smallest") != F.col("component_idx"))
            .select(F.lit("component").alias("kind"), "theme", F.col("smallest").alias("a")),
            allowMissingColumns=True,
        )
        .unionByName(_sum_rows(result), allowMissingColumns=True)
    )
    kind = F.col("kind")
    raise_broken(
        rows,
        [
            *_vertex_rules(engine),
            Rule(engine, "edges join two components", kind == "edge", "run it again, or with the other engine"),
            Rule(
                engine,
                "components not named by their smallest idx",
                kind == "component",
                "run it again, or with the other engine",
            ),
            _sum_rule(engine),
        ],
        key=("theme", "a", "b", "sum"),
    )


def _without_values() -> Column:
    no_rank = F.col("pagerank").isNull() | F.isnan("pagerank") | (F.col("pagerank") <= 0)
    return F.col("component_idx").isNull() | no_rank | F.col("kcore").isNull() | (F.col("kcore") < 0)


def _ends(components: DataFrame, end: str) -> DataFrame:
    return components.select("theme", F.col("idx").alias(end), F.col("component_idx").alias(f"{end}_component"))


def _vertex_rows(vertices: DataFrame, result: DataFrame, *, empty: Column) -> DataFrame:
    """One row per theme and idx of either side: how often it was asked for, found, and found without its values."""
    asked = vertices.select("theme", "idx", F.lit(1).alias("asked"), F.lit(0).alias("found"), F.lit(0).alias("empty"))
    found = result.select(
        "theme", "idx", F.lit(0).alias("asked"), F.lit(1).alias("found"), empty.cast("int").alias("empty")
    )
    return (
        asked.unionByName(found)
        .groupBy("theme", F.col("idx").alias("a"))
        .agg(F.sum("asked").alias("asked"), F.sum("found").alias("found"), F.sum("empty").alias("empty"))
        .withColumn("kind", F.lit("vertex"))
    )


def _sum_rows(result: DataFrame) -> DataFrame:
    return result.groupBy("theme").agg(F.sum("pagerank").alias("sum")).withColumn("kind", F.lit("scope"))


def _vertex_rules(engine: str) -> list[Rule]:
    asked, found = F.col("asked"), F.col("found")
    again = "run it again, or with the other engine"
    return [
        Rule(engine, "vertices are missing from the result", (found == 0) & (asked > 0), again),
        Rule(engine, "vertices stand in the result more than once", found > 1, again),
        Rule(engine, "rows of the result are no vertex", (asked == 0) & (found > 0), again),
        Rule(engine, "rows of the result have no component, rank above 0 or core number", F.col("empty") > 0, again),
    ]


def _sum_rule(engine: str) -> Rule:
    off = (F.col("kind") == "scope") & ~F.coalesce(F.abs(F.col("sum") - 1) <= SUM_TOLERANCE[engine], F.lit(False))
    return Rule(engine, "themes have ranks that do not sum to 1", off, "run it again, or with the other engine")
