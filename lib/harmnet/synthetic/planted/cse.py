"""Groups that sexually exploit children: adults who befriend, supply and pass on; children who keep going missing."""

from __future__ import annotations

from collections.abc import Sequence

from harmnet.synthetic.clock import LAST_DAY
from harmnet.synthetic.planted.crew import Crew, Words
from harmnet.synthetic.planted.scene import Scene
from harmnet.synthetic.topics import MODERN_SLAVERY

_CRIMES = (
    ("22B", "Sexual activity with a girl aged 14 at a flat, alcohol supplied beforehand"),
    ("88A", "Child groomed over a messaging app and met at the bus station"),
    ("19D", "Rape of a child under 16 at a party, several adults present"),
    ("71", "Child given vapes and money to visit older males, child sexual exploitation"),
    ("13", "Child harboured overnight despite a child abduction warning notice"),
    ("19G", "Rape of a boy under 16 by an adult met online"),
)
_TALK = (
    "Parties at a flat where older males give alcohol and drugs to girls from the children's home",
    "Named by two girls as the one who calls when he wants them to come, grooming",
    "Drives girls from school to the flat, paid in cash, child sexual exploitation",
    "Seen in a car with a missing girl aged 14, says she is his cousin",
)
_MISSING = (
    "Returned with love bites and a new phone, would not say with whom she was",
    "Located at a flat with older males, child sexual exploitation suspected",
    "Collected by car from the placement, found in another part of town smelling of alcohol",
)


def plant(scene: Scene, number: int) -> None:
    """One group and the children it exploits."""
    draws = scene.draws
    crew = Crew(scene, "cse", number, Words("CSE", _TALK[0]), draws.one(16))
    low, high = scene.world.size.members
    crew.recruit("LEADER", 28, 50, women=5)
    for _ in range(draws.between(max(low - 1, 3), max(high - 2, 4))):
        crew.recruit("OFFENDER", 20, 52, women=8)
    crew.borrow("county_lines", role="OFFENDER", percent=30)
    children = [crew.harm(13, 17, women=85) for _ in range(draws.between(3, 3 + high // 3))]
    for _ in range(draws.between(4, 4 + len(crew.active) // 2)):
        code, text = draws.choose(_CRIMES)
        flags = ["CHILD_EXPLOITATION"] if draws.yes(35) else []
        hurt = draws.sample(children, draws.between(1, 2))
        day = _under_sixteen(crew, hurt)
        crew.crime(
            code, crew.some(draws.between(1, 3), leader_percent=12), text=text, flags=flags, victims=hurt, day=day
        )
    for _ in range(draws.between(4, 4 + high // 2)):
        people = [crew.leader, *crew.some(draws.between(1, 2), leader_percent=0)] if draws.yes(60) else crew.some(2)
        crew.report(people, draws.choose(_TALK), victims=draws.sample(children, draws.between(1, 2)), day=crew.day(3))
    _passed_on(crew, children)
    _gone(crew, children)
    for _ in range(draws.between(0, 2)):
        pair = crew.some(2, leader_percent=20)
        if len(pair) == 2:
            scene.known_to_each_other(pair[0], pair[1], "ASSOCIATE", crew.day(3), draws.between(1, 4))
    crew.finish()


def _under_sixteen(crew: Crew, children: Sequence[int]) -> int:
    """A day on which none of the children is sixteen yet, and none under twelve where that can be."""
    born = [crew.scene.dob(child) for child in children]
    last = min(min(born) + 16 * 365, LAST_DAY)
    first = min(max(born) + 12 * 366, last)
    return first + crew.draws.one(last - first + 1)


def _passed_on(crew: Crew, children: Sequence[int]) -> None:
    """The same child with one adult after another, each in a crime of its own."""
    draws = crew.draws
    child = draws.choose(children)
    day = _under_sixteen(crew, [child])
    for person in crew.some(2, leader_percent=0):
        crew.crime(
            "22B",
            [person],
            text=_CRIMES[0][1],
            victims=[child],
            day=min(day + draws.between(3, 90), LAST_DAY),
            arrested=False,
        )
    if draws.yes(30):
        crew.crime(
            "72",
            crew.some(2),
            text="Girl driven to other towns and sold for sex, trafficking",
            flags=["MODERN_SLAVERY"],
            victims=[child],
            topic=MODERN_SLAVERY,
            day=crew.when(crew.day(2), [child]),
        )


def _gone(crew: Crew, children: Sequence[int]) -> None:
    """Missing episodes and what is known about each child."""
    draws, scene = crew.draws, crew.scene
    for child in children:
        for _ in range(draws.between(1, 4)):
            day = crew.when(crew.day(2), [child])
            scene.episode(
                day,
                child,
                found=crew.area if draws.yes(60) else draws.one(16),
                days=draws.between(1, 4),
                text=draws.choose(_MISSING),
                flags=["CHILD", *(["CSE"] if draws.yes(60) else [])],
                found_with=crew.some(1) if draws.yes(40) else [],
            )
        if draws.yes(60):
            scene.marker(crew.when(crew.day(2), [child]), child, "CSE_RISK", "High risk of child sexual exploitation")
        if draws.yes(40):
            scene.marker(scene.dob(child) + draws.between(3700, 4500), child, "LOOKED_AFTER_CHILD", "Foster placement")
