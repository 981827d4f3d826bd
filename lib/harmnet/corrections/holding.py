"""Whom corrections hold out of networks, and the cuts that follow in the stages after `link`.

Without corrections every function here gives back what it was given, and no Spark job runs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from harmnet.config import Themes
from harmnet.contracts.corrections import HELD_OUT
from harmnet.local_rows import local_rows

if TYPE_CHECKING:
    from harmnet.stage_io import StageIO

OFFENDERS = ("ASSOCIATION",)
"""Relations that join the full network; those of the themes stand in conf."""


@dataclass(frozen=True)
class Held:
    """People (idx) held out, by scope."""

    everything: frozenset[int] = frozenset()
    themes: Mapping[str, frozenset[int]] = field(default_factory=dict)
    ties: frozenset[tuple[int, int]] = frozenset()
    """Pairs that are not tied as offenders, the smaller idx first."""
    networks: Mapping[tuple[str, int], frozenset[int]] = field(default_factory=dict)
    """(theme, person) -> people with whom the person is in no network."""
    safeguarding: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Theme -> people who are not in its safeguarding either."""

    def in_theme(self, theme: str) -> frozenset[int]:
        """People held out of the theme's networks."""
        return self.everything | self.themes.get(theme, frozenset())


NOBODY = Held()


def held_out(io: StageIO) -> Held:
    """Whom the run holds out; NOBODY, and no Spark job, where no correction was pinned."""
    return held_of(io.read(HELD_OUT)) if io.recipe.last_correction else NOBODY


def held_of(rows: DataFrame) -> Held:
    """The same of the held_out table."""
    found = [row.asDict() for row in rows.collect()]

    def by_theme(wanted: Iterable[dict[str, object]]) -> dict[str, frozenset[int]]:
        people: dict[str, set[int]] = {}
        for row in wanted:
            people.setdefault(str(row["theme"]), set()).add(row["idx"])  # type: ignore[arg-type]
        return {theme: frozenset(them) for theme, them in people.items()}

    networks: dict[tuple[str, int], set[int]] = {}
    for row in found:
        if row["scope"] == "NETWORK":
            networks.setdefault((row["theme"], row["idx"]), set()).add(row["other_idx"])
    themes = [row for row in found if row["scope"] == "THEME"]
    return Held(
        frozenset(row["idx"] for row in found if row["scope"] == "EVERYTHING"),
        by_theme(themes),
        frozenset(
            (min(row["idx"], row["other_idx"]), max(row["idx"], row["other_idx"]))
            for row in found
            if row["scope"] == "TIE"
        ),
        {key: frozenset(others) for key, others in networks.items()},
        by_theme(row for row in themes if row["also_safeguarding"]),
    )


def relations_cut(themes: Themes) -> list[str]:
    """Relations that join people into networks of offenders, in any theme, sorted."""
    return sorted({*OFFENDERS, *(relation for theme in themes.themes.values() for relation in theme.relations)})


def only_ties_left(pairs: DataFrame, held: Held, *, tie_names: Collection[str]) -> DataFrame:
    """Evidence of pairs without ties of these names of people held out of everything, or not tied to each other."""
    if not (held.everything or held.ties):
        return pairs
    cut = _is("src", held.everything) | _is("dst", held.everything) | _is_pair(held.ties)
    return pairs.where(~(F.col("tie").isin(*sorted(tie_names)) & cut))


def only_hits_left(hits: DataFrame, held: Held) -> DataFrame:
    """Hits of rules without those of people held out of the theme, but where they are the victim."""
    apart = held_in_theme("theme", "nominal_id", held)
    return hits if apart is None else hits.where(~(apart & (F.coalesce("side", F.lit("NEUTRAL")) != "VICTIM")))


def only_neutral(involvements: DataFrame, held: Held) -> DataFrame:
    """Involvements in which nobody held out of everything is on the offender side."""
    if not held.everything:
        return involvements
    apart = _is("idx", held.everything) & (F.col("side") == "OFFENDER")
    return involvements.withColumn("side", F.when(apart, F.lit("NEUTRAL")).otherwise(F.col("side")))


def only_free(rows: DataFrame, held: Held, *, person: str) -> DataFrame:
    """Rows (with a theme) of people who are not held out of it."""
    apart = held_in_theme("theme", person, held)
    return rows if apart is None else rows.where(~apart)


def held_in_theme(theme: str, person: str, held: Held) -> Column | None:
    """The row's person is held out of the row's theme; None where nobody is held out."""
    if not (held.everything or held.themes):
        return None
    found = _is(person, held.everything)
    for name, people in sorted(held.themes.items()):
        found = found | ((F.col(theme) == name) & _is(person, people))
    return F.coalesce(found, F.lit(False))


def only_edges_left(edges: DataFrame, held: Held) -> DataFrame:
    """Edges of the themes' graphs without those between a person and a network they are held out of."""
    cut = {
        (theme, min(person, other), max(person, other))
        for (theme, person), others in held.networks.items()
        for other in others
    }
    if not cut:
        return edges
    gone = local_rows(edges.sparkSession, sorted(cut), "theme string, src bigint, dst bigint")
    return edges.join(F.broadcast(gone), on=["theme", "src", "dst"], how="left_anti")


def back_in_network(measured: DataFrame, held: Held) -> set[tuple[str, int]]:
    """(theme, idx) of people who are in one community with someone of a network that they are held out of.

    `measured`: theme, idx, community_idx. Somebody new may tie a person to the others again.
    """
    if not held.networks:
        return set()
    people = sorted({idx for (_, person), others in held.networks.items() for idx in (person, *others)})
    rows = measured.where(_is("idx", people)).select("theme", "idx", "community_idx").collect()
    community = {(row["theme"], row["idx"]): row["community_idx"] for row in rows}
    return {
        (theme, person)
        for (theme, person), others in held.networks.items()
        if (theme, person) in community
        and community[theme, person] in {community.get((theme, other)) for other in others}
    }


def without(vertices: DataFrame, people: Collection[tuple[str, int]]) -> DataFrame:
    """Vertices (theme, idx) without these."""
    gone = local_rows(vertices.sparkSession, sorted(people), "theme string, idx bigint")
    return vertices.join(F.broadcast(gone), on=["theme", "idx"], how="left_anti")


def out_of_safeguarding(rows: DataFrame, held: Held) -> DataFrame:
    """Rows of safeguarding without people who are out of the theme's safeguarding as well."""
    for theme, people in sorted(held.safeguarding.items()):
        rows = rows.where(~((F.col("theme") == theme) & _is("nominal_id", people)))
    return rows


def _is(column: str, people: Collection[int]) -> Column:
    return F.col(column).isin(*sorted(people)) if people else F.lit(False)


def _is_pair(pairs: Collection[tuple[int, int]]) -> Column:
    def of(src: Column, dst: Column) -> Column:
        return F.struct(src.cast("bigint").alias("src"), dst.cast("bigint").alias("dst"))

    wanted = [of(F.lit(src), F.lit(dst)) for src, dst in sorted(pairs)]
    return of(F.col("src"), F.col("dst")).isin(*wanted) if wanted else F.lit(False)
