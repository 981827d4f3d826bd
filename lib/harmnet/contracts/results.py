"""Tables of ties, themes, networks, measures and harm. Column `nominal` holds idx until published."""

from __future__ import annotations

from harmnet.contracts.model import Column, Table, TableClass

IDX = "bigint"
THEME = Column("theme", "string", "Theme of conf/themes.yml, or `all` for the full network.")
NOMINAL = Column("nominal_id", IDX, "The person.", nominal=True)
NETWORK = Column("network_id", "string", "Theme and hash of the sorted member ids.")
FULL_NETWORK = "all"
"""The theme of the full network: everyone on the offender side, whatever for."""

CRIME_SCOPE = Column("crime_scope", "string", "ALL: every crime. THEME: crimes on which a rule of the theme hit.")
STATUS = Column("status", "string", "SUSPECTED, CHARGED or CONVICTED; exclusive.")


def _result(name: str, grain: str, key: tuple[str, ...], *columns: Column) -> Table:
    return Table(name, TableClass.RESULT, grain, key, columns)


def _micro(name: str, meaning: str) -> Column:
    return Column(name, "bigint", meaning, unit="micro")


EDGES = _result(
    "edges",
    "one row per pair of people and relation, uncut",
    ("src", "dst", "relation"),
    Column("src", IDX, "The smaller nominal_id of the pair.", nominal=True),
    Column("dst", IDX, "The larger nominal_id of the pair.", nominal=True),
    Column("relation", "string", "ASSOCIATION, INDIRECT, FAMILY, TOGETHER, HARM or SHARED_HARM."),
    _micro("weight_micro", "Sum of the weights of the records behind it."),
    _micro("src_to_dst_micro", "HARM only: weight of records on which src offended against dst; else 0."),
    _micro("dst_to_src_micro", "HARM only: weight of records on which dst offended against src; else 0."),
    Column("records", "bigint", "Records counted."),
    Column("first_date", "date", "Earliest event date counted."),
    Column("last_date", "date", "Latest event date counted."),
    Column("ties", "array<string>", "Kinds of tie counted, sorted."),
    Column("handling", "int", "Handling restrictions of the records behind it, as bits; see docs/data_dictionary.md."),
)

EDGE_SOURCES = Table(
    "edge_sources",
    TableClass.WORK,
    "one row per pair of people, kind of tie, and kind of record behind it",
    ("src", "dst", "tie", "record_kind", "grade_band"),
    (
        Column("src", IDX, "The smaller idx of the pair."),
        Column("dst", IDX, "The larger idx of the pair."),
        Column("relation", "string", "Relation the tie makes."),
        Column("tie", "string", "Kind of tie."),
        Column("record_kind", "int", "Event kind and basis as a number: a place in harmnet.record_kinds.KINDS."),
        Column("grade_band", "int", "Grade of intelligence: 1 low, 2 medium, 3 high; 0 for other records."),
        _micro("weight_micro", "Weight of the records that count."),
        _micro("src_to_dst_micro", "HARM only: weight of records on which src offended against dst; else 0."),
        _micro("dst_to_src_micro", "HARM only: weight of records on which dst offended against src; else 0."),
        _micro("old_micro", "Weight of those older than ranking.reliability.old_days."),
        Column("records", "bigint", "Records that count."),
        Column("set_aside", "bigint", "Records set aside: the same event counted by co_offending or co_arrest."),
        Column("first_date", "date", "Earliest event date counted."),
        Column("last_date", "date", "Latest event date counted."),
        Column("handling", "int", "Handling restrictions of those records, as bits; null where none counts."),
    ),
)

HUB_EVENTS = _result(
    "hub_events",
    "one row per tie and record with too many people to say anything about a pair",
    ("tie", "record_ref"),
    Column("tie", "string", "Kind of tie."),
    Column("record_ref", "string", "Crime, arrest, report, cell, group or episode."),
    Column("n", "bigint", "Distinct people in the tie's roles."),
)

