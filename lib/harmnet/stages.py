"""The list of stages: what each reads, the one function it runs, what it writes. It exists here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harmnet import harm, linking, measures, networks, ranking, safeguarding, staging, themes, tying
from harmnet.contracts import Table, TableClass
from harmnet.contracts.corrections import HELD_OUT
from harmnet.contracts.dismantling import DISMANTLING_PLANS, DISMANTLING_STEPS
from harmnet.contracts.hotspots import AREA_MONTH
from harmnet.contracts.linked import (
    INVOLVEMENTS,
    NOMINAL_AREAS,
    NOMINAL_DATES,
    NOMINAL_IDS,
    NOMINAL_NAMES,
    NOMINAL_SIGNALS,
    NOMINALS,
    PEOPLE,
)
from harmnet.contracts.networks import NETWORK_ATTRIBUTES, NETWORK_LINEAGE, NETWORK_LINK_PEOPLE, NETWORK_LINKS
from harmnet.contracts.priorities import HARM_CORRELATIONS, NETWORK_PRIORITIES, NOMINAL_PRIORITIES, PRIORITY_TABLES
from harmnet.contracts.results import (
    EDGE_SOURCES,
    EDGES,
    GRAPH_EDGES,
    GRAPH_VERTICES,
    HUB_EVENTS,
    NETWORK_HARM,
    NETWORK_MEMBERS,
    NETWORKS,
    NOMINAL_HARM,
    NOMINAL_MEASURES,
    THEME_HITS,
    THEME_MEMBERS,
    TIE_COUNTS,
    UNMATCHED_OFFENCES,
)
from harmnet.contracts.safeguarding import (
    SAFEGUARDING_AREA_COUNTS,
    SAFEGUARDING_COUNTS,
    SAFEGUARDING_FLAGS,
    VICTIM_LINKS,
)
from harmnet.contracts.staged import PROFILE, QUARANTINE, STAGED, STAGED_COUNTS, STAGED_ISSUES
from harmnet.dismantling import stage as dismantling
from harmnet.stage_io import StageIO


@dataclass(frozen=True)
class Stage:
    """A step of the refresh."""

    name: str
    meaning: str
    reads: tuple[Table, ...]
    writes: tuple[Table, ...]
    run: Callable[[StageIO], None]


STAGES: tuple[Stage, ...] = (
    Stage(
        "stage",
        "raw rows as known at known_at, typed, checked, counted",
        (),
        (*STAGED.values(), STAGED_COUNTS, QUARANTINE, STAGED_ISSUES, PROFILE),
        staging.run,
    ),
    Stage(
        "link",
        "who is who, and who was involved in what",
        tuple(STAGED.values()),
        (
            NOMINAL_IDS,
            PEOPLE,
            NOMINALS,
            NOMINAL_NAMES,
            NOMINAL_DATES,
            NOMINAL_AREAS,
            NOMINAL_SIGNALS,
            INVOLVEMENTS,
            HELD_OUT,
        ),
        linking.run,
    ),
    Stage(
        "tie",
        "weighted ties between two people",
        (INVOLVEMENTS, HELD_OUT),
        (EDGE_SOURCES, EDGES, HUB_EVENTS, TIE_COUNTS),
        tying.run,
    ),
    Stage(
        "theme",
        "who is involved in a theme, and by which rule",
        (INVOLVEMENTS, HELD_OUT, EDGES),
        (THEME_HITS, THEME_MEMBERS),
        themes.run,
    ),
    Stage(
        "network",
        "the networks of every theme, where they come from, their links and attributes",
        (INVOLVEMENTS, HELD_OUT, NOMINAL_IDS, NOMINALS, NOMINAL_AREAS, NOMINAL_SIGNALS, EDGES, THEME_MEMBERS),
        (
            GRAPH_EDGES,
            GRAPH_VERTICES,
            NETWORK_MEMBERS,
            NETWORKS,
            NETWORK_LINEAGE,
            NETWORK_LINKS,
            NETWORK_LINK_PEOPLE,
            NETWORK_ATTRIBUTES,
        ),
        networks.run,
    ),
    Stage(
        "measure",
        "each person's place in the graph",
        (GRAPH_EDGES, GRAPH_VERTICES, NETWORK_MEMBERS),
        (NOMINAL_MEASURES,),
        measures.run,
    ),
    Stage(
        "harm",
        "harm of people, networks, areas and months by both indices",
        (INVOLVEMENTS, NETWORK_MEMBERS, THEME_HITS, THEME_MEMBERS),
        (NOMINAL_HARM, NETWORK_HARM, HARM_CORRELATIONS, UNMATCHED_OFFENCES, AREA_MONTH),
        harm.run,
    ),
    Stage(
        "rank",
        "priorities whose parts add up, and what they rest on",
        (
            PEOPLE,
            INVOLVEMENTS,
            HELD_OUT,
            NOMINALS,
            NOMINAL_SIGNALS,
            EDGES,
            EDGE_SOURCES,
            THEME_HITS,
            NETWORK_MEMBERS,
            NETWORKS,
            NETWORK_HARM,
            NOMINAL_MEASURES,
            NOMINAL_HARM,
        ),
        PRIORITY_TABLES,
        ranking.run,
    ),
    Stage(
        "safeguard",
        "who in or near a network may need protecting, and who may control someone exploited",
        (
            INVOLVEMENTS,
            HELD_OUT,
            NOMINAL_IDS,
            NOMINALS,
            NOMINAL_DATES,
            NOMINAL_AREAS,
            EDGES,
            THEME_HITS,
            THEME_MEMBERS,
            NETWORK_MEMBERS,
            NOMINAL_PRIORITIES,
        ),
        (SAFEGUARDING_FLAGS, SAFEGUARDING_COUNTS, SAFEGUARDING_AREA_COUNTS, VICTIM_LINKS),
        safeguarding.run,
    ),
    Stage(
        "dismantle",
        "how the first networks of each theme would best be taken apart",
        (
            NOMINALS,
            NOMINAL_SIGNALS,
            THEME_MEMBERS,
            GRAPH_EDGES,
            NETWORK_MEMBERS,
            NETWORKS,
            NOMINAL_HARM,
            NETWORK_PRIORITIES,
            SAFEGUARDING_FLAGS,
        ),
        (DISMANTLING_PLANS, DISMANTLING_STEPS),
        dismantling.run,
    ),
)

BEFORE, AFTER = "pin", "publish"
"""What frames the stages: `pin` fixes the recipe before the first read, `publish` makes the snapshot exist."""

STAGE_NAMES: tuple[str, ...] = (BEFORE, *(stage.name for stage in STAGES), AFTER)

WRITTEN_BY: dict[str, str] = {table.name: stage.name for stage in STAGES for table in stage.writes}
"""Table -> the stage that writes it."""

PUBLISHED: tuple[Table, ...] = tuple(
    table for stage in STAGES for table in stage.writes if table.table_class is TableClass.RESULT
)
"""Result tables in the order of their stages."""


def stage_named(name: str) -> Stage:
    """The stage of that name; KeyError when there is none."""
    return {stage.name: stage for stage in STAGES}[name]
