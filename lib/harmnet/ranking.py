"""The stage `rank`: priorities of networks and people, as a sum of parts that anyone can add up, and what they rest on.

harmnet.priority_values has what is ranked, harmnet.priorities the arithmetic, harmnet.reliability what it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyspark.sql import DataFrame

from harmnet import reliability
from harmnet.contracts import Table
from harmnet.contracts.linked import INVOLVEMENTS, NOMINAL_SIGNALS, NOMINALS
from harmnet.contracts.priorities import NETWORK_PRIORITIES, NOMINAL_PRIORITIES
from harmnet.contracts.results import EDGES, NETWORK_HARM, NETWORK_MEMBERS, NETWORKS, NOMINAL_HARM, NOMINAL_MEASURES
from harmnet.parallel import at_once
from harmnet.priorities import Weightings, prioritise, weightings_of
from harmnet.priority_values import exploited_people, facts_of_people, network_values, nominal_values
from harmnet.stage_io import StageIO

BATCH_ROWS = 100_000


def run(io: StageIO) -> None:
    """Rank the networks and the people of every theme, and say what that rests on."""
    at_once(lambda: priorities(io), lambda: reliability.run(io))


def priorities(io: StageIO) -> None:
    """Write the priorities of networks and of people."""
    ranking, measures = io.settings.ranking, io.read(NOMINAL_MEASURES)
    facts = facts_of_people(io.read(NOMINAL_SIGNALS), io.read(NOMINALS), ranking=ranking, as_of=io.recipe.as_of)
    facts = facts.localCheckpoint()
    exploited = exploited_people(io.read(NETWORK_MEMBERS), io.read(EDGES), facts)
    networks = network_values(io.read(NETWORKS), io.read(NETWORK_HARM), measures, facts, exploited)
    people = nominal_values(measures, io.read(NOMINAL_HARM), io.read(INVOLVEMENTS), facts)
    of_networks, of_nominals = (weightings_of(name, ranking, ranking.weightings) for name in ("networks", "nominals"))
    at_once(
        lambda: io.write(rank(networks, of_networks, NETWORK_PRIORITIES), NETWORK_PRIORITIES),
        lambda: io.write(rank(people, of_nominals, NOMINAL_PRIORITIES), NOMINAL_PRIORITIES),
    )


def rank(values: DataFrame, weights: Weightings, table: Table) -> DataFrame:
    """The priorities table made of the values of every part; the last column of its key breaks ties."""
    names, key = list(table.names), table.key[-1]

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        received = list(batches)
        if received:
            ranked = prioritise(pa.Table.from_batches(received), key=key, weights=weights)
            yield from ranked.select(names).to_batches(BATCH_ROWS)

    schema = ", ".join(f"{column.name} {column.type}" for column in table)
    return values.repartition(1).mapInArrow(task, schema)