TIE_COUNTS = _result(
    "tie_counts",
    "one row per kind of tie",
    ("tie",),
    Column("tie", "string", "Kind of tie."),
    Column("relation", "string", "Relation the tie makes."),
    Column("pair_records", "bigint", "Pairs and records with a weight above 0, hubs apart."),
    _micro("weight_micro", "Their weight."),
    Column("set_aside", "bigint", "Pairs and records set aside: the same event counted by co_offending or co_arrest."),
)

THEME_HITS = _result(
    "theme_hits",
    "one row per theme, rule, person, record and role",
    ("theme", "rule", "nominal_id", "source_system", "record_ref", "role"),
    THEME,
    Column("rule", "string", "Rule of conf/themes.yml."),
    Column("strength", "string", "PRIMARY or SUPPORTING."),
    NOMINAL,
    Column("source_system", "string", "System that holds the record."),
    Column("record_ref", "string", "The record."),
    Column("role", "string", "Role of the person on it."),
    Column("side", "string", "OFFENDER, VICTIM or NEUTRAL."),
    Column("event_date", "date", "Date of the event."),
    Column("credible", "boolean", "false: shown, but never counted."),
    Column("counted", "boolean", "true where the hit counts towards INVOLVED or VICTIM."),
    Column("handling", "int", "Handling restrictions of the record, as bits."),
)

THEME_MEMBERS = _result(
    "theme_members",
    "one row per theme and person involved in it, a victim in it, or connected to someone involved",
    ("theme", "nominal_id"),
    THEME,
    NOMINAL,
    Column("involved", "boolean", "Offender side, credible, one primary or two supporting rules inside the window."),
    Column("victim", "boolean", "A rule hit on the victim side."),
    Column("victim_only", "boolean", "victim and not involved."),
    Column("connected", "boolean", "Not involved, tied to someone involved with at least connected_min_weight."),
    Column("connected_by", "array<string>", "Relations of those ties, sorted."),
    Column("rules", "array<string>", "Rules that counted, sorted."),
    Column("first_date", "date", "Earliest event that counted; null when only connected."),
    Column("last_date", "date", "Latest event that counted; null when only connected."),
)

NETWORKS = _result(
    "networks",
    "one row per theme and network of two people or more",
    ("theme", "network_id"),
    THEME,
    NETWORK,
    Column("lineage_id", "string", "Stays the same from snapshot to snapshot while the network continues."),
    Column("component_id", IDX, "Smallest nominal_id of the component it lies in.", nominal=True),
    Column("size", "bigint", "Members."),
    Column("ties", "bigint", "Ties between members."),
    _micro("weight_micro", "Weight of those ties."),
    Column("first_date", "date", "Earliest event behind those ties."),
    Column("last_date", "date", "Latest event behind those ties."),
    Column("handling", "int", "Handling restrictions of the records behind those ties, as bits."),
)

NETWORK_MEMBERS = _result(
    "network_members",
    "one row per theme and vertex of its graph",
    ("theme", "nominal_id"),
    THEME,
    Column("network_id", "string", "The person's network; null for people tied to no one."),
    Column("component_id", IDX, "Smallest nominal_id of the component.", nominal=True),
    NOMINAL,
)

GRAPH_VERTICES = Table(
    "graph_vertices",
    TableClass.WORK,
    "one row per theme and vertex of its graph, as the engine measured it and communities divide it",
    ("theme", "idx"),
    (
        THEME,
        Column("idx", IDX, "Nominal."),
        Column("component_idx", IDX, "Smallest idx of the component."),
        Column("community_idx", IDX, "Smallest idx of the community; of the component where it is not divided."),
        Column("pagerank", "double", "Weighted PageRank over the theme's graph."),
        Column("kcore", "int", "Core number in the theme's graph."),
    ),
)

