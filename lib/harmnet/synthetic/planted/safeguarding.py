"""People who need protecting: each case is tied to a planted network and can be found from the records alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harmnet.synthetic.clock import LAST_DAY, YEAR
from harmnet.synthetic.draws import Draws
from harmnet.synthetic.names import AREAS
from harmnet.synthetic.planted.scene import Scene
from harmnet.synthetic.topics import OF_THEME
from harmnet.synthetic.world import Case, Fault, Member


@dataclass(frozen=True)
class Tied:
    """The network that a case is tied to: an adult on its offender side, and where it is."""

    theme: str
    network: str
    person: int
    area: int


def _last(draws: Draws, days: int) -> int:
    return LAST_DAY - draws.between(3, days)


def _joined_systems(scene: Scene, tied: Tied) -> tuple[int, str]:
    """Missing twice, arrested once, named once: no system alone says more, and no marker does."""
    child, draws = scene.person(14, 16, area=tied.area), scene.draws
    away = (tied.area + 4) % 16
    for _ in range(2):
        scene.episode(
            _last(draws, 300), child, found=away, text="Late home again, said he was with friends", flags=["CHILD"]
        )
    day = _last(draws, 250)
    crime = scene.crime(
        day,
        "92D",
        [tied.person, child],
        area=away,
        text="Vehicle stopped, small amount of drugs, two phones",
        status="NO_FURTHER_ACTION",
    )
    scene.arrest(
        day,
        [tied.person, child],
        "92D",
        crime=crime,
        text="Detained with an adult male, no comment",
        status="NO_FURTHER_ACTION",
    )
    scene.report(
        _last(draws, 200), [tied.person], mentioned=[child], text="Seen with a boy of about fifteen in his car"
    )
    return child, "missing twice, arrested with a member, named in a report; no marker"


def _child_no_line(scene: Scene, tied: Tied) -> tuple[int, str]:
    """The child is known to be exploited; by whom, only shows from who was found with them."""
    child, draws = scene.person(13, 16, area=tied.area), scene.draws
    scene.marker(_last(draws, 400), child, "EXPLOITED", "Child criminal exploitation, controller not identified")
    for turn in range(2):
        scene.episode(
            _last(draws, 350),
            child,
            found=(tied.area + 8) % 16,
            days=4,
            flags=["CHILD", "COUNTY_LINES"],
            text="Found far from home with cash and a train ticket, will not say who sent him",
            found_with=[tied.person] if turn == 0 else [],
            mentioned=[tied.person] if turn else [],
        )
    return child, "exploited child, no listed line; found with a member"


def _turned_18(scene: Scene, tied: Tied) -> tuple[int, str]:
    """Eighteen since some weeks: services for children have ended, the exploitation has not."""
    draws = scene.draws
    born = LAST_DAY - 18 * 1461 // 4 - draws.between(10, 150)
    person = scene.world.people.add(draws, dob=born, sex=draws.one(2), area=tied.area)
    scene.episode(
        _last(draws, 500) - 160,
        person,
        found=(tied.area + 4) % 16,
        flags=["CHILD"],
        text="Away for three nights",
        days=3,
    )
    scene.marker(_last(draws, 500) - 160, person, "EXPLOITED", "Exploited as a child, review due")
    _named_as_victim(scene, tied, person, _last(draws, 140))
    return person, "turned 18 within the last six months, exploited before and since"


def _unknown_age(scene: Scene, tied: Tied) -> tuple[int, str]:
    """No system knows the date of birth, but a youth custody flag and a child's missing episode do."""
    child, draws = scene.person(14, 16, area=tied.area), scene.draws
    written = draws.choose(("1900-01-01", ""))
    scene.world.people.dob_as_written[child] = written
    if written:
        scene.world.faults.append(Fault("DOB_DEFAULT", "people", child, "ISSUE"))
    day = _last(draws, 300)
    scene.arrest(
        day,
        [tied.person, child],
        "92A",
        text="Gave a first name only, appears to be about fifteen",
        flags=["YOUTH"],
        status=None,
    )
    scene.episode(
        _last(draws, 300), child, found=(tied.area + 4) % 16, flags=["CHILD"], text="Unaccompanied, left placement"
    )
    scene.world.people.keep_together(child)
    return child, "date of birth unknown everywhere; youth custody and a child's missing episode"


def _already_assessed(scene: Scene, tied: Tied) -> tuple[int, str]:
    """Exploited and assessed since: known already."""
    child, draws = scene.person(14, 17, area=tied.area), scene.draws
    day = LAST_DAY - draws.between(150, 400)
    scene.marker(day, child, "EXPLOITED", "Child exploitation, strategy meeting held")
    _named_as_victim(scene, tied, child, day - draws.between(5, 60))
    scene.marker(day + draws.between(10, 90), child, "ASSESSMENT", "Assessed by the multi-agency team, plan in place")
    return child, "exploited child with an assessment after the last event"


def _child_runner(scene: Scene, tied: Tied) -> tuple[int, str]:
    """Listed as a runner of the line, and a child."""
    child, draws = scene.person(14, 16, area=tied.area), scene.draws
    group = f"LINE-{tied.network}"
    scene.listed(group, scene.world.group_names.get(group, "Unnamed line"), "LINE", child, "RUNNER", _last(draws, 200))
    day, topic = _last(draws, 180), OF_THEME[tied.theme]
    away = (tied.area + 8) % 16
    crime = scene.crime(
        day,
        "92A",
        [tied.person, child],
        area=away,
        topic=topic,
        flags=["COUNTY_LINES"],
        status="CHARGED",
        text="Boy found with wraps at a county line address, adult in the same room",
    )
    scene.arrest(
        day, [tied.person, child], "92A", crime=crime, flags=["COUNTY_LINES"], topic=topic, text="Arrested together"
    )
    scene.world.members.append(Member(tied.theme, tied.network, child, "RUNNER", "OFFENDER"))
    return child, "child listed as a runner and arrested with a member"


