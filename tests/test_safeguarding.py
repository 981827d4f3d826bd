"""The stage `safeguard`: who is flagged, why, how surely, what is new; no one is lost between force and flags."""

from datetime import date, timedelta

import numpy as np
import pytest

from harmnet import safeguarding
from harmnet.contracts import check_key
from harmnet.contracts.linked import INVOLVEMENTS, NOMINAL_AREAS, NOMINAL_DATES, NOMINAL_IDS, NOMINALS
from harmnet.contracts.priorities import NOMINAL_PRIORITIES
from harmnet.contracts.results import EDGES, NETWORK_MEMBERS, THEME_HITS, THEME_MEMBERS
from harmnet.contracts.safeguarding import (
    REASONS,
    SAFEGUARDING_AREA_COUNTS,
    SAFEGUARDING_COUNTS,
    SAFEGUARDING_FLAGS,
)
from typed_rows import AS_OF, InMemory, frame_of, involvements_of, table_of, tuples

CL, CSE = {"theme": "county_lines", "network_id": "cl-1"}, {"theme": "cse", "network_id": None}
BOSS, SECOND, LONER = 1, 2, 3
REPORT = {"source_system": "intelligence", "event_kind": "REPORT"}
MISSING = {"source_system": "missing", "event_kind": "EPISODE", "role": "MISSING", "side": "VICTIM"}
ARREST = {"source_system": "custody", "event_kind": "ARREST", "role": "DETAINEE"}
LISTED = {"source_system": "groups", "event_kind": "GROUP", "kind": "LINE", "record_ref": "LINE-1"}
EARLIER, LATER = date(2025, 6, 30), date(2026, 1, 31)


def age(years, **other):
    return {"age_at_as_of": years, "is_child": years < 18, "age_band": "a band", **other}


def marker(idx, kind, day=EARLIER, **other):
    usual = {"source_system": "markers", "event_kind": "MARKER", "role": kind, "kind": kind, "side": "NEUTRAL"}
    return usual | {"idx": idx, "record_ref": f"{kind}-{idx}", "event_date": day, **other}


def named(record, *people, **other):
    """A report about the first, who is its subject, that mentions the others."""
    roles = [{"role": "SUBJECT"}, *[{"role": "MENTIONED", "side": "NEUTRAL"}] * (len(people) - 1)]
    return [REPORT | {"record_ref": record, "idx": idx} | role | other for idx, role in zip(people, roles, strict=True)]


def arrested(record, *people, **other):
    return [
        ARREST | {"event_id": record, "record_ref": f"{record}/{idx}", "idx": idx, "age_at_event": None} | other
        for idx in people
    ]


def edge(src, dst, relation="ASSOCIATION", weight=100_000, **other):
    return {"src": src, "dst": dst, "relation": relation, "weight_micro": weight, "handling": 0, **other}


def run(spark, nominals, involvements, edges=(), *, hits=(), victims=(), vertices=(), ranked=(), dobs=(), parent=None):
    """The stage on a force in which 1 and 2 are a county lines network and 3 is alone in cse; returns its tables."""
    adults = {idx: age(30) for idx in (BOSS, SECOND, LONER)}
    graph = [CL | {"nominal_id": BOSS}, CL | {"nominal_id": SECOND}, CSE | {"nominal_id": LONER}, *vertices]
    in_theme = [
        {"theme": row["theme"], "nominal_id": row["nominal_id"], "involved": True, "victim": False}
        for row in graph
        if row["theme"] != "all"
    ]
    in_theme += [{"theme": theme, "nominal_id": idx, "involved": False, "victim": True} for theme, idx in victims]
    people = {**adults, **nominals}
    ids = frame_of(
        spark, {"nominal_id": "string", "idx": "bigint"}, [{"nominal_id": f"N{idx}", "idx": idx} for idx in people]
    )
    io = InMemory(
        spark,
        {
            NOMINAL_IDS.name: ids,
            NOMINALS.name: table_of(spark, NOMINALS, [{"nominal_id": idx, **row} for idx, row in people.items()]),
            NOMINAL_DATES.name: table_of(spark, NOMINAL_DATES, [{"idx": idx, "dob": dob} for idx, dob in dobs]),
            NOMINAL_AREAS.name: table_of(spark, NOMINAL_AREAS, AREAS),
            INVOLVEMENTS.name: involvements_of(spark, involvements),
            EDGES.name: table_of(spark, EDGES, [{"src_to_dst_micro": 0, "dst_to_src_micro": 0} | row for row in edges]),
            THEME_HITS.name: table_of(spark, THEME_HITS, hits),
            THEME_MEMBERS.name: table_of(spark, THEME_MEMBERS, in_theme),
            NETWORK_MEMBERS.name: table_of(spark, NETWORK_MEMBERS, graph),
            NOMINAL_PRIORITIES.name: table_of(spark, NOMINAL_PRIORITIES, ranked),
        },
    )
    if parent is not None:
        io.parent, io.parent_as_of = {SAFEGUARDING_FLAGS.name: parent}, date(2026, 5, 31)
    safeguarding.run(io)
    check_key(io.read(SAFEGUARDING_FLAGS), SAFEGUARDING_FLAGS)
    return io


