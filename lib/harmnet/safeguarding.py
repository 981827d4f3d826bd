"""The stage `safeguard`: who in or near a network may need protecting, and who may control someone exploited.

Children first: a flag needs no grade, no age and no rule, only a record. It says that someone should look; it decides
nothing, and it never makes anyone an offender.
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet import safeguarding_counts, victim_links
from harmnet.at_risk import OF_YOUTH, AtRisk, latest, reason_rows, signal_rows, theme_victims, what_is_known
from harmnet.config import Safeguarding
from harmnet.contracts.linked import INVOLVEMENTS, NOMINAL_AREAS, NOMINAL_DATES, NOMINAL_IDS, NOMINALS
from harmnet.contracts.priorities import NOMINAL_PRIORITIES
from harmnet.contracts.results import EDGES, FULL_NETWORK, NETWORK_MEMBERS, THEME_HITS, THEME_MEMBERS
from harmnet.contracts.safeguarding import (
    SAFEGUARDING_AREA_COUNTS,
    SAFEGUARDING_COUNTS,
    SAFEGUARDING_FLAGS,
    VICTIM_LINKS,
)
from harmnet.corrections.holding import held_out, out_of_safeguarding
from harmnet.harm import offence_group_rows
from harmnet.parallel import each
from harmnet.presence import PLACE, far_places, places
from harmnet.shared_records import shared_records
from harmnet.stage_io import StageIO


def run(io: StageIO) -> None:
    """Flags, their counts, and the victim links."""
    conf = io.settings.safeguarding
    people = at_risk(io)
    vertices = io.read(NETWORK_MEMBERS).select("theme", "network_id", F.col("nominal_id").alias("idx"))
    members = vertices.where(F.col("theme") != FULL_NETWORK)
    anyone = people.reasons.select("idx").unionByName(people.victims.select("idx")).distinct()
    shared = shared_records(io.read(INVOLVEMENTS), anyone, members, max_people=conf.max_people).localCheckpoint()
    near = places(anyone, members, io.read(EDGES), shared).localCheckpoint()
    everyone = near.unionByName(far_places(near, vertices, people, untied_victims=conf.untied_victims))
    flagged = with_reasons(everyone, people, conf=conf)
    flagged = with_person(flagged, io.read(NOMINALS), io.read(NOMINAL_AREAS))
    flagged = with_standing(flagged, io.read(THEME_MEMBERS), io.read(NOMINAL_PRIORITIES))
    parent = io.read_parent(SAFEGUARDING_FLAGS)
    flagged = with_newness(flagged, parent, io.read(NOMINAL_IDS), parent_as_of=io.recipe.parent_as_of)
    held = held_out(io)
    flagged = out_of_safeguarding(flagged, held)
    flags = io.write(flagged.select(*SAFEGUARDING_FLAGS.names), SAFEGUARDING_FLAGS)
    wanted = victim_links.people_without_list(flags, *people, conf=conf.victim_links)
    links = victim_links.build(wanted, members, io.read(EDGES), shared, conf=conf, held=held)
    links = victim_links.with_controllers(links, io.read(NOMINALS), io.read(THEME_MEMBERS))
    tables = {
        SAFEGUARDING_COUNTS: safeguarding_counts.by_reason(flags, *people, first_run=parent is None),
        SAFEGUARDING_AREA_COUNTS: safeguarding_counts.by_area(flags, first_run=parent is None),
        VICTIM_LINKS: out_of_safeguarding(links, held).select(*VICTIM_LINKS.names),
    }
    each(lambda table: io.write(tables[table], table), tables, at_once=len(tables))


def at_risk(io: StageIO) -> AtRisk:
    """Signals and reasons of everyone in the force, and victims of themes."""
    conf, weights, as_of = io.settings.safeguarding, io.settings.weights, io.recipe.as_of
    groups = offence_group_rows(io.spark, io.settings)
    signals = signal_rows(io.read(INVOLVEMENTS), groups, conf=conf, weights=weights, as_of=as_of).localCheckpoint()
    reasons = reason_rows(signals, io.read(NOMINALS), io.read(NOMINAL_DATES), conf=conf, weights=weights, as_of=as_of)
    victims = theme_victims(io.read(THEME_HITS), as_of=as_of, window_days=io.settings.themes.window_days)
    return AtRisk(signals, reasons.localCheckpoint(), victims.localCheckpoint())


def with_reasons(everyone: DataFrame, people: AtRisk, *, conf: Safeguarding) -> DataFrame:
    """One row per place and reason, with the columns of safeguarding_flags that follow from records.

    In the full network youth alone is a reason: the rest is told where the person is near a theme.
    """
    columns = ["reason", "credible", "ended", "last_date", "records", "reason_roles", "reason_handling"]
    reasons = people.reasons.withColumnRenamed("handling", "reason_handling")
    by_person = everyone.join(reasons, on="idx", how="inner")
    by_person = by_person.where((F.col("theme") != FULL_NETWORK) | F.col("reason").isin(*OF_YOUTH))
    victims = people.victims.withColumnRenamed("handling", "reason_handling")
    by_theme = everyone.join(victims, on=["theme", "idx"], how="inner").withColumn("reason", F.lit("THEME_VICTIM"))
    known = what_is_known(people.signals)
    several = only_several_systems(everyone, known, conf=conf)
    rows = [frame.select(*everyone.columns, *columns) for frame in (by_person, by_theme, several)]
    found = rows[0].unionByName(rows[1]).unionByName(rows[2])
    found = found.join(known.select("idx", "known_by", "assessed_on"), on="idx", how="left")
    last_date = F.greatest("last_date", F.array_max("shared")["event_date"])
    return found.select(
        *PLACE,
        "part",
        "relations",
        "weight_micro",
        "reason",
        F.array_sort(F.array_union("roles", "reason_roles")).alias("roles"),
        latest(F.col("records"), conf.records_listed).alias("sources"),
        F.size("records").cast("bigint").alias("sources_count"),
        latest(F.col("shared"), conf.records_listed).alias("shared_records"),
        F.size("shared").cast("bigint").alias("shared_count"),
        last_date.alias("last_date"),
        "ended",
        (~(F.col("credible") & F.col("tie_credible"))).alias("uncorroborated"),
        F.coalesce("known_by", F.array().cast("array<string>")).alias("already_known_by"),
        F.coalesce(F.col("assessed_on") >= last_date, F.col("assessed_on").isNotNull()).alias("known_since_last_event"),
        F.col("handling").bitwiseOR(F.col("reason_handling")).alias("handling"),
    )


def only_several_systems(everyone: DataFrame, known: DataFrame, *, conf: Safeguarding) -> DataFrame:
    """Places near a theme of people without marker or assessment, on whom so many systems together have something."""
    told = known.where((F.size("known_by") == 0) & (F.size("systems") > 0)).select(
        "idx",
        F.col("systems").alias("signal_systems"),
        F.col("credible_systems").alias("credible_signals"),
        F.col("signal_records").alias("records"),
        F.col("signal_roles").alias("reason_roles"),
    )
    met = everyone.where((F.col("theme") != FULL_NETWORK) & (F.col("part") != "NOT_TIED"))
    met = met.join(told, on="idx", how="inner")

    def enough(signals: str, shared: str) -> Column:
        return F.size(F.array_union(signals, shared)) >= conf.several_systems

    return met.where(enough("signal_systems", "systems")).select(
        *everyone.columns,
        F.lit("SEVERAL_SYSTEMS").alias("reason"),
        enough("credible_signals", "credible_systems").alias("credible"),
        F.lit(False).alias("ended"),
        F.array_max("records")["event_date"].alias("last_date"),
        "records",
        "reason_roles",
        F.lit(0).alias("reason_handling"),
    )


def with_person(flagged: DataFrame, nominals: DataFrame, areas: DataFrame) -> DataFrame:
    """Adds is_child, age_band and area_code (home, the one on most records; of equals the smallest code).

    A row that rests on no record is handled as everything recorded about the person.
    """
    homes = areas.where(F.col("relation") == "HOME").groupBy(F.col("nominal_id").alias("idx"))
    home = homes.agg(F.min(F.struct(-F.col("events"), "area_code")).alias("home"))
    people = nominals.select(
        F.col("nominal_id").alias("idx"), "is_child", "age_band", F.col("handling").alias("own_handling")
    )
    rows = flagged.join(people, on="idx", how="inner").join(home, on="idx", how="left")
    unrecorded = (F.col("sources_count") == 0) & (F.col("weight_micro") == 0) & (F.col("shared_count") == 0)
    handling = F.when(unrecorded, F.coalesce("own_handling", F.lit(0))).otherwise(F.col("handling"))
    return rows.withColumns({"area_code": F.col("home.area_code"), "handling": handling})


def with_standing(flagged: DataFrame, theme_members: DataFrame, priorities: DataFrame) -> DataFrame:
    """Adds involved, victim and ranked, each in the row's theme; idx becomes nominal_id."""
    keys = ["theme", "nominal_id"]
    ranked = priorities.select(*keys, F.lit(True).alias("ranked"))
    rows = flagged.withColumnRenamed("idx", "nominal_id")
    rows = rows.join(theme_members.select(*keys, "involved", "victim"), on=keys, how="left")
    rows = rows.join(ranked, on=keys, how="left")
    return rows.withColumns({name: F.coalesce(name, F.lit(False)) for name in ("involved", "victim", "ranked")})


def with_newness(
    flagged: DataFrame, parent: DataFrame | None, ids: DataFrame, *, parent_as_of: date | None
) -> DataFrame:
    """Adds newness and new_since: what the parent snapshot did not say of this person in this theme.

    Networks are not compared: their ids change with their members. `parent`: its published flags; `ids`: nominal_ids.
    """
    never = F.lit(None).cast("date")
    if parent is None:
        return flagged.withColumns({"newness": F.lit("FIRST_RUN"), "new_since": never})
    seen = (
        parent.select("theme", F.col("nominal_id").alias("name"), "reason")
        .distinct()
        .join(ids.select(F.col("nominal_id").alias("name"), "idx"), on="name", how="inner")
        .select("theme", F.col("idx").alias("nominal_id"), "reason", F.lit(True).alias("seen"))
    )
    rows = flagged.join(seen, on=["theme", "nominal_id", "reason"], how="left")
    new = F.col("seen").isNull()
    return rows.withColumns(
        {
            "newness": F.when(new, F.lit("NEW")).otherwise(F.lit("SEEN")),
            "new_since": F.when(new, F.lit(parent_as_of)).otherwise(never),
        }
    )
