"""What a record is really about: known to the writer, not written into the extracts."""

from __future__ import annotations

THEMES = ("soc", "county_lines", "cse", "violent_crime", "modern_slavery")
SOC, COUNTY_LINES, CSE, VIOLENT_CRIME, MODERN_SLAVERY = (1 << place for place in range(len(THEMES)))
# Two lesser signs that only together make someone violent: injuring others, and carrying weapons.
INJURY, WEAPON = 32, 64
OF_THEME = {theme: 1 << place for place, theme in enumerate(THEMES)}

# Recorded-crime codes by what they are, as a police officer would read them.
SERIOUS_VIOLENCE = ("1", "2", "4.1", "3A", "5D", "5E", "10A", "29A", "31A", "36")
CHILD_SEXUAL = ("17B", "19D", "19E", "19G", "19H", "20B", "21", "22B", "71", "73", "88A")
EXPLOITATION = ("72", "106")
INJURING = ("8N", "8S", "8P")
WEAPONS = ("10B", "10C", "10D", "81", "90")


def topic_of(code: str | None, flags: str | None = None) -> int:
    """Topic bits of an ordinary crime by its code; robbery, threat or injury with a knife or firearm is serious."""
    armed = flags is not None and bool({"KNIFE", "FIREARM"} & set(flags.split(";")))
    if code in SERIOUS_VIOLENCE or (armed and code in ("34A", "34B", "3B", *INJURING)):
        return VIOLENT_CRIME
    if code in CHILD_SEXUAL:
        return CSE
    if code in EXPLOITATION:
        return MODERN_SLAVERY
    if code in INJURING:
        return INJURY
    return WEAPON if code in WEAPONS else 0
