"""Priorities: what each part counts, who is ranked and who never is."""

import random
from datetime import date, timedelta

import pytest

from harmnet.contracts import conform
from harmnet.contracts.linked import INVOLVEMENTS, NOMINAL_AREAS, NOMINAL_IDS, NOMINAL_SIGNALS, NOMINALS, PEOPLE
from harmnet.contracts.priorities import NETWORK_PARTS, NETWORK_PRIORITIES, NOMINAL_PARTS, NOMINAL_PRIORITIES
from harmnet.contracts.results import (
    EDGES,
    NETWORK_HARM,
    NETWORK_MEMBERS,
    NETWORKS,
    NOMINAL_HARM,
    NOMINAL_MEASURES,
    THEME_MEMBERS,
)
from harmnet.harm import offence_group_rows
from harmnet.involvements import build
from harmnet.priorities import weightings_of
from harmnet.priority_values import exploited_people, facts_of_people, network_values, nominal_values
from harmnet.ranking import rank
from harmnet.signals import nominal_signals
from harmnet.stages import STAGE_NAMES, stage_named
from typed_rows import AS_OF, SHIPPED, InMemory, by_column, frame_of, involvements_of, source_frame, table_of, tuples

RANKING = SHIPPED.ranking
FACTS = {
    "nominal_id": "bigint",
    "is_child": "boolean",
    "exploitation": "bigint",
    "exploited": "bigint",
    "firearms": "bigint",
    "release_due": "bigint",
}


def test_ranks_do_not_follow_how_rows_are_spread(spark):
    draw = random.Random(3)
    columns = {"theme": "string", "nominal_id": "bigint", "network_id": "string", "is_child": "boolean"}
    rows = [
        {"theme": theme, "nominal_id": n} | {part: draw.randrange(3) for part in NOMINAL_PARTS}
        for theme, size in (("all", 40), ("cse", 7))
        for n in range(size)
    ]
    draw.shuffle(rows)
    frame = frame_of(spark, columns | dict.fromkeys(NOMINAL_PARTS, "bigint"), rows)
    weights = weightings_of("nominals", RANKING, RANKING.weightings)
    one, many = (tuples(rank(frame.repartition(n), weights, NOMINAL_PRIORITIES)) for n in (1, 7))
    assert one == many
    assert len(one) == 47
    empty = rank(frame.where("theme = 'soc'"), weights, NOMINAL_PRIORITIES)
    assert conform(empty, NOMINAL_PRIORITIES).collect() == []


SIGNALS = {
    "offender": ("FLAG", "CSE", {"records": 2}),
    "the same records under another signal": ("OFFENCE", "cse", {"records": 3}),
    "let go": ("FLAG", "CSE", {"no_further_action": True}),
    "not credible": ("FLAG", "CSE", {"credible": False}),
    "victim": ("FLAG", "CHILD_EXPLOITATION", {"side": "VICTIM"}),
    "marked as exploited": ("MARKER", "EXPLOITED", {"side": "VICTIM", "still": False}),
    "witness": ("FLAG", "CSE", {"side": "NEUTRAL"}),
    "another flag": ("FLAG", "GANG", {}),
    "the flag as a marker": ("MARKER", "CSE", {}),
    "armed": ("FLAG", "FIREARM", {"records": 4}),
    "marked as armed": ("MARKER", "FIREARMS", {"side": "NEUTRAL", "still": True}),
    "marked once": ("MARKER", "FIREARMS", {"side": "NEUTRAL", "still": False}),
    "shot at": ("FLAG", "FIREARM", {"side": "VICTIM"}),
    "saw a firearm": ("FLAG", "FIREARM", {"side": "NEUTRAL"}),
}


def test_facts_of_a_person_are_credible_signals_of_their_own_side_and_never_those_of_being_let_go(spark):
    usual = {"side": "OFFENDER", "credible": True, "no_further_action": False, "records": 1}
    names = list(SIGNALS)
    rows = [
        usual | {"nominal_id": names.index(name), "kind": kind, "signal": signal} | other
        for name, (kind, signal, other) in SIGNALS.items()
    ]
    first = names.index("offender")
    rows.append(rows[1] | {"nominal_id": first})
    nominals = [{"nominal_id": n, "in_prison": False} for n in range(len(names))]
    frames = table_of(spark, NOMINAL_SIGNALS, rows), table_of(spark, NOMINALS, nominals)
    found = by_column(
        facts_of_people(*frames, ranking=RANKING, as_of=AS_OF), "nominal_id", "exploitation", "exploited", "firearms"
    )
    # Three records, not five: they are the same ones under two signals.
    assert {names[idx]: values for idx, values in found.items() if any(values)} == {
        "offender": (3, 0, 0),
        "the same records under another signal": (3, 0, 0),
        "victim": (0, 1, 0),
        "marked as exploited": (0, 1, 0),
        "armed": (0, 0, 4),
        "marked as armed": (0, 0, 1),
    }


