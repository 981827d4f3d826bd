"""One story's pen: each method writes one thing that happened, into every system that would hold it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harmnet.synthetic.background.prison import cell_names
from harmnet.synthetic.clock import FIRST_DAY, LAST_DAY, LAST_MINUTE, MINUTES, YEAR
from harmnet.synthetic.draws import Draws
from harmnet.synthetic.grading import graded
from harmnet.synthetic.layout import NONE
from harmnet.synthetic.names import AREAS
from harmnet.synthetic.offences import SUBCLASSES
from harmnet.synthetic.population import F, M
from harmnet.synthetic.world import World

_STATUSES = ("SUSPECTED", "SUSPECTED", "CHARGED", "CHARGED", "CONVICTED", None)
_DISPOSALS = {"CHARGED": "CHARGED", "CONVICTED": "CHARGED", "NO_FURTHER_ACTION": "NFA"}


class Scene:
    """Writes rows about given people; days are day numbers, areas places in AREAS."""

    def __init__(self, world: World, draws: Draws) -> None:
        self.world = world
        self.draws = draws
        self._place = world.texts.place

    def person(self, low: int, high: int, *, area: int, women: int = 15, like: int | None = None) -> int:
        """Someone new aged low to high at the end of the records; `women`: chance of a woman, in percent."""
        age = self.draws.between(low, high)
        dob = LAST_DAY - (age * 1461) // 4 - 1 - self.draws.one(360)
        sex = F if self.draws.yes(women) else M
        return self.world.people.add(self.draws, dob=dob, sex=sex, area=area, like=like)

    def dob(self, person: int) -> int:
        """Day of birth."""
        return self.world.people.row(person)[0]

    def minute(self, day: int, *, first_hour: int = 0) -> int:
        """A minute of the day, inside the time of the records."""
        day = min(max(day, FIRST_DAY), LAST_DAY)
        return day * MINUTES + self.draws.between(first_hour * 60, MINUTES - 1)

    def crime(
        self,
        day: int,
        code: str | None,
        suspects: Sequence[int],
        *,
        area: int,
        text: str,
        topic: int = 0,
        flags: Sequence[str] = (),
        victims: Sequence[int] = (),
        witnesses: Sequence[int] = (),
        status: str | None = "drawn",
    ) -> int:
        """A crime, or a non-crime incident when it has no code; its row."""
        subclass = SUBCLASSES.get(code or "") if self.draws.yes(5) else None
        system = None if code is None else "ho_class_subclass" if subclass else "recorded_crime"
        at = self.minute(day)
        row = self.world.frames["crimes"].add_row(
            is_crime=self._place("false" if code is None else "true"),
            offence_code=self._place(subclass or code),
            offence_code_system=self._place(system),
            occurred_from=at,
            recorded_at=min(at + self.draws.one(3 * MINUTES), LAST_MINUTE),
            area_code=self._place(AREAS[area]),
            flags=self._flags(flags),
            mo_text=self._place(text),
            topic=topic,
        )
        for person in suspects:
            end = self.draws.choose(_STATUSES) if status == "drawn" else status
            role = "DEFENDANT" if end in ("CHARGED", "CONVICTED") and self.draws.yes(60) else "SUSPECT"
            self.on_crime(row, person, role, end)
        for person in victims:
            self.on_crime(row, person, "VICTIM")
        for person in witnesses:
            self.on_crime(row, person, "WITNESS")
        return row

    def on_crime(self, crime: int, person: int, role: str, status: str | None = None) -> int:
        """Someone more on a crime; the row."""
        return self.world.frames["crime_people"].add_row(
            crime_ref=crime, person_ref=person, role=self._place(role), status=self._place(status)
        )

    def arrest(
        self,
        day: int,
        people: Sequence[int],
        code: str,
        *,
        crime: int = NONE,
        text: str,
        topic: int = 0,
        flags: Sequence[str] = (),
        status: str | None = "CHARGED",
    ) -> None:
        """People detained together."""
        arrest = self.world.new_arrests(1)
        at = min(self.minute(day), LAST_MINUTE - 60)
        for person in people:
            young = self.dob(person) > day - 18 * 1461 // 4
            self.world.frames["custody"].add_row(
                arrest_ref=arrest,
                crime_ref=crime,
                person_ref=person,
                detained_at=min(at + self.draws.one(45), LAST_MINUTE),
                released_at=min(at + 120 + self.draws.one(1200), LAST_MINUTE),
                offence_code=self._place(code),
                offence_code_system=self._place("recorded_crime"),
                disposal=self._place(_DISPOSALS.get(status or "", "BAILED")),
                flags=self._flags([*flags, *(["YOUTH"] if young else [])]),
                text=self._place(text),
                topic=topic,
            )

    def report(
        self,
        day: int,
        subjects: Sequence[int],
        *,
        text: str,
        topic: int = 0,
        flags: Sequence[str] = (),
        associates: Sequence[int] = (),
        victims: Sequence[int] = (),
        mentioned: Sequence[int] = (),
        credible: bool = True,
    ) -> int:
        """An intelligence report; its row."""
        at = self.minute(day, first_hour=7)
        one = np.array([at // MINUTES])
        grades = graded(self.draws, self.world.texts, one, credible=np.array([credible]))
        row = self.world.frames["intelligence"].add_row(
            created_at=at,
            flags=self._flags(flags),
            text=self._place(text),
            topic=topic,
            **{name: int(column[0]) for name, column in grades.items()},
        )
        named = {"SUBJECT": subjects, "ASSOCIATE": associates, "VICTIM": victims, "MENTIONED": mentioned}
        for role, people in named.items():
            for person in people:
                self.world.frames["intelligence_people"].add_row(
                    report_ref=row, person_ref=person, role=self._place(role)
                )
        return row

    def episode(
        self,
        day: int,
        person: int,
        *,
        found: int | None,
        text: str,
        days: int = 2,
        flags: Sequence[str] = (),
        found_with: Sequence[int] = (),
        mentioned: Sequence[int] = (),
    ) -> int:
        """A missing episode; its row."""
        at = self.minute(day, first_hour=15)
        back = at + days * MINUTES - self.draws.one(600)
        row = self.world.frames["missing_episodes"].add_row(
            person_ref=person,
            missing_from=at,
            returned_at=NONE if back > LAST_MINUTE else back,
            risk_level=self._place(self.draws.choose(("MEDIUM", "MEDIUM", "HIGH"))),
            found_area=NONE if found is None else self._place(AREAS[found]),
            flags=self._flags(flags),
            text=self._place(text),
        )
        for role, people in (("FOUND_WITH", found_with), ("MENTIONED", mentioned)):
            for other in people:
                self.world.frames["missing_people"].add_row(episode_ref=row, person_ref=other, role=self._place(role))
        return row

    def marker(self, day: int, person: int, kind: str, detail: str) -> int:
        """A warning marker or an assessment; its row."""
        at = self.minute(day, first_hour=8)
        return self.world.frames["markers"].add_row(
            person_ref=person, kind=self._place(kind), set_at=at, detail=self._place(detail)
        )

    def listed(self, group: str, name: str, kind: str, person: int, role: str, since: int) -> int:
        """A membership of a listed group, reviewed in the last two years; the row."""
        ended = self.draws.yes(8)
        confirmed = LAST_DAY - self.draws.between(10, 2 * YEAR)
        return self.world.frames["groups"].add_row(
            group_ref=self._place(group),
            group_name=self._place(name),
            group_kind=self._place(kind),
            person_ref=person,
            role=self._place(role),
            from_date=since,
            to_date=max(confirmed + 5, since + 60)
            if ended and confirmed < LAST_DAY - 70 and since < LAST_DAY - 70
            else NONE,
            confirmed_at=max(confirmed, since),
        )

    def shared_cell(self, people: Sequence[int], day: int, nights: int) -> None:
        """Two people in one cell for so many nights, arriving some days apart."""
        prisons, cells = cell_names(self.world, 1)
        for person in people[:2]:
            start = min(max(day - self.draws.one(9), FIRST_DAY), LAST_DAY)
            end = day + nights + self.draws.one(6)
            self.world.frames["prison_stays"].add_row(
                person_ref=person,
                prison=int(prisons[0]),
                cell=int(cells[0]),
                from_date=start,
                to_date=NONE if end > LAST_DAY else end,
                release_due=max(end, LAST_DAY if end > LAST_DAY else 0) + self.draws.between(1, 500),
            )

    def known_to_each_other(self, person: int, other: int, kind: str, day: int, times: int = 1) -> int:
        """A recorded association without a grade; the row."""
        return self.world.frames["associations"].add_row(
            person_ref=person, other_person_ref=other, kind=self._place(kind), recorded_at=self.minute(day), times=times
        )

    def background_person(self, low: int, high: int) -> int:
        """Someone of the background aged low to high at the end of the records (the nearest of some tries)."""
        people = self.world.people
        tries = [self.draws.one(people.background) for _ in range(24)]
        fit = [one for one in tries if low <= (LAST_DAY - int(people.dob[one])) * 4 // 1461 <= high]
        return fit[0] if fit else tries[0]

    def _flags(self, flags: Sequence[str]) -> int:
        return self._place(";".join(sorted(set(flags)))) if flags else NONE
