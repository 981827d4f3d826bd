"""The stage `theme`: who is involved in a theme or a victim in it, who is tied to them, and by which rule."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet.config import Condition, Themes, to_micro
from harmnet.contracts.linked import INVOLVEMENTS
from harmnet.contracts.results import EDGES, THEME_HITS, THEME_MEMBERS
from harmnet.corrections.holding import NOBODY, Held, held_out, only_free, only_hits_left
from harmnet.harm import offence_group_rows
from harmnet.joining import by_combination
from harmnet.stage_io import StageIO

# Relations that connect someone to an involved person; family and being found together feed safeguarding alone.
_CONNECTING = ("ASSOCIATION", "INDIRECT", "HARM")

# What the condition of a rule may look at; offence groups follow from the code.
_SEEN_BY_RULES = ("source_system", "role", "kind", "offence_code", "offence_code_system", "flags", "words")

# Of one person's sides on a record the last of these stands in the hit.
_SIDES = ("NEUTRAL", "OFFENDER", "VICTIM")


def run(io: StageIO) -> None:
    """Find the hits of every rule, then members from the hits and the edges."""
    groups = offence_group_rows(io.spark, io.settings)
    held, themes = held_out(io), io.settings.themes
    found = find_hits(io.read(INVOLVEMENTS), groups, themes=themes, as_of=io.recipe.as_of)
    hits = io.write(only_hits_left(found, held), THEME_HITS)
    io.write(members(hits, io.read(EDGES), themes=themes, held=held), THEME_MEMBERS)


def condition_of(condition: Condition) -> Column:
    """The condition on an involvement row that carries `groups`, the offence groups of its code."""
    found: list[Column] = []

    def one_of(column: str, values: tuple[str, ...] | None) -> None:
        if values is not None:
            found.append(F.coalesce(F.col(column).isin(*values), F.lit(False)))

    def any_in(column: str, values: tuple[str, ...] | None) -> None:
        if values is not None:
            wanted = F.array(*(F.lit(value) for value in values))
            found.append(F.coalesce(F.arrays_overlap(F.col(column), wanted), F.lit(False)))

    one_of("source_system", condition.source)
    one_of("role", condition.roles)
    any_in("groups", condition.offence_groups)
    any_in("flags", condition.flags)
    any_in("words", condition.words)
    if condition.offence_codes is not None:
        code = F.concat_ws(":", "offence_code_system", "offence_code")
        found.append(F.coalesce(code.isin(*condition.offence_codes), F.lit(False)))
    if condition.markers is not None:
        found.append(
            (F.col("source_system") == "markers") & F.coalesce(F.col("kind").isin(*condition.markers), F.lit(False))
        )
    if condition.group_kinds is not None:
        found.append(
            (F.col("source_system") == "groups") & F.coalesce(F.col("kind").isin(*condition.group_kinds), F.lit(False))
        )
    found += [condition_of(part) for part in condition.all_of or ()]
    if condition.any_of:
        found.append(reduce(lambda one, other: one | other, (condition_of(part) for part in condition.any_of)))
    return reduce(lambda one, other: one & other, found)


def find_hits(involvements: DataFrame, offence_groups: DataFrame, *, themes: Themes, as_of: date) -> DataFrame:
    """The theme_hits table: one row per theme, rule, person, record and role.

    A hit counts when the record is credible, inside the window, on the offender or the victim side, and the person was
    not released without further action.
    """
    rules = [
        (theme_name, rule_name, rule)
        for theme_name, theme in sorted(themes.themes.items())
        for rule_name, rule in sorted(theme.rules.items())
    ]

    def rules_met(combinations: DataFrame) -> DataFrame:
        rows = combinations.join(F.broadcast(offence_groups), on=["offence_code", "offence_code_system"], how="left")
        met = F.posexplode(F.array(*(condition_of(rule) for *_, rule in rules))).alias("place", "is_met")
        return rows.select(*combinations.columns, met).where("is_met").drop("is_met")

    found = by_combination(involvements, _SEEN_BY_RULES, rules_met)

    def of_rule(values: Iterable[object]) -> Column:
        return F.array(*map(F.lit, values))[F.col("place")]

    windows = (themes.window_days if rule.window_days is None else rule.window_days for *_, rule in rules)
    first_day = of_rule(as_of - timedelta(days=window) for window in windows)
    let_go = F.coalesce(F.col("status") == "NO_FURTHER_ACTION", F.lit(False))
    counted = (
        F.col("credible") & (F.col("event_date") >= first_day) & F.col("side").isin("OFFENDER", "VICTIM") & ~let_go
    )
    # The side as a number: the largest of texts is found by sorting the rows, that of numbers is not.
    number = F.create_map(*(F.lit(item) for pair in zip(_SIDES, range(3), strict=True) for item in pair))
    hits = found.groupBy(
        of_rule(name for name, *_ in rules).alias("theme"),
        of_rule(name for _, name, _ in rules).alias("rule"),
        of_rule(rule.strength for *_, rule in rules).alias("strength"),
        F.col("idx").alias("nominal_id"),
        "source_system",
        "record_ref",
        "role",
    ).agg(
        F.max(number[F.col("side")]).alias("side"),
        F.max("event_date").alias("event_date"),
        F.max("credible").alias("credible"),
        F.max(counted).alias("counted"),
        F.bit_or("handling").alias("handling"),
    )
    sides = F.array(*map(F.lit, _SIDES))
    return hits.withColumn("side", sides[F.col("side")]).select(*THEME_HITS.names)


def is_involved() -> Column:
    """Aggregate over a person's hits in a theme: one counted PRIMARY rule, or two SUPPORTING ones, as an offender."""
    offender = F.col("counted") & (F.col("side") == "OFFENDER")
    primary = F.count_if(offender & (F.col("strength") == "PRIMARY")) > 0
    return primary | (F.count_distinct(F.when(offender & (F.col("strength") == "SUPPORTING"), F.col("rule"))) >= 2)