AREAS = [
    {"nominal_id": 10, "relation": "HOME", "area_code": "F1A2", "events": 1},
    {"nominal_id": 10, "relation": "HOME", "area_code": "F1A1", "events": 1},
    {"nominal_id": 10, "relation": "ACTIVE", "area_code": "F1D4", "events": 9},
    {"nominal_id": 21, "relation": "HOME", "area_code": "F1B1", "events": 1},
    {"nominal_id": 21, "relation": "HOME", "area_code": "F1A1", "events": 2},
]
NOMINALS_OF = {
    10: age(17),  # family of a member
    11: age(17),  # tied to no one
    12: {},  # unknown age, youth custody with a member
    13: {},  # unknown age, nothing says child, tied
    14: age(40),  # vulnerable, on a doubtful report about a member
    15: age(18),  # eighteen today, missing before
    16: age(18),  # eighteen for more than the days in conf
    17: age(9),  # under ten, hurt by a member
    18: age(11),  # did something at nine, alone
    19: age(16),  # a vertex of the full network alone
    20: age(50),  # victim of a theme, tied to no one
    21: age(15),  # three systems and no marker
    22: age(15),  # the same, and assessed
    23: age(16),  # a runner in the network
    24: age(25),  # a grown-up runner
    25: age(25),  # a marker that conf does not name
    26: age(12),  # tied to someone who is in no network
    27: age(33),  # a victim by a doubtful report alone, tied
    28: age(33),  # the same, tied to no one
    29: age(35),  # exploited in the group's own list, without any tie
    30: age(60),  # nothing at all, tied
    31: age(60),  # victim of a theme whose untied victims need another reason
    32: age(60),  # the same, with one
}
DOBS = [(15, date(2008, 6, 30)), (16, date(2007, 6, 30)), (10, date(2009, 1, 1))]
DOUBTFUL = {"credible": False}
ROWS = [
    *arrested("A12", BOSS, 12, flags=["YOUTH"]),
    *named("R14", BOSS, 14, **DOUBTFUL),
    marker(14, "VULNERABLE"),
    *[MISSING | {"idx": idx, "record_ref": f"M{idx}", "age_at_event": 16} for idx in (15, 16)],
    {"idx": 17, "record_ref": "C17", "role": "VICTIM", "side": "VICTIM", "age_at_event": 9},
    {"idx": BOSS, "record_ref": "C17"},
    {"idx": 18, "record_ref": "C18", "side": "NEUTRAL", "age_at_event": 9},
    *[MISSING | {"idx": idx, "record_ref": f"M{idx}", "event_date": LATER} for idx in (21, 22)],
    *[row for idx in (21, 22) for row in named(f"R{idx}", BOSS, idx)],
    *[row for idx in (21, 22) for row in arrested(f"A{idx}", BOSS, idx)],
    *[{"idx": idx, "record_ref": f"C{who}", "status": "NO_FURTHER_ACTION"} for who in (21, 22) for idx in (BOSS, who)],
    marker(22, "ASSESSMENT", LATER),
    LISTED | {"idx": 23, "role": "RUNNER"},
    LISTED | {"idx": 24, "role": "RUNNER"},
    LISTED | {"idx": 29, "role": "EXPLOITED", "side": "VICTIM"},
    LISTED | {"idx": BOSS, "role": "LEADER"},
    marker(25, "GANG_NOMINAL"),
    marker(32, "LOOKED_AFTER_CHILD", to_date=AS_OF),
    marker(25, "FIREARMS"),
]
EDGES_OF = [
    edge(BOSS, 10, "FAMILY", 300_000),
    edge(SECOND, 10, "ASSOCIATION", 5),
    *[edge(BOSS, idx) for idx in (12, 13, 15, 16, 21, 22, 27, 30)],
    edge(BOSS, 17, "HARM", 800_000, src_to_dst_micro=800_000),
    edge(BOSS, 23),
    edge(LONER, 26, "TOGETHER", 400_000),
]
HIT = {"theme": "cse", "rule": "r", "strength": "PRIMARY", "source_system": "crimes", "role": "VICTIM"}
HIT |= {"side": "VICTIM", "event_date": EARLIER, "credible": True, "counted": True, "handling": 2}
HITS = [
    HIT | {"nominal_id": 20, "record_ref": "C20"},
    *[HIT | {"nominal_id": idx, "record_ref": f"C{idx}", "theme": "violent_crime"} for idx in (31, 32)],
    HIT | {"nominal_id": 27, "record_ref": "R27", "theme": "county_lines", "credible": False, "counted": False},
    HIT | {"nominal_id": 28, "record_ref": "R28", "credible": False, "counted": False},
]


