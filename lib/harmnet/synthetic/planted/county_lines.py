"""Drugs lines: a phone and its holder in one town, children sent to sell in another from a vulnerable person's flat."""

from __future__ import annotations

from collections.abc import Sequence

from harmnet.synthetic.clock import LAST_DAY
from harmnet.synthetic.planted.crew import Crew, Words
from harmnet.synthetic.planted.scene import Scene
from harmnet.synthetic.topics import MODERN_SLAVERY, VIOLENT_CRIME, WEAPON

_NAMES = (
    "Marlo",
    "Benji",
    "Dizzy",
    "Jay",
    "Ghost",
    "Rico",
    "Smokey",
    "Tezz",
    "Ace",
    "Bailey",
    "Cruz",
    "Frenchie",
    "Kano",
    "Lucky",
)
_DEALS = (
    "Wraps of heroin and crack cocaine with a list of calls on a burner phone, runner for the line",
    "Possession with intent to supply class A, bulk texts advertising the drugs line found on the phone",
    "Found in flat with 60 wraps and a zombie knife, believed dealing for a county line",
    "Stopped leaving the railway station with class A drugs plugged and two phones",
)
_TALK = (
    "Holds the phone of the {name} county line and sends children out to sell",
    "Runs the {name} line into the coastal towns, collects money twice a week",
    "Driving runners to addresses for the {name} drugs line",
    "Recruiting boys at the bus station to go country for the {name} line",
    "Debt bondage: says a runner lost a package and now has to work it off for the {name} line",
)
_CUCKOO = "Vulnerable occupant says that the {name} line took over the flat, cuckooing, drugs sold day and night"


