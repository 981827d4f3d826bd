"""Who would be involved and tied with every grade let in, and who without non-crime incidents."""

from datetime import date

from harmnet.contracts.linked import PEOPLE
from harmnet.contracts.results import THEME_HITS
from harmnet.harm import offence_group_rows
from harmnet.reliability import identities
from harmnet.reliability.regraded import involved_with, involved_without_non_crimes, ties_of, with_every_grade
from harmnet.reliability.rows import IDENTITIES
from typed_rows import AS_OF, SHIPPED, by_column, involvements_of, table_of, tuples

OUT = {"credible": False, "quality_micro": 0, "side": "NEUTRAL", "basis": "ASSESSMENT"}
REPORT = {"source_system": "intelligence", "event_kind": "REPORT", "role": "SUBJECT", "crime_ref": None}
ASSOCIATION = {"source_system": "associations", "event_kind": "ASSOCIATION", "role": "ASSOCIATE", "crime_ref": None}
LOWEST = 350_000


def on(record, idx, *parts, **other):
    row = {"record_ref": record, "idx": idx, "event_date": AS_OF}
    for part in parts:
        row |= part
    return row | other


def test_sides_of_records_let_in_are_those_of_their_roles_and_what_came_from_here_stays_out(spark):
    rows = [
        on("I1", 0, REPORT, OUT),
        on("I1", 1, REPORT, OUT, role="VICTIM", side="VICTIM"),
        on("I1", 2, REPORT, OUT, role="MENTIONED"),
        on("I1", 3, REPORT, OUT, age_at_event=9),
        on("I1", 4, REPORT, OUT, age_at_event=10),
        on("A1", 5, ASSOCIATION, OUT),
        on("I2", 6, REPORT, OUT, basis="DERIVED"),
        on("I3", 7, REPORT),
        on("C1", 8, OUT),
    ]
    found = with_every_grade(involvements_of(spark, rows), weights=SHIPPED.weights)
    assert by_column(found, "idx", "side", "credible", "quality_micro") == {
        0: ("OFFENDER", True, LOWEST),
        1: ("VICTIM", True, LOWEST),
        2: ("NEUTRAL", True, LOWEST),
        3: ("NEUTRAL", True, LOWEST),
        4: ("OFFENDER", True, LOWEST),
        5: ("NEUTRAL", True, LOWEST),
    }


def test_records_let_in_tie_and_involve_people_at_the_lowest_credible_quality(spark):
    cse = {"flags": ["CSE"]}
    rows = [
        *(on("I1", idx, REPORT, OUT, cse) for idx in (0, 1, 2)),
        *(on("I2", idx, REPORT, OUT) for idx in (0, 1)),
        *(on("A1", idx, ASSOCIATION, OUT) for idx in (1, 3)),
        on("I3", 4, REPORT, OUT, cse, event_date=date(2019, 1, 1)),
        on("I4", 5, REPORT, OUT, {"words": ["knife"]}),
        on("I5", 6, REPORT, OUT, {"words": ["knife"]}),
        on("I6", 7, REPORT, OUT, cse, role="VICTIM", side="VICTIM"),
    ]
    ties, groups = SHIPPED.ties, offence_group_rows(spark, SHIPPED)
    let_in = with_every_grade(involvements_of(spark, rows), weights=SHIPPED.weights)
    found = ties_of(let_in, ties=ties, as_of=AS_OF, offence_groups=groups)
    # 0.5 x 0.35 between two, half of it between three; 0.3 x 0.35 for an association.
    assert tuples(found) == [
        (0, 1, "co_reported", 87_500 + 175_000),
        (0, 2, "co_reported", 87_500),
        (1, 2, "co_reported", 87_500),
        (1, 3, "recorded_association", 105_000),
    ]
    hit = {"theme": "violent_crime", "strength": "SUPPORTING", "side": "OFFENDER", "counted": True}
    hits = [hit | {"rule": "gang_flag", "nominal_id": idx} for idx in (6, 8)]
    involved = involved_with(
        table_of(spark, THEME_HITS, hits), let_in, themes=SHIPPED.themes, as_of=AS_OF, offence_groups=groups
    )
    # 4 is outside the window, 5 has one supporting rule, 6 a second one, 7 is a victim, 8 is on no record let in.
    assert tuples(involved) == [("cse", 0), ("cse", 1), ("cse", 2), ("violent_crime", 6)]


def test_without_non_crimes_only_hits_on_other_records_involve(spark):
    crime = {"source_system": "crimes", "strength": "PRIMARY", "side": "OFFENDER", "counted": True, "theme": "cse"}
    weak = crime | {"strength": "SUPPORTING"}
    hits = [
        crime | {"nominal_id": 0, "record_ref": "N1", "rule": "a"},
        crime | {"nominal_id": 1, "record_ref": "N1", "rule": "a"},
        crime | {"nominal_id": 1, "record_ref": "C1", "rule": "a"},
        weak | {"nominal_id": 2, "record_ref": "C1", "rule": "a"},
        weak | {"nominal_id": 2, "record_ref": "N1", "rule": "b"},
        # A report may have the number of an incident.
        crime | {"nominal_id": 3, "record_ref": "N1", "rule": "a", "source_system": "intelligence"},
        crime | {"nominal_id": 4, "record_ref": "C1", "rule": "a", "side": "VICTIM"},
    ]
    rows = [{"record_ref": "N1", "event_kind": "NON_CRIME"}, {"record_ref": "C1"}]
    found = involved_without_non_crimes(table_of(spark, THEME_HITS, hits), involvements_of(spark, rows))
    assert tuples(found) == [("cse", 1), ("cse", 3)]


def test_a_person_is_numbered_when_every_reference_carries_the_number_and_joined_when_others_agree(spark):
    rows = [
        (0, "FORCE_NUMBER"),
        (0, "FORCE_NUMBER"),
        (1, "FORCE_NUMBER"),
        (1, "JOINED_NUMBERED"),
        (2, "JOINED_NUMBERED"),
        (3, "SAME_PERSON"),
        (4, "ALONE"),
        (5, "AMBIGUOUS"),
        (6, "NOT_IN_PEOPLE"),
    ]
    people = table_of(spark, PEOPLE, [{"nominal_id": idx, "how": how} for idx, how in rows])
    found = by_column(identities(people), "nominal_id", "identity")
    names = {idx: IDENTITIES[place] for idx, place in found.items()}
    assert names == {0: "NUMBERED", 1: "JOINED", 2: "JOINED"} | dict.fromkeys(range(3, 7), "UNNUMBERED")
