"""A network of a snapshot, as the refresh that made the snapshot would see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.contracts import Table
from harmnet.contracts.linked import NOMINAL_SIGNALS, NOMINALS
from harmnet.contracts.results import EDGES, NETWORK_MEMBERS, NOMINAL_HARM, THEME_MEMBERS
from harmnet.contracts.safeguarding import SAFEGUARDING_FLAGS
from harmnet.corrections.shown import only_shown
from harmnet.corrections.standing import Standing, standing_of
from harmnet.dismantling.analysis import HowAnalysed, analyse
from harmnet.dismantling.goal import Goal
from harmnet.dismantling.network import Network, Person
from harmnet.dismantling.people import KEY, Known, people_of, ties_of
from harmnet.dismantling.telling import Told
from harmnet.errors import HarmnetError
from harmnet.networks import graph_edges
from harmnet.snapshots.manifest import Snapshot
from harmnet.snapshots.recipe import load_recipe, settings_of
from harmnet.storage import Lake
from harmnet.views import named_network


def work_out(lake: Lake, snapshot: Snapshot, asked: Mapping[str, Any]) -> Told:
    """What `harmnet dismantle` says of one network: asked are network, cost, target, objective and how.

    HarmnetError as `read_network` and Goal.of.
    """
    standing = standing_of(lake, snapshot)
    network, in_prison = read_network(lake, snapshot, standing, asked["network"], asked["cost"])
    found = analyse(network, Goal.of(network, asked["target"], asked["objective"]), HowAnalysed(**asked["how"]))
    name = f"{asked['network']} of snapshot {snapshot.snapshot_id}, as of {snapshot.as_of}"
    if any(network_id == asked["network"] for _, network_id in standing.affected):
        name += " (a correction since then would change it)"
    return Told(name, found, in_prison)


def read_network(
    lake: Lake, snapshot: Snapshot, standing: Standing, network_id: str, cost: str | None
) -> tuple[Network, dict[str, str]]:
    """The network without whom and what corrections withhold, and what is to be known of people in prison.

    The latter as nominal_id -> words. HarmnetError when the snapshot has no such network, and on a cost that its conf
    does not name.
    """
    settings = settings_of(load_recipe(lake, snapshot.recipe_hash))
    conf = settings.dismantling
    if cost is not None and cost not in conf.costs:
        raise HarmnetError(f"--cost {cost}: conf/dismantling.yml has the costs {', '.join(conf.costs)}")

    def read(table: Table) -> DataFrame:
        return only_shown(lake.read_result(table, snapshot.snapshot_id), table, standing)

    named_network(lake, snapshot, network_id)
    members = read(NETWORK_MEMBERS).where(F.col("network_id") == network_id).select(*KEY, "nominal_id")
    members = members.localCheckpoint()
    if members.isEmpty():
        raise HarmnetError(f"dismantle: every member of network {network_id} is withheld by a correction")
    # Whom a flag protects it protects, whatever else is withheld.
    flags = lake.read_result(SAFEGUARDING_FLAGS, snapshot.snapshot_id)
    known = Known(read(NOMINALS), read(NOMINAL_SIGNALS), flags, read(THEME_MEMBERS), read(NOMINAL_HARM))
    people = people_of(members, known, conf=conf, attributes=settings.attributes, cost=cost or conf.cost).collect()
    vertices = members.select("theme", F.col("nominal_id").alias("idx"))
    ties = ties_of(members, graph_edges(read(EDGES), vertices, settings=settings)).collect()
    network = Network.build(
        [tie["src"] for tie in ties],
        [tie["dst"] for tie in ties],
        {row["nominal_id"]: Person(row["cost_micro"], row["harm_micro"], row["eligible"]) for row in people},
    )
    return network, {row["nominal_id"]: _prison(row["release_due"]) for row in people if row["in_prison"]}


def _prison(release_due: object) -> str:
    until = f"release due {release_due}" if release_due else "no release known"
    return f"in prison, {until}: cheap until then, and not gone"
