"""The page of a chart: one HTML that loads nothing. Only its own hashed scripts and style may run in it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from harmnet import __version__
from harmnet.charts import library
from harmnet.charts.layout import positions
from harmnet.charts.picture import Picture, Tie
from harmnet.charts.roles import ROLES, VICTIM, Person
from harmnet.handling import in_words
from harmnet.views import NOTICE

# Read one after the other as one script.
_SCRIPTS = ("panel.js", "drawing.js", "labels.js", "controls.js")


def write_page(picture: Picture, cytoscape: str) -> str:
    """The HTML of a picture: the same picture, the same bytes. `cytoscape` is the library's script."""
    script = "\n".join(_template(name) for name in _SCRIPTS)
    style = _template("page.css")
    values = {name: escape(str(getattr(picture, name))) for name in ("network_id", "title", "snapshot_id", "theme")}
    return Template(_template("page.html")).substitute(
        values,
        policy=policy(scripts=(cytoscape, script), styles=(style,)),
        style=style,
        script=script,
        cytoscape=cytoscape,
        data=as_data(contents(picture)),
        as_of=picture.as_of.isoformat(),
        handling=escape(in_words(picture.handling)),
        members=f"{picture.members:,}",
        around=f"{len(picture.people) - picture.members:,}",
        ties=f"{len(picture.ties):,}",
        priority=_priority(picture),
        left_out="".join(f"<li>{escape(line)}</li>" for line in picture.left_out),
        people_rows="\n".join(_person_row(place, person) for place, person in enumerate(picture.people)),
        tie_rows="\n".join(_tie_rows(picture)),
        notice=NOTICE,
        version=__version__,
        library=library.NAME,
        library_version=library.VERSION,
        library_licence=library.LICENCE,
    )


def policy(*, scripts: Sequence[str], styles: Sequence[str]) -> str:
    """The Content-Security-Policy that lets these scripts and styles run, whole and unchanged, and nothing else."""

    def hashes(texts: Sequence[str]) -> str:
        digests = (hashlib.sha256(text.encode("utf-8")).digest() for text in texts)
        return " ".join(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)

    return (
        f"default-src 'none'; script-src {hashes(scripts)}; style-src {hashes(styles)}; "
        "base-uri 'none'; form-action 'none'"
    )


def as_data(value: Any) -> str:
    """JSON for a data block: no name in it can end the block, open a comment or start an element."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def contents(picture: Picture) -> dict[str, Any]:
    """What the scripts of the page read; ties name people by their place in `people`."""
    places = {person.nominal_id: place for place, person in enumerate(picture.people)}
    spots = positions(
        picture.members, len(picture.people), [(places[tie.src], places[tie.dst]) for tie in picture.ties]
    )
    return {
        "theme": picture.theme,
        "score": picture.priority.get("score"),
        "parts": picture.priority.get("parts"),
        "roles": ROLES,
        "made": picture.relations,
        "people": [_person(person, *spot) for person, spot in zip(picture.people, spots, strict=True)],
        "ties": [_tie(tie, places) for tie in picture.ties],
    }


def _person(person: Person, x: int, y: int) -> dict[str, Any]:
    facts = person.facts
    return {
        "id": person.nominal_id,
        "name": facts.name,
        "role": person.role,
        "victim": person.victim,
        "leader": facts.leader,
        "child": facts.is_child,
        "age": facts.age,
        "strength": person.strength_micro,
        "prison": facts.in_prison,
        "release": facts.release_due,
        "handling": in_words(facts.handling),
        "x": x,
        "y": y,
        **{name: getattr(facts, name) for name in ("rules", "themes", "score", "rank", "parts")},
        **{name: getattr(facts, name) for name in ("measures", "harm", "signals", "reasons", "protect")},
    }


def _tie(tie: Tie, places: dict[str, int]) -> dict[str, Any]:
    return {
        "src": places[tie.src],
        "dst": places[tie.dst],
        "relation": tie.relation,
        "weight": tie.weight_micro,
        "forth": tie.src_to_dst_micro,
        "back": tie.dst_to_src_micro,
        "first": tie.first_date.isoformat(),
        "last": tie.last_date.isoformat(),
        "handling": in_words(tie.handling),
        "records": [
            [
                *(record.tie, record.record_ref, record.event_date.isoformat(), record.times, record.base_micro),
                *(record.quality_micro, record.decay_micro, record.n, record.weight_micro, record.counted),
                in_words(record.handling),
            ]
            for record in tie.records
        ],
    }


def _priority(picture: Picture) -> str:
    found = picture.priority
    if not found:
        return ""
    parts = " + ".join(f"{name.replace('_', ' ')} {value / 1e6:.3f}" for name, value in found["parts"])
    return (
        f"<div><dt>Rank in theme</dt><dd>{found['rank']:,} of {found['of']:,}</dd></div>"
        f'<div><dt>Score</dt><dd title="{escape(parts)}">{found["score"] / 1e6:.3f}</dd></div>'
    )


def _person_row(place: int, person: Person) -> str:
    facts = person.facts
    age = "not known" if facts.age is None else str(facts.age)
    if facts.is_child:
        age = f'<span class="mark">child, {age}: safeguarding first</span>'
    role = ROLES[person.role] + ("; also a victim" if person.victim and person.role != VICTIM else "")
    name = escape(facts.name or person.nominal_id)
    cells = [
        f'<td><button type="button" class="link" data-person="{place}">{name}</button></td>',
        f"<td>{escape(person.nominal_id)}</td><td>{role}</td><td>{age}</td>",
        f'<td class="number">{"" if facts.rank is None else f"{facts.rank:,}"}</td>',
        f'<td class="number">{person.strength_micro / 1e6:.3f}</td><td>{in_words(facts.handling)}</td>',
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _tie_rows(picture: Picture) -> list[str]:
    names = {person.nominal_id: person.facts.name or person.nominal_id for person in picture.people}
    numbered = sorted(enumerate(picture.ties), key=lambda item: (-item[1].weight_micro, item[0]))
    return [
        f'<tr><td><button type="button" class="link" data-tie="{at}">'
        f"{escape(names[tie.src])} ({escape(tie.src)}) and {escape(names[tie.dst])} ({escape(tie.dst)})</button></td>"
        f'<td>{tie.relation}</td><td class="number">{tie.weight_micro / 1e6:.6f}</td>'
        f'<td class="number">{sum(record.counted for record in tie.records)}</td>'
        f"<td>{tie.first_date}</td><td>{tie.last_date}</td><td>{in_words(tie.handling)}</td></tr>"
        for at, tie in numbered
    ]


def _template(name: str) -> str:
    return files("harmnet.charts").joinpath(name).read_text(encoding="utf-8")
