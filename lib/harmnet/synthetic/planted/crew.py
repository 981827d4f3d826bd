"""A planted network while its story is written: who is in it, and what the records already show of whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harmnet.synthetic.clock import LAST_DAY, YEAR, recent_day
from harmnet.synthetic.draws import Draws
from harmnet.synthetic.names import AREAS
from harmnet.synthetic.planted.scene import Scene
from harmnet.synthetic.topics import OF_THEME
from harmnet.synthetic.world import Member, Network

_SHORT = {"soc": "SOC", "county_lines": "CL", "cse": "CSE", "violent_crime": "VC", "modern_slavery": "MS"}
_ORDINARY = (
    ("46", "Goods taken from shelf and concealed in bag, left without paying"),
    ("92E", "Stop and search, small bag of herbal cannabis found"),
    ("9A", "Shouting and swearing in the street, refused to leave"),
    ("105A", "Pushed another customer during argument in a queue"),
    ("45", "Insecure vehicle searched overnight, coins taken"),
    ("83", "Did not attend court"),
)


@dataclass(frozen=True)
class Words:
    """How records of a theme are flagged, and a sentence for the report that names a member beside the leader.

    `plain_topic`: the topic of the crimes without which nobody belongs to the theme; 0 where a flag says enough.
    """

    flag: str
    together: str
    plain_topic: int = 0


class Crew:
    """People on the offender side of one network, and those whom they harm."""

    def __init__(self, scene: Scene, theme: str, number: int, words: Words, area: int) -> None:
        self.scene, self.theme, self.words, self.area = scene, theme, words, area
        self.name = f"{_SHORT[theme]}-{number:03d}"
        self.topic = OF_THEME[theme]
        self.active: list[int] = []
        self.thin: list[int] = []
        self.suffered: set[int] = set()
        self._roles: dict[int, str] = {}
        self._noted: set[tuple[int, str, str]] = set()
        self._signs: dict[int, set[str]] = {}
        self._joined: dict[int, int] = {}

    @property
    def draws(self) -> Draws:
        """The stream of draws of the story."""
        return self.scene.draws

    @property
    def leader(self) -> int:
        """Who was recruited first."""
        return self.active[0]

    def recruit(self, role: str, low: int, high: int, *, women: int = 12, area: int | None = None) -> int:
        """Someone new on the offender side; now and then (once a network) known by doubtful reports alone."""
        person = self.scene.person(low, high, area=self.area if area is None else area, women=women)
        few = (
            self.active
            and not self.thin
            and role != "RUNNER"
            and self.scene.world.size.name != "tiny"
            and self.draws.one(30) == 0
        )
        (self.thin if few else self.active).append(person)
        self.note(person, role, "OFFENDER")
        return person

    def borrow(self, *themes: str, role: str = "MEMBER", percent: int = 100) -> int | None:
        """Perhaps someone from the offender side of an earlier network of these themes."""
        known = [person for theme in themes for person in self.scene.world.offenders.get(theme, [])]
        adults = [person for person in self.draws.sample(known, 4) if self._grown(person)]
        if not adults or not self.draws.yes(percent):
            return None
        person = adults[0]
        self.active.append(person)
        self.note(person, role, "OFFENDER")
        return person

    def harm(self, low: int, high: int, *, women: int, area: int | None = None, role: str = "VICTIM") -> int:
        """Someone new whom the network harms."""
        person = self.scene.person(low, high, area=self.area if area is None else area, women=women)
        self.note(person, role, "VICTIM")
        return person

    def note(self, person: int, role: str, side: str) -> None:
        """Put someone's part into the truth."""
        if (person, role, side) in self._noted:
            return
        self._noted.add((person, role, side))
        self.scene.world.members.append(Member(self.theme, self.name, person, role, side))
        if side == "OFFENDER":
            self._roles[person] = role
            self.scene.world.offenders.setdefault(self.theme, []).append(person)

    def _grown(self, person: int) -> bool:
        return self.scene.dob(person) < LAST_DAY - 18 * 366 and person not in self.active

    def some(self, n: int, *, leader_percent: int = 15, among: Sequence[int] | None = None) -> list[int]:
        """n members for something that happens; leaders keep away from most of it."""
        rest = [person for person in (self.active if among is None else among) if person != self.leader]
        chosen = self.draws.sample(rest, n)
        if among is None and self.draws.yes(leader_percent):
            chosen = [self.leader, *chosen[: max(n - 1, 1)]]
        return chosen or [self.leader]

    def day(self, years: int = 5) -> int:
        """A day in the network's time."""
        return recent_day(self.draws, years)

    def when(self, day: int | None, people: Sequence[int]) -> int:
        """The day given, or one in the network's time; but when all of them were thirteen or older."""
        day = self.day() if day is None else day
        earliest = max((self.scene.dob(person) for person in people), default=0) + 13 * 366
        return day if day >= earliest else earliest + self.draws.one(max(LAST_DAY + 1 - earliest, 1))

    def crime(
        self,
        code: str,
        suspects: Sequence[int],
        *,
        text: str,
        flags: Sequence[str] = (),
        victims: Sequence[int] = (),
        topic: int = 0,
        area: int | None = None,
        day: int | None = None,
        arrested: bool = True,
    ) -> int:
        """A crime of the network, mostly with the theme's flag and mostly followed by arrests; its row."""
        day = self.when(day, suspects)
        flagged = self.draws.yes(88)
        shown = [*flags, *([self.words.flag] if flagged else [])]
        status = self.draws.choose(("SUSPECTED", "CHARGED", "CHARGED", "CONVICTED"))
        area = self.area if area is None else area
        both = self.topic | topic
        row = self.scene.crime(
            day, code, suspects, area=area, text=text, flags=shown, victims=victims, topic=both, status=status
        )
        if arrested and self.draws.yes(70):
            self.scene.arrest(
                day + self.draws.one(3), suspects, code, crime=row, text=text, topic=both, flags=shown, status=status
            )
        plain = topic & self.words.plain_topic if self.words.plain_topic else flagged
        self.suffered.update(victims)
        self._saw(suspects, "crime" if plain else "lesser crime")
        return row

    def report(
        self,
        people: Sequence[int],
        text: str,
        *,
        victims: Sequence[int] = (),
        mentioned: Sequence[int] = (),
        flags: Sequence[str] = (),
        credible: bool | None = None,
        topic: int = 0,
        day: int | None = None,
    ) -> int:
        """A report on the network: the first is its subject, the others their associates; its row."""
        good = self.draws.yes(72) if credible is None else credible
        flagged = credible is True or self.draws.yes(85)
        row = self.scene.report(
            self.when(day, people),
            people[:1],
            associates=people[1:],
            victims=victims,
            mentioned=mentioned,
            text=text,
            topic=self.topic | topic,
            flags=[*flags, *([self.words.flag] if flagged else [])],
            credible=good,
        )
        self.suffered.update(victims)
        if good:
            self._saw(people, "report" if flagged else "vague report")
        return row

    def listing(self, kind: str, name: str, *, percent: int = 80) -> None:
        """List the network as a group; not everyone in it is on the list."""
        group = f"{kind}-{self.name}"
        self.scene.world.group_names[group] = name
        listed = [person for person in self.active if self.draws.yes(percent)]
        for person in listed:
            role = self._roles[person]
            role = role if role in ("LEADER", "MEMBER", "RUNNER") else "MEMBER"
            since = LAST_DAY - self.draws.between(200, 4 * YEAR)
            self.scene.listed(group, name, kind, person, role, since)
        self._saw(listed, "listed")

    def is_plain(self, person: int) -> bool:
        """Whether some record says plainly that the person belongs to the theme."""
        plain = {"crime"} if self.words.plain_topic else {"crime", "report", "listed"}
        return bool(self._signs.get(person, set()) & plain)

    def finish(self) -> None:
        """Let the records show every member, with the leader, by two kinds of sign at least; write the network."""
        for person in self.active:
            signs = self._signs.get(person, set())
            if len(signs) < 2 or not self.is_plain(person) or self._root(person) != self._root(self.leader):
                other = self.draws.choose(self.active[1:] or self.active) if person == self.leader else self.leader
                self.report(list(dict.fromkeys([other, person])), self.words.together, credible=True, day=self.day(4))
        self.scene.world.barely_known.update(self.thin)
        for person in self.thin:
            for _ in range(2):
                self.report([person], self.words.together, mentioned=[self.leader], credible=False)
        for person in (*self.active, *self.thin):
            self._ordinary_life(person)
        self.scene.world.networks.append(Network(self.theme, self.name, AREAS[self.area]))

    def _ordinary_life(self, person: int) -> None:
        """What members do apart from the network: leaders little."""
        scene, careful = self.scene, person == self.leader
        for _ in range(self.draws.one(2 if careful else 4)):
            code, text = self.draws.choose(_ORDINARY)
            day = self.when(self.day(6), [person])
            friend = [scene.background_person(18, 50)] if self.draws.yes(15) and day > LAST_DAY - 5 * YEAR else []
            scene.crime(day, code, [person, *friend], area=self.area, text=text)
        if self.draws.yes(25):
            relative = scene.person(20, 60, area=self.area, women=50, like=person)
            scene.known_to_each_other(person, relative, self.draws.choose(("FAMILY", "PARTNER")), self.day())
            scene.crime(self.day(), None, [], area=self.area, text="Welfare check, all in order", witnesses=[relative])

    def _saw(self, people: Sequence[int], sign: str) -> None:
        for person in people:
            self._signs.setdefault(person, set()).add(sign)
            self._joined[self._root(person)] = self._root(people[0])

    def _root(self, person: int) -> int:
        while self._joined.setdefault(person, person) != person:
            person = self._joined[person]
        return person