def members(hits: DataFrame, edges: DataFrame, *, themes: Themes, held: Held = NOBODY) -> DataFrame:
    """The theme_members table: involved, victims and connected people of every theme. Who is held out of a theme is a
    victim there or not at all."""
    victim = F.col("counted") & (F.col("side") == "VICTIM")
    either = F.col("counted") & F.col("side").isin("OFFENDER", "VICTIM")
    own = hits.groupBy("theme", "nominal_id").agg(
        is_involved().alias("involved"),
        (F.count_if(victim) > 0).alias("victim"),
        F.sort_array(F.collect_set(F.when(either, F.col("rule")))).alias("rules"),
        F.min(F.when(either, F.col("event_date"))).alias("first_date"),
        F.max(F.when(either, F.col("event_date"))).alias("last_date"),
    )
    involved = own.where("involved").select("theme", F.col("nominal_id").alias("involved_id"))
    ends = edges.where(
        F.col("relation").isin(*_CONNECTING) & (F.col("weight_micro") >= to_micro(themes.connected_min_weight))
    )
    both = ends.select("relation", F.col("src").alias("involved_id"), F.col("dst").alias("nominal_id")).unionByName(
        ends.select("relation", F.col("dst").alias("involved_id"), F.col("src").alias("nominal_id"))
    )
    near = (
        only_free(both.join(involved, on="involved_id", how="inner"), held, person="nominal_id")
        .groupBy("theme", "nominal_id")
        .agg(F.sort_array(F.collect_set("relation")).alias("near_by"))
    )
    rows = own.join(near, on=["theme", "nominal_id"], how="full")
    involved_now, victim_now = F.coalesce("involved", F.lit(False)), F.coalesce("victim", F.lit(False))
    connected = ~involved_now & F.col("near_by").isNotNull()
    nothing = F.array().cast("array<string>")
    return rows.where(involved_now | victim_now | connected).select(
        "theme",
        "nominal_id",
        involved_now.alias("involved"),
        victim_now.alias("victim"),
        (victim_now & ~involved_now).alias("victim_only"),
        connected.alias("connected"),
        F.when(connected, F.col("near_by")).otherwise(nothing).alias("connected_by"),
        F.coalesce("rules", nothing).alias("rules"),
        "first_date",
        "last_date",
    )
