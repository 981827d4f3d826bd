"""What someone asks to be corrected, checked against the lake and completed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from harmnet.contracts.corrections import ACTIONS
from harmnet.contracts.raw import PEOPLE
from harmnet.corrections.lookup import Lookup
from harmnet.corrections.register import CHECKS, EVERYTHING, HOLDING, UNDOING, Correction, append, in_force
from harmnet.corrections.scopes import in_scope, in_theme, in_tie, scoped
from harmnet.errors import HarmnetError
from harmnet.storage import Lake

FIELDS = ("forename", "surname", "sex", "dob")
UNKNOWN = "unknown"
GRADES = {"5x5x5": ("[A-E]", "[1-5]"), "3x5x2": ("[1-3]", "[A-E]")}
"""Scheme -> what a grade of the source and of the information looks like."""


@dataclass(frozen=True)
class Request:
    """What was asked for, as it was written. `subjects`: nominals, a record, a network or a correction's number."""

    action: str
    subjects: tuple[str, ...]
    who: str
    why: str
    authority: str
    effective_date: date
    applies_to: str | None = None
    field: str | None = None
    value: str | None = None
    person_ref: str | None = None
    record: str | None = None
    safeguarding_authority: str | None = None


def correct(lake: Lake, request: Request, *, now: datetime) -> Correction:
    """Register what was asked for and return it, numbered. Raises HarmnetError, and writes nothing, when it cannot be:
    one line per thing that is wrong."""
    problems = _said_badly(request, now.date())
    if problems:
        raise HarmnetError([f"correct {request.action}: {problem}" for problem in problems])

    def make(known: tuple[Correction, ...]) -> Correction:
        blank = Correction(
            request.action, request.who, request.why, request.authority, request.effective_date, registered_at=now
        )
        try:
            return _COMPLETE[request.action](Lookup(lake), request, blank, known)
        except HarmnetError as error:
            raise HarmnetError([f"correct {request.action}: {problem}" for problem in error.problems]) from None

    return append(lake, make)


_TAKES = {
    "RECTIFY": {"field", "value"},
    "UNLINK": {"person_ref", "record"},
    "REGRADE": {"value"},
    **{action: {"applies_to", "safeguarding_authority"} for action in HOLDING},
    **{action: {"applies_to"} for action in CHECKS},
}
_SUBJECTS = {"MERGE": (2, 2), **dict.fromkeys(CHECKS, (1, 2))}
_OPTIONS = {"person_ref": "--ref"}


def _said_badly(request: Request, today: date) -> list[str]:
    """What can be seen to be wrong without the lake."""
    problems = []
    low, high = _SUBJECTS.get(request.action, (1, 1))
    if request.action not in ACTIONS:
        return [f"no such action; there are {', '.join(ACTIONS)}"]
    if not low <= len(request.subjects) <= high:
        wanted = (
            "two nominals" if low == 2 else "one subject" if high == 1 else "one subject, or two nominals for a tie"
        )
        problems.append(f"takes {wanted}, found {len(request.subjects)}")
    for name in ("applies_to", "field", "value", "person_ref", "record", "safeguarding_authority"):
        if getattr(request, name) is not None and name not in _TAKES.get(request.action, set()):
            problems.append(f"takes no {_OPTIONS.get(name, '--' + name.replace('_', '-'))}")
    for name in ("who", "why", "authority", "safeguarding_authority"):
        said = getattr(request, name)
        if said is not None and not said.strip():
            problems.append(f"--{name.replace('_', '-')} is empty; say it in words")
    if request.effective_date > today:
        problems.append(f"--effective-date {request.effective_date} lies in the future; register it on the day")
    return problems


def _rectify(lake: Lookup, request: Request, blank: Correction, known: tuple[Correction, ...]) -> Correction:
    if request.field not in FIELDS:
        raise HarmnetError(f"--field must be one of {', '.join(FIELDS)}; found {request.field}")
    if request.value is None or not request.value.strip():
        raise HarmnetError(f"--value is missing: what the {request.field} is, or {UNKNOWN}")
    value = None if request.value.strip().lower() == UNKNOWN else request.value.strip()
    if request.field == "dob" and value is not None:
        value = _birthday(value, blank.effective_date if blank.registered_at is None else blank.registered_at.date())
    if request.field == "sex" and value is not None and value not in PEOPLE.column("sex").codes:
        raise HarmnetError(f"--value {value}: sex is one of {', '.join(PEOPLE.column('sex').codes)} or {UNKNOWN}")
    return replace(lake.about(blank, request.subjects[0]), field=request.field, value=value)


def _birthday(text: str, today: date) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise HarmnetError(f"--value {text}: a date of birth is written YYYY-MM-DD, or {UNKNOWN}") from None
    if not date(1900, 1, 1) < day <= today:
        raise HarmnetError(f"--value {text}: no date of birth; it lies after 1900-01-01 and not in the future")
    return day.isoformat()


