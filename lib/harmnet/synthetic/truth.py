"""What is true about the force: who is in what, planted or not, who needs protecting, which faults were planted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from harmnet.contracts.raw import RAW_TABLES
from harmnet.synthetic import render
from harmnet.synthetic.clock import LAST_DAY, MINUTES, age_on
from harmnet.synthetic.draws import Ints
from harmnet.synthetic.layout import LAYOUT, NONE, Person, Ref
from harmnet.synthetic.records import Records
from harmnet.synthetic.topics import COUNTY_LINES, INJURY, OF_THEME, SOC, VIOLENT_CRIME, WEAPON
from harmnet.synthetic.world import Fault, World
from harmnet.synthetic.writing import number_of

# Someone is what the last six years say.
WINDOW_DAYS = 2190
_OLD_ENOUGH = 10
KEYS = {table.source: table.key for table in RAW_TABLES}


def write_truth(world: World, records: Records, rows: dict[str, int], out: Path) -> None:
    """Write people, members, networks, safeguarding, faults and counts below `out`."""
    ids, hints = _people(world, records, out)
    background = _background(world)
    planted = [(m.theme, m.network, ids[m.person].as_py(), m.role, m.side, "PLANTED") for m in world.members]
    _table(
        out,
        "members",
        ("theme", "network", "person_id", "role", "side", "origin"),
        [*planted, *_named(background, ids)],
    )
    sizes: dict[str, set[int]] = {}
    for member in world.members:
        if member.side == "OFFENDER":
            sizes.setdefault(member.network, set()).add(member.person)
    _table(
        out,
        "networks",
        ("theme", "network", "size", "area"),
        [(n.theme, n.name, len(sizes[n.name]), n.area) for n in world.networks],
    )
    cases = [
        (
            f"SG-{turn:05d}",
            case.kind,
            ids[case.person].as_py(),
            hints[case.person],
            case.theme,
            case.network,
            case.detail,
        )
        for turn, case in enumerate(world.cases, start=1)
    ]
    _table(out, "safeguarding", ("case", "kind", "person_id", "nominal_id_hint", "theme", "network", "detail"), cases)
    faults = [(f.fault, f.table, key, f.expected) for f in world.faults for key in _keys(world, records, f)]
    _table(out, "faults", ("fault", "table", "source_key", "expected"), faults)
    _table(out, "counts", ("name", "value"), _counts(world, rows, background))


def _people(world: World, records: Records, out: Path) -> tuple[pa.Array, dict[int, str]]:
    """Write people.csv; person ids by person, and the nominal id to expect of those in a safeguarding case."""
    n = len(world.people)
    order = np.lexsort((records.system, records.person))
    person = records.person[order]
    refs = records.refs(person, records.system[order], records.second[order])
    counts = np.bincount(person, minlength=n)
    lists = pa.ListArray.from_arrays(pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32()), refs)
    joined = pc.binary_join(lists, ";")
    with_number = np.zeros(n, dtype=bool)
    with_number[records.person[records.numbered == 1]] = True
    nominal = render.numbered("N", np.where(with_number, records.number, NONE), 7)
    ids = render.numbered("P", np.arange(1, n + 1), 7)
    met = pa.array(counts > 0)
    table = pa.table(
        {
            "person_id": ids,
            "nominal_ref": nominal,
            "person_refs": joined,
            "dob": render.dates(world.people.dob),
            "is_child_at_end": pa.array(age_on(world.people.dob, LAST_DAY) < 18),
        }
    )
    pcsv.write_csv(table.filter(met), out / "people.csv")
    hints = {person: nominal[person].as_py() or ref for person, ref in _first_refs(world, lists).items()}
    return ids, hints


def _first_refs(world: World, lists: pa.Array) -> dict[int, str]:
    """The smallest person reference of everyone in a safeguarding case."""
    return {case.person: min(lists[case.person].as_py()) for case in world.cases}


def _background(world: World) -> list[tuple[str, str, Ints]]:
    """(theme, side, people) who fit a theme by what was written about them, but are not planted on that side of it."""
    offender, victim = _topics_of_people(world)
    offender |= np.where((offender & INJURY > 0) & (offender & WEAPON > 0), VIOLENT_CRIME, 0)
    found = []
    for theme, bit in OF_THEME.items():
        for side, topics in (("OFFENDER", offender), ("VICTIM", victim)):
            planted = {member.person for member in world.members if member.theme == theme and member.side == side}
            people = np.flatnonzero(topics & bit > 0)
            found.append((theme, side, people[~np.isin(people, list(planted))]))
    return found


def _topics_of_people(world: World) -> tuple[Ints, Ints]:
    """Topic bits of each person's records of the last six years, on the offender side and as a victim."""
    n, place, frames = len(world.people), world.texts.place, world.frames
    offender, victim = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    crimes, on = frames["crimes"], frames["crime_people"]
    crime, person, role = on["crime_ref"], on["person_ref"], on["role"]
    topic = np.where(crime == NONE, 0, crimes["topic"][crime])
    day = crimes["occurred_from"][crime] // MINUTES
    acted = np.isin(role, [place("SUSPECT"), place("DEFENDANT")]) & (on["status"] != place("NO_FURTHER_ACTION"))
    _gather(world, offender, person, topic, day, acted)
    _gather(world, victim, person, topic, day, role == place("VICTIM"), offence=False)
    custody = frames["custody"]
    dropped = custody["disposal"] == place("NFA")
    _gather(world, offender, custody["person_ref"], custody["topic"], custody["detained_at"] // MINUTES, ~dropped)
    reports, on = frames["intelligence"], frames["intelligence_people"]
    report, person, role = on["report_ref"], on["person_ref"], on["role"]
    good = reports["credible"][report] == 1
    day = reports["created_at"][report] // MINUTES
    acted = np.isin(role, [place("SUBJECT"), place("ASSOCIATE")]) & good
    _gather(world, offender, person, reports["topic"][report], day, acted)
    _gather(world, victim, person, reports["topic"][report], day, (role == place("VICTIM")) & good, offence=False)
    groups = frames["groups"]
    listed = np.where(
        groups["group_kind"] == place("OCG"), SOC, np.where(groups["group_kind"] == place("LINE"), COUNTY_LINES, 0)
    )
    exploited = groups["role"] == place("EXPLOITED")
    _gather(world, offender, groups["person_ref"], listed, groups["confirmed_at"], ~exploited)
    _gather(world, victim, groups["person_ref"], listed, groups["confirmed_at"], exploited, offence=False)
    return offender, victim


def _gather(
    world: World, into: Ints, person: Ints, topic: Ints, day: Ints, here: np.ndarray, *, offence: bool = True
) -> None:
    keep = here & (topic > 0) & (day > LAST_DAY - WINDOW_DAYS)
    person, topic, day = person[keep], topic[keep], day[keep]
    if offence:
        grown = age_on(world.people.dob[person], day) >= _OLD_ENOUGH
        person, topic = person[grown], topic[grown]
    np.bitwise_or.at(into, person, topic.astype(np.int64))


def _named(background: list[tuple[str, str, Ints]], ids: pa.Array) -> Iterable[tuple[str, ...]]:
    for theme, side, people in background:
        role = "OFFENDER" if side == "OFFENDER" else "VICTIM"
        for person in ids.take(pa.array(people)).to_pylist():
            yield theme, "", person, role, side, "BACKGROUND"


def _keys(world: World, records: Records, fault: Fault) -> list[str]:
    """source_key of the faulty row; of every record of the person where the fault is the person's."""
    if fault.table == "people":
        rows = np.flatnonzero(records.person == fault.row)
        return records.refs(records.person[rows], records.system[rows], records.second[rows]).to_pylist()
    frame, rows = world.frames[fault.table], np.array([fault.row])
    parts = []
    for name in KEYS[fault.table]:
        kind = LAYOUT[fault.table][name]
        value = frame[name][rows]
        if (fault.row, name) in frame.wrong:
            parts.append(frame.wrong[fault.row, name] or "")
        elif isinstance(kind, Person):
            parts.append(records.of_rows(kind.system, value, rows)[0].as_py())
        elif isinstance(kind, Ref):
            parts.append(
                render.numbered(kind.prefix, number_of(world, fault.table, kind, value, rows), kind.digits)[0].as_py()
            )
        else:
            parts.append(world.texts.all[int(value[0])])
    return ["|".join(parts)]


def _counts(world: World, rows: dict[str, int], background: list[tuple[str, str, Ints]]) -> list[tuple[str, int]]:
    counts = [("involvements", world.involvements()), *((f"rows {name}", number) for name, number in rows.items())]
    for theme in OF_THEME:
        planted = {(m.person, m.side) for m in world.members if m.theme == theme}
        counts.append((f"{theme} networks planted", sum(network.theme == theme for network in world.networks)))
        for side in ("OFFENDER", "VICTIM"):
            counts.append((f"{theme} {side} planted", sum(s == side for _, s in planted)))
            counts.append(
                (f"{theme} {side} background", sum(len(p) for t, s, p in background if (t, s) == (theme, side)))
            )
    return [*counts, ("safeguarding cases", len(world.cases)), ("faults", len(world.faults))]


def _table(out: Path, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    values = list(zip(*rows)) or [()] * len(columns)
    table = pa.table(
        {
            column: pa.array([None if v is None else str(v) for v in part], pa.string())
            for column, part in zip(columns, values)
        }
    )
    pcsv.write_csv(table, out / f"{name}.csv")
