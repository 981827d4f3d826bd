"""The raw tables: each source system's records as the force delivered them.

Every value is kept as text (lists as arrays of text): a date that cannot be read must reach quarantine, not be lost on
the way in. `type` here is the type that staging reads the text as. The columns batch_id, row_no, op and source_key are
added on the way in and are the same for every raw table.
"""

from __future__ import annotations

from harmnet.contracts.model import Column, Table, TableClass

DATE, INSTANT, TEXT, LIST, BOOL, INT = "date", "timestamp", "string", "array<string>", "boolean", "int"

BATCH_COLUMNS = (
    Column("batch_id", "bigint", "Batch in which the force delivered the row; the order in which it came to know."),
    Column("row_no", "bigint", "Place of the row within its batch and table; the later one of two decides."),
    Column("op", TEXT, "UPSERT or DELETE."),
    Column("source_key", TEXT, "The record's own key: its key columns joined with |, without spaces around them."),
)

GRADING = (
    Column("grading_scheme", TEXT, "Scheme of the grades: 5x5x5 or 3x5x2.", codes=("5x5x5", "3x5x2")),
    Column("source_grade", TEXT, "Grade of the source; only meaningful with its scheme."),
    Column("information_grade", TEXT, "Grade of the information; only meaningful with its scheme."),
    Column("handling_code", TEXT, "Handling code: P or C; 1 to 5 in the 5x5x5 scheme."),
)


def _raw(name: str, grain: str, key: tuple[str, ...], *columns: Column) -> Table:
    return Table(f"raw_{name}", TableClass.RAW, grain, key, columns, source=name)


def _required(name: str, type_: str, meaning: str, codes: tuple[str, ...] = ()) -> Column:
    return Column(name, type_, meaning, required=True, codes=codes)


PERSON_REF = _required("person_ref", TEXT, "The person's reference in the source system.")

PEOPLE = _raw(
    "people",
    "one row per person record in a source system",
    ("person_ref",),
    _required("person_ref", TEXT, "The person record's reference, unique over all systems."),
    Column("source_system", TEXT, "System that holds the record, for example CRIMES or PINS."),
    Column("nominal_ref", TEXT, "The force's own person number; may be empty."),
    Column("forename", TEXT, "Forename as recorded."),
    Column("surname", TEXT, "Surname as recorded."),
    Column("dob", DATE, "Date of birth as recorded."),
    Column("sex", TEXT, "Recorded sex.", codes=("F", "M", "X")),
    Column("ethnicity", TEXT, "Self-defined ethnicity code; carried for the equality report alone."),
    Column("address", TEXT, "Last known address."),
    Column("area_code", TEXT, "Area of the address."),
)

CRIMES = _raw(
    "crimes",
    "one row per crime or non-crime incident",
    ("crime_ref",),
    _required("crime_ref", TEXT, "Crime or incident reference."),
    Column("is_crime", BOOL, "true for a notifiable crime, false for a non-crime incident; empty counts as a crime."),
    Column("offence_code", TEXT, "Offence code, as text: 4.10 is not 4.1."),
    Column("offence_code_system", TEXT, "Code system of offence_code.", codes=("recorded_crime", "ho_class_subclass")),
    Column("occurred_from", INSTANT, "When it happened, or the start of the span in which it did."),
    Column("occurred_to", INSTANT, "End of the span in which it happened."),
    Column("recorded_at", INSTANT, "When it was recorded."),
    Column("area_code", TEXT, "Where it happened."),
    Column("flags", LIST, "Flags set on the crime, for example KNIFE, CSE, COUNTY_LINES, DATE_ASSUMED."),
    Column("mo_text", TEXT, "Modus operandi, free text; read for keywords and dropped."),
)

CRIME_PEOPLE = _raw(
    "crime_people",
    "one row per person, crime and role",
    ("crime_ref", "person_ref", "role"),
    _required("crime_ref", TEXT, "Crime the person is on."),
    PERSON_REF,
    _required("role", TEXT, "Role on the crime.", ("SUSPECT", "DEFENDANT", "VICTIM", "WITNESS", "OTHER")),
    Column("status", TEXT, "How far it went.", codes=("SUSPECTED", "CHARGED", "CONVICTED", "NO_FURTHER_ACTION")),
)

INTELLIGENCE = _raw(
    "intelligence",
    "one row per intelligence report",
    ("report_ref",),
    _required("report_ref", TEXT, "Report reference."),
    Column("created_at", INSTANT, "When the report was made."),
    *GRADING,
    Column("action_code", TEXT, "Action code of the 3x5x2 scheme: A1, A2, A3."),
    Column("sanitisation_code", TEXT, "Sanitisation code of the 3x5x2 scheme: S1, S2."),
    Column("flags", LIST, "Flags set on the report."),
    Column("text", TEXT, "Body of the report; read for keywords and dropped."),
    Column("derived_from", TEXT, "Set when the report rests on this system's own output: never evidence."),
)

INTELLIGENCE_PEOPLE = _raw(
    "intelligence_people",
    "one row per person, report and role",
    ("report_ref", "person_ref", "role"),
    _required("report_ref", TEXT, "Report the person is on."),
    PERSON_REF,
    _required("role", TEXT, "Role on the report.", ("SUBJECT", "ASSOCIATE", "VICTIM", "MENTIONED")),
)