@pytest.fixture(scope="module")
def force(spark):
    return run(
        spark,
        NOMINALS_OF,
        ROWS,
        EDGES_OF,
        hits=HITS,
        victims=[("cse", 20)],
        vertices=[
            CL | {"nominal_id": 23},
            {"theme": "all", "network_id": "all-1", "nominal_id": 19},
            {"theme": "all", "network_id": "all-1", "nominal_id": BOSS},
        ],
        ranked=[{"theme": "all", "nominal_id": 19}, {"theme": "county_lines", "nominal_id": 23}],
        dobs=DOBS,
    )


def test_each_person_is_flagged_with_the_reasons_that_hold_and_nobody_else(force):
    found = tuples(force.read(SAFEGUARDING_FLAGS), "nominal_id", "theme", "network_id", "part", "reason")
    cl, cse, everywhere = ("county_lines", "cl-1"), ("cse", None), "all"
    assert sorted(found, key=lambda row: (row[0], row[1:2], row[-1])) == [
        (10, *cl, "TIED", "CHILD"),
        (12, *cl, "TIED", "UNKNOWN_AGE_CHILD_SIGNAL"),
        (14, *cl, "TIED", "VULNERABLE"),
        (15, *cl, "TIED", "MISSING"),
        (15, *cl, "TIED", "TURNED_18"),
        (16, *cl, "TIED", "MISSING"),
        (17, *cl, "TIED", "CHILD"),
        (17, *cl, "TIED", "UNDER_10"),
        (18, everywhere, None, "NOT_TIED", "CHILD"),
        (18, everywhere, None, "NOT_TIED", "UNDER_10"),
        (19, everywhere, "all-1", "MEMBER", "CHILD"),
        (20, *cse, "NOT_TIED", "THEME_VICTIM"),
        (21, *cl, "TIED", "CHILD"),
        (21, *cl, "TIED", "MISSING"),
        (21, *cl, "TIED", "SEVERAL_SYSTEMS"),
        (22, *cl, "TIED", "CHILD"),
        (22, *cl, "TIED", "MISSING"),
        (23, *cl, "MEMBER", "CHILD"),
        (23, *cl, "MEMBER", "CHILD_RUNNER"),
        (26, *cse, "TIED", "CHILD"),
        (27, *cl, "TIED", "THEME_VICTIM"),
        (29, *cl, "TIED", "EXPLOITED"),
        (32, "violent_crime", None, "NOT_TIED", "LOOKED_AFTER"),
        (32, "violent_crime", None, "NOT_TIED", "THEME_VICTIM"),
    ]
    assert {reason for *_, reason in found} == set(REASONS)