GRAPH_EDGES = Table(
    "graph_edges",
    TableClass.WORK,
    "one row per theme and pair of its graph: weight above the cut",
    ("theme", "src", "dst"),
    (
        THEME,
        Column("src", IDX, "Smaller idx."),
        Column("dst", IDX, "Larger idx."),
        _micro("weight_micro", "Weight over the relations of the theme."),
        Column("first_date", "date", "Earliest event date."),
        Column("last_date", "date", "Latest event date."),
        Column("handling", "int", "Handling restrictions, as bits."),
    ),
)

NOMINAL_MEASURES = _result(
    "nominal_measures",
    "one row per theme, scope and person",
    ("theme", "scope", "nominal_id"),
    THEME,
    Column("scope", "string", "FULL: the theme's whole graph. IMMEDIATE: the person's own network."),
    NOMINAL,
    Column("network_id", "string", "The person's network; null for people tied to no one."),
    Column("degree", "bigint", "People tied to."),
    _micro("strength_micro", "Weight of those ties."),
    Column("pagerank", "double", "Weighted PageRank, sums to 1 over the scope; 12 significant digits."),
    Column(
        "betweenness",
        "double",
        "Share of the shortest paths of two others that go through the person, summed over pairs; null: not computed.",
    ),
    Column("harmonic", "double", "Sum over others of 1e6 / distance, not normalised; null: not computed."),
    Column("kcore", "int", "Largest k such that the person is in a part where everyone is tied to k others or more."),
    Column("articulation", "boolean", "Without the person their component, or network, falls apart."),
    Column("networks_touched", "bigint", "Networks of the theme that the person is in or directly tied to."),
    Column("path_method", "string", "How betweenness and harmonic were made: EXACT, NOT_COMPUTED or SAMPLED_SOURCES."),
    Column(
        "betweenness_error",
        "double",
        "Largest error of betweenness under path_method, with its confidence; 0 when exact.",
    ),
    Column(
        "harmonic_error", "double", "Largest error of harmonic under path_method, with its confidence; 0 when exact."
    ),
    Column("path_seed", "bigint", "Seed of the approximation; null when exact or not computed."),
)


def _harm_columns(shared: bool) -> tuple[Column, ...]:
    if shared:
        return (
            _micro("cchi_full_micro", "Cambridge Crime Harm Index days, each person carrying the whole crime."),
            _micro("cchi_shared_micro", "The same, each crime divided by its offenders (rounded down)."),
            _micro("css_full_micro", "ONS Crime Severity Score, each person carrying the whole crime."),
            _micro("css_shared_micro", "The same, each crime divided by its offenders (rounded down)."),
        )
    return (
        _micro("cchi_micro", "Cambridge Crime Harm Index days, each crime once."),
        _micro("css_micro", "ONS Crime Severity Score, each crime once."),
    )


_CRIMES = (
    Column("crimes", "bigint", "Crimes counted."),
    Column("crimes_without_cchi", "bigint", "Of these, without a value in the Cambridge index: not scored, never 0."),
    Column("crimes_without_css", "bigint", "Of these, without a value in the severity score."),
)

NOMINAL_HARM = _result(
    "nominal_harm",
    "one row per theme, person, crime scope and status",
    ("theme", "nominal_id", "crime_scope", "status"),
    THEME,
    NOMINAL,
    CRIME_SCOPE,
    STATUS,
    *_harm_columns(shared=True),
    *_CRIMES,
)

NETWORK_HARM = _result(
    "network_harm",
    "one row per theme, network, crime scope and status: each crime once, under the highest status any member reached",
    ("theme", "network_id", "crime_scope", "status"),
    THEME,
    NETWORK,
    CRIME_SCOPE,
    STATUS,
    *_harm_columns(shared=False),
    *_CRIMES,
)

UNMATCHED_OFFENCES = _result(
    "unmatched_offences",
    "one row per offence code, code system and index without a value",
    ("harm_index", "offence_code", "offence_code_system"),
    Column("harm_index", "string", "cchi or css."),
    Column("offence_code", "string", "Offence code; null where the crime has none."),
    Column("offence_code_system", "string", "Its code system."),
    Column("crimes", "bigint", "Crimes with an offender on them that carry it."),
)
