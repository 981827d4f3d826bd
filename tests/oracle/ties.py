"""Which pairs each tie finds, on which record, with which n."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from .records import Record, quality_of_association
from .staging import nights, parse_day, parse_end, parse_times
from .weight import micro


@dataclass
class Found:
    """One pair on one record, or, where `pair` is None, a record with too many people.

    `harmed` holds (offender, victim) of the pair. `crime_ref` is set where co_offending and co_arrest compete.
    """

    pair: tuple[str, str] | None
    record_ref: str
    n: int
    day: date | None = None
    quality: int = 0
    times: int = 1
    base: float | None = None
    harmed: frozenset = frozenset()
    crime_ref: str | None = None


def _everyone(oracle, tie: str, record: Record, people: set[str], crime_ref: str | None = None) -> list[Found]:
    n = len(people)
    if n > oracle.conf["ties"][tie]["max_people"]:
        return [Found(None, record.ref, n)]
    found = {"record_ref": record.ref, "n": n, "day": record.day, "quality": record.quality, "crime_ref": crime_ref}
    return [Found(pair, **found) for pair in combinations(sorted(people), 2)]


def co_offending(oracle):
    """All offenders of one crime."""
    for r in oracle.usable("crimes"):
        yield from _everyone(oracle, "co_offending", r, oracle.on_side(r, "OFFENDER"), crime_ref=r.ref)


def co_arrest(oracle):
    """All detained under one arrest."""
    for r in oracle.usable("custody"):
        yield from _everyone(oracle, "co_arrest", r, oracle.on_side(r, "OFFENDER"), crime_ref=r.crime_ref)


def co_reported(oracle):
    """All subjects and associates of one credible report."""
    for r in oracle.usable("intelligence"):
        yield from _everyone(oracle, "co_reported", r, oracle.on_side(r, "OFFENDER"))


def found_together(oracle):
    """The missing person and everyone found with them."""
    for r in oracle.usable("missing"):
        yield from _everyone(oracle, "found_together", r, oracle.in_role(r, "MISSING", "FOUND_WITH"))


def co_victims(oracle):
    """All victims of one crime."""
    for r in oracle.usable("crimes"):
        yield from _everyone(oracle, "co_victims", r, oracle.on_side(r, "VICTIM"))


def offended_against(oracle):
    """Each offender with each victim of one crime or report."""
    limit = oracle.conf["ties"]["offended_against"]["max_people"]
    for r in [*oracle.usable("crimes"), *oracle.usable("intelligence")]:
        offenders, victims = oracle.on_side(r, "OFFENDER"), oracle.on_side(r, "VICTIM")
        if len(offenders | victims) > limit:
            yield Found(None, r.ref, len(offenders | victims))
            continue
        harmed = frozenset((a, v) for a in offenders for v in victims if a != v)
        for pair in sorted({tuple(sorted(both)) for both in harmed}):
            yield Found(pair, r.ref, 2, r.day, r.quality, harmed=harmed)


def shared_victim(oracle):
    """An offender of one record with an offender of another on which the same victim stands."""
    settings = oracle.conf["ties"]["shared_victim"]
    groups, flags = set(settings["offence_groups"]), {flag.upper() for flag in settings["flags"]}
    records = []
    for r in [*oracle.usable("crimes"), *oracle.usable("intelligence")]:
        if r.groups & groups or r.flags & flags:
            offenders, victims = oracle.on_side(r, "OFFENDER"), oracle.on_side(r, "VICTIM")
            if len(offenders | victims) > settings["max_people"]:
                yield Found(None, r.ref, len(offenders | victims))
            else:
                records.append((r, offenders, victims))
    for (r, on_r, harmed_r), (s, on_s, harmed_s) in combinations(records, 2):
        if abs((r.day - s.day).days) > settings["max_days_between"]:
            continue
        pairs = set()
        for v in harmed_r & harmed_s:
            pairs |= {tuple(sorted((a, b))) for a in on_r - {v} for b in on_s - {v} if a != b}
        both = "|".join(sorted((r.ref, s.ref)))
        for pair in sorted(pairs):
            yield Found(pair, both, 2, max(r.day, s.day), min(r.quality, s.quality))


def shared_cell(oracle):
    """Two people min_nights or more in one cell, whole stays together."""
    settings, quality = oracle.conf["ties"]["shared_cell"], micro(oracle.conf["weights"]["quality"]["other"])
    cells = defaultdict(lambda: defaultdict(set))
    for s in oracle.staged["prison_stays"]:
        if s["event_date"] > oracle.as_of:
            continue
        stayed = nights(s["event_date"], parse_end(s["to_date"]), oracle.as_of)
        cells[s["prison"], s["cell"]][oracle.nominal(s["person_ref"])] |= stayed
    for (prison, cell), stays in cells.items():
        ref = f"{prison}/{cell}"
        fullest = max((sum(night in s for s in stays.values()) for night in set().union(*stays.values())), default=0)
        if fullest > settings["max_people"]:
            yield Found(None, ref, fullest)
            continue
        for pair in combinations(sorted(stays), 2):
            shared = stays[pair[0]] & stays[pair[1]]
            if shared and len(shared) >= settings["min_nights"]:
                yield Found(pair, ref, 2, max(shared), quality)


def same_group(oracle):
    """Two members of one group whose memberships overlap on a day at least."""
    settings, quality = oracle.conf["ties"]["same_group"], micro(oracle.conf["weights"]["quality"]["other"])
    memberships = defaultdict(list)
    for g in oracle.staged["groups"]:
        on_offender_side = oracle.side("groups", g["role"], g["person_ref"], g["event_date"]) == "OFFENDER"
        if g["event_date"] <= oracle.as_of and on_offender_side:
            memberships[g["group_ref"]].append(g | {"nominal_id": oracle.nominal(g["person_ref"])})
    for ref, rows in memberships.items():
        n, kinds = len({g["nominal_id"] for g in rows}), {g["group_kind"] for g in rows}
        if n > settings["max_people"]:
            yield Found(None, ref, n)
            continue
        if len(kinds) > 1:
            raise ValueError(f"group {ref} is listed as {sorted(kinds)}: which base applies is not defined")
        latest = {}
        for a, b in combinations(rows, 2):
            if a["nominal_id"] != b["nominal_id"] and _overlap(a, b):
                pair = tuple(sorted((a["nominal_id"], b["nominal_id"])))
                latest[pair] = max(latest.get(pair, date.min), a["event_date"], b["event_date"])
        base = settings["base_by_kind"].get(next(iter(kinds)), settings["base"])
        for pair, day in sorted(latest.items()):
            yield Found(pair, ref, n, day, quality, base=base)


def _overlap(a: dict, b: dict) -> bool:
    start = max(parse_day(a["from_date"]), parse_day(b["from_date"]))
    ends = [end for end in (parse_end(a["to_date"]), parse_end(b["to_date"])) if end]
    return not ends or start < min(ends)


def _associations(oracle, kinds: set[str]):
    for a in oracle.staged["associations"]:
        if a["event_date"] > oracle.as_of:
            continue
        pair = tuple(sorted((oracle.nominal(a["person_ref"]), oracle.nominal(a["other_person_ref"]))))
        quality = quality_of_association(a, oracle.conf)
        if a["kind"] in kinds and quality is not None and pair[0] != pair[1]:
            yield Found(pair, a["association_ref"], 2, a["event_date"], quality, parse_times(a["times"]))


def recorded_association(oracle):
    """Two people someone recorded as associates."""
    yield from _associations(oracle, {"ASSOCIATE"})


def family(oracle):
    """Two people recorded as family or partners."""
    yield from _associations(oracle, {"FAMILY", "PARTNER"})


TIES = {
    "co_offending": co_offending,
    "co_arrest": co_arrest,
    "co_reported": co_reported,
    "shared_cell": shared_cell,
    "same_group": same_group,
    "recorded_association": recorded_association,
    "shared_victim": shared_victim,
    "family": family,
    "found_together": found_together,
    "offended_against": offended_against,
    "co_victims": co_victims,
}