def test_a_flag_says_how_the_person_is_tied_and_by_which_records(force):
    columns = ("nominal_id", "relations", "weight_micro", "sources", "shared_records", "shared_count", "last_date")
    flags = force.read(SAFEGUARDING_FLAGS)
    one_each = flags.where("reason in ('MISSING', 'VULNERABLE', 'EXPLOITED') or nominal_id in (10, 12, 18, 20)")
    rows = tuples(one_each.where("reason <> 'UNDER_10' and nominal_id <> 15"), *columns)

    def shared(idx):
        return [f"crimes:C{idx}", f"custody:A{idx}/{idx}", f"intelligence:R{idx}"]

    assert {row[0]: row[1:] for row in rows} == {
        10: (["ASSOCIATION", "FAMILY"], 300_000, [], [], 0, None),
        12: (["ASSOCIATION"], 100_000, ["custody:A12/12"], ["custody:A12/12"], 1, EARLIER),
        14: (["RECORD"], 0, ["markers:VULNERABLE-14"], ["intelligence:R14"], 1, EARLIER),
        16: (["ASSOCIATION"], 100_000, ["missing:M16"], [], 0, EARLIER),
        18: ([], 0, [], [], 0, None),
        20: ([], 0, ["crimes:C20"], [], 0, EARLIER),
        21: (["ASSOCIATION"], 100_000, ["missing:M21"], shared(21), 3, LATER),
        22: (
            ["ASSOCIATION"],
            100_000,
            ["missing:M22"],
            shared(22),
            3,
            LATER,
        ),
        29: (["RECORD"], 0, ["groups:LINE-1"], ["groups:LINE-1"], 1, EARLIER),
    }


def test_what_only_doubtful_records_say_is_marked_and_what_is_known_is_named(force):
    flags = force.read(SAFEGUARDING_FLAGS)
    assert {row[0] for row in tuples(flags.where("uncorroborated"), "nominal_id")} == {14, 27}
    known = tuples(flags.where("size(already_known_by) > 0"), "nominal_id", "reason", "already_known_by")
    assert known == [
        (14, "VULNERABLE", ["VULNERABLE 2025-06-30"]),
        (22, "CHILD", ["ASSESSMENT 2026-01-31"]),
        (22, "MISSING", ["ASSESSMENT 2026-01-31"]),
        (32, "LOOKED_AFTER", ["LOOKED_AFTER_CHILD 2025-06-30"]),
        (32, "THEME_VICTIM", ["LOOKED_AFTER_CHILD 2025-06-30"]),
    ]
    assert set(tuples(flags.where("ended"), "nominal_id", "reason")) == {(32, "LOOKED_AFTER")}
    since = tuples(flags.where("known_since_last_event"), "nominal_id", "reason")
    assert since == [(22, "CHILD"), (22, "MISSING")]
    assert tuples(flags.where("ranked"), "nominal_id", "theme", "is_child").count((19, "all", True)) == 1
    roles = {
        row[0]: row[1]
        for row in tuples(flags.where("reason in ('VULNERABLE', 'SEVERAL_SYSTEMS')"), "nominal_id", "roles")
    }
    assert roles == {14: ["MENTIONED", "VULNERABLE"], 21: ["DETAINEE", "MENTIONED", "MISSING", "SUSPECT"]}
    homes = {row[0]: row[1] for row in tuples(flags, "nominal_id", "area_code")}
    assert (homes[10], homes[21], homes[12]) == ("F1A1", "F1A1", None)


def test_everyone_with_a_reason_is_counted_flagged_or_not(force):
    columns = ("reason", "people", "flagged", "in_or_tied", "not_flagged", "new_people", "uncorroborated")
    found = {row[0]: row[1:] for row in tuples(force.read(SAFEGUARDING_COUNTS), *columns)}
    assert found["CHILD"] == (9, 8, 6, 1, None, 0)
    assert found["UNDER_10"] == (2, 2, 1, 0, None, 0)
    assert found["THEME_VICTIM"] == (5, 3, 1, 2, None, 1)
    assert found["MARKER GANG_NOMINAL"] == (1, 0, 0, 1, None, 0)
    assert "MARKER FIREARMS" not in found
    areas = tuples(force.read(SAFEGUARDING_AREA_COUNTS), "theme", "area_code", "people", "children", "flags")
    assert ("county_lines", "F1A1", 2, 2, 4) in areas
    assert sum(row[-1] for row in areas) == force.read(SAFEGUARDING_FLAGS).count()


