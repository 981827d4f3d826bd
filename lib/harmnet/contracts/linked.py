"""Tables of the link stage: who is who, and who was involved in what."""

from __future__ import annotations

from harmnet.contracts.model import Column, Table, TableClass

IDX = "bigint"

PEOPLE = Table(
    "people",
    TableClass.RESULT,
    "one row per person reference in the source systems",
    ("person_ref",),
    (
        Column("person_ref", "string", "Reference of the person in a source system."),
        Column("nominal_id", IDX, "The person it stands for.", nominal=True),
        Column(
            "how",
            "string",
            "FORCE_NUMBER, JOINED_NUMBERED, SAME_PERSON, ALONE, AMBIGUOUS (agrees with several), NOT_IN_PEOPLE; "
            "UNLINKED or MERGED by a correction.",
        ),
        Column("why", "string", "The agreement behind it, in words."),
    ),
)

NOMINALS = Table(
    "nominals",
    TableClass.RESULT,
    "one row per nominal (person as linked)",
    ("nominal_id",),
    (
        Column("nominal_id", IDX, "The force's own number, or the person_ref that came first.", nominal=True),
        Column("idx", IDX, "Dense number: rank of nominal_id in byte order, from 0."),
        Column("sex", "string", "Recorded sex; null where records disagree."),
        Column("dob_year", "int", "Year of birth where age is known; else null."),
        Column(
            "age_known",
            "boolean",
            "false where the date of birth is missing, a default, in the future or an event's date.",
        ),
        Column("age_at_as_of", "int", "Whole years at as_of; null where age is not known.", unit="years"),
        Column(
            "age_band",
            "string",
            "Band of age_at_as_of (weights.age.bands), such as 18-24; null where age is not known.",
        ),
        Column("is_child", "boolean", "Under 18 at as_of; null where age is not known."),
        Column("in_prison", "boolean", "A stay in prison is open at as_of."),
        Column(
            "release_due", "date", "Expected release from that stay, the latest of several; null where none is known."
        ),
        Column("has_force_number", "boolean", "true where nominal_id is the force's own number."),
        Column("refs", "bigint", "Person references that stand for this nominal."),
        Column("handling", "int", "Handling restrictions of every record the person is on, as bits; null without one."),
    ),
)

NOMINAL_IDS = Table(
    "nominal_ids",
    TableClass.WORK,
    "one row per nominal: the number that stands for it while the refresh runs",
    ("idx",),
    (
        Column("nominal_id", "string", "The force's own number, or the person_ref that came first."),
        Column("idx", IDX, "Rank of nominal_id in byte order, from 0."),
    ),
)

NOMINAL_DATES = Table(
    "nominal_dates",
    TableClass.WORK,
    "one row per nominal with a known date of birth",
    ("idx",),
    (Column("idx", IDX, "Nominal."), Column("dob", "date", "Known date of birth.")),
)

NOMINAL_NAMES = Table(
    "nominal_names",
    TableClass.RESULT,
    "one row per nominal: the only result table with names and dates of birth",
    ("nominal_id",),
    (
        Column("nominal_id", IDX, "The person.", nominal=True),
        Column("forename", "string", "Forename of the record that came first among the refs."),
        Column("surname", "string", "Surname of that record."),
        Column("dob", "date", "Known date of birth; null where age is not known."),
    ),
)

NOMINAL_AREAS = Table(
    "nominal_areas",
    TableClass.RESULT,
    "one row per nominal, area and way of being there",
    ("nominal_id", "relation", "area_code"),
    (
        Column("nominal_id", IDX, "The person.", nominal=True),
        Column("relation", "string", "HOME: an address there. ACTIVE: an event there."),
        Column("area_code", "string", "Area code of the source."),
        Column("unit_code", "string", "Unit of that area by conf/areas.yml; null where conf does not know the area."),
        Column("force_code", "string", "Force of that area; null where conf does not know the area."),
        Column("events", "bigint", "Events there (ACTIVE) or records with that address (HOME)."),
        Column("last_date", "date", "Last event there; null for HOME."),
    ),
)

