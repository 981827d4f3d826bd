"""Handling restrictions as bits, so that the most restrictive of many records is one `bit_or`.

Each code has a bit; of several records the highest bit set in each group is what applies: C over P, A1 over A2 over A3,
S2 over S1.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from harmnet.config import Handling, HandlingRules

_GROUPS = (("P", "C"), ("A3", "A2", "A1"), ("S1", "S2"))
BITS: dict[str, int] = {code: 1 << bit for bit, code in enumerate(code for group in _GROUPS for code in group)}


def to_bits(rule: Handling) -> int:
    """The bits of one set of codes."""
    return BITS[rule.handling] | BITS[rule.action] | BITS[rule.sanitisation]


def with_handling(
    rules: HandlingRules, *, handling_code: Column, action_code: Column, sanitisation_code: Column
) -> Column:
    """Handling bits of a record (int, never null): old 5x5x5 codes by the conf table, missing codes by the default."""
    default = to_bits(rules.default)
    old = F.create_map(
        *(F.lit(item) for code, rule in sorted(rules.from_5x5x5.items()) for item in (code, to_bits(rule)))
    )
    codes = F.create_map(*(F.lit(item) for code, bit in BITS.items() for item in (code, bit)))
    parts = [
        F.coalesce(codes[code], F.lit(_default_bit(default, group)))
        for code, group in zip((handling_code, action_code, sanitisation_code), _GROUPS, strict=True)
    ]
    new = parts[0].bitwiseOR(parts[1]).bitwiseOR(parts[2])
    return F.coalesce(old[handling_code], new, F.lit(default)).cast("int")


def _default_bit(default: int, group: tuple[str, ...]) -> int:
    return next(BITS[code] for code in group if default & BITS[code])


def shown(bits: str) -> str:
    """Handling bits (an SQL expression, not null) in words as SQL, for example `C A1 S2`; the most restrictive of each
    group."""
    words = []
    for least, *others in _GROUPS:
        cases = "".join(f" WHEN ({bits} & {BITS[code]}) != 0 THEN '{code}'" for code in reversed(others))
        words.append(f"CASE{cases} ELSE '{least}' END")
    return f"concat_ws(' ', {', '.join(words)})"


def in_words(bits: int) -> str:
    """The same for one number: handling bits in words."""
    return " ".join(next((code for code in reversed(group) if bits & BITS[code]), group[0]) for group in _GROUPS)
