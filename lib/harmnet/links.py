"""Links between the networks of the themes: members, ties and victims they have in common, and who links them."""

from __future__ import annotations

from decimal import Decimal

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from harmnet.config import to_micro
from harmnet.contracts.linked import NOMINALS
from harmnet.contracts.networks import NETWORK_LINK_PEOPLE, NETWORK_LINKS, PAIR_KEY
from harmnet.contracts.results import EDGES, FULL_NETWORK, THEME_MEMBERS
from harmnet.stage_io import StageIO

SOC = "soc"
SHARED_MEMBER, TIED = "SHARED_MEMBER", "TIED"
_TYING = ("ASSOCIATION", "INDIRECT")


def run(io: StageIO, members: DataFrame) -> None:
    """Write the people who link two networks, then the links. `members`: the network_members table."""
    held = networks_of_people(members).localCheckpoint()
    edges = io.read(EDGES)
    rows = link_rows(held, ties(edges, held, min_weight=io.settings.graph.min_weight))
    people = io.write(link_people(rows, io.read(NOMINALS), io.read(THEME_MEMBERS)), NETWORK_LINK_PEOPLE)
    io.write(network_links(people, shared_victims(edges, held)), NETWORK_LINKS)


def networks_of_people(members: DataFrame) -> DataFrame:
    """idx, held: the networks a person is in, one of each theme at most, as a sorted array of theme and network_id."""
    rows = members.where((F.col("theme") != FULL_NETWORK) & F.col("network_id").isNotNull())
    network = F.struct("theme", "network_id")
    return rows.groupBy(F.col("nominal_id").alias("idx")).agg(F.sort_array(F.collect_list(network)).alias("held"))


def ties(edges: DataFrame, held: DataFrame, *, min_weight: Decimal) -> DataFrame:
    """src, dst, of_src, of_dst (the networks each is in), weight_micro, handling: ASSOCIATION and INDIRECT together.

    Only pairs of people in networks, tied with at least `min_weight`.
    """
    rows = edges.where(F.col("relation").isin(*_TYING))
    for end in ("src", "dst"):
        rows = rows.join(held.select(F.col("idx").alias(end), F.col("held").alias(f"of_{end}")), on=end, how="inner")
    # Most ties are between two people of one network who are in no other: they link nothing.
    rows = rows.where((F.size("of_src") > 1) | (F.size("of_dst") > 1) | (F.col("of_src") != F.col("of_dst")))
    summed = rows.groupBy("src", "dst", "of_src", "of_dst").agg(
        F.sum("weight_micro").alias("weight_micro"), F.bit_or("handling").alias("handling")
    )
    return summed.where(F.col("weight_micro") >= to_micro(min_weight))


def link_rows(held: DataFrame, tied: DataFrame) -> DataFrame:
    """a, b, nominal_id, how, ties, weight_micro, handling: a row per pair of networks, person and tie that links them.

    A tie between someone in one network alone and someone in the other alone gives a row for either of them. A member
    of both has a row without a tie (ties 0), and one for each tie to a member of either.
    """
    ends = F.array(
        F.struct(F.col("src").alias("nominal_id"), F.col("of_src").alias("own"), F.col("of_dst").alias("other")),
        F.struct(F.col("dst").alias("nominal_id"), F.col("of_dst").alias("own"), F.col("of_src").alias("other")),
    )
    rows = tied.select(F.explode(ends).alias("end"), "weight_micro", "handling")
    rows = rows.select("end.*", F.lit(1).cast("bigint").alias("ties"), "weight_micro", "handling")
    own, other = F.col("own"), F.col("other")
    across = _pairs(F.array_except(own, other), F.array_except(other, own))
    within = F.filter(
        _pairs(own, own), lambda pair: F.array_contains(other, pair["a"]) | F.array_contains(other, pair["b"])
    )
    in_both = held.select(
        F.col("idx").alias("nominal_id"), F.explode(_pairs(F.col("held"), F.col("held"))).alias("pair")
    )
    none = F.lit(0)
    in_both = in_both.withColumns({"ties": none.cast("bigint"), "weight_micro": none.cast("bigint"), "handling": none})
    rest = ("nominal_id", "ties", "weight_micro", "handling")
    shared = rows.select(F.explode(within).alias("pair"), *rest).unionByName(in_both)
    crossing = rows.select(F.explode(across).alias("pair"), *rest).withColumn("how", F.lit(TIED))
    return shared.withColumn("how", F.lit(SHARED_MEMBER)).unionByName(crossing).select("pair.*", "how", *rest)


def _pairs(ones: Column, others: Column) -> Column:
    """Every two different networks, one of each array, as structs a and b, the smaller first; each pair once."""
    of_each = F.transform(
        ones,
        lambda one: F.transform(
            F.filter(others, lambda other: other != one),
            lambda other: F.struct(F.least(one, other).alias("a"), F.greatest(one, other).alias("b")),
        ),
    )
    return F.array_distinct(F.flatten(of_each))


