"""What background offenders do: offence, flags and account, by what the offender mostly does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmnet.synthetic.draws import Draws, Ints
from harmnet.synthetic.frames import Texts
from harmnet.synthetic.population import PROFILES
from harmnet.synthetic.topics import topic_of

# (offence code or None for a non-crime incident, flags or None, weight), by profile; NONE: nobody was suspected.
# fmt: off
_OFFENCES: dict[str, tuple[tuple[str | None, str | None, int], ...]] = {
    "NONE": (
        ("46", None, 60), ("45", None, 120), ("49", None, 150), ("58C", None, 110), ("58A", None, 60),
        ("28E", None, 80), ("44", None, 50), ("48", None, 55), ("39", None, 30), ("30C", None, 45),
        ("8N", None, 40), ("105A", None, 50), ("9A", None, 40), ("34B", None, 12), ("53D", None, 15),
        ("8L", None, 30), (None, None, 90), ("126", None, 20), ("999", None, 1),
    ),
    "THEFT": (
        ("46", None, 400), ("45", None, 80), ("48", None, 60), ("49", None, 120), ("28E", None, 70),
        ("30C", None, 40), ("39", None, 30), ("44", None, 30), ("40", None, 20), ("54", None, 30),
        ("92E", None, 25), ("92D", None, 20), ("105A", None, 20), ("9A", None, 15), ("53D", None, 15),
        ("34B", None, 8), (None, None, 45), ("33", None, 12),
    ),
    "DOMESTIC": (
        ("8N", "DOMESTIC", 200), ("105A", "DOMESTIC", 250), ("8L", "DOMESTIC", 90), ("8Q", "DOMESTIC", 50),
        ("58A", "DOMESTIC", 70), ("3B", "DOMESTIC", 20), ("105A", None, 40), ("8R", None, 30), ("9A", None, 20),
        (None, "DOMESTIC", 250), ("11A", None, 10),
    ),
    "DRUGS": (
        ("92E", None, 320), ("92D", None, 210), ("92A", None, 130), ("46", None, 90), ("49", None, 40),
        ("105A", None, 35), ("9A", None, 30), ("54", None, 25), ("8N", None, 12), ("10D", None, 6),
        (None, None, 60), ("92C", None, 20),
    ),
    "DISORDER": (
        ("9A", None, 220), ("58C", None, 110), ("58D", None, 90), ("105A", None, 150), ("8N", None, 60),
        ("104", None, 50), ("66", None, 60), ("56B", None, 15), ("92E", None, 40), ("62A", None, 10),
        (None, None, 190), ("10C", None, 5),
    ),
    "VIOLENT": (
        ("8N", None, 330), ("105A", None, 160), ("8N", "KNIFE", 20), ("5D", None, 60), ("5D", "KNIFE", 25),
        ("10D", "KNIFE", 75), ("10C", None, 25), ("34B", "KNIFE", 30), ("34B", None, 30), ("3B", None, 45),
        ("8S", None, 30), ("10B", "FIREARM", 4), ("10A", "FIREARM", 4), ("2", None, 3), ("1", None, 2),
        ("36", None, 8), ("29A", None, 6), ("9A", None, 50), ("58C", None, 40), (None, None, 40),
    ),
    "SEXUAL": (
        ("20A", None, 300), ("88E", None, 150), ("19C", None, 170), ("22B", None, 120), ("88A", None, 90),
        ("19D", None, 40), ("20B", None, 40), ("21", None, 20), ("17A", None, 30), ("86", None, 80),
        ("19D", "CSE", 8), ("22B", "CSE", 12),
    ),
}
# fmt: on
# Some records carry the Home Office class and subclass instead of the recorded-crime code.
SUBCLASSES = {
    "5D": "5/1",
    "8N": "8/6",
    "105A": "105/1",
    "46": "46/0",
    "34B": "34/1",
    "36": "36/1",
    "92A": "92/70",
    "106": "36/6",
}
# fmt: off
_NO_VICTIM = ("46", "92A", "92C", "92D", "92E", "10A", "10B", "10C", "10D", "66", "33", "54", "86", "9A", "62A", None)
# fmt: on

_ACCOUNTS: dict[str, tuple[str, ...]] = {
    "THEFT": (
        "Goods taken from shelf and concealed in bag, left without paying",
        "Insecure vehicle searched overnight, tools taken",
        "Rear window forced, jewellery and cash taken, cuckoo clock left behind",
        "Pedal cycle taken from communal hallway",
        "Purse dipped from handbag on the number 12 bus",
        "Item sold online, paid for, never sent",
        "Vehicle taken without keys from driveway, found two days later",
    ),
    "VIOLENCE": (
        "Punched once to the face during argument outside takeaway",
        "Pushed to the ground and kicked, bruising to ribs",
        "Injury caused with a bottle in the smoking area of a pub",
        "Threats made in person, door kicked",
        "Wound to the arm from a kitchen knife, victim uncooperative",
    ),
    "DOMESTIC": (
        "Verbal argument between ex-partners over contact, no offences disclosed",
        "Repeated messages after being asked to stop",
        "Grabbed by the wrist during argument about money",
        "Phone smashed during argument, children upstairs",
    ),
    "DRUGS": (
        "Stop and search, small bag of herbal cannabis found",
        "Cannabis plants found in loft, personal use claimed",
        "Wraps and scales found at home address, sells to friends",
        "Smell of cannabis from vehicle, grinder and one bag seized",
    ),
    "DISORDER": (
        "Shouting and swearing in the street, refused to leave",
        "Wing mirrors kicked off parked cars after closing time",
        "Group of youths throwing stones at passing buses",
        "Neighbour dispute over parking, both parties advised",
        "Bin set on fire in the park",
    ),
    "SEXUAL": (
        "Touched over clothing on a crowded train",
        "Offence disclosed to a teacher, older relative named",
        "Indecent messages sent to a child met on a game",
    ),
}


@dataclass(frozen=True)
class Catalogue:
    """Every kind of background crime, one place each, with its columns as places in the pool of texts."""

    code: Ints
    subclass: Ints
    flags: Ints
    topic: Ints
    has_victim: Ints
    is_crime: Ints
    account: Ints
    domestic: Ints
    child: Ints
    starts: Ints
    weights: tuple[tuple[int, ...], ...]

    def pick(self, draws: Draws, profile: Ints) -> Ints:
        """A kind of crime for each offender's profile."""
        kind = np.empty(len(profile), dtype=np.int64)
        for place, weights in enumerate(self.weights):
            here = profile == place
            kind[here] = self.starts[place] + draws.pick(int(here.sum()), weights)
        return kind


