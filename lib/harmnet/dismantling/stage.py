"""The stage `dismantle`: a plan for the first networks of each theme, each network in one task, all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.config import Dismantling
from harmnet.contracts.dismantling import DISMANTLING_PLANS, DISMANTLING_STEPS
from harmnet.contracts.linked import NOMINAL_SIGNALS, NOMINALS
from harmnet.contracts.priorities import NETWORK_PRIORITIES
from harmnet.contracts.results import GRAPH_EDGES, NETWORK_MEMBERS, NETWORKS, NOMINAL_HARM, THEME_MEMBERS
from harmnet.contracts.safeguarding import SAFEGUARDING_FLAGS
from harmnet.dismantling.people import KEY, Known, people_of, ties_of
from harmnet.dismantling.planning import HowPlanned, planned
from harmnet.parallel import each
from harmnet.stage_io import StageIO

_ARROW = {
    "string": pa.string(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "double": pa.float64(),
    "date": pa.date32(),
}


def run(io: StageIO) -> None:
    """Plans and steps."""
    conf = io.settings.dismantling
    wanted = first_networks(io.read(NETWORK_PRIORITIES), io.read(NETWORKS), conf=conf)
    members = io.read(NETWORK_MEMBERS).join(F.broadcast(wanted), on=KEY, how="left_semi").select(*KEY, "nominal_id")
    members = members.localCheckpoint()
    known = Known(
        io.read(NOMINALS),
        io.read(NOMINAL_SIGNALS),
        io.read(SAFEGUARDING_FLAGS),
        io.read(THEME_MEMBERS),
        io.read(NOMINAL_HARM),
    )
    people = people_of(members, known, conf=conf, attributes=io.settings.attributes, cost=conf.cost)
    found = plans_of(people, ties_of(members, io.read(GRAPH_EDGES)), conf=conf).localCheckpoint()
    step = F.col("step")
    rows = {DISMANTLING_PLANS: found.where(step.isNull()), DISMANTLING_STEPS: found.where(step.isNotNull())}
    each(lambda table: io.write(rows[table].select(*table.names), table), rows, at_once=len(rows))


def first_networks(priorities: DataFrame, networks: DataFrame, *, conf: Dismantling) -> DataFrame:
    """theme, network_id of the first conf.plan_top of each theme, without those of more than conf.most_people."""
    first = priorities.where(F.col("rank") <= conf.plan_top).select(*KEY)
    return networks.where(F.col("size") <= conf.most_people).join(first, on=KEY, how="left_semi").select(*KEY)


def plans_of(people: DataFrame, ties: DataFrame, *, conf: Dismantling) -> DataFrame:
    """The columns of both tables, one row per network (step is null) and one per step."""
    how = HowPlanned(str(conf.target), conf.random_draws)
    columns = {column.name: column for table in (DISMANTLING_PLANS, DISMANTLING_STEPS) for column in table}
    schema = pa.schema([(name, _ARROW[column.type]) for name, column in columns.items()])

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        table = planned(batches, schema, how)
        if table is not None:
            yield from table.to_batches()

    rows = people.withColumnRenamed("nominal_id", "src").unionByName(ties, allowMissingColumns=True)
    tasks = rows.sparkSession.sparkContext.defaultParallelism
    spread = rows.repartition(4 * tasks, *KEY)
    return spread.mapInArrow(task, ", ".join(f"{name} {column.type}" for name, column in columns.items()))