NOMINAL_SIGNALS = Table(
    "nominal_signals",
    TableClass.RESULT,
    "one row per nominal, signal, side, credible or not, and let go without further action or not",
    ("nominal_id", "kind", "signal", "side", "credible", "no_further_action"),
    (
        Column("nominal_id", IDX, "The person.", nominal=True),
        Column(
            "kind",
            "string",
            "FLAG on a record, OFFENCE group of its code, MARKER on the person, GROUP (kind and role), EPISODE.",
        ),
        Column("signal", "string", "The flag, offence group, marker, group kind and role, or MISSING."),
        Column("side", "string", "OFFENDER, VICTIM or NEUTRAL: the person's side on those records."),
        Column("credible", "boolean", "false: records that are not credible, shown and without weight."),
        Column("no_further_action", "boolean", "true: records on which the person was let go."),
        Column("records", "bigint", "Records that carry it."),
        Column("first_date", "date", "First of them."),
        Column("last_date", "date", "Last of them."),
        Column("still", "boolean", "Markers and groups: one of them is not ended at as_of; else null."),
        Column("handling", "int", "Handling restrictions of those records, as bits."),
    ),
)

INVOLVEMENTS = Table(
    "involvements",
    TableClass.WORK,
    "one row per nominal, event, record and role (and spell, for stays and memberships)",
    ("idx", "source_system", "event_id", "record_ref", "role", "event_date", "from_date", "to_date"),
    (
        Column("idx", IDX, "Nominal."),
        Column(
            "source_system", "string", "crimes, intelligence, custody, prison, missing, markers, groups, associations."
        ),
        Column("event_kind", "string", "CRIME, NON_CRIME, REPORT, ARREST, STAY, EPISODE, MARKER, GROUP, ASSOCIATION."),
        Column(
            "event_id",
            "string",
            "What the people share: crime, report, arrest, cell, episode, marker, group, association.",
        ),
        Column(
            "record_ref",
            "string",
            "The record itself: custody_ref under an arrest, stay_ref under a cell; else event_id.",
        ),
        Column("role", "string", "Role on the record."),
        Column("side", "string", "OFFENDER, VICTIM or NEUTRAL."),
        Column("kind", "string", "Marker, group or association kind; else null."),
        Column(
            "status", "string", "SUSPECTED, CHARGED, CONVICTED, NO_FURTHER_ACTION on crimes and custody; else null."
        ),
        Column("event_date", "date", "Date of the event; never after as_of."),
        Column("from_date", "date", "Start of a stay or membership."),
        Column("to_date", "date", "End of a stay or membership (not included); null is open."),
        Column("crime_ref", "string", "Crime behind an arrest; the crime itself on crimes."),
        Column("offence_code", "string", "Offence code."),
        Column("offence_code_system", "string", "Its code system."),
        Column("flags", "array<string>", "Flags on the record."),
        Column("words", "array<string>", "Keywords found in its text."),
        Column("area_code", "string", "Where it happened."),
        Column("times", "int", "Sightings the record stands for; 1 unless it says more."),
        Column("grading_scheme", "string", "Scheme of its grades."),
        Column("source_grade", "string", "Grade of the source."),
        Column("information_grade", "string", "Grade of the information."),
        Column("quality_micro", "bigint", "How much it counts.", unit="micro"),
        Column("credible", "boolean", "false: weight 0, never makes anyone involved."),
        Column("basis", "string", "FACT, ASSESSMENT or DERIVED."),
        Column("handling", "int", "Handling restrictions as bits; see harmnet.handling."),
        Column("age_at_event", "int", "Whole years at the event; null where age is not known.", unit="years"),
        Column("release_due", "date", "Expected release, for stays; else null."),
    ),
)