def link_people(rows: DataFrame, nominals: DataFrame, theme_members: DataFrame) -> DataFrame:
    """The network_link_people table, from `link_rows`."""
    people = rows.groupBy("a", "b", "nominal_id", "how").agg(
        F.sum("ties").alias("ties"), F.sum("weight_micro").alias("weight_micro"), F.bit_or("handling").alias("handling")
    )
    about = nominals.select("nominal_id", "is_child", F.col("handling").alias("of_person"))
    in_soc = theme_members.where((F.col("theme") == SOC) & F.col("involved")).select(
        "nominal_id", F.lit(True).alias("in_soc")
    )
    people = people.join(about, on="nominal_id", how="inner").join(in_soc, on="nominal_id", how="left")
    is_soc = (F.col("a.theme") == SOC) | (F.col("b.theme") == SOC)
    order = Window.partitionBy("a", "b").orderBy(F.desc("weight_micro"), "nominal_id")
    all_records = F.when(F.col("how") == SHARED_MEMBER, F.coalesce("of_person", F.lit(0))).otherwise(F.lit(0))
    people = people.withColumns(
        {
            "rank": F.row_number().over(order).cast("bigint"),
            "new_to_soc": F.when(is_soc, F.col("in_soc").isNull()),
            "handling": F.col("handling").bitwiseOR(all_records).cast("int"),
        }
    )
    return _with_pair(people).select(*NETWORK_LINK_PEOPLE.names)


def shared_victims(edges: DataFrame, held: DataFrame) -> DataFrame:
    """One row per pair of networks whose members offended against one person: its key, shared_victims, handling."""
    harm = edges.where(F.col("relation") == "HARM")
    sides = F.array(
        F.struct(F.col("src").alias("idx"), F.col("dst").alias("victim"), F.col("src_to_dst_micro").alias("harm")),
        F.struct(F.col("dst").alias("idx"), F.col("src").alias("victim"), F.col("dst_to_src_micro").alias("harm")),
    )
    harmed = harm.select(F.explode(sides).alias("side"), "handling").where(F.col("side.harm") > 0)
    harmed = harmed.select("side.idx", "side.victim", "handling").join(held, on="idx", how="inner")
    by_network = (
        harmed.select("victim", F.explode("held").alias("network"), "handling")
        .groupBy("victim", "network")
        .agg(F.bit_or("handling").alias("handling"))
    )
    a = by_network.select("victim", F.col("network").alias("a"), F.col("handling").alias("handling_a"))
    b = by_network.select("victim", F.col("network").alias("b"), F.col("handling").alias("handling_b"))
    pairs = a.join(b, on="victim", how="inner").where(F.col("a") < F.col("b"))
    found = pairs.groupBy("a", "b").agg(
        F.count("*").alias("shared_victims"),
        F.bit_or(F.col("handling_a").bitwiseOR(F.col("handling_b"))).alias("handling"),
    )
    return _with_pair(found).select(*PAIR_KEY, "shared_victims", "handling")


def network_links(people: DataFrame, victims: DataFrame) -> DataFrame:
    """The network_links table, from network_link_people and `shared_victims`."""
    tied = F.col("how") == TIED

    def across(column: str) -> Column:
        # A tie across has someone who links at both of its ends.
        return F.call_function("div", F.sum(F.when(tied, F.col(column)).otherwise(F.lit(0))), F.lit(2).cast("bigint"))

    found = people.groupBy(*PAIR_KEY).agg(
        F.count_if(~tied).alias("shared_members"),
        across("ties").alias("tying_edges"),
        across("weight_micro").alias("tying_weight_micro"),
        F.count("*").alias("linking_people"),
        F.count_if("new_to_soc").alias("new_to_soc"),
        F.bit_or("handling").alias("of_people"),
    )
    rows = found.join(victims, on=list(PAIR_KEY), how="full")
    counts = ("shared_members", "tying_edges", "tying_weight_micro", "shared_victims", "linking_people", "new_to_soc")
    rows = rows.withColumns({name: F.coalesce(name, F.lit(0)).cast("bigint") for name in counts})
    handling = F.coalesce("handling", F.lit(0)).bitwiseOR(F.coalesce("of_people", F.lit(0))).cast("int")
    is_soc = (F.col("theme_a") == SOC) | (F.col("theme_b") == SOC)
    rows = rows.withColumns({"handling": handling, "new_to_soc": F.when(is_soc, F.col("new_to_soc"))})
    return rows.select(*NETWORK_LINKS.names)


def _with_pair(rows: DataFrame) -> DataFrame:
    """The structs a and b as the four columns of a pair."""
    return rows.withColumns(
        {
            "theme_a": F.col("a.theme"),
            "network_a": F.col("a.network_id"),
            "theme_b": F.col("b.theme"),
            "network_b": F.col("b.network_id"),
        }
    )
