"""Every table of harmnet, declared once: `TABLES` by name, and the functions that hold frames to them."""

from __future__ import annotations

from harmnet.contracts import (
    corrections,
    dismantling,
    hotspots,
    linked,
    networks,
    priorities,
    raw,
    registry,
    results,
    safeguarding,
    staged,
)
from harmnet.contracts.enforce import check_key, conform, published_type, schema_of, stored_schema
from harmnet.contracts.model import Column, Table, TableClass

RESULT_TABLES: tuple[Table, ...] = (
    staged.STAGED_COUNTS,
    staged.QUARANTINE,
    staged.STAGED_ISSUES,
    staged.PROFILE,
    linked.PEOPLE,
    linked.NOMINALS,
    linked.NOMINAL_NAMES,
    linked.NOMINAL_AREAS,
    linked.NOMINAL_SIGNALS,
    results.EDGES,
    results.HUB_EVENTS,
    results.TIE_COUNTS,
    results.THEME_HITS,
    results.THEME_MEMBERS,
    results.NETWORKS,
    results.NETWORK_MEMBERS,
    networks.NETWORK_LINEAGE,
    networks.NETWORK_LINKS,
    networks.NETWORK_LINK_PEOPLE,
    networks.NETWORK_ATTRIBUTES,
    results.NOMINAL_MEASURES,
    results.NOMINAL_HARM,
    results.NETWORK_HARM,
    results.UNMATCHED_OFFENCES,
    priorities.HARM_CORRELATIONS,
    hotspots.AREA_MONTH,
    *priorities.PRIORITY_TABLES,
    safeguarding.SAFEGUARDING_FLAGS,
    safeguarding.SAFEGUARDING_COUNTS,
    safeguarding.SAFEGUARDING_AREA_COUNTS,
    safeguarding.VICTIM_LINKS,
    dismantling.DISMANTLING_PLANS,
    dismantling.DISMANTLING_STEPS,
)

WORK_TABLES: tuple[Table, ...] = (
    *staged.STAGED.values(),
    linked.NOMINAL_IDS,
    linked.NOMINAL_DATES,
    linked.INVOLVEMENTS,
    corrections.HELD_OUT,
    results.EDGE_SOURCES,
    results.GRAPH_VERTICES,
    results.GRAPH_EDGES,
)

REGISTRY_TABLES: tuple[Table, ...] = (
    registry.RAW_BATCHES,
    registry.RECIPES,
    corrections.CORRECTION_REGISTER,
    registry.RUN_EVENTS,
    registry.RUN_METRICS,
    registry.ACCESS_LOG,
    registry.SNAPSHOT_FILES,
    registry.SNAPSHOT_MANIFEST,
)

TABLES: dict[str, Table] = {
    table.name: table for table in (*raw.RAW_TABLES, *WORK_TABLES, *RESULT_TABLES, *REGISTRY_TABLES)
}

__all__ = [
    "REGISTRY_TABLES",
    "RESULT_TABLES",
    "TABLES",
    "WORK_TABLES",
    "Column",
    "Table",
    "TableClass",
    "check_key",
    "conform",
    "published_type",
    "schema_of",
    "stored_schema",
]
