"""The reliability statement: what networks, people and their ranks rest on, and who would join or leave otherwise.

Everything about pairs goes once, as numbers, to one task (harmnet.reliability.statement); Spark gathers and stores.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet.config import Settings, to_micro
from harmnet.contracts.linked import INVOLVEMENTS, PEOPLE
from harmnet.contracts.priorities import NETWORK_CHANGES, NETWORK_RELIABILITY, NOMINAL_RELIABILITY
from harmnet.contracts.results import EDGE_SOURCES, NETWORK_MEMBERS, THEME_HITS
from harmnet.corrections.holding import held_out, only_free, only_neutral, relations_cut
from harmnet.harm import offence_group_rows
from harmnet.joining import to_everyone
from harmnet.networks import relations_of
from harmnet.parallel import each
from harmnet.reliability import regraded, rows
from harmnet.reliability.rows import rows_of
from harmnet.reliability.statement import OUTPUT, TABLE, Rules, state
from harmnet.stage_io import StageIO

BATCH_ROWS = 100_000


def run(io: StageIO) -> None:
    """Write the statement of networks and of people, and who would join or leave."""
    found = statement(sent(io), rules_of(io.settings)).localCheckpoint()
    tables = (NETWORK_RELIABILITY, NOMINAL_RELIABILITY, NETWORK_CHANGES)
    each(
        lambda table: io.write(found.where(F.col(TABLE) == table.name).select(*table.names), table),
        tables,
        at_once=len(tables),
    )


def rules_of(settings: Settings) -> Rules:
    """Cuts, and which ties join people in which theme's graph."""
    ties = sorted(settings.ties)
    joins = {
        theme: np.array([settings.ties[name].relation in relations for name in ties])
        for theme, relations in relations_of(settings.themes).items()
    }
    reliability = settings.ranking.reliability
    return Rules(to_micro(settings.graph.min_weight), to_micro(reliability.weakest_share), joins)


def sent(io: StageIO) -> DataFrame:
    """Every row the task needs, in one frame (harmnet.reliability.rows)."""
    settings, as_of = io.settings, io.recipe.as_of
    involvements, hits = io.read(INVOLVEMENTS), io.read(THEME_HITS)
    groups = offence_group_rows(io.spark, settings)
    held, cut = held_out(io), relations_cut(settings.themes)
    let_in = only_neutral(regraded.with_every_grade(involvements, weights=settings.weights), held).localCheckpoint()
    new_ties = regraded.ties_of(
        let_in, ties=settings.ties, as_of=as_of, offence_groups=groups, held=held, relations_cut=cut
    )
    then = regraded.involved_with(hits, let_in, themes=settings.themes, as_of=as_of, offence_groups=groups)
    then = only_free(then, held, person="nominal_id")
    still = regraded.involved_without_non_crimes(hits, involvements)
    sources = io.read(EDGE_SOURCES).where(F.col("weight_micro") > 0)
    used = {relation for relations in relations_of(settings.themes).values() for relation in relations}
    person, tie = F.col("nominal_id"), _place_of_tie(settings)
    numbers = {name: F.col(name) for name in ("record_kind", "grade_band", "weight_micro", "old_micro", "records")}
    weight_alone = dict.fromkeys(numbers, F.lit(0)) | {"weight_micro": F.col("weight_micro")}
    ends = {"src": F.col("src"), "dst": F.col("dst"), "tie": tie}
    vertices = io.read(NETWORK_MEMBERS)
    stated = to_everyone(vertices.select("nominal_id").distinct().localCheckpoint())
    references = io.read(PEOPLE).join(stated, on="nominal_id", how="left_semi")
    frames = [
        rows_of(vertices, rows.VERTEX, theme=F.col("theme"), network_id=F.col("network_id"), src=person),
        rows_of(sources.where(F.col("relation").isin(*sorted(used))), rows.EVIDENCE, **ends, **numbers),
        rows_of(new_ties, rows.LET_IN, **ends, **weight_alone),
        rows_of(still, rows.STILL_INVOLVED, theme=F.col("theme"), src=person),
        rows_of(then, rows.THEN_INVOLVED, theme=F.col("theme"), src=person),
        rows_of(identities(references), rows.IDENTITY, src=person, record_kind=F.col("identity")),
    ]
    together = frames[0]
    for frame in frames[1:]:
        together = together.unionByName(frame)
    return together


def _place_of_tie(settings: Settings) -> Column:
    places = F.create_map(*(F.lit(item) for place, name in enumerate(sorted(settings.ties)) for item in (name, place)))
    return places[F.col("tie")]


def identities(people: DataFrame) -> DataFrame:
    """nominal_id, identity (place in IDENTITIES): whether a person's references carry the force's number."""
    number, joined = F.col("how") == "FORCE_NUMBER", F.col("how") == "JOINED_NUMBERED"
    found = people.groupBy("nominal_id").agg(
        F.bool_and(number).alias("numbered"), F.bool_or(number | joined).alias("has_number")
    )
    identity = F.when(F.col("numbered"), F.lit(0)).when(F.col("has_number"), F.lit(1)).otherwise(F.lit(2))
    return found.select("nominal_id", identity.alias("identity"))


def statement(frame: DataFrame, rules: Rules) -> DataFrame:
    """The rows of `sent` as the three tables in one frame, OUTPUT."""

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        received = list(batches)
        if received:
            for table in state(pa.Table.from_batches(received), rules):
                yield from table.to_batches(BATCH_ROWS)

    return frame.repartition(1).mapInArrow(task, ", ".join(f"{name} {kind}" for name, kind in OUTPUT.items()))