def test_only_what_the_parent_did_not_say_of_a_person_in_a_theme_is_new(spark):
    people = {10: age(17), 11: age(17)}
    rows = [marker(10, "VULNERABLE")]
    columns = {column.name: column.type for column in SAFEGUARDING_FLAGS} | {"nominal_id": "string"}
    said = [
        {"theme": "county_lines", "network_id": "cl-0", "nominal_id": "N10", "reason": "CHILD"},
        {"theme": "county_lines", "network_id": "cl-9", "nominal_id": "N10", "reason": "CHILD"},
        {"theme": "cse", "nominal_id": "N11", "reason": "CHILD"},
        {"theme": "cse", "nominal_id": "N99", "reason": "CHILD"},
    ]
    io = run(spark, people, rows, [edge(BOSS, 10), edge(BOSS, 11)], parent=frame_of(spark, columns, said))
    assert tuples(io.read(SAFEGUARDING_FLAGS), "nominal_id", "reason", "newness", "new_since") == [
        (10, "CHILD", "SEEN", None),
        (10, "VULNERABLE", "NEW", date(2026, 5, 31)),
        (11, "CHILD", "NEW", date(2026, 5, 31)),
    ]
    assert tuples(io.read(SAFEGUARDING_COUNTS), "reason", "new_people") == [("CHILD", 1), ("VULNERABLE", 1)]
    assert tuples(io.read(SAFEGUARDING_AREA_COUNTS), "area_code", "new_people", "new_flags") == [
        (None, 1, 1),
        ("F1A1", 1, 1),
    ]


def test_on_the_first_run_nothing_is_called_new(force):
    assert tuples(force.read(SAFEGUARDING_FLAGS).select("newness", "new_since").distinct()) == [("FIRST_RUN", None)]


def mixed_force(seed, people=300):
    """A force drawn by chance: ages, records, ties and vertices, as plain rows."""
    rng = np.random.default_rng(seed)
    nominals, rows, edges = {}, [], []
    for idx in range(10, 10 + people):
        years = int(rng.integers(4, 40))
        nominals[idx] = age(years) if rng.random() < 0.7 else {}
        if rng.random() < 0.15:
            kind = str(rng.choice(["VULNERABLE", "EXPLOITED", "LOOKED_AFTER_CHILD", "FIREARMS"]))
            rows.append(marker(idx, kind, credible=bool(rng.random() < 0.7)))
        if rng.random() < 0.1:
            rows.append(
                MISSING | {"idx": idx, "record_ref": f"M{idx}", "flags": ["CHILD"] if rng.random() < 0.5 else None}
            )
        if rng.random() < 0.1:
            relation = str(rng.choice(["FAMILY", "TOGETHER", "HARM", "INDIRECT", "SHARED_HARM"]))
            edges.append(edge(int(rng.choice([BOSS, LONER])), idx, relation, int(rng.integers(1, 9))))
        if rng.random() < 0.1:
            rows += named(f"R{idx}", int(rng.choice([SECOND, LONER])), idx, credible=bool(rng.random() < 0.5))
    return nominals, rows, edges


def who_must_be_flagged(nominals, rows, edges):
    """The same in plain Python: nominals in need of a look, in or tied to someone of a theme."""
    of = {idx: [row for row in rows if row["idx"] == idx] for idx in nominals}
    members = {BOSS, SECOND, LONER}

    def needs_a_look(idx):
        signs = {row.get("kind") for row in of[idx]} | {row.get("role") for row in of[idx]}
        return nominals[idx].get("is_child") or signs & {"VULNERABLE", "EXPLOITED", "LOOKED_AFTER_CHILD", "MISSING"}

    tied = {row["dst"] for row in edges if row["src"] in members}
    records = {row["record_ref"] for row in rows if row["idx"] in members}
    tied |= {row["idx"] for row in rows if row["record_ref"] in records} - members
    return {idx for idx in nominals if idx in tied and needs_a_look(idx)}