def test_a_release_counts_the_sooner_the_more_within_a_year_and_only_from_prison(spark):
    cases = {0: 366, 1: 365, 365: 1, 366: 0, -10: 366}
    nominals = [
        {"nominal_id": n, "in_prison": True, "release_due": AS_OF + timedelta(days=days)}
        for n, days in enumerate(cases)
    ]
    nominals += [
        {"nominal_id": 10, "in_prison": False, "release_due": AS_OF},
        {"nominal_id": 11, "in_prison": True, "release_due": None},
    ]
    frames = table_of(spark, NOMINAL_SIGNALS, []), table_of(spark, NOMINALS, nominals)
    found = by_column(facts_of_people(*frames, ranking=RANKING, as_of=AS_OF), "nominal_id", "release_due")
    assert found == dict(enumerate(cases.values())) | {10: 0, 11: 0}


def test_parts_of_a_network_are_its_harm_ties_brokers_and_people(spark):
    networks = [
        {"theme": "cse", "network_id": "a", "weight_micro": 7, "last_date": date(1970, 1, 11), "size": 3},
        {"theme": "cse", "network_id": "b", "weight_micro": 9, "last_date": date(1970, 1, 2), "size": 2},
    ]
    harm = [
        {"network_id": "a", "crime_scope": "ALL", "status": "SUSPECTED", "cchi_micro": 5},
        {"network_id": "a", "crime_scope": "ALL", "status": "CONVICTED", "cchi_micro": 6, "css_micro": 99},
        {"network_id": "a", "crime_scope": "THEME", "status": "CONVICTED", "cchi_micro": 6},
        {"network_id": "a", "crime_scope": "ALL", "status": "CHARGED", "cchi_micro": 50, "theme": "soc"},
    ]
    places = [("a", 0, 2.5), ("a", 1, 4.0), ("a", 2, None), ("b", 3, None), ("b", 4, None), (None, 5, 9.0)]
    measures = [
        {"theme": "cse", "scope": scope, "network_id": name, "nominal_id": idx, "betweenness": value}
        for name, idx, value in places
        for scope in ("FULL", "IMMEDIATE")
    ]
    facts = [
        {"nominal_id": 0, "exploited": 1, "firearms": 2, "release_due": 3},
        {"nominal_id": 1, "exploited": 0, "firearms": 9, "release_due": 0},
        {"nominal_id": 5, "exploited": 4, "firearms": 1, "release_due": 1},
        {"nominal_id": 8, "exploited": 1, "firearms": 0, "release_due": 0},
    ]
    facts += [{"nominal_id": idx, "exploited": 0, "firearms": 0, "release_due": 0} for idx in (2, 3, 4, 7)]
    harmed = [
        {"src": 1, "dst": 8, "relation": "HARM", "src_to_dst_micro": 5, "dst_to_src_micro": 0},
        {"src": 2, "dst": 8, "relation": "HARM", "src_to_dst_micro": 5, "dst_to_src_micro": 0},
        {"src": 2, "dst": 7, "relation": "HARM", "src_to_dst_micro": 5, "dst_to_src_micro": 0},
        {"src": 3, "dst": 8, "relation": "HARM", "src_to_dst_micro": 0, "dst_to_src_micro": 5},
        {"src": 4, "dst": 8, "relation": "FAMILY", "src_to_dst_micro": 5, "dst_to_src_micro": 0},
    ]
    members = [{"theme": "cse", "network_id": name, "nominal_id": idx} for name, idx, _ in places]
    people = frame_of(spark, FACTS, facts)
    found = network_values(
        table_of(spark, NETWORKS, networks),
        table_of(spark, NETWORK_HARM, [{"theme": "cse"} | row for row in harm]),
        table_of(spark, NOMINAL_MEASURES, measures),
        people,
        exploited_people(table_of(spark, NETWORK_MEMBERS, members), table_of(spark, EDGES, harmed), people),
    )
    # Network a: 0 is exploited among it and 8 by it; two of its people with firearms, one due for release.
    assert by_column(found, "network_id", *NETWORK_PARTS) == {
        "a": (6, 11, 7, 4.0, 10, 3, 2, 2, 1),
        "b": (0, 0, 9, 0.0, 1, 2, 0, 0, 0),
    }


