"""The register of corrections, and whom a run holds out of networks because of it."""

from __future__ import annotations

from harmnet.contracts.model import Column, Table, TableClass
from harmnet.contracts.registry import CHAIN_COLUMNS

ACTIONS = (
    "RECTIFY",
    "UNLINK",
    "MERGE",
    "UNMERGE",
    "REMOVE_NOMINAL",
    "REGRADE",
    "RESTRICT",
    "LIFT",
    "CONFIRM",
    "REFUTE",
)
SCOPES = ("EVERYTHING", "THEME", "TIE", "NETWORK")
_TEXTS = "array<string>"

CORRECTION_REGISTER = Table(
    "correction_register",
    TableClass.REGISTRY,
    "one row per correction; append-only, each row chained to the one before",
    ("correction_id",),
    (
        Column("correction_id", "bigint", "Number of the correction, from 1; never reused."),
        Column("action", "string", "What is corrected; docs/corrections.md says what each does.", codes=ACTIONS),
        Column("nominal_id", "string", "The person it concerns, as in snapshot_id; null where it concerns none."),
        Column("refs", _TEXTS, "Person references that stood for the person, sorted: found again by any of them."),
        Column("keys", _TEXTS, "SHA-256 of each surname, forename, sex and date of birth recorded of them, sorted."),
        Column("person_ref", "string", "UNLINK: the reference that is taken off the person; else null."),
        Column("record", "string", "UNLINK and REGRADE: the record, as system:record_ref; else null."),
        Column("applies_to", "string", "everything, or theme, group, network or tie and its name: theme:soc."),
        Column(
            "others",
            _TEXTS,
            "Other people it concerns, sorted: merged into, other end of the tie, in the network, on the record.",
        ),
        Column("other_refs", _TEXTS, "Person references that stood for those, sorted."),
        Column("field", "string", "RECTIFY: forename, surname, sex or dob; else null."),
        Column("value", "string", "RECTIFY: what is right, null for unknown. REGRADE: scheme, source, information."),
        Column("also_safeguarding", "boolean", "true: out of safeguarding as well."),
        Column("safeguarding_authority", "string", "Who authorised that, apart from authority; else null."),
        Column("undoes", "bigint", "LIFT and UNMERGE: the correction that no longer holds; else null."),
        Column("snapshot_id", "string", "Snapshot in which its people were looked up; null without people."),
        Column("who", "string", "Who registered it."),
        Column("why", "string", "Reason."),
        Column("authority", "string", "Who authorised it."),
        Column("effective_date", "date", "Day from which the decision holds; never later than the day it came in."),
        Column("registered_at", "timestamp", "When it was registered (UTC)."),
        *CHAIN_COLUMNS,
    ),
    # Recipes name the digest of what was decided, however it is chained.
    undigested=tuple(column.name for column in CHAIN_COLUMNS),
)

HELD_OUT = Table(
    "held_out",
    TableClass.WORK,
    "one row per correction, person and what they are held out of; written only where corrections hold",
    ("correction_id", "idx", "other_idx"),
    (
        Column("correction_id", "bigint", "The correction."),
        Column("idx", "bigint", "The person."),
        Column("scope", "string", "Out of what.", codes=SCOPES),
        Column("theme", "string", "Theme, for THEME and NETWORK; else null."),
        Column("other_idx", "bigint", "The other person, for TIE and NETWORK; else null."),
        Column("also_safeguarding", "boolean", "true: out of that theme's safeguarding as well."),
    ),
)
