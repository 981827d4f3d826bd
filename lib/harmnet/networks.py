"""The stage `network`: the graph of every theme, its components, and the networks they are or are divided into.

Theme `all` is the full network: everyone with a credible offender-side involvement, joined by ASSOCIATION. A theme's
graph has its involved people, joined by the theme's relations. Ties below min_weight join no one. A network is a
component of two people or more, or each community of a component larger than split_above.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet import attributes, lineage, links
from harmnet.config import Settings, Themes, to_micro
from harmnet.contracts.linked import INVOLVEMENTS, NOMINAL_IDS
from harmnet.contracts.results import (
    EDGES,
    FULL_NETWORK,
    GRAPH_EDGES,
    GRAPH_VERTICES,
    NETWORK_MEMBERS,
    NETWORKS,
    THEME_MEMBERS,
)
from harmnet.corrections.holding import Held, back_in_network, held_out, only_edges_left, without
from harmnet.graph import analyse, check_result, choose_engine
from harmnet.graph.division import check_communities, with_communities
from harmnet.graph.executor import own_executor
from harmnet.graph.native import memory_needed
from harmnet.involvements import is_offender_side
from harmnet.local_rows import local_rows
from harmnet.memory import available_memory
from harmnet.parallel import at_once
from harmnet.stage_io import StageIO

_ALL_RELATIONS = ("ASSOCIATION",)


def run(io: StageIO) -> None:
    """Cut the graphs, let the engine find components and PageRank, divide what is too large, name the networks."""
    vertices = graph_vertices(io.read(INVOLVEMENTS), io.read(THEME_MEMBERS)).localCheckpoint()
    held = held_out(io)
    edges, measured = measure_graphs(io, vertices, held)
    back = back_in_network(measured, held)
    while back:
        # Each round takes people out of a graph for good, so this ends.
        io.progress(f"  corrections: {len(back)} tied again to a network they are held out of; left out of the theme")
        vertices = without(vertices, back).localCheckpoint()
        edges, measured = measure_graphs(io, vertices, held)
        back = back_in_network(measured, held)
    members = io.write(network_members(measured, io.read(NOMINAL_IDS)), NETWORK_MEMBERS)
    found = networks(members, edges).localCheckpoint()
    lineages = lineage.run(io, members, found)
    io.write(found.join(lineages, on=["theme", "network_id"], how="inner"), NETWORKS)
    at_once(lambda: attributes.run(io, members, edges), lambda: links.run(io, members))


def measure_graphs(io: StageIO, vertices: DataFrame, held: Held) -> tuple[DataFrame, DataFrame]:
    """Write graph_edges and graph_vertices of these vertices, checked; returns both."""
    found = only_edges_left(graph_edges(io.read(EDGES), vertices, settings=io.settings), held)
    edges = io.write(found, GRAPH_EDGES)
    edge_count, vertex_count = edges.count(), vertices.count()
    engine, reason = choose_engine(
        io.settings.graph.engine,
        edge_count,
        io.settings.graph.native_max_edges,
        available_memory(io.spark),
        vertex_count=vertex_count,
    )
    executor = own_executor(io.spark, memory_needed(vertex_count, edge_count)) if engine == "native" else None
    where = "" if executor is None else ", in an executor of its own"
    io.progress(f"  graph engine: {engine} ({reason}){where}")
    bare = edges.select("theme", "src", "dst", "weight_micro")
    found = analyse(
        vertices,
        bare,
        engine=engine,
        work_dir=io.scratch("graph"),
        damping=io.settings.graph.damping,
        executor=executor,
    )
    divided = with_communities(found, bare, split_above=io.settings.graph.split_above, executor=executor)
    measured = io.write(divided, GRAPH_VERTICES)
    check_result(vertices, bare, measured, engine=engine)
    check_communities(measured)
    return edges, measured


def graph_vertices(involvements: DataFrame, theme_members: DataFrame) -> DataFrame:
    """theme, idx: one row per theme and vertex of its graph."""
    everyone = involvements.where(is_offender_side()).select(F.lit(FULL_NETWORK).alias("theme"), "idx").distinct()
    involved = theme_members.where("involved").select("theme", F.col("nominal_id").alias("idx"))
    return everyone.unionByName(involved)


def relations_of(themes: Themes) -> dict[str, tuple[str, ...]]:
    """Relations that join people in each theme's graph, theme `all` first."""
    return {FULL_NETWORK: _ALL_RELATIONS, **{name: theme.relations for name, theme in sorted(themes.themes.items())}}


def graph_edges(edges: DataFrame, vertices: DataFrame, *, settings: Settings) -> DataFrame:
    """The graph_edges table: relations of a theme added up per pair, both people in its graph, weight above the cut."""
    wanted = [(theme, relation) for theme, relations in relations_of(settings.themes).items() for relation in relations]
    pairs = local_rows(edges.sparkSession, wanted, "theme string, relation string")
    rows = edges.join(F.broadcast(pairs), on="relation", how="inner")
    for end in ("src", "dst"):
        rows = rows.join(vertices.select("theme", F.col("idx").alias(end)), on=["theme", end], how="left_semi")
    summed = rows.groupBy("theme", "src", "dst").agg(
        F.sum("weight_micro").alias("weight_micro"),
        F.min("first_date").alias("first_date"),
        F.max("last_date").alias("last_date"),
        F.bit_or("handling").alias("handling"),
    )
    return summed.where(F.col("weight_micro") >= to_micro(settings.graph.min_weight))


def network_members(measured: DataFrame, ids: DataFrame) -> DataFrame:
    """The network_members table; a community of two people or more is a network, named after its sorted members.

    A component that is not divided is one community.
    """
    named = measured.join(ids, on="idx", how="inner")
    communities = named.groupBy("theme", "community_idx").agg(
        F.count("*").alias("size"), F.sort_array(F.collect_list("nominal_id")).alias("ids")
    )
    communities = communities.where(F.col("size") >= 2).select(
        "theme", "community_idx", network_id("ids").alias("network_id")
    )
    rows = measured.join(communities, on=["theme", "community_idx"], how="left")
    return rows.select(
        "theme", "network_id", F.col("component_idx").alias("component_id"), F.col("idx").alias("nominal_id")
    )


def network_id(sorted_ids: str) -> Column:
    """Theme and the first 16 hex digits of the SHA-256 of the member ids, each with its length before it."""
    text = F.array_join(
        F.transform(sorted_ids, lambda name: F.concat(F.length(name).cast("string"), F.lit(":"), name)), ""
    )
    return F.concat_ws("-", "theme", F.substring(F.sha2(text, 256), 1, 16))


def networks(members: DataFrame, edges: DataFrame) -> DataFrame:
    """The networks table without lineage_id; ties between two networks of a divided component belong to neither."""
    sizes = (
        members.where(F.col("network_id").isNotNull())
        .groupBy("theme", "network_id", "component_id")
        .agg(F.count("*").alias("size"))
    )
    inside = edges
    for end in ("src", "dst"):
        inside = inside.join(
            members.select("theme", F.col("nominal_id").alias(end), F.col("network_id").alias(f"{end}_network")),
            on=["theme", end],
            how="inner",
        )
    ties = (
        inside.where(F.col("src_network") == F.col("dst_network"))
        .groupBy("theme", F.col("src_network").alias("network_id"))
        .agg(
            F.count("*").alias("ties"),
            F.sum("weight_micro").alias("weight_micro"),
            F.min("first_date").alias("first_date"),
            F.max("last_date").alias("last_date"),
            F.bit_or("handling").alias("handling"),
        )
    )
    return sizes.join(ties, on=["theme", "network_id"], how="inner")