MEASURED = [
    ("offender", "net", 0.4, 0.9, 1.5),
    ("child", "net", 0.3, 0.1, None),
    ("let go", None, 0.1, None, None),
    ("age not known", "net", 0.1, 0.0, 0.0),
    ("under ten", "net", 0.1, 0.0, 0.0),
    ("not credible", "net", 0.1, 0.0, 0.0),
    ("victim", "net", 0.1, 0.0, 0.0),
]


def values_of_people(spark):
    names = [name for name, *_ in MEASURED]
    measures, facts = [], []
    for idx, (name, network, full, immediate, between) in enumerate(MEASURED):
        row = {"theme": "all", "nominal_id": idx, "network_id": network}
        measures.append(row | {"scope": "FULL", "pagerank": full, "betweenness": 77.0})
        if immediate is not None:
            measures.append(row | {"scope": "IMMEDIATE", "pagerank": immediate, "betweenness": between})
        is_child = {"child": True, "under ten": True, "age not known": None}.get(name, False)
        facts.append({"nominal_id": idx, "is_child": is_child, "exploitation": idx, "firearms": 1, "release_due": 2})
    day = {"event_date": date(1970, 1, 3)}
    rows = [
        {"idx": names.index("offender")} | day,
        {"idx": names.index("offender"), "record_ref": "C2", "event_date": date(1970, 1, 6)},
        {"idx": names.index("offender"), "record_ref": "C3", "role": "VICTIM", "side": "VICTIM"},
        {"idx": names.index("offender"), "record_ref": "C4", "status": "NO_FURTHER_ACTION"},
        {"idx": names.index("child")} | day,
        {"idx": names.index("let go"), "status": "NO_FURTHER_ACTION"} | day,
        {"idx": names.index("age not known")} | day,
        {"idx": names.index("under ten"), "side": "NEUTRAL", "age_at_event": 9} | day,
        {"idx": names.index("not credible"), "credible": False} | day,
        {"idx": names.index("victim"), "side": "VICTIM", "role": "VICTIM"} | day,
    ]
    usual = {"theme": "all", "nominal_id": 0}
    harm = [
        usual | {"crime_scope": "ALL", "status": "CHARGED", "cchi_full_micro": 4},
        usual | {"crime_scope": "ALL", "status": "CONVICTED", "cchi_full_micro": 5},
        usual | {"crime_scope": "THEME", "status": "CHARGED", "cchi_full_micro": 4, "cchi_shared_micro": 2},
    ]
    found = nominal_values(
        table_of(spark, NOMINAL_MEASURES, measures),
        table_of(spark, NOMINAL_HARM, harm),
        involvements_of(spark, rows),
        frame_of(spark, FACTS, facts),
    )
    return names, found


def test_parts_of_a_person_are_harm_in_full_place_in_both_scopes_and_the_last_event_not_let_go(spark):
    names, frame = values_of_people(spark)
    found = by_column(frame, "nominal_id", "network_id", "is_child", *NOMINAL_PARTS)
    assert {names[idx]: values for idx, values in found.items()} == {
        "offender": ("net", False, 4, 9, 0.4, 0.9, 1.5, 5, 0, 1, 2),
        "child": ("net", True, 0, 0, 0.3, 0.1, 0.0, 2, 1, 1, 2),
        "let go": (None, False, 0, 0, 0.1, 0.0, 0.0, -(10**6), 2, 1, 2),
        "age not known": ("net", None, 0, 0, 0.1, 0.0, 0.0, 2, 3, 1, 2),
    }


PEOPLE_OF_A_MIX = 40
ROLES = {
    "crimes": ("CRIME", ["SUSPECT", "DEFENDANT", "VICTIM", "WITNESS"]),
    "intelligence": ("REPORT", ["SUBJECT", "ASSOCIATE", "VICTIM", "MENTIONED"]),
    "custody": ("ARREST", ["DETAINEE"]),
    "groups": ("GROUP", ["MEMBER", "RUNNER", "EXPLOITED"]),
    "missing": ("EPISODE", ["MISSING", "FOUND_WITH"]),
}


