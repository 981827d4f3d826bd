"""Made pictures: networks of any size with every role and relation in them, drawn from a seed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from harmnet.charts.people import Facts
from harmnet.charts.picture import Picture, Tie
from harmnet.charts.roles import CONNECTED, INVOLVED, MEMBER, TIED, VICTIM, Person
from harmnet.explain import Record

AS_OF = date(2026, 6, 30)
FORENAMES = ("Aled", "Bryn", "Carys", "Dewi", "Elin", "Ffion", "Gwen", "Huw", "Ifan", "Lowri", "Mared", "Owain", "Rhys")
SURNAMES = ("Ash", "Birch", "Cedar", "Elder", "Fir", "Hawthorn", "Larch", "Maple", "Oak", "Rowan", "Sallow", "Willow")
KINDS = {
    "ASSOCIATION": "co_offending",
    "INDIRECT": "shared_victim",
    "HARM": "offended_against",
    "SHARED_HARM": "co_victims",
    "FAMILY": "family",
    "TOGETHER": "found_together",
}


def made_picture(members: int, around: int, seed: int) -> Picture:
    """A network of circles of four to fourteen people, some tied to each other, and people around it."""
    draw = random.Random(seed)
    weights = _between_members(members, draw)
    for place in range(members, members + around):
        near = draw.randrange(members)
        for member in sorted({near, max(0, near - draw.choice((0, 0, 1, 3)))}):
            relation = draw.choice(("HARM", "HARM", "ASSOCIATION", "FAMILY", "TOGETHER"))
            weights[min(place, member), max(place, member), relation] = draw.randrange(20_000, 900_000)
    ids = [f"N{place:07d}" for place in range(members + around)]
    ties = tuple(
        _tie(ids[src], ids[dst], relation, weight, draw) for (src, dst, relation), weight in sorted(weights.items())
    )
    roles = [MEMBER] * members + [draw.choice((VICTIM, VICTIM, CONNECTED, INVOLVED, TIED)) for _ in range(around)]
    people = tuple(_person(person, role, ties, draw) for person, role in zip(ids, roles, strict=True))
    return Picture(
        network_id="county_lines-0123456789abcdef",
        theme="county_lines",
        title="County lines",
        snapshot_id="20260630-01234567",
        as_of=AS_OF,
        handling=38,
        priority={"rank": 2, "of": 17, "score": 610_000, "parts": [("theme_harm", 600_000), ("size", 10_000)]},
        relations=("ASSOCIATION", "INDIRECT"),
        people=people,
        ties=ties,
        left_out=("ties between two people around the network",),
    )


def _between_members(members: int, draw: random.Random) -> dict[tuple[int, int, str], int]:
    weights: dict[tuple[int, int, str], int] = {}
    circles, start = [], 0
    while start < members:
        size = min(draw.randint(4, 14), members - start)
        circles.append(range(start, start + size))
        start += size
    for circle in circles:
        for one, other in pairwise(circle):
            weights[one, other, "ASSOCIATION"] = draw.randrange(50_000, 400_000)
        for _ in range(2 * len(circle)):
            met = sorted(draw.sample(circle, min(len(circle), draw.choice((2, 2, 3, 4)))))
            for at, one in enumerate(met):
                for other in met[at + 1 :]:
                    weights[one, other, "ASSOCIATION"] = draw.randrange(50_000, 2_000_000)
        if len(circle) > 5:
            weights[circle[0], circle[3], "FAMILY"] = 300_000
            weights[circle[1], circle[4], "INDIRECT"] = 250_000
    for at, circle in enumerate(circles[1:], 1):
        for _ in range(draw.choice((1, 1, 2, 3))):
            one, other = draw.choice(circles[draw.randrange(max(0, at - 6), at)]), draw.choice(circle)
            weights[one, other, "ASSOCIATION"] = draw.randrange(30_000, 900_000)
    return weights


def _tie(src: str, dst: str, relation: str, weight: int, draw: random.Random) -> Tie:
    day = AS_OF - timedelta(days=draw.randrange(900))
    first = weight // 3
    records = tuple(
        Record(relation, KINDS[relation], f"C{draw.randrange(10**6)}", day, 1, 10**6, 10**6, part, 2, part, True, 38)
        for part in (first, weight - first)
    )
    forth = weight if relation == "HARM" else 0
    return Tie(src, dst, relation, weight, forth, 0, day, day, 38, records)


def _person(person: str, role: str, ties: tuple[Tie, ...], draw: random.Random) -> Person:
    age = draw.choice((None, *range(11, 18), *range(18, 50), *range(18, 50)))
    strength = sum(tie.weight_micro for tie in ties if person in (tie.src, tie.dst))
    parts = [(name, draw.randrange(200_000)) for name in ("theme_harm", "all_harm", "centrality_full", "recency")]
    facts = Facts(
        name=f"{draw.choice(FORENAMES)} {draw.choice(SURNAMES)}",
        is_child=None if age is None else age < 18,
        age=age,
        handling=38,
        leader=role == MEMBER and draw.random() < 0.03,
    )
    if role == MEMBER:
        facts.parts, facts.score, facts.rank = parts, sum(value for _, value in parts), draw.randrange(1, 900)
        facts.rules, facts.themes = ["drugs_line"], ["all", "county_lines"]
        facts.measures = {"IMMEDIATE": {"degree": 4, "pagerank": 0.0123}, "FULL": {"degree": 4, "pagerank": 0.00123}}
    return Person(person, role, role == VICTIM or draw.random() < 0.05, strength, facts)


HOSTILE = (
    "</script><script>window.broken = true</script>",
    "<img src=x onerror='window.broken = true'>",
    '"><iframe src="https://example.invalid/"></iframe>',
    "<!--<script>",
    "$data ${script} $$",
    "line\u2028and\u2029paragraph",
)


def hostile_picture() -> Picture:
    """A network whose members have names that try to leave the place they are shown in."""
    picture = made_picture(len(HOSTILE), 0, seed=3)
    people = tuple(
        replace(person, facts=replace(person.facts, name=name))
        for person, name in zip(picture.people, HOSTILE, strict=True)
    )
    return replace(picture, people=people, title=HOSTILE[0], left_out=HOSTILE)
