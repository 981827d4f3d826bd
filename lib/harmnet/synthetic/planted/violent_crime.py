"""Violent groups of the young: knives, firearms, robberies and revenge; those who hurt are often hurt themselves."""

from __future__ import annotations

from harmnet.synthetic.clock import LAST_DAY
from harmnet.synthetic.planted.crew import Crew, Words
from harmnet.synthetic.planted.scene import Scene
from harmnet.synthetic.topics import INJURY, VIOLENT_CRIME, WEAPON

# Code, account, flags and topic; how often stands in _WEIGHTS.
_CRIMES = (
    ("5D", "Chased and stabbed by several males with machetes", ("KNIFE",), VIOLENT_CRIME),
    ("5D", "Stabbed in the leg outside the chicken shop, suspects ran off together", ("KNIFE",), VIOLENT_CRIME),
    ("34B", "Robbed of phone and jacket at knifepoint by a group", ("KNIFE",), VIOLENT_CRIME),
    ("34B", "Robbed of a moped, threatened with a zombie knife", ("KNIFE",), VIOLENT_CRIME),
    ("10D", "Lock knife in waistband, gang dispute", ("KNIFE",), WEAPON),
    ("8N", "Punched and stamped on by a group, broken nose", (), INJURY),
    ("62A", "Two groups fought in the shopping street with weapons", (), VIOLENT_CRIME),
    ("10A", "Shotgun discharged from a moving car at a group of males", ("FIREARM",), VIOLENT_CRIME),
    ("2", "Shot in the stomach outside a nightclub, attempted murder", ("FIREARM",), VIOLENT_CRIME),
)
_OWN_WEIGHTS = (4, 3, 5, 4, 6, 2)
_WEIGHTS = (20, 18, 16, 10, 16, 10, 5, 4, 2)
_TALK = (
    "Carries a knife every day since the stabbing, says that his street gang will take revenge",
    "Leads the gang that is behind the stabbings, decides who is next",
    "Holds the gang's firearm in a bag at a girlfriend's address",
    "Posted a video with machetes threatening the rival gang",
)


def plant(scene: Scene, number: int) -> None:
    """One violent group."""
    draws = scene.draws
    rivals = scene.world.offenders.get("violent_crime", [])[-60:]
    crew = Crew(scene, "violent_crime", number, Words("GANG", _TALK[1], VIOLENT_CRIME), draws.one(16))
    low, high = scene.world.size.members
    crew.recruit("LEADER", 20, 28, women=4)
    for _ in range(draws.between(low - 1, high)):
        crew.recruit("MEMBER", 15, 26, women=8)
    crew.borrow("county_lines", percent=50)
    crew.borrow("soc", percent=20)
    if draws.yes(75):
        crew.listing(
            "USG", f"{draws.choose(('Park', 'Mill', 'Quay', 'Hill', 'Moor', 'Dale'))} Boys {number}", percent=70
        )
    for _ in range(draws.between(5, 4 + len(crew.active))):
        code, text, flags, topic = _CRIMES[int(draws.pick(1, _WEIGHTS)[0])]
        alone = code == "10D"
        people = crew.some(1 if alone else draws.between(2, 4), leader_percent=10)
        _strike(crew, code, text, flags, topic, people, rivals, alone)
    for person in crew.active[1:]:
        if draws.yes(55):
            _own_crime(crew, person, int(draws.pick(1, _OWN_WEIGHTS)[0]))
    for _ in range(draws.between(4, 4 + high // 2)):
        people = [crew.leader, *crew.some(draws.between(1, 3), leader_percent=0)] if draws.yes(55) else crew.some(2)
        crew.report(people, draws.choose(_TALK), flags=["KNIFE"] if draws.yes(50) else [], day=crew.day(4))
    for person in crew.active:
        if draws.yes(45):
            kind = draws.choose(("WEAPONS", "VIOLENT", "VIOLENT"))
            scene.marker(crew.when(crew.day(3), [person]), person, kind, "Carries bladed weapons, approach with care")
    adults = [person for person in crew.active if scene.dob(person) < LAST_DAY - 22 * 366]
    if len(adults) >= 2 and draws.yes(60):
        scene.shared_cell(draws.sample(adults, 2), crew.day(3), draws.between(30, 150))
    for person in crew.active:
        if not crew.is_plain(person):
            _own_crime(crew, person)
    crew.finish()


def _strike(
    crew: Crew,
    code: str,
    text: str,
    flags: tuple[str, ...],
    topic: int,
    people: list[int],
    rivals: list[int],
    alone: bool,
) -> None:
    draws = crew.draws
    strangers = [person for person in rivals if person not in people]
    if alone or code == "62A":
        victims = []
    elif strangers and draws.yes(35):
        victims = [draws.choose(strangers)]
    else:
        victims = [crew.scene.background_person(13, 45)]
    day = crew.when(crew.day(5), [*people, *victims])
    crew.crime(code, people, text=text, flags=flags, victims=victims, topic=topic, day=day)


def _own_crime(crew: Crew, person: int, kind: int = 0) -> None:
    """Most members have a serious crime or a weapon of their own to answer for."""
    code, text, flags, topic = _CRIMES[kind]
    victims = [] if code == "10D" else [crew.scene.background_person(14, 60)]
    day = crew.when(crew.day(4), [person, *victims])
    crew.crime(code, [person], text=text, flags=flags, victims=victims, topic=topic, day=day)