def mix(seed):
    """Source rows of 40 people on 60 records of every kind, and their dates of birth: a third of them are children."""
    print(f"seed {seed}")
    draw = random.Random(seed)
    births = [
        draw.choice([None, date(2019, 5, 1), date(2015, 1, 1), date(2009, 1, 1), date(1985, 1, 1)])
        for _ in range(PEOPLE_OF_A_MIX)
    ]
    rows = []
    for record in range(60):
        system = draw.choice(list(ROLES))
        kind, roles = ROLES[system]
        day = AS_OF - timedelta(days=draw.randrange(3000))
        usual = {
            "source_system": system,
            "event_kind": "NON_CRIME" if kind == "CRIME" and draw.random() < 0.2 else kind,
            "record_ref": f"R{record}",
            "event_id": f"R{record}",
            "event_date": day,
            "flags": draw.choice([[], ["CSE"], ["ORGANISED"], ["COUNTY_LINES", "FIREARM"]]),
            "offence_code": draw.choice(["1", "8N", "92A"]) if system == "crimes" else None,
            "offence_code_system": "recorded_crime",
        }
        if system == "intelligence":
            usual |= {"grading_scheme": "3x5x2", "source_grade": draw.choice("12"), "information_grade": "A"}
        if system == "groups":
            usual |= {"kind": draw.choice(["OCG", "LINE"]), "from_date": day}
        for idx in draw.sample(range(PEOPLE_OF_A_MIX), draw.randint(1, 4)):
            status = draw.choice(["CHARGED", "NO_FURTHER_ACTION", None]) if system == "crimes" else None
            rows.append(usual | {"person_ref": f"P{idx:02d}", "role": draw.choice(roles), "status": status})
    return rows, births


def offender_records(rows, births):
    """Person -> records on which they were an offender, by the rules of the pages and no code of the stages."""
    offender = {"SUSPECT", "DEFENDANT", "DETAINEE", "SUBJECT", "ASSOCIATE", "MEMBER", "RUNNER"}
    found = {}
    for row in rows:
        idx = int(row["person_ref"][1:])
        born, day = births[idx], row["event_date"]
        tenth = born and date(born.year + 10, born.month, born.day)
        too_young = born and born < day < tenth
        credible = row["source_system"] != "intelligence" or row["source_grade"] == "1"
        if row["role"] in offender and credible and not too_young:
            found.setdefault(idx, []).append(row)
    return found


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_no_victim_and_no_one_under_ten_is_ranked_whatever_the_mix(spark, tmp_path, seed):
    rows, births = mix(seed)
    refs = [{"person_ref": f"P{n:02d}", "idx": n, "dob": dob, "refs": 1} for n, dob in enumerate(births)]
    columns = {"person_ref": "string", "idx": "bigint", "dob": "date", "refs": "bigint"}
    involvements = build(source_frame(spark, rows), frame_of(spark, columns, refs), weights=SHIPPED.weights)
    involvements = involvements.localCheckpoint()
    held = {
        INVOLVEMENTS.name: involvements,
        NOMINAL_SIGNALS.name: nominal_signals(involvements, offence_group_rows(spark, SHIPPED), as_of=AS_OF),
        NOMINALS.name: table_of(spark, NOMINALS, [{"nominal_id": row["idx"], "in_prison": False} for row in refs]),
        NOMINAL_IDS.name: table_of(
            spark, NOMINAL_IDS, [{"nominal_id": row["person_ref"], "idx": row["idx"]} for row in refs]
        ),
        NOMINAL_AREAS.name: table_of(spark, NOMINAL_AREAS, []),
        PEOPLE.name: table_of(spark, PEOPLE, [{"nominal_id": row["idx"], "how": "ALONE"} for row in refs]),
    }
    io = InMemory(spark, held, folder=str(tmp_path))
    for name in STAGE_NAMES[STAGE_NAMES.index("tie") : STAGE_NAMES.index("rank") + 1]:
        stage_named(name).run(io)
    offenders = offender_records(rows, births)
    ranked = {}
    for row in io.read(NOMINAL_PRIORITIES).collect():
        ranked.setdefault(row["theme"], set()).add(row["nominal_id"])
    victims = {(row["theme"], row["nominal_id"]) for row in io.read(THEME_MEMBERS).where("victim_only").collect()}
    assert ranked["all"] == set(offenders)
    assert any(len(people) > 5 for theme, people in ranked.items() if theme != "all")
    assert len(victims) > 5
    for theme, people in ranked.items():
        assert people <= set(offenders)
        assert not {(theme, idx) for idx in people} & victims
        if theme != "all":
            assert all(any(row["status"] != "NO_FURTHER_ACTION" for row in offenders[idx]) for idx in people)
    parts = [f"{name}_micro" for name in NETWORK_PARTS]
    for row in io.read(NETWORK_PRIORITIES).collect():
        assert row["score"] == sum(row[part] for part in parts)
        assert row["rank_best"] <= row["rank"] <= row["rank_worst"]
