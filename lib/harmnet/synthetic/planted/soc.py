"""Organised crime groups: a head who touches nothing, lieutenants, people who carry, drive, launder and frighten."""

from __future__ import annotations

from harmnet.synthetic.clock import LAST_DAY
from harmnet.synthetic.planted.crew import Crew, Words
from harmnet.synthetic.planted.scene import Scene
from harmnet.synthetic.topics import VIOLENT_CRIME, WEAPON

# What a group lives from: offence code, account, further flags, further topic.
_TRADES: tuple[tuple[tuple[str, str, tuple[str, ...], int], ...], ...] = (
    (
        ("92A", "Two kilograms of cocaine in a hidden compartment, wholesale supply", (), 0),
        ("92A", "Kilogram blocks and a press in a lock-up, organised crime group", (), 0),
        ("38", "Cash counted and banked through a chain of takeaways, money laundering", (), 0),
        ("10B", "Self-loading pistol and ammunition under the floor of a safe house", ("FIREARM",), WEAPON),
    ),
    (
        ("48", "High-value vehicles taken to order with relay devices, cloned plates", (), 0),
        ("814", "False registration documents for stolen vehicles sold abroad", (), 0),
        ("30C", "Cash machine pulled from a wall with a stolen digger", (), 0),
        ("38", "Proceeds of vehicle crime passed through a garage, money laundering", (), 0),
    ),
    (
        ("61A", "False identity documents made to order", (), 0),
        ("53F", "Elderly savers called by pretended bank staff, conspiracy to defraud", (), 0),
        ("38", "Accounts of students used as money mules, criminal property moved on", (), 0),
        ("35", "Business owner told to pay for protection", (), 0),
    ),
)
_TALK = (
    "Heads an organised crime group, gives orders through two trusted men and uses encrypted phones",
    "Meets the head of the organised crime group at a gym, collects cash for laundering",
    "Criminally active at the top of the supply chain, buys from importers",
    "Enforcer for the organised crime group, frightens those who owe",
    "Moves firearms between stash houses for the group",
)


def plant(scene: Scene, number: int) -> None:
    """One organised crime group."""
    draws = scene.draws
    crew = Crew(scene, "soc", number, Words("ORGANISED", _TALK[1]), draws.one(16))
    low, high = scene.world.size.members
    crew.recruit("LEADER", 34, 58, women=6)
    for _ in range(draws.between(low - 1, high)):
        crew.recruit("MEMBER", 22, 52, women=14)
    if draws.yes(85):
        name = f"The {draws.choose(('Dock', 'Quarry', 'Canal', 'Garage', 'Harbour', 'Orchard'))} Group {number}"
        crew.listing("OCG", name, percent=82)
    trade = draws.choose(_TRADES)
    for _ in range(draws.between(4, 3 + len(crew.active) // 2 + 2)):
        code, text, flags, topic = draws.choose(trade)
        crew.crime(code, crew.some(draws.between(1, 3), leader_percent=5), text=text, flags=flags, topic=topic)
    for _ in range(draws.between(5, 5 + high // 2)):
        people = [crew.leader, *crew.some(draws.between(1, 3), leader_percent=0)]
        crew.report(people, draws.choose(_TALK))
    _frighten(crew)
    adults = [person for person in crew.active if scene.dob(person) < LAST_DAY - 24 * 366]
    for _ in range(draws.between(0, 2)):
        if len(adults) >= 2:
            scene.shared_cell(draws.sample(adults, 2), crew.day(5), draws.between(32, 200))
    for _ in range(draws.between(1, 3)):
        pair = crew.some(2, leader_percent=0)
        if len(pair) == 2:
            scene.known_to_each_other(pair[0], pair[1], "ASSOCIATE", crew.day(4), draws.between(1, 6))
    crew.finish()


def _frighten(crew: Crew) -> None:
    """Debts are collected: kidnap, wounding, threats."""
    draws = crew.draws
    if draws.yes(65):
        code, text = draws.choose(
            (
                ("36", "Held in a van for six hours over a drug debt, kidnap for ransom"),
                ("5D", "Beaten with a bar in a lock-up, both legs broken, says he fell"),
                ("10A", "Shots fired at the front of a house at night, no injuries"),
            )
        )
        victim = crew.scene.background_person(20, 50)
        flags = ["FIREARM"] if code == "10A" else []
        crew.crime(
            code,
            crew.some(2, leader_percent=0),
            text=text,
            flags=flags,
            victims=[victim],
            topic=VIOLENT_CRIME,
            day=crew.day(4),
        )