def catalogue(texts: Texts) -> Catalogue:
    """The kinds of background crime."""
    kinds = [(code, flags) for name in PROFILES for code, flags, _ in _OFFENCES[name]]
    counts = [len(_OFFENCES[name]) for name in PROFILES]
    accounts = [texts.places(_ACCOUNTS[_account(code, flags)]) for code, flags in kinds]
    width = max(len(account) for account in accounts)
    child = {"17B", "19D", "20B", "21", "22B", "88A", "11A"}
    return Catalogue(
        code=texts.places(code for code, _ in kinds),
        subclass=texts.places(SUBCLASSES.get(code or "") for code, _ in kinds),
        flags=texts.places(flags for _, flags in kinds),
        topic=np.array([topic_of(code, flags) for code, flags in kinds]),
        has_victim=np.array([code not in _NO_VICTIM for code, _ in kinds], dtype=np.int64),
        is_crime=np.array([code is not None for code, _ in kinds], dtype=np.int64),
        account=np.stack([np.resize(account, width) for account in accounts]),
        domestic=np.array([flags == "DOMESTIC" for _, flags in kinds], dtype=np.int64),
        child=np.array([code in child for code, _ in kinds], dtype=np.int64),
        starts=np.concatenate([[0], np.cumsum(counts)[:-1]]),
        weights=tuple(tuple(weight for _, _, weight in _OFFENCES[name]) for name in PROFILES),
    )


def _account(code: str | None, flags: str | None) -> str:
    if flags == "DOMESTIC":
        return "DOMESTIC"
    if code is None or code[:2] in ("9A", "58", "66", "56", "62"):
        return "DISORDER"
    if code.startswith("92"):
        return "DRUGS"
    if code in ("20A", "88E", "19C", "22B", "88A", "19D", "20B", "21", "17A", "86"):
        return "SEXUAL"
    violent = code[:2] in ("8N", "8S", "8P", "8L", "8Q", "8R", "5D", "5E", "10", "3B", "36", "11") or code in (
        "1",
        "2",
        "34B",
        "29A",
    )
    return "VIOLENCE" if violent else "THEFT"
