"""Tables about whole networks: where they come from, what they have in common, what they are like."""

from __future__ import annotations

from harmnet.contracts.model import Column, Table, TableClass
from harmnet.contracts.results import NETWORK, NOMINAL, THEME

NETWORK_LINEAGE = Table(
    "network_lineage",
    TableClass.RESULT,
    "one row per theme, network and network of the parent snapshot that it comes from or took in; and one per network "
    "of the parent snapshot that ended",
    ("theme", "network_id", "parent_network_id"),
    (
        THEME,
        Column("network_id", "string", "The network in this snapshot; null when ENDED."),
        Column("lineage_id", "string", "Its lineage, as in networks; null when ENDED."),
        Column("parent_network_id", "string", "The network in the parent snapshot; null when BORN."),
        Column("parent_lineage_id", "string", "Its lineage there; null when BORN."),
        Column(
            "event",
            "string",
            "CONTINUED, SPLIT (a new lineage out of the parent network), MERGED (that one went into this), BORN, "
            "ENDED.",
        ),
        Column("shared_members", "bigint", "People who are members of both; 0 when BORN or ENDED."),
        Column("size", "bigint", "Members of the network; null when ENDED."),
        Column("parent_size", "bigint", "Members of the network of the parent snapshot; null when BORN."),
        Column("handling", "int", "Handling restrictions of the records behind the ties of both, as bits."),
    ),
)

_PAIR = (
    Column("theme_a", "string", "Theme of the first network of the pair, in byte order of theme and network_id."),
    Column("network_a", "string", "The first network."),
    Column("theme_b", "string", "Theme of the second network."),
    Column("network_b", "string", "The second network."),
)
PAIR_KEY = tuple(column.name for column in _PAIR)

NETWORK_LINK_PEOPLE = Table(
    "network_link_people",
    TableClass.RESULT,
    "one row per pair of networks of the themes and person who links them",
    (*PAIR_KEY, "nominal_id"),
    (
        *_PAIR,
        NOMINAL,
        Column("rank", "bigint", "1 has the most weight; ties end in nominal_id."),
        Column("how", "string", "SHARED_MEMBER: in both. TIED: in one of them and tied to someone in the other alone."),
        Column("ties", "bigint", "TIED: ties into the other network. SHARED_MEMBER: ties to members of either."),
        Column("weight_micro", "bigint", "Weight of those ties.", unit="micro"),
        Column("new_to_soc", "boolean", "Not involved in soc; null where neither network is of theme soc."),
        Column("is_child", "boolean", "Under 18 at as_of; null where age is not known: read with safeguarding first."),
        Column(
            "handling",
            "int",
            "Handling restrictions of the records behind those ties, as bits; SHARED_MEMBER: of all their records.",
        ),
    ),
)

NETWORK_LINKS = Table(
    "network_links",
    TableClass.RESULT,
    "one row per pair of networks of the themes that have a member, a tie or a victim in common",
    PAIR_KEY,
    (
        *_PAIR,
        Column("shared_members", "bigint", "People who are members of both."),
        Column(
            "tying_edges", "bigint", "Pairs of people tied, one in the first network alone, one in the second alone."
        ),
        Column("tying_weight_micro", "bigint", "Weight of those ties.", unit="micro"),
        Column("shared_victims", "bigint", "People whom members of both offended against."),
        Column("linking_people", "bigint", "Rows of the pair in network_link_people."),
        Column(
            "new_to_soc",
            "bigint",
            "Linking people who are not involved in soc; null where neither network is of theme soc.",
        ),
        Column("handling", "int", "Handling restrictions of the records behind the link, as bits."),
    ),
)

NETWORK_ATTRIBUTES = Table(
    "network_attributes",
    TableClass.RESULT,
    "one row per theme and network of two people or more",
    ("theme", "network_id"),
    (
        THEME,
        NETWORK,
        Column("ages_known", "bigint", "Members whose age is known."),
        Column("unknown_age", "bigint", "Members whose age is not known."),
        Column("children", "bigint", "Members known to be under 18 at as_of."),
        Column("youngest", "int", "Smallest known age at as_of; null where none is known.", unit="years"),
        Column("oldest", "int", "Largest known age at as_of; null where none is known.", unit="years"),
        Column(
            "looked_after_children",
            "bigint",
            "Members not known to be adults on whom the marker LOOKED_AFTER_CHILD is still set.",
        ),
        Column("missing_people", "bigint", "Members with a missing episode."),
        Column("missing_episodes", "bigint", "Their missing episodes."),
        Column("exploited_people", "bigint", "Members with a credible signal of having been exploited."),
        Column(
            "median_strength_micro",
            "bigint",
            "Median of the weights of members' ties within the network.",
            unit="micro",
        ),
        Column("workforce", "bigint", "Members listed as RUNNER of a group, or with less than the median strength."),
        Column("workforce_unknown_age", "bigint", "Of these, members whose age is not known."),
        Column("workforce_children", "bigint", "Of these, members known to be under 18 at as_of."),
        Column("workforce_youngest", "int", "Smallest known age among these.", unit="years"),
        Column("workforce_oldest", "int", "Largest known age among these.", unit="years"),
        Column("firearms", "bigint", "Members with a credible signal of firearms."),
        Column("weapons", "bigint", "Members with a credible signal of other weapons."),
        Column("violence", "bigint", "Members on the offender side of a violent crime."),
        Column("areas_affected", "bigint", "Areas where members were on the offender side of a credible record."),
        Column("area_of_origin", "string", "Area where most members have an address; the smallest code of several."),
        Column("listed_groups", "array<string>", "Groups that members are or were listed in, kind and group, sorted."),
        Column("first_seen", "date", "First credible record with a member on the offender side."),
        Column("last_seen", "date", "Last credible record with a member on the offender side."),
        Column("in_prison", "bigint", "Members in prison at as_of."),
        Column("release_due_members", "bigint", "Of these, members due for release within attributes.release_days."),
        Column("next_release", "date", "First of the releases of members due on or after as_of; null without one."),
        Column("handling", "int", "Handling restrictions of every record of the members, as bits."),
    ),
)
