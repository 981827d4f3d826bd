"""Corrections and references for tests, with what a case does not name left at its usual."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from harmnet.corrections.register import Correction
from harmnet.corrections.requests import Request
from harmnet.corrections.resolving import Ref

DAY = date(2026, 6, 30)
NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
SAID = {"who": "analyst", "why": "reason", "authority": "inspector", "effective_date": DAY}


def made(number: int, action: str, nominal_id: str | None = None, **given: Any) -> Correction:
    return Correction(action=action, correction_id=number, nominal_id=nominal_id, registered_at=NOW, **SAID | given)


def asked(action: str, *subjects: str, **given: Any) -> Request:
    return Request(action, subjects, **SAID | given)


def refs(*rows: tuple[str, ...]) -> list[Ref]:
    """References from (person_ref, nominal_id, how, key)."""
    return [Ref(*row) for row in rows]