def test_no_child_or_vulnerable_person_in_or_tied_to_a_network_is_lost_in_a_mixed_force(spark):
    drawn = mixed_force(20260630)
    wanted = who_must_be_flagged(*drawn)
    io = run(spark, *drawn)
    flags = io.read(SAFEGUARDING_FLAGS)
    assert {row[0] for row in tuples(flags, "nominal_id")} == wanted
    assert len(wanted) > 20
    unknown = {idx for idx, row in drawn[0].items() if not row}
    of_age = flags.where("reason in ('CHILD', 'UNDER_10') or age_band is not null")
    assert {row[0] for row in tuples(of_age, "nominal_id")} & unknown == set()
    assert unknown & wanted


def test_a_record_with_a_crowd_says_nothing_of_two_people_and_a_listing_does(spark):
    crowd, almost, group = range(100, 150), range(200, 249), range(300, 350)
    rows = [*named("R1", BOSS, *crowd), *named("R2", BOSS, *almost), LISTED | {"idx": BOSS, "role": "LEADER"}]
    rows += [LISTED | {"idx": idx, "role": "MEMBER"} for idx in group]
    io = run(spark, {idx: age(15) for idx in (*crowd, *almost, *group)}, rows)
    assert {row[0] for row in tuples(io.read(SAFEGUARDING_FLAGS), "nominal_id")} == {*almost, *group}


def test_every_planted_case_is_flagged_in_its_theme(tiny):
    nominals, cases = tiny.nominals_of_people(), tiny.truth("safeguarding")
    flags = tiny.rows("safeguarding_flags")
    for case in cases:
        own = nominals[case["person_id"]]
        reasons = {row["reason"] for row in flags if row["theme"] == case["theme"] and row["nominal_id"] in own}
        assert reasons & FITTING[case["kind"]], case
    assert {case["kind"] for case in cases} == set(FITTING)


FITTING = {
    "JOINED_SYSTEMS": {"SEVERAL_SYSTEMS"},
    "CHILD_NO_LINE": {"EXPLOITED"},
    "TURNED_18": {"TURNED_18"},
    "UNKNOWN_AGE": {"UNKNOWN_AGE_CHILD_SIGNAL"},
    "ALREADY_ASSESSED": {"EXPLOITED"},
    "CHILD_RUNNER": {"CHILD_RUNNER"},
    "LOOKED_AFTER_FAR": {"LOOKED_AFTER"},
    "VICTIM_UNDER_10": {"UNDER_10"},
    "CUCKOOED_ADULT": {"VULNERABLE"},
}


def test_every_child_who_is_ranked_stands_among_the_flags_of_the_theme_all(tiny):
    ranked = {row["nominal_id"] for row in tiny.rows("nominal_priorities") if row["is_child"]}
    flagged = {row["nominal_id"] for row in tiny.rows("safeguarding_flags") if row["theme"] == "all"}
    assert ranked
    assert ranked <= flagged


def test_the_day_before_the_limit_is_still_a_turned_18(spark):
    days = {idx: AS_OF - timedelta(days=back) for idx, back in ((10, 0), (11, 364), (12, 365))}
    dobs = [(idx, day.replace(year=day.year - 18)) for idx, day in days.items()]
    rows = [MISSING | {"idx": idx, "record_ref": f"M{idx}", "age_at_event": 17} for idx in days]
    rows += [MISSING | {"idx": 13, "record_ref": "M13", "age_at_event": 18}]
    people = {idx: age(18) for idx in (*days, 13)}
    io = run(spark, people, rows, [edge(BOSS, idx) for idx in people], dobs=[*dobs, (13, dobs[0][1])])
    found = tuples(io.read(SAFEGUARDING_FLAGS).where("reason = 'TURNED_18'"), "nominal_id")
    assert found == [(10,), (11,)]
