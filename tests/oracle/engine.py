"""The oracle: people, involvements, evidence, edges and hub events of one extract, slow and obvious."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from .people import known_dobs, link, nominal_dobs, whole_years
from .records import Record, build_records, quality_of_association
from .staging import stage
from .ties import TIES, Found
from .weight import age_in_days, decay_micro, micro, weight_micro


class Oracle:
    """What the tables must hold for one extract, as of one day.

    extract: table -> rows, as `read_extract` returns it. conf: as `load_conf` returns it. as_of: a date or its text.
    """

    def __init__(self, extract: dict[str, list[dict]], conf: dict, as_of: date | str) -> None:
        self.conf = conf
        self.as_of = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
        self.staged = stage(extract)
        self.records = build_records(self.staged, conf)
        age = conf["weights"]["age"]
        self._responsible_at = age["criminal_responsibility"]
        unknown = {date.fromisoformat(str(day)) for day in age["unknown_dates_of_birth"]}
        rows = [row for row in self._appearances() if row["event_date"] <= self.as_of]
        seen = [(row["person_ref"], row["event_date"]) for row in rows]
        dobs = known_dobs(self.staged["people"], seen, unknown, self.as_of)
        self._nominals = link(self.staged["people"], {ref for ref, _ in seen}, dobs)
        self._dobs = nominal_dobs(self.staged["people"], self._nominals, dobs, seen)
        self._found = [(tie, found) for tie, find in TIES.items() for found in find(self)]

    def people(self) -> dict[str, str]:
        """person_ref -> nominal_id, for every person record and every person_ref on a usable event."""
        return dict(self._nominals)

    def involvements(self) -> list[dict]:
        """One row per person_ref, record and role on or before as_of.

        nominal_id, person_ref, source, record_ref (an arrest for custody, prison/cell for a stay), role, side,
        event_date, age_at_event (None = unknown), credible, quality_micro (0 = not credible).
        """
        rows = []
        for row in self._appearances():
            if row["event_date"] <= self.as_of:
                ref, day, quality = row["person_ref"], row["event_date"], row.pop("quality")
                row |= {"nominal_id": self._nominals[ref], "age_at_event": self.age(ref, day)}
                row |= {"side": self.side(row["source"], row["role"], ref, day)}
                rows.append(row | {"credible": quality is not None, "quality_micro": quality or 0})
        return rows

    def evidence(self) -> list[dict]:
        """One row per pair, tie and record, with the factors of its weight.

        src < dst in byte order. `counted` says whether the row adds to an edge: its weight is not 0, and it is not on
        the losing side of co_offending against co_arrest behind one crime.
        """
        rows = [self._evidence_row(tie, found) for tie, found in self._found if found.pair]
        losing = self._losing(rows)
        for row in rows:
            crime = row.pop("crime_ref")
            lost = crime is not None and row["tie"] == losing.get((row["src"], row["dst"], crime))
            row["counted"] = row["weight_micro"] > 0 and not lost
        return rows

    def edges(self) -> dict[tuple[str, str, str], dict]:
        """(src, dst, relation) -> the row of the edges table: sums, records, first and last date over what counts."""
        grouped = defaultdict(list)
        for row in self.evidence():
            if row["counted"]:
                grouped[row["src"], row["dst"], row["relation"]].append(row)
        edges = {}
        for key, rows in sorted(grouped.items()):
            sums = {c: sum(r[c] for r in rows) for c in ("weight_micro", "src_to_dst_micro", "dst_to_src_micro")}
            days = [row["event_date"] for row in rows]
            edges[key] = dict(zip(("src", "dst", "relation"), key, strict=True)) | sums
            edges[key]["records"] = len({(row["tie"], row["record_ref"]) for row in rows})
            edges[key] |= {"first_date": min(days), "last_date": max(days)}
        return edges

    def hub_events(self) -> list[tuple[str, str, int]]:
        """(tie, record_ref, n) of each record with more than max_people people in the tie's roles, sorted."""
        return sorted((tie, found.record_ref, found.n) for tie, found in self._found if not found.pair)

    def age(self, person_ref: str, day: date) -> int | None:
        """Age of the nominal on a day, in whole years; None where no date of birth before that day is known."""
        born = self._dobs.get(self.nominal(person_ref))
        return None if born is None or born >= day else whole_years(born, day)

    def side(self, source: str, role: str, person_ref: str, day: date) -> str:
        """OFFENDER, VICTIM or NEUTRAL; an offender below the age of criminal responsibility is NEUTRAL."""
        sides, age = self.conf["weights"]["sides"][source], self.age(person_ref, day)
        side = sides[role if role in sides else "ANY_OTHER"]
        return "NEUTRAL" if side == "OFFENDER" and age is not None and age < self._responsible_at else side

    def nominal(self, person_ref: str) -> str:
        """The nominal_id of a person_ref."""
        return self._nominals[person_ref]

    def on_side(self, record: Record, side: str) -> set[str]:
        """Nominals on that side of the record."""
        on = [ref for ref, role in record.people if self.side(record.source, role, ref, record.day) == side]
        return {self.nominal(ref) for ref in on}

    def in_role(self, record: Record, *roles: str) -> set[str]:
        """Nominals in any of these roles on the record, at whatever age."""
        return {self.nominal(ref) for ref, role in record.people if role in roles}

    def usable(self, source: str) -> list[Record]:
        """Credible records of a source dated on or before as_of."""
        return [r for r in self.records if r.source == source and r.quality is not None and r.day <= self.as_of]

    def _appearances(self) -> list[dict]:
        other = micro(self.conf["weights"]["quality"]["other"])
        rows = []
        for r in self.records:
            rows += [_appearance(r.source, r.ref, ref, role, r.day, r.quality) for ref, role in r.people]
        for s in self.staged["prison_stays"]:
            cell = f"{s['prison']}/{s['cell']}"
            rows.append(_appearance("prison", cell, s["person_ref"], "PRISONER", s["event_date"], other))
        for m in self.staged["markers"]:
            rows.append(_appearance("markers", m["marker_ref"], m["person_ref"], m["kind"], m["event_date"], other))
        for g in self.staged["groups"]:
            rows.append(_appearance("groups", g["group_ref"], g["person_ref"], g["role"], g["event_date"], other))
        for a in self.staged["associations"]:
            for ref in (a["person_ref"], a["other_person_ref"]):
                quality = quality_of_association(a, self.conf)
                rows.append(_appearance("associations", a["association_ref"], ref, a["kind"], a["event_date"], quality))
        return rows

    def _evidence_row(self, tie: str, found: Found) -> dict:
        settings = self.conf["ties"][tie]
        days = age_in_days(found.day, self.as_of)
        base = micro(settings["base"] if found.base is None else found.base)
        decay = decay_micro(days, settings["half_life_days"], settings["max_age_days"])
        weight = weight_micro(found.times, base, found.quality, decay, found.n)
        src, dst = sorted(found.pair)
        return {
            "src": src,
            "dst": dst,
            "tie": tie,
            "relation": settings["relation"],
            "record_ref": found.record_ref,
            "event_date": found.day,
            "times": found.times,
            "base_micro": base,
            "quality_micro": found.quality,
            "decay_micro": decay,
            "n": found.n,
            "weight_micro": weight,
            "src_to_dst_micro": weight if (src, dst) in found.harmed else 0,
            "dst_to_src_micro": weight if (dst, src) in found.harmed else 0,
            "crime_ref": found.crime_ref,
        }

    @staticmethod
    def _losing(rows: list[dict]) -> dict[tuple[str, str, str], str]:
        sums = defaultdict(lambda: {"co_offending": 0, "co_arrest": 0})
        for row in rows:
            if row["crime_ref"] is not None:
                sums[row["src"], row["dst"], row["crime_ref"]][row["tie"]] += row["weight_micro"]
        return {
            key: "co_offending" if both["co_arrest"] > both["co_offending"] else "co_arrest"
            for key, both in sums.items()
        }


def _appearance(source, record_ref, person_ref, role, day, quality) -> dict:
    return {
        "source": source,
        "record_ref": record_ref,
        "person_ref": person_ref,
        "role": role,
        "event_date": day,
        "quality": quality,
    }
