"""Tables of priorities: ranks, what they rest on, who would join or leave otherwise, how the two harm indices agree."""

from __future__ import annotations

from harmnet.contracts.model import Column, Table, TableClass
from harmnet.contracts.results import CRIME_SCOPE, NETWORK, NOMINAL, THEME

NETWORK_PARTS = (
    "theme_harm",
    "all_harm",
    "centrality",
    "brokerage",
    "recency",
    "size",
    "exploitation",
    "firearms",
    "release_due",
)
NOMINAL_PARTS = (
    "theme_harm",
    "all_harm",
    "centrality_full",
    "centrality_immediate",
    "brokerage",
    "recency",
    "exploitation",
    "firearms",
    "release_due",
)


def _result(name: str, grain: str, key: tuple[str, ...], *columns: Column) -> Table:
    return Table(name, TableClass.RESULT, grain, key, columns)


def _micro(name: str, meaning: str) -> Column:
    return Column(name, "bigint", meaning, unit="micro")


_OF_A_PERSON = Column("network_id", "string", "The person's network; null for people tied to no one.")


def _ranks(ties_end_in: str, parts: tuple[str, ...]) -> tuple[Column, ...]:
    return (
        Column("rank", "bigint", f"1 is first; ties end in {ties_end_in}."),
        Column("rank_best", "bigint", "Smallest rank under the weights of conf and every other weighting."),
        Column("rank_worst", "bigint", "Largest rank under the weights of conf and every other weighting."),
        _micro("score", "Sum of the parts."),
        *(
            _micro(f"{name}_micro", f"Percentile of {name.replace('_', ' ')} within the theme times its weight.")
            for name in parts
        ),
    )


NETWORK_PRIORITIES = _result(
    "network_priorities",
    "one row per theme and network",
    ("theme", "network_id"),
    THEME,
    NETWORK,
    *_ranks("network_id", NETWORK_PARTS),
)

NOMINAL_PRIORITIES = _result(
    "nominal_priorities",
    "one row per theme and person with a credible offender-side role",
    ("theme", "nominal_id"),
    THEME,
    NOMINAL,
    _OF_A_PERSON,
    Column("is_child", "boolean", "Under 18 at as_of; null where age is not known: read with safeguarding first."),
    *_ranks("nominal_id", NOMINAL_PARTS),
)

EVIDENCE_SHARES: dict[str, str] = {
    "crimes": "crimes and non-crime incidents",
    "custody": "arrests",
    "intelligence": "intelligence reports",
    "prison": "shared cells",
    "groups": "listed groups",
    "associations": "recorded associations",
    "missing": "missing episodes",
    "fact": "records of something that happened",
    "assessment": "records of someone's judgement",
    "non_crime": "non-crime incidents",
    "intelligence_high": "intelligence of the high grade band",
    "intelligence_medium": "intelligence of the medium grade band",
    "intelligence_low": "intelligence of the low grade band",
    "single_record": "ties that rest on a single record",
    "old": "records older than ranking.reliability.old_days",
}
"""What part of the weight of ties each share is of."""


def _shares(whose: str) -> tuple[Column, ...]:
    return (
        Column("pairs", "bigint", f"Ties {whose}."),
        _micro("weight_micro", "Weight of those ties; the shares are of it."),
        *(
            _micro(f"{name}_micro", f"Share from {meaning}; null without ties.")
            for name, meaning in EVIDENCE_SHARES.items()
        ),
    )


NETWORK_RELIABILITY = _result(
    "network_reliability",
    "one row per theme and network: what its ties and its members' identity rest on",
    ("theme", "network_id"),
    THEME,
    NETWORK,
    *_shares("between members"),
    _micro("numbered_micro", "Share of the members whose every reference carries the force's number."),
    _micro("joined_micro", "Share of the members who have the number, and references that joined by agreement."),
    _micro("unnumbered_micro", "Share of the members without the force's number."),
    Column("would_join", "bigint", "People who would join if every grade were let in; null in theme all."),
    Column("would_leave", "bigint", "Members who would leave without non-crime incidents; null in theme all."),
    Column("would_split_off", "bigint", "Members cut off if the weakest evidence is left out; null in theme all."),
    Column("fragile", "boolean", "true: the members do not hang together without it; null in theme all."),
)

NOMINAL_RELIABILITY = _result(
    "nominal_reliability",
    "one row per theme and person in its graph: what the person's ties and identity rest on",
    ("theme", "nominal_id"),
    THEME,
    NOMINAL,
    _OF_A_PERSON,
    *_shares("of the person in the theme's graph"),
    Column(
        "identity",
        "string",
        "NUMBERED: every reference carries the force's number. JOINED: others joined it by agreement. UNNUMBERED.",
    ),
    Column("rests_on_non_crimes", "boolean", "true: would leave the network without non-crimes; null in theme all."),
    Column("fragile", "boolean", "true: cut off if the weakest evidence is left out; null in theme all."),
)

NETWORK_CHANGES = _result(
    "network_changes",
    "one row per theme, network, person and change if records counted otherwise",
    ("theme", "network_id", "nominal_id", "change"),
    THEME,
    NETWORK,
    NOMINAL,
    Column(
        "change",
        "string",
        "WOULD_JOIN: every grade let in. WOULD_LEAVE: without non-crimes. WOULD_SPLIT_OFF: without the weakest.",
    ),
    Column(
        "why",
        "string",
        "WOULD_JOIN: INVOLVED, TIED or INVOLVED_AND_TIED only then. The others: NOT_INVOLVED or NOT_TIED any more.",
    ),
)

HARM_CORRELATIONS = _result(
    "harm_correlations",
    "one row per theme, level, crime scope and status",
    ("theme", "level", "crime_scope", "status"),
    THEME,
    Column("level", "string", "NETWORK or NOMINAL."),
    CRIME_SCOPE,
    Column("status", "string", "ALL: every status together."),
    Column("n", "bigint", "Networks or people with a crime that both indices value."),
    Column("left_out", "bigint", "Networks or people with crimes that only one index values, or none."),
    Column(
        "spearman",
        "double",
        "Rank correlation of the two indices, 12 significant digits; null below three or where all are equal.",
    ),
)

PRIORITY_TABLES: tuple[Table, ...] = (
    NETWORK_PRIORITIES,
    NOMINAL_PRIORITIES,
    NETWORK_RELIABILITY,
    NOMINAL_RELIABILITY,
    NETWORK_CHANGES,
)
