"""Intelligence reports of the background, graded in the scheme of their day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmnet.synthetic.background.bystanders import Bystanders
from harmnet.synthetic.circles import Circles
from harmnet.synthetic.clock import event_days, with_time
from harmnet.synthetic.draws import Draws, Ints
from harmnet.synthetic.frames import Texts
from harmnet.synthetic.grading import graded
from harmnet.synthetic.layout import NONE
from harmnet.synthetic.population import PROFILES
from harmnet.synthetic.topics import COUNTY_LINES, CSE, MODERN_SLAVERY, SOC, VIOLENT_CRIME, WEAPON
from harmnet.synthetic.world import World

# Text, flags, topic and weight. Most reports are about ordinary matters; a few fit a theme without a story behind them.
_REPORTS: tuple[tuple[str, str | None, int, int], ...] = (
    ("Selling shoplifted meat and razor blades in the pub on Fridays", None, 0, 130),
    ("Smokes cannabis with friends in the underpass most evenings", None, 0, 130),
    ("Said to be selling cannabis from the home address to people he knows", None, 0, 110),
    ("Seen riding an uninsured moped, possibly stolen", None, 0, 80),
    ("Sleeping in the bus shelter, begging outside the supermarket", None, 0, 70),
    ("Arguing loudly with partner, neighbours worried for the children", "DOMESTIC", 0, 90),
    ("Responsible for the recent shed burglaries on the estate", None, 0, 90),
    ("Causing a nuisance outside the fast food outlet, throwing stones", None, 0, 80),
    ("Driving while disqualified, uses a borrowed van", None, 0, 60),
    ("Moved to a new address with his mother; pipeline works make access difficult", None, 0, 50),
    ("Rumour at school that he shows a folding knife to others", "KNIFE", WEAPON, 22),
    ("Posts music videos with a local street gang, no offences seen", "GANG", 0, 20),
    ("Fell out with former friends, threatens to fight them", None, 0, 60),
    ("Said to be part of an organised crime group bringing in cocaine wholesale", "ORGANISED", SOC, 5),
    ("Believed to be holding phones for a county line run from outside the force", "COUNTY_LINES", COUNTY_LINES, 4),
    ("Older male giving lifts, vapes and alcohol to girls outside the school", "CSE", CSE, 7),
    ("Workers sleeping at the car wash, passports kept by the owner", "MODERN_SLAVERY", MODERN_SLAVERY, 3),
    # Flags set in error.
    ("Team of shoplifters with foil-lined bags, well organised", "ORGANISED", 0, 1),
    ("Bought cannabis from someone who may know someone in the city", "COUNTY_LINES", 0, 1),
    ("Adult couple arguing about pictures sent without consent", "CSE", 0, 1),
    ("Complains that the employer pays late and less than agreed", "MODERN_SLAVERY", 0, 1),
    ("Stabbed a rival last month according to talk in the area", "KNIFE", VIOLENT_CRIME, 9),
)


@dataclass(frozen=True)
class _Kinds:
    text: Ints
    flags: Ints
    topic: Ints


def add_intelligence(world: World, circles: Circles, bystanders: Bystanders, n: int) -> None:
    """Write reports that name about n people."""
    draws, people, texts = world.draws("intelligence"), world.people, world.texts
    reports = max(int(n / 1.62), 1)
    offenders = np.flatnonzero(people.crimes[: people.background] > 0)
    # The police write most about those whom they meet most.
    subject = offenders[draws.pick(reports, people.crimes[offenders] + 1)]
    days = event_days(draws, people.dob[subject] + (12 * 1461) // 4)
    kinds = _kinds(texts)
    kind = draws.pick(reports, [weight for *_, weight in _REPORTS])
    # Serious talk is about those who already do serious things; the others' rumours are about knives at most.
    serious = (kinds.topic[kind] == VIOLENT_CRIME) & (people.profile[subject] != PROFILES.index("VIOLENT"))
    kind[serious] = 0
    grades = graded(draws, texts, days, credible=draws.chance(reports, 540_000))
    rows = world.frames["intelligence"].add(
        reports,
        created_at=with_time(draws, days),
        flags=kinds.flags[kind],
        text=kinds.text[kind],
        topic=kinds.topic[kind],
        **grades,
    )
    _people(world, draws, circles, bystanders, rows, subject, days)


def _kinds(texts: Texts) -> _Kinds:
    return _Kinds(
        texts.places(text for text, *_ in _REPORTS),
        texts.places(flags for _, flags, *_ in _REPORTS),
        np.array([topic for _, _, topic, _ in _REPORTS]),
    )


def _people(
    world: World, draws: Draws, circles: Circles, bystanders: Bystanders, rows: Ints, subject: Ints, days: Ints
) -> None:
    roles = world.texts.places(["SUBJECT", "ASSOCIATE", "MENTIONED", "VICTIM"])
    n = len(rows)
    base = draws.below(n, 1 << 20)
    named = [(rows, subject, np.full(n, roles[0]))]
    for turn, chance in ((0, 330_000), (1, 110_000), (2, 30_000)):
        mate = circles.mate(draws, subject, turn, base)
        here = np.flatnonzero((mate != NONE) & draws.chance(n, chance))
        here = here[world.people.dob[mate[here]] < days[here] - 11 * 366]
        named.append((rows[here], mate[here], np.full(len(here), roles[1])))
    for role, chance in ((roles[2], 130_000), (roles[3], 25_000)):
        here = np.flatnonzero(draws.chance(n, chance))
        other = bystanders.on(days[here])
        kept = other != subject[here]
        named.append((rows[here[kept]], other[kept], np.full(int(kept.sum()), role)))
    report, person, role = (np.concatenate(column) for column in zip(*named))
    world.frames["intelligence_people"].add(len(report), report_ref=report, person_ref=person, role=role)