def plant(scene: Scene, number: int) -> None:
    """One line."""
    draws = scene.draws
    home = draws.one(16)
    target = (home + 4 * draws.between(1, 3)) % 16 // 4 * 4 + draws.one(4)
    name = f"{draws.choose(_NAMES)}{'' if number <= len(_NAMES) else number}"
    crew = Crew(scene, "county_lines", number, Words("COUNTY_LINES", _TALK[0].format(name=name)), home)
    low, high = scene.world.size.members
    crew.recruit("LEADER", 24, 38)
    for _ in range(draws.between(low - 2, high - 3)):
        crew.recruit("MEMBER", 18, 32)
    crew.borrow("soc", percent=45)
    runners = [crew.recruit("RUNNER", 14, 17, women=15) for _ in range(draws.between(1, 2 + high // 8))]
    children = [crew.harm(13, 17, women=20, role="EXPLOITED") for _ in range(draws.between(1, 2))]
    hosts = [crew.harm(28, 62, women=40, area=target) for _ in range(draws.between(1, 2))]
    if draws.yes(80):
        crew.listing("LINE", f"{name} line")
        for child in [child for child in children if draws.yes(50)]:
            group = f"LINE-{crew.name}"
            scene.listed(group, f"{name} line", "LINE", child, "EXPLOITED", LAST_DAY - draws.between(30, 500))
    _sell(crew, target, runners)
    for _ in range(draws.between(4, 5 + high // 2)):
        people = [crew.leader, *crew.some(draws.between(1, 2), leader_percent=0)]
        crew.report(people, draws.choose(_TALK).format(name=name), mentioned=draws.sample(children, draws.one(2)))
    for child in (*runners, *children):
        _send_away(crew, child, target, runner=child in runners)
    _take_over(crew, hosts, target, name)
    _enforce(crew, children)
    crew.finish()


def _sell(crew: Crew, target: int, runners: Sequence[int]) -> None:
    """Arrests where the drugs are sold: runners and those who drive and supervise them."""
    draws = crew.draws
    for _ in range(draws.between(4, 4 + len(crew.active) // 2)):
        others = [person for person in crew.active if person not in runners]
        people = crew.some(draws.between(1, 2), leader_percent=6) if draws.yes(45) else crew.some(1, among=others)
        if draws.yes(55):
            people = [*people, *[child for child in draws.sample(runners, 1) if child not in people]]
        knife = draws.yes(25)
        crew.crime(
            "92A",
            people,
            area=target,
            day=crew.day(6),
            text=draws.choose(_DEALS),
            flags=["KNIFE"] if knife else [],
            topic=WEAPON if knife else 0,
        )


def _send_away(crew: Crew, child: int, target: int, *, runner: bool) -> None:
    """A child goes missing and is found where the line sells."""
    draws, scene = crew.draws, crew.scene
    if runner:
        crew.note(child, "EXPLOITED", "VICTIM")
    for _ in range(draws.between(2, 5)):
        found = draws.choose((target, target, target // 4 * 4 + draws.one(4)))
        scene.episode(
            crew.when(crew.day(2), [child]),
            child,
            found=found,
            days=draws.between(2, 8),
            flags=["CHILD", *(["COUNTY_LINES"] if draws.yes(60) else [])],
            found_with=crew.some(1, leader_percent=0) if draws.yes(40) else [],
            text=draws.choose(
                (
                    "Located at an address used for dealing, new trainers and two phones",
                    "Found at the railway station in another town with cash, would not say where he had been",
                    "Returned hungry and tired, believed to be working for a county line",
                )
            ),
        )
    if draws.yes(60):
        scene.marker(
            crew.when(crew.day(2), [child]),
            child,
            "COUNTY_LINES_RISK",
            "Child criminal exploitation, sent out of area to sell drugs",
        )
    if draws.yes(40):
        scene.marker(
            crew.when(crew.day(2), [child]),
            child,
            "EXPLOITED",
            "Referred to the national referral mechanism as an exploited child",
        )
    if draws.yes(30):
        scene.marker(max(crew.day(4), scene.dob(child) + 9 * 366), child, "LOOKED_AFTER_CHILD", "Residential placement")


def _take_over(crew: Crew, hosts: Sequence[int], target: int, name: str) -> None:
    """A vulnerable adult's home is used to sell from."""
    draws, scene = crew.draws, crew.scene
    text = _CUCKOO.format(name=name)
    for host in hosts:
        scene.marker(crew.day(3), host, "VULNERABLE", "Drug dependent, learning difficulty, lives alone")
        crew.report(crew.some(2, leader_percent=20), text, victims=[host])
        if draws.yes(70):
            code = draws.choose(("8N", "105A", "3B"))
            crew.crime(code, crew.some(draws.between(1, 2), leader_percent=0), area=target, text=text, victims=[host])


def _enforce(crew: Crew, children: Sequence[int]) -> None:
    """Violence over territory and debts; now and then a charge of slavery."""
    draws = crew.draws
    if draws.yes(60):
        rival = crew.scene.background_person(16, 30)
        crew.crime(
            "5D",
            crew.some(2, leader_percent=0),
            text="Stabbing over drug territory, victim refuses to talk",
            flags=["KNIFE"],
            victims=[rival],
            topic=VIOLENT_CRIME,
            day=crew.day(4),
        )
    if draws.yes(40):
        crew.crime(
            "106",
            [crew.leader, *crew.some(1, leader_percent=0)],
            text="Child arranged to travel and sell drugs, modern slavery",
            flags=["MODERN_SLAVERY"],
            victims=draws.sample(children, 1),
            topic=MODERN_SLAVERY,
            day=crew.day(2),
        )
    adults = [person for person in crew.active if crew.scene.dob(person) < LAST_DAY - 23 * 366]
    if len(adults) >= 2 and draws.yes(50):
        crew.scene.shared_cell(draws.sample(adults, 2), crew.day(4), draws.between(30, 140))
    for _ in range(draws.between(0, 2)):
        pair = crew.some(2, leader_percent=0)
        if len(pair) == 2:
            crew.scene.known_to_each_other(pair[0], pair[1], "ASSOCIATE", crew.day(3), draws.between(1, 5))