def _looked_after_far(scene: Scene, tied: Tied) -> tuple[int, str]:
    """In care, and found again and again far from the placement."""
    child, draws = scene.person(13, 16, area=(tied.area + 8) % 16, women=50), scene.draws
    scene.marker(LAST_DAY - draws.between(500, 900), child, "LOOKED_AFTER_CHILD", "Residential placement")
    for turn in range(3):
        scene.episode(
            _last(draws, 350),
            child,
            found=tied.area,
            days=3,
            flags=["CHILD"],
            text="Found at an address in another town",
            found_with=[tied.person] if turn != 1 else [],
        )
    return child, f"looked-after child of {AREAS[(tied.area + 8) % 16]} found in {AREAS[tied.area]} with a member"


def _victim_under_10(scene: Scene, tied: Tied) -> tuple[int, str]:
    """A young child hurt in what was meant for others."""
    draws = scene.draws
    child = scene.person(5, 8, area=tied.area, women=50)
    topic = OF_THEME[tied.theme]
    code, text = (
        ("21", "Sexual assault of a young child by a family friend")
        if tied.theme == "cse"
        else ("5D", "Child cut by flying glass when the front room was attacked with machetes")
    )
    flags = ["CSE"] if tied.theme == "cse" else ["KNIFE"]
    scene.crime(
        _last(draws, 300),
        code,
        [tied.person],
        area=tied.area,
        victims=[child],
        text=text,
        flags=flags,
        topic=topic,
        status="CHARGED",
    )
    return child, "victim under ten of a member"


def _cuckooed_adult(scene: Scene, tied: Tied) -> tuple[int, str]:
    """A vulnerable adult whose home was taken over."""
    adult, draws = scene.person(30, 66, area=tied.area, women=45), scene.draws
    scene.marker(_last(draws, 500), adult, "VULNERABLE", "Lives alone, alcohol dependent, carer visits weekly")
    text = "Says men come and go at his flat and that he may not leave the bedroom, cuckooing"
    scene.report(
        _last(draws, 150),
        [tied.person],
        victims=[adult],
        text=text,
        flags=["COUNTY_LINES"],
        topic=OF_THEME["county_lines"],
    )
    scene.crime(
        _last(draws, 150), "105A", [tied.person], area=tied.area, victims=[adult], text=text, status="SUSPECTED"
    )
    return adult, "vulnerable adult whose flat was taken over"


def _named_as_victim(scene: Scene, tied: Tied, person: int, day: int) -> None:
    flag = {"cse": "CSE", "county_lines": "COUNTY_LINES", "modern_slavery": "MODERN_SLAVERY"}[tied.theme]
    scene.report(
        day,
        [tied.person],
        victims=[person],
        flags=[flag],
        topic=OF_THEME[tied.theme],
        text="Says that he owes them and has to do as told",
    )


_EXPLOITING = ("county_lines", "cse", "modern_slavery")
_KINDS: dict[str, tuple[tuple[str, ...], Callable[[Scene, Tied], tuple[int, str]]]] = {
    "JOINED_SYSTEMS": (("county_lines", "violent_crime"), _joined_systems),
    "CHILD_NO_LINE": (("county_lines",), _child_no_line),
    "TURNED_18": (_EXPLOITING, _turned_18),
    "UNKNOWN_AGE": (("county_lines", "violent_crime"), _unknown_age),
    "ALREADY_ASSESSED": (_EXPLOITING, _already_assessed),
    "CHILD_RUNNER": (("county_lines",), _child_runner),
    "LOOKED_AFTER_FAR": (("county_lines", "cse"), _looked_after_far),
    "VICTIM_UNDER_10": (("violent_crime", "cse"), _victim_under_10),
    "CUCKOOED_ADULT": (("county_lines",), _cuckooed_adult),
}
KINDS = tuple(_KINDS)


def plant(scene: Scene, cases: int) -> None:
    """So many cases of every kind."""
    world, draws = scene.world, scene.draws
    firm = _firm_members(scene)
    for kind, (themes, write) in _KINDS.items():
        for turn in range(cases):
            theme = themes[turn % len(themes)]
            network = draws.choose([network for network in world.networks if network.theme == theme])
            tied = Tied(theme, network.name, draws.choose(firm[network.name]), AREAS.index(network.area))
            person, detail = write(scene, tied)
            world.people.keep_together(person)
            world.people.keep_together(tied.person)
            if kind != "CHILD_RUNNER":
                role = "VICTIM" if kind in ("VICTIM_UNDER_10", "CUCKOOED_ADULT") else "EXPLOITED"
                world.members.append(Member(theme, network.name, person, role, "VICTIM"))
            world.cases.append(Case(kind, person, theme, network.name, detail))


def _firm_members(scene: Scene) -> dict[str, list[int]]:
    """Adults on the offender side of every network, those whom the records show plainly."""
    firm: dict[str, list[int]] = {}
    for member in scene.world.members:
        adult = scene.dob(member.person) < LAST_DAY - 19 * YEAR - 5
        if member.side == "OFFENDER" and adult and member.person not in scene.world.barely_known:
            firm.setdefault(member.network, []).append(member.person)
    return firm