def _unlink(lake: Lookup, request: Request, blank: Correction, known: tuple[Correction, ...]) -> Correction:
    if (request.person_ref is None) == (request.record is None):
        raise HarmnetError("takes either --ref (a person reference) or --record (system:record_ref)")
    one = lake.about(blank, request.subjects[0])
    if request.record is not None:
        on_it = lake.people_on(request.record)
        if not set(one.refs) & on_it:
            raise HarmnetError(f"{request.record}: {one.nominal_id} is not on this record")
        return replace(one, record=request.record)
    if request.person_ref not in one.refs:
        raise HarmnetError(f"{request.person_ref} does not stand for {one.nominal_id}; {', '.join(one.refs)} do")
    rest = tuple(ref for ref in one.refs if ref != request.person_ref)
    if not rest:
        raise HarmnetError(f"{request.person_ref} is the only reference of {one.nominal_id}: nothing to take it off")
    # Its own key would find the reference again under another name.
    return replace(one, refs=rest, keys=(), person_ref=request.person_ref)


def _merge(lake: Lookup, request: Request, blank: Correction, known: tuple[Correction, ...]) -> Correction:
    if request.subjects[0] == request.subjects[1]:
        raise HarmnetError(f"{request.subjects[0]} was given twice; name two different nominals")
    one = lake.with_others(lake.about(blank, request.subjects[0]), [request.subjects[1]])
    if set(one.refs) & set(one.other_refs):
        raise HarmnetError(f"{' and '.join(request.subjects)} are one person already")
    return one


def _hold(lake: Lookup, request: Request, blank: Correction, known: tuple[Correction, ...]) -> Correction:
    one = scoped(blank, request.applies_to or EVERYTHING, request.safeguarding_authority)
    return in_scope(lake, lake.about(one, request.subjects[0]))


def _regrade(lake: Lookup, request: Request, blank: Correction, known: tuple[Correction, ...]) -> Correction:
    record = request.subjects[0]
    if record.partition(":")[0] not in ("intelligence", "associations"):
        raise HarmnetError(f"{record}: only intelligence:REPORT and associations:ASSOCIATION carry grades")
    scheme, *grades = (request.value or "none").split() or ["none"]
    if scheme not in GRADES or not re.fullmatch(r" ".join(GRADES[scheme]), " ".join(grades)):
        raise HarmnetError(f"--value {request.value}: write scheme, source and information, as in '5x5x5 B 2'")
    on_it = lake.people_on(record)
    return replace(lake.on_record(blank, on_it), record=record, value=" ".join([scheme, *grades]))


def _undo(lake: Lookup, request: Request, blank: Correction, known: tuple[Correction, ...]) -> Correction:
    text = request.subjects[0]
    found = [one for one in known if str(one.correction_id) == text]
    if not found:
        raise HarmnetError(f"{text}: no such correction; there are {len(known)}")
    one = found[0]
    fits = one.action == "MERGE" if request.action == "UNMERGE" else one.action not in {"MERGE", *CHECKS, *UNDOING}
    if not fits:
        raise HarmnetError(f"correction {text} is a {one.action}, which {request.action} does not undo")
    if one not in in_force(known):
        raise HarmnetError(f"correction {text} was undone before")
    return replace(blank, undoes=one.correction_id)


def _check(lake: Lookup, request: Request, blank: Correction, known: tuple[Correction, ...]) -> Correction:
    kind, _, name = request.subjects[0].partition(":")
    if len(request.subjects) == 2:
        if request.applies_to is not None:
            raise HarmnetError("takes no --applies-to with a tie")
        one = replace(lake.about(blank, request.subjects[0]), applies_to=f"tie:{request.subjects[1]}")
        return in_tie(lake, one, request.subjects[1])
    if kind == "network":
        if request.applies_to is not None:
            raise HarmnetError("takes no --applies-to with a network")
        members, snapshot_id = lake.members(name)
        one = lake.with_others(blank, sorted(members), snapshot_id=snapshot_id)
        return replace(one, applies_to=request.subjects[0])
    one = replace(lake.about(blank, request.subjects[0]), applies_to=request.applies_to or EVERYTHING)
    kind, name = one.scope
    if kind not in (EVERYTHING, "theme"):
        raise HarmnetError(f"--applies-to {one.applies_to}: a check of a person is of everything or of theme:THEME")
    return one if kind == EVERYTHING else in_theme(lake, one, name)


_COMPLETE: dict[str, Callable[[Lookup, Request, Correction, tuple[Correction, ...]], Correction]] = {
    "RECTIFY": _rectify,
    "UNLINK": _unlink,
    "MERGE": _merge,
    "REGRADE": _regrade,
    **dict.fromkeys(HOLDING, _hold),
    **dict.fromkeys(UNDOING, _undo),
    **dict.fromkeys(CHECKS, _check),
}