CUSTODY = _raw(
    "custody",
    "one row per detention",
    ("custody_ref",),
    _required("custody_ref", TEXT, "Custody record reference."),
    Column("arrest_ref", TEXT, "Arrest reference, shared by people arrested together; empty means alone."),
    Column("crime_ref", TEXT, "Crime the arrest is for; may be empty."),
    PERSON_REF,
    Column("detained_at", INSTANT, "When detention began."),
    Column("released_at", INSTANT, "When detention ended."),
    Column("offence_code", TEXT, "Offence code of the arrest."),
    Column("offence_code_system", TEXT, "Code system of offence_code.", codes=("recorded_crime", "ho_class_subclass")),
    Column("disposal", TEXT, "How the detention ended, for example CHARGED, BAILED, NFA."),
    Column("flags", LIST, "Flags set on the detention, for example YOUTH, FIREARMS."),
    Column("text", TEXT, "Circumstances; read for keywords and dropped."),
)

PRISON_STAYS = _raw(
    "prison_stays",
    "one row per stay in a cell",
    ("stay_ref",),
    _required("stay_ref", TEXT, "Stay reference."),
    PERSON_REF,
    _required("prison", TEXT, "Prison."),
    _required("cell", TEXT, "Cell within the prison."),
    Column("from_date", DATE, "First night."),
    Column("to_date", DATE, "Day of leaving the cell (that night not included); empty means still there."),
    Column("release_due", DATE, "Expected release from prison."),
)

MISSING_EPISODES = _raw(
    "missing_episodes",
    "one row per missing episode",
    ("episode_ref",),
    _required("episode_ref", TEXT, "Episode reference."),
    PERSON_REF,
    Column("missing_from", INSTANT, "When the person was last seen."),
    Column("returned_at", INSTANT, "When the person returned or was found."),
    Column("risk_level", TEXT, "Assessed risk.", codes=("NONE", "LOW", "MEDIUM", "HIGH")),
    Column("found_area", TEXT, "Area where the person was found."),
    Column("flags", LIST, "Flags set on the episode, for example CHILD, CSE, COUNTY_LINES."),
    Column("text", TEXT, "Account of the episode; read for keywords and dropped."),
)

MISSING_PEOPLE = _raw(
    "missing_people",
    "one row per person found with, or named in, an episode",
    ("episode_ref", "person_ref", "role"),
    _required("episode_ref", TEXT, "Episode the person is on."),
    PERSON_REF,
    _required("role", TEXT, "Role in the episode.", ("FOUND_WITH", "MENTIONED")),
)

MARKERS = _raw(
    "markers",
    "one row per warning marker or safeguarding assessment",
    ("marker_ref",),
    _required("marker_ref", TEXT, "Marker reference."),
    PERSON_REF,
    _required("kind", TEXT, "Kind of marker, for example LOOKED_AFTER_CHILD, EXPLOITED, FIREARMS, ASSESSMENT."),
    Column("set_at", INSTANT, "When the marker was set."),
    Column("cleared_at", INSTANT, "When it was cleared; empty means still set."),
    Column("detail", TEXT, "Detail as recorded; read for keywords and dropped."),
)

GROUPS = _raw(
    "groups",
    "one row per membership of a listed group",
    ("group_ref", "person_ref", "role", "from_date"),
    _required("group_ref", TEXT, "Group reference."),
    Column("group_name", TEXT, "Name of the group."),
    _required("group_kind", TEXT, "Organised crime group, urban street gang or drugs line.", ("OCG", "USG", "LINE")),
    PERSON_REF,
    _required("role", TEXT, "Role in the group.", ("LEADER", "MEMBER", "RUNNER", "EXPLOITED")),
    Column("from_date", DATE, "First day of membership."),
    Column("to_date", DATE, "Day the membership ended (not included); empty means still listed."),
    Column("confirmed_at", DATE, "When the membership was last confirmed."),
)

ASSOCIATIONS = _raw(
    "associations",
    "one row per association that someone recorded",
    ("association_ref",),
    _required("association_ref", TEXT, "Association reference."),
    PERSON_REF,
    _required("other_person_ref", TEXT, "The other person's reference."),
    _required("kind", TEXT, "Kind of association.", ("ASSOCIATE", "FAMILY", "PARTNER")),
    Column("recorded_at", INSTANT, "When it was recorded."),
    Column("times", INT, "How many sightings the record stands for; 1 unless it says more.", unit="sightings"),
    *GRADING,
    Column("action_code", TEXT, "Action code of the 3x5x2 scheme."),
    Column("sanitisation_code", TEXT, "Sanitisation code of the 3x5x2 scheme."),
    Column("flags", LIST, "Flags set on the record, for example DATE_ASSUMED."),
)

RAW_TABLES: tuple[Table, ...] = (
    PEOPLE,
    CRIMES,
    CRIME_PEOPLE,
    INTELLIGENCE,
    INTELLIGENCE_PEOPLE,
    CUSTODY,
    PRISON_STAYS,
    MISSING_EPISODES,
    MISSING_PEOPLE,
    MARKERS,
    GROUPS,
    ASSOCIATIONS,
)

SYSTEMS: dict[str, tuple[Table, ...]] = {
    "people": (PEOPLE,),
    "crimes": (CRIMES, CRIME_PEOPLE),
    "intelligence": (INTELLIGENCE, INTELLIGENCE_PEOPLE),
    "custody": (CUSTODY,),
    "prison": (PRISON_STAYS,),
    "missing": (MISSING_EPISODES, MISSING_PEOPLE),
    "markers": (MARKERS,),
    "groups": (GROUPS,),
    "associations": (ASSOCIATIONS,),
}
"""Source system -> its raw tables. people is always on; each other one can be switched off in conf/sources.yml."""
