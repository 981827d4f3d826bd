"""Who and what a correction names, looked up in published snapshots and raw rows when it is registered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from harmnet.config import Settings
from harmnet.contracts.linked import PEOPLE
from harmnet.contracts.raw import PEOPLE as RAW_PEOPLE
from harmnet.contracts.raw import RAW_TABLES
from harmnet.contracts.results import NETWORK_MEMBERS
from harmnet.corrections.linked import person_key
from harmnet.corrections.register import Correction
from harmnet.corrections.resolving import MERGED
from harmnet.current import current_rows
from harmnet.errors import HarmnetError
from harmnet.ingest import batches_up_to, visible_rows
from harmnet.snapshots import manifest
from harmnet.snapshots.manifest import Snapshot
from harmnet.snapshots.recipe import load_recipe, settings_of
from harmnet.sources import RULES
from harmnet.sources.checks import Context, check_rows
from harmnet.storage import Lake

RECORDS = {
    "crimes": (("crime_people", "crime_ref"),),
    "intelligence": (("intelligence_people", "report_ref"),),
    "custody": (("custody", "custody_ref"),),
    "prison": (("prison_stays", "stay_ref"),),
    "missing": (("missing_episodes", "episode_ref"), ("missing_people", "episode_ref")),
    "markers": (("markers", "marker_ref"),),
    "groups": (("groups", "group_ref"),),
    "associations": (("associations", "association_ref"),),
}
"""System of a record -> the raw tables that say who is on it, and the column that names the record."""


class Lookup:
    """The lake as it is now. Raises HarmnetError where a name stands for nothing."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake

    def about(self, one: Correction, nominal_id: str) -> Correction:
        """The correction with its person: references and keys, by the newest snapshot that has them."""
        snapshot, refs = self._person(nominal_id)
        return replace(
            one, nominal_id=nominal_id, refs=refs, keys=self._keys(refs, snapshot), snapshot_id=snapshot.snapshot_id
        )

    def with_others(self, one: Correction, others: Sequence[str], *, snapshot_id: str | None = None) -> Correction:
        """The correction with the other people it concerns and their references."""
        if snapshot_id is None:
            refs = {ref for other in others for ref in self._person(other)[1]}
        else:
            refs = self._refs(snapshot_id, others)
        named = one.snapshot_id or snapshot_id
        return replace(one, others=tuple(others), other_refs=tuple(sorted(refs)), snapshot_id=named)

    def on_record(self, one: Correction, person_refs: Iterable[str]) -> Correction:
        """The correction with everyone who is on the record, by the newest snapshot."""
        snapshot, refs = self._newest(), sorted(person_refs)
        people = self.lake.read_result(PEOPLE, snapshot.snapshot_id).where(F.col("person_ref").isin(refs))
        others = sorted({row["nominal_id"] for row in people.select("nominal_id").collect()})
        return replace(one, others=tuple(others), other_refs=tuple(refs), snapshot_id=snapshot.snapshot_id)

    def people_on(self, record: str) -> set[str]:
        """person_ref of everyone on the record system:record_ref, in any batch."""
        system, _, reference = record.partition(":")
        if system not in RECORDS or not reference:
            raise HarmnetError(f"{record}: write system:record_ref; the systems are {', '.join(RECORDS)}")
        found: set[str] = set()
        for source, column in RECORDS[system]:
            rows = self._raw(source)
            if rows is not None:
                named = rows.where(F.trim(F.col(column)) == reference)
                ends = [F.trim(name) for name in ("person_ref", "other_person_ref") if name in rows.columns]
                found |= {ref for row in named.select(*ends).collect() for ref in row if ref}
        if not found:
            raise HarmnetError(f"{record}: no such record was ever delivered")
        return found

    def members(self, network_id: str) -> tuple[set[str], str]:
        """Members of a network, and the newest snapshot that has it."""
        for snapshot in self._snapshots:
            rows = self.lake.read_result(NETWORK_MEMBERS, snapshot.snapshot_id)
            found = rows.where(F.col("network_id") == network_id).select("nominal_id").collect()
            if found:
                return {row["nominal_id"] for row in found}, snapshot.snapshot_id
        raise HarmnetError(f"{network_id}: no snapshot has such a network")

    def themes(self) -> list[str]:
        """Themes of the newest snapshot."""
        return sorted(self._settings(self._newest()).themes.themes)

    @cached_property
    def _snapshots(self) -> list[Snapshot]:
        published = [snapshot for snapshot in manifest.snapshots(self.lake) if not snapshot.withdrawn]
        if not published:
            raise HarmnetError(f"{self.lake.root}: no snapshot was published yet; run harmnet refresh first")
        return sorted(published, key=lambda snapshot: snapshot.place, reverse=True)

    def _newest(self) -> Snapshot:
        return self._snapshots[0]

    def _settings(self, snapshot: Snapshot) -> Settings:
        return settings_of(load_recipe(self.lake, snapshot.recipe_hash))

    def _person(self, nominal_id: str) -> tuple[Snapshot, tuple[str, ...]]:
        for snapshot in self._snapshots:
            rows = self.lake.read_result(PEOPLE, snapshot.snapshot_id).where(F.col("nominal_id") == nominal_id)
            found = rows.select("person_ref", "how").collect()
            if found:
                # What another correction merged is theirs only while that one holds.
                return snapshot, tuple(sorted(row["person_ref"] for row in found if row["how"] != MERGED))
        raise HarmnetError(f"{nominal_id}: no snapshot has such a nominal")

    def _refs(self, snapshot_id: str, people: Sequence[str]) -> set[str]:
        rows = self.lake.read_result(PEOPLE, snapshot_id).where(F.col("nominal_id").isin(list(people)))
        return {row["person_ref"] for row in rows.where(F.col("how") != MERGED).select("person_ref").collect()}

    def _keys(self, refs: Sequence[str], snapshot: Snapshot) -> tuple[str, ...]:
        """Digest of every surname, forename, sex and date of birth that any batch delivered for the references."""
        rows = self._raw("people")
        if rows is None:
            return ()
        mine = current_rows(rows.where(F.trim("person_ref").isin(list(refs))), RAW_PEOPLE, None)
        context = Context(self._settings(snapshot).weights.age, snapshot.as_of)
        typed = check_rows(mine, RAW_PEOPLE, RULES["people"], words=(), context=context)
        key = person_key(*(F.col(name) for name in ("surname", "forename", "sex", "dob")))
        found = typed.select(key.alias("key")).where(F.col("key").isNotNull()).distinct()
        return tuple(sorted(row["key"] for row in found.collect()))

    def _raw(self, source: str) -> DataFrame | None:
        table = next(table for table in RAW_TABLES if table.source == source)
        return visible_rows(self.lake, table, [batch.batch_id for batch in batches_up_to(self.lake, None)])
