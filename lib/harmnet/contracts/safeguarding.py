"""Tables of safeguarding: who may need protecting, how many that are, and who may control someone exploited."""

from __future__ import annotations

from harmnet.contracts.model import Column, Table, TableClass
from harmnet.contracts.results import NOMINAL, THEME

REASONS = (
    "CHILD",
    "UNKNOWN_AGE_CHILD_SIGNAL",
    "UNDER_10",
    "TURNED_18",
    "LOOKED_AFTER",
    "MISSING",
    "EXPLOITED",
    "VULNERABLE",
    "CHILD_RUNNER",
    "THEME_VICTIM",
    "SEVERAL_SYSTEMS",
)
PARTS = ("MEMBER", "TIED", "NOT_TIED")
NEWNESS = ("FIRST_RUN", "NEW", "SEEN")
_HANDLING = Column("handling", "int", "Handling restrictions of the records behind the row, as bits.")

SAFEGUARDING_FLAGS = Table(
    "safeguarding_flags",
    TableClass.RESULT,
    "one row per theme, network, person and reason to look whether the person needs protecting",
    ("theme", "network_id", "nominal_id", "reason"),
    (
        THEME,
        Column(
            "network_id", "string", "The network the person is in or tied to; null where it is people in no network."
        ),
        NOMINAL,
        Column("reason", "string", "Why; docs/numbers.md says when each holds.", codes=REASONS),
        Column(
            "new_since",
            "date",
            "as_of of the parent snapshot, where this theme, person and reason were not; null unless newness is NEW.",
        ),
        Column("newness", "string", "FIRST_RUN: there is no parent to compare with.", codes=NEWNESS),
        Column("part", "string", "A vertex of the theme's graph, tied to one, or a victim tied to none.", codes=PARTS),
        Column(
            "involved", "boolean", "Involved in the theme: an offender and in need of protection may be one person."
        ),
        Column("victim", "boolean", "A victim in the theme."),
        Column("ranked", "boolean", "Stands in nominal_priorities of the theme."),
        Column("is_child", "boolean", "Under 18 at as_of; null where age is not known."),
        Column("age_band", "string", "Band of the age at as_of; null where age is not known."),
        Column("area_code", "string", "Home area, the one on most records; null where none is known."),
        Column(
            "relations",
            "array<string>",
            "Relations of edges to people of the network, sorted; RECORD where there are only shared records.",
        ),
        Column("weight_micro", "bigint", "Weight of the strongest of those edges; 0 without one.", unit="micro"),
        Column(
            "roles", "array<string>", "The person's roles on the records behind the reason and on those shared, sorted."
        ),
        Column("sources", "array<string>", "Records behind the reason, as system:record_ref, sorted: the latest."),
        Column("sources_count", "bigint", "All records behind the reason; 0 where a date of birth says so."),
        Column("shared_records", "array<string>", "Records the person shares with people of the network: the latest."),
        Column("shared_count", "bigint", "All of those."),
        Column("last_date", "date", "Latest event of the records behind the reason and of those shared."),
        Column("ended", "boolean", "Every marker and listing behind the reason has ended at as_of."),
        Column("uncorroborated", "boolean", "Only records that are not credible give the reason or make the tie."),
        Column("already_known_by", "array<string>", "Markers and assessments with their dates, sorted."),
        Column("known_since_last_event", "boolean", "An assessment on or after last_date."),
        _HANDLING,
    ),
)

SAFEGUARDING_COUNTS = Table(
    "safeguarding_counts",
    TableClass.RESULT,
    "one row per reason, and per kind of marker that conf/safeguarding.yml does not name (MARKER and the kind)",
    ("reason",),
    (
        Column("reason", "string", "Reason of safeguarding_flags, or MARKER and a kind."),
        Column("people", "bigint", "People with the reason in the whole force."),
        Column("flagged", "bigint", "Of these, flagged for it in any theme."),
        Column("in_or_tied", "bigint", "Of these, in the graph of one of the themes or tied to someone in it."),
        Column("not_flagged", "bigint", "Not flagged for it: tied to nobody of a theme."),
        Column("new_people", "bigint", "Newly flagged for it in some theme since the parent; null on the first run."),
        Column("uncorroborated", "bigint", "Flagged for it by nothing but records that are not credible."),
    ),
)

SAFEGUARDING_AREA_COUNTS = Table(
    "safeguarding_area_counts",
    TableClass.RESULT,
    "one row per theme and home area of flagged people",
    ("theme", "area_code"),
    (
        THEME,
        Column("area_code", "string", "Home area; null for people without one."),
        Column("people", "bigint", "People flagged."),
        Column("children", "bigint", "Of these, under 18."),
        Column("flags", "bigint", "Rows of safeguarding_flags."),
        Column("new_people", "bigint", "People with a new flag since the parent; null on the first run."),
        Column("new_flags", "bigint", "New flags since the parent; null on the first run."),
        _HANDLING,
    ),
)

VICTIM_LINKS = Table(
    "victim_links",
    TableClass.RESULT,
    "one row per exploited person who is on no list, and person of a theme's graph who may control them",
    ("nominal_id", "theme", "controller_id"),
    (
        NOMINAL,
        THEME,
        Column("network_id", "string", "The controller's network; null where they are in none."),
        Column("controller_id", "bigint", "Someone involved in the theme, near the person.", nominal=True),
        Column("via_id", "bigint", "The person between the two; null for a direct tie.", nominal=True),
        Column("relations", "array<string>", "Relations on the way, sorted; RECORD for shared records alone."),
        Column("weight_micro", "bigint", "How near; docs/numbers.md has the formula.", unit="micro"),
        Column("records", "array<string>", "Records the two share, as system:record_ref, sorted: the latest."),
        Column("records_count", "bigint", "All of those."),
        Column("uncorroborated", "boolean", "None of those records is credible, and nothing else ties the two."),
        Column("controller_is_child", "boolean", "The controller is under 18, and may be controlled too."),
        Column("controller_victim", "boolean", "The controller is a victim in the theme as well."),
        Column("rank", "bigint", "1 is nearest to the person; ties end in theme and controller_id."),
        Column("controllers", "bigint", "Rows for the person before the cut at safeguarding.victim_links.most."),
        _HANDLING,
    ),
)
