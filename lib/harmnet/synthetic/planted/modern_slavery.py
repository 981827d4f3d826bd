"""Exploiters of adult labour and of people sold for sex: a few who control, many who are held and moved."""

from __future__ import annotations

from collections.abc import Sequence

from harmnet.synthetic.planted.crew import Crew, Words
from harmnet.synthetic.planted.scene import Scene
from harmnet.synthetic.topics import VIOLENT_CRIME

_PLACES = ("car wash", "nail bar", "chicken farm", "building site", "warehouse", "cannabis house")
_CRIMES = (
    ("106", "Workers held at a {place}, wages taken for debts, forced labour"),
    ("106", "Men living in a container behind a {place}, documents kept by the boss, servitude"),
    ("72", "Women moved between flats and advertised online, trafficking for sexual exploitation"),
    ("106", "Victim found at a {place} with untreated injuries, says he may not leave, modern slavery"),
)
_TALK = (
    "Controls the workers at a {place}, keeps their passports, forced labour",
    "Collects the wages of men who live twelve to a house, debt bondage",
    "Meets new arrivals at the coach station and takes them to a {place}, trafficking",
    "Threatens the families of workers at a {place} who want to leave, modern slavery",
)


def plant(scene: Scene, number: int) -> None:
    """One group of exploiters and the people whom they exploit."""
    draws = scene.draws
    place = draws.choose(_PLACES)
    crew = Crew(scene, "modern_slavery", number, Words("MODERN_SLAVERY", _TALK[0].format(place=place)), draws.one(16))
    low, high = scene.world.size.members
    leader = crew.recruit("LEADER", 30, 58, women=20)
    for _ in range(draws.between(max(low - 1, 3), max(high - 3, 4))):
        crew.recruit("OFFENDER", 23, 55, women=25)
    crew.borrow("soc", role="OFFENDER", percent=35)
    victims = [crew.harm(19, 56, women=45, role="EXPLOITED") for _ in range(draws.between(3, 3 + high // 2))]
    if draws.yes(30):
        victims.append(crew.harm(15, 17, women=50, role="EXPLOITED"))
    if draws.yes(60):
        scene.known_to_each_other(leader, crew.some(1)[0], draws.choose(("FAMILY", "PARTNER")), crew.day(4))
    for _ in range(draws.between(3, 3 + len(crew.active) // 2)):
        code, text = draws.choose(_CRIMES)
        held = draws.sample(victims, draws.between(1, 4))
        people = crew.some(draws.between(1, 3), leader_percent=15)
        crew.crime(code, people, text=text.format(place=place), victims=held, day=crew.when(crew.day(4), held))
    for _ in range(draws.between(4, 4 + high // 2)):
        people = [crew.leader, *crew.some(draws.between(1, 2), leader_percent=0)] if draws.yes(60) else crew.some(2)
        held = draws.sample(victims, draws.one(3))
        crew.report(people, draws.choose(_TALK).format(place=place), victims=held, day=crew.when(crew.day(4), held))
    _held(crew, victims)
    crew.finish()


def _held(crew: Crew, victims: Sequence[int]) -> None:
    """What is known of those who are held; one tried to run."""
    draws, scene = crew.draws, crew.scene
    for victim in victims:
        day = crew.when(crew.day(3), [victim])
        if victim not in crew.suffered:
            crew.report(crew.some(2), crew.words.together, victims=[victim], credible=True, day=day)
        if draws.yes(65):
            kind = draws.choose(("MODERN_SLAVERY", "MODERN_SLAVERY", "EXPLOITED"))
            scene.marker(day, victim, kind, "Conclusive grounds as a victim of modern slavery")
        if draws.yes(20):
            scene.episode(
                day, victim, found=crew.area, text="Left the safe house, found near the former workplace", days=3
            )
    if draws.yes(50):
        crew.crime(
            "36",
            crew.some(2, leader_percent=0),
            text="Worker taken back by force after running away, kidnap",
            victims=draws.sample(victims, 1),
            topic=VIOLENT_CRIME,
            day=crew.day(2),
        )
