"""What a snapshot says of the people whom the truth names, read once."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from harmnet.contracts import TABLES
from harmnet.contracts.linked import PEOPLE
from harmnet.contracts.priorities import NOMINAL_PRIORITIES
from harmnet.contracts.results import (
    EDGES,
    FULL_NETWORK,
    NETWORK_MEMBERS,
    NETWORKS,
    THEME_HITS,
    THEME_MEMBERS,
)
from harmnet.evaluation.truth import Truth
from harmnet.local_rows import local_rows
from harmnet.snapshots.manifest import Snapshot
from harmnet.storage import Lake

FLAGS = "safeguarding_flags"
Key = tuple[str, str]
"""Theme and nominal."""


@dataclass(frozen=True)
class Signs:
    """What the rules of a theme saw of someone on the offender side."""

    counted: bool
    credible: bool


@dataclass(frozen=True)
class Place:
    """Where someone stands among the ranked people of a theme, and of their own network (0: in none)."""

    rank: int
    of: int
    rank_in_network: int


@dataclass(frozen=True)
class Published:
    """A snapshot as the measures read it; people who are in no planted part are left out where they are not needed."""

    nominals: dict[str, frozenset[str]]
    """Person of the truth -> nominals that the person's references were linked to."""
    involved: dict[Key, tuple[str, ...]]
    """Everyone involved -> the rules that counted."""
    victims: frozenset[Key]
    signs: dict[Key, Signs]
    network_of: dict[Key, str]
    sizes: dict[Key, int]
    """(theme, network) -> members, of every network."""
    places: dict[Key, Place]
    ties: tuple[tuple[str, str, int], ...]
    """src, dst, weight in micro-units of each ASSOCIATION with an end in the truth."""
    flagged: frozenset[Key] | None
    """Theme and nominal of every safeguarding flag; None where the snapshot has no such table."""


def read_published(lake: Lake, snapshot: Snapshot, truth: Truth) -> Published:
    """The snapshot beside the truth; themes and the full network (theme `all`)."""
    nominals = _nominals(lake.read_result(PEOPLE, snapshot.snapshot_id), truth)
    named = sorted(set().union(*nominals.values()))
    some = local_rows(lake.spark, [(nominal,) for nominal in named], "nominal_id string")
    members = lake.read_result(THEME_MEMBERS, snapshot.snapshot_id).where("involved OR victim")
    found = members.select("theme", "nominal_id", "involved", "victim", "rules").collect()
    networks = lake.read_result(NETWORKS, snapshot.snapshot_id).select("theme", "network_id", "size")
    return Published(
        nominals=nominals,
        involved={(row["theme"], row["nominal_id"]): tuple(row["rules"]) for row in found if row["involved"]},
        victims=frozenset((row["theme"], row["nominal_id"]) for row in found if row["victim"]),
        signs=_signs(lake.read_result(THEME_HITS, snapshot.snapshot_id), some),
        network_of=_network_of(lake.read_result(NETWORK_MEMBERS, snapshot.snapshot_id), some),
        sizes={(row["theme"], row["network_id"]): row["size"] for row in networks.collect()},
        places=_places(lake.read_result(NOMINAL_PRIORITIES, snapshot.snapshot_id), some),
        ties=_ties(lake.read_result(EDGES, snapshot.snapshot_id), some),
        flagged=_flagged(lake, snapshot, some),
    )


def _nominals(people: DataFrame, truth: Truth) -> dict[str, frozenset[str]]:
    of_ref = {row["person_ref"]: row["nominal_id"] for row in people.select("person_ref", "nominal_id").collect()}
    return {person: frozenset(of_ref[ref] for ref in refs if ref in of_ref) for person, refs in truth.refs.items()}


def _signs(hits: DataFrame, some: DataFrame) -> dict[Key, Signs]:
    # Whoever a report names that is not credible stands on no side of it: there the role tells.
    rows = (
        hits.where("side = 'OFFENDER' OR (NOT credible AND role IN ('SUBJECT', 'ASSOCIATE'))")
        .join(F.broadcast(some), on="nominal_id", how="left_semi")
        .groupBy("theme", "nominal_id")
        .agg(F.max("counted").alias("counted"), F.max("credible").alias("credible"))
    )
    return {(row["theme"], row["nominal_id"]): Signs(row["counted"], row["credible"]) for row in rows.collect()}


def _network_of(members: DataFrame, some: DataFrame) -> dict[Key, str]:
    rows = members.where(F.col("network_id").isNotNull()).join(F.broadcast(some), on="nominal_id", how="left_semi")
    return {(row["theme"], row["nominal_id"]): row["network_id"] for row in rows.collect()}


def _places(priorities: DataFrame, some: DataFrame) -> dict[Key, Place]:
    own = Window.partitionBy("theme", "network_id").orderBy("rank")
    rows = (
        priorities.where(F.col("theme") != FULL_NETWORK)
        .select(
            "theme",
            "nominal_id",
            "rank",
            F.count("*").over(Window.partitionBy("theme")).alias("of"),
            F.when(F.col("network_id").isNotNull(), F.row_number().over(own)).otherwise(F.lit(0)).alias("in_network"),
        )
        .join(F.broadcast(some), on="nominal_id", how="left_semi")
    )
    return {
        (row["theme"], row["nominal_id"]): Place(row["rank"], row["of"], row["in_network"]) for row in rows.collect()
    }


def _ties(edges: DataFrame, some: DataFrame) -> tuple[tuple[str, str, int], ...]:
    ties = edges.where("relation = 'ASSOCIATION'").select("src", "dst", "weight_micro")
    for end in ("src", "dst"):
        named = some.select(F.col("nominal_id").alias(end), F.lit(True).alias(f"{end}_named"))
        ties = ties.join(F.broadcast(named), on=end, how="left")
    rows = ties.where("src_named OR dst_named").select("src", "dst", "weight_micro").collect()
    return tuple(sorted((row["src"], row["dst"], row["weight_micro"]) for row in rows))


def _flagged(lake: Lake, snapshot: Snapshot, some: DataFrame) -> frozenset[Key] | None:
    if FLAGS not in TABLES or FLAGS not in {entry.table_name for entry in snapshot.tables}:
        return None
    flags = lake.read_result(TABLES[FLAGS], snapshot.snapshot_id).select("theme", "nominal_id").distinct()
    rows = flags.join(F.broadcast(some), on="nominal_id", how="left_semi").collect()
    return frozenset((row["theme"], row["nominal_id"]) for row in rows)
