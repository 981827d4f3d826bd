"""Harm of people and networks: which crimes count, for whom, how much and under which status."""

import random
from datetime import timedelta

import pytest

from harmnet.contracts import check_key, conform
from harmnet.contracts.priorities import HARM_CORRELATIONS
from harmnet.contracts.results import NETWORK_HARM, NETWORK_MEMBERS, NOMINAL_HARM, THEME_HITS, UNMATCHED_OFFENCES
from harmnet.correlation import harm_correlations
from harmnet.errors import HarmnetError
from harmnet.harm import (
    in_scopes,
    network_harm,
    nominal_harm,
    offence_group_rows,
    offence_values,
    scored_crimes,
    unmatched,
)
from typed_rows import AS_OF, SHIPPED, by_column, involvements_of, table_of, tuples, with_files

MICRO = 1_000_000
CCHI = "offence_code,offence_code_system,days\nA,recorded_crime,10\nB,recorded_crime,3\nONLY,recorded_crime,7\n"
CSS = (
    "offence_code,offence_code_system,weight\nA,recorded_crime,100.5\nB,recorded_crime,0.000001\nPG,recorded_crime,2\n"
)
GROUPS = "offence_code,offence_code_system,violence,police_generated\nA,recorded_crime,1,0\nPG,recorded_crime,0,1\n"
OURS = with_files(cchi=CCHI, ons_css=CSS, offence_groups=GROUPS)
A, B, ONLY, PG = ({"offence_code": code, "offence_code_system": "recorded_crime"} for code in ("A", "B", "ONLY", "PG"))


def on(crime, idx, offence, status=None, **other):
    return {"record_ref": crime, "idx": idx, "status": status} | offence | other


def score(spark, rows, settings=OURS, **harm):
    """Scored crimes of involvements, with changes to conf/harm.yml."""
    harm = settings.harm.model_copy(update=harm)
    tables = offence_values(spark, settings), offence_group_rows(spark, settings)
    return scored_crimes(involvements_of(spark, rows), *tables, harm=harm, as_of=AS_OF)


def test_a_code_counts_as_text_and_only_in_its_own_system(spark):
    table = "offence_code,offence_code_system,{}\n4.1,recorded_crime,{}\n4.10,recorded_crime,{}\n106,{},{}\n"
    settings = with_files(
        cchi=table.format("days", 5, 6, "recorded_crime", 7),
        ons_css=table.format("weight", 8, 9, "ho_class_subclass", 10),
    )
    codes = {
        ("4.1", "recorded_crime"): (5 * MICRO, 8 * MICRO),
        ("4.10", "recorded_crime"): (6 * MICRO, 9 * MICRO),
        ("106", "recorded_crime"): (7 * MICRO, None),
        ("106", "ho_class_subclass"): (None, 10 * MICRO),
        ("4.1", "ho_class_subclass"): (None, None),
        ("4.1", None): (None, None),
        ("4.100", "recorded_crime"): (None, None),
        (None, "recorded_crime"): (None, None),
    }
    rows = [on(f"{code} {system}", 0, {"offence_code": code, "offence_code_system": system}) for code, system in codes]
    assert by_column(score(spark, rows, settings), "crime_ref", "cchi_micro", "css_micro") == {
        f"{code} {system}": values for (code, system), values in codes.items()
    }


def test_the_shipped_values_are_taken_in_millionths(spark):
    found = offence_values(spark, SHIPPED).where("offence_code in ('1', '14', '51')")
    assert tuples(found) == [
        ("1", "recorded_crime", 5_475 * MICRO, 7_973_393_423),
        ("14", "recorded_crime", None, 1_056_409_091),
        ("51", "recorded_crime", 182 * MICRO, None),
    ]


def test_only_offenders_on_crimes_carry_harm_and_nobody_who_was_let_go(spark):
    rows = [
        on("C1", 0, A, "CONVICTED"),
        on("C1", 1, A, "CHARGED", role="DEFENDANT"),
        on("C1", 1, A, "SUSPECTED"),
        on("C1", 2, A),
        on("C1", 3, A, "NO_FURTHER_ACTION"),
        on("C1", 4, A, "CONVICTED", role="VICTIM", side="VICTIM"),
        on("C1", 5, A, "CONVICTED", side="NEUTRAL", age_at_event=9),
        on("C2", 6, A, "CHARGED", event_kind="NON_CRIME"),
        on("C3", 6, A, "CHARGED", source_system="custody", event_kind="ARREST", role="DETAINEE"),
        on("C4", 6, A, "CHARGED", credible=False),
    ]
    assert tuples(score(spark, rows), "crime_ref", "idx", "status_rank", "offenders") == [
        ("C1", 0, 3, 3),
        ("C1", 1, 2, 3),
        ("C1", 2, 1, 3),
    ]
    let_go = score(spark, rows, statuses=(*OURS.harm.statuses, "NO_FURTHER_ACTION"))
    assert tuples(let_go.where("idx = 3"), "status_rank", "offenders") == [(1, 4)]
    as_charged = score(spark, rows, empty_status="CHARGED")
    assert tuples(as_charged.where("idx = 2"), "status_rank") == [(2,)]


def test_conf_decides_on_the_window_and_on_offences_police_work_brings_to_light(spark):
    rows = [
        on("edge", 0, A, event_date=AS_OF - timedelta(days=365)),
        on("older", 0, A, event_date=AS_OF - timedelta(days=366)),
        on("found by police", 0, PG),
        on("same code elsewhere", 0, PG | {"offence_code_system": "ho_class_subclass"}),
    ]
    every = {"edge", "older", "found by police", "same code elsewhere"}
    cases = {
        (None, True): every,
        (365, True): every - {"older"},
        (None, False): every - {"found by police"},
        (365, False): every - {"found by police", "older"},
    }
    for (window, counted), expected in cases.items():
        found = score(spark, rows, window_days=window, count_police_generated=counted)
        assert {row[0] for row in tuples(found, "crime_ref")} == expected, (window, counted)


ROWS = [
    # Three share a crime of 10 days: the floor of a third each.
    on("C1", 0, A, "SUSPECTED"),
    on("C1", 1, A, "CONVICTED"),
    on("C1", 2, A, "CHARGED"),
    on("C2", 0, B, "CHARGED"),
    on("C3", 0, {"offence_code": "?", "offence_code_system": "recorded_crime"}, "CHARGED"),
    on("C4", 1, ONLY, "CHARGED"),
    on("C5", 3, {}, "CHARGED"),
    on("C6", 4, A, "CONVICTED"),
]
NETWORKS = {0: "net", 1: "net", 2: "other", 3: "net", 4: None}


@pytest.fixture(scope="module")
def scoped(spark):
    """In `all` 0, 1 and 3 are one network, 2 another, 4 in none, 5 without crime; in cse 0 and 1, hit on C1 and C2."""
    members = [{"theme": "all", "nominal_id": idx, "network_id": network} for idx, network in NETWORKS.items()]
    members += [{"theme": "all", "nominal_id": 5, "network_id": "net"}]
    members += [{"theme": "cse", "nominal_id": idx, "network_id": "cse net"} for idx in (0, 1)]
    usual = {"theme": "cse", "source_system": "crimes"}
    hits = [
        usual | {"rule": "a", "record_ref": "C1", "nominal_id": 1, "role": "VICTIM"},
        usual | {"rule": "b", "record_ref": "C1", "nominal_id": 9},
        usual | {"rule": "a", "record_ref": "C2"},
        usual | {"rule": "a", "record_ref": "C3", "source_system": "custody"},
        usual | {"rule": "a", "record_ref": "C4", "theme": "soc"},
    ]
    members, hits = table_of(spark, NETWORK_MEMBERS, members), table_of(spark, THEME_HITS, hits)
    return in_scopes(score(spark, ROWS), members, hits).localCheckpoint()


def test_a_person_carries_the_whole_crime_in_full_and_the_floor_of_a_share_under_each_status(scoped):
    found = conform(nominal_harm(scoped), NOMINAL_HARM).localCheckpoint()
    check_key(found, NOMINAL_HARM)
    key = ("theme", "crime_scope", "nominal_id", "status")
    full = ("cchi_full_micro", "css_full_micro")
    shared = ("cchi_shared_micro", "css_shared_micro")
    rows = {row[:4]: row[4:] for row in tuples(found, *key, *full, *shared)}
    whole, third = (10 * MICRO, 100_500_000), (3_333_333, 33_500_000)
    assert rows == {
        ("all", "ALL", 0, "SUSPECTED"): (*whole, *third),
        ("all", "ALL", 0, "CHARGED"): (3 * MICRO, 1, 3 * MICRO, 1),
        ("all", "ALL", 1, "CONVICTED"): (*whole, *third),
        ("all", "ALL", 1, "CHARGED"): (7 * MICRO, 0, 7 * MICRO, 0),
        ("all", "ALL", 2, "CHARGED"): (*whole, *third),
        ("all", "ALL", 3, "CHARGED"): (0, 0, 0, 0),
        ("all", "ALL", 4, "CONVICTED"): (*whole, *whole),
        ("cse", "ALL", 0, "SUSPECTED"): (*whole, *third),
        ("cse", "ALL", 0, "CHARGED"): (3 * MICRO, 1, 3 * MICRO, 1),
        ("cse", "ALL", 1, "CONVICTED"): (*whole, *third),
        ("cse", "ALL", 1, "CHARGED"): (7 * MICRO, 0, 7 * MICRO, 0),
        ("cse", "THEME", 0, "SUSPECTED"): (*whole, *third),
        ("cse", "THEME", 0, "CHARGED"): (3 * MICRO, 1, 3 * MICRO, 1),
        ("cse", "THEME", 1, "CONVICTED"): (*whole, *third),
    }


def test_crimes_without_a_value_are_counted_apart_for_each_index(scoped):
    counts = ("crimes", "crimes_without_cchi", "crimes_without_css")
    found = tuples(nominal_harm(scoped).where("theme = 'all'"), "nominal_id", "status", *counts)
    assert found == [
        (0, "CHARGED", 2, 1, 1),
        (0, "SUSPECTED", 1, 0, 0),
        (1, "CHARGED", 1, 0, 1),
        (1, "CONVICTED", 1, 0, 0),
        (2, "CHARGED", 1, 0, 0),
        (3, "CHARGED", 1, 1, 1),
        (4, "CONVICTED", 1, 0, 0),
    ]


def test_a_network_counts_each_crime_once_under_the_highest_status_any_member_reached(scoped):
    found = conform(network_harm(scoped), NETWORK_HARM).localCheckpoint()
    check_key(found, NETWORK_HARM)
    columns = ("network_id", "crime_scope", "status", "cchi_micro", "css_micro", "crimes", "crimes_without_cchi")
    assert tuples(found, *columns) == [
        # C2, C4 and the two that have no value at all.
        ("cse net", "ALL", "CHARGED", 10 * MICRO, 1, 3, 1),
        ("cse net", "ALL", "CONVICTED", 10 * MICRO, 100_500_000, 1, 0),
        ("cse net", "THEME", "CHARGED", 3 * MICRO, 1, 1, 0),
        ("cse net", "THEME", "CONVICTED", 10 * MICRO, 100_500_000, 1, 0),
        ("net", "ALL", "CHARGED", 10 * MICRO, 1, 4, 2),
        ("net", "ALL", "CONVICTED", 10 * MICRO, 100_500_000, 1, 0),
        ("other", "ALL", "CHARGED", 10 * MICRO, 100_500_000, 1, 0),
    ]


def test_offences_without_a_value_are_listed_with_the_crimes_that_carry_them(spark):
    rows = [
        *ROWS,
        on("C7", 1, {"offence_code": "?", "offence_code_system": "recorded_crime"}),
        on("C3", 1, B | ROWS[4]),
    ]
    rows = [row for row in rows if row["record_ref"] != "C3" or row["idx"] == 0]
    found = conform(unmatched(score(spark, rows)), UNMATCHED_OFFENCES)
    assert tuples(found) == [
        ("cchi", None, None, 1),
        ("cchi", "?", "recorded_crime", 2),
        ("css", None, None, 1),
        ("css", "?", "recorded_crime", 2),
        ("css", "ONLY", "recorded_crime", 1),
    ]


@pytest.mark.parametrize(
    ("days", "problems"),
    [
        (
            "A,recorded_crime,1\nA,recorded_crime,1\nB,recorded_crime,1\nA,ho_class_subclass,2\n",
            ["conf/harm/cchi.csv: offence A (recorded_crime) stands on several rows; keep one value"],
        ),
        (
            "A,recorded_crime,1\nB,recorded_crime,2\nA,recorded_crime,3\nB,recorded_crime,2\n",
            [
                "conf/harm/cchi.csv: offence A (recorded_crime) stands on several rows; keep one value",
                "conf/harm/cchi.csv: offence B (recorded_crime) stands on several rows; keep one value",
            ],
        ),
        (
            ",recorded_crime,1\n,ho_class_subclass,2\n",
            ["conf/harm/cchi.csv: 2 row(s) have no offence_code; an empty code must never match"],
        ),
        ("A,recorded_crime,many\n", ["conf/harm/cchi.csv: offence A: value 'many' is not a number"]),
        ("A,recorded_crime,\n", ["conf/harm/cchi.csv: offence A: value '' is not a number"]),
    ],
)
def test_a_harm_table_that_gives_a_code_no_single_value_is_refused(spark, days, problems):
    settings = with_files(cchi="offence_code,offence_code_system,days\n" + days)
    with pytest.raises(HarmnetError) as refused:
        offence_values(spark, settings)
    assert refused.value.problems == problems


def test_a_code_that_stands_twice_among_the_groups_is_refused(spark):
    settings = with_files(offence_groups=GROUPS + "A,recorded_crime,0,0\n")
    with pytest.raises(HarmnetError, match=r"offence_groups.csv: offence A \(recorded_crime\) stands on several rows"):
        offence_group_rows(spark, settings)


def test_groups_of_a_code_are_the_columns_that_hold_a_one(spark):
    columns = ("offence_code", "groups", "police_generated")
    assert tuples(offence_group_rows(spark, OURS), *columns) == [("A", ["violence"], False), ("PG", [], True)]
    shipped = {row[:2]: row[2:] for row in tuples(offence_group_rows(spark, SHIPPED))}
    assert shipped["92A", "recorded_crime"] == (["drugs_supply"], True)
    assert shipped["106", "recorded_crime"] == (["modern_slavery", "violence"], False)


STATUS = ["SUSPECTED", "CHARGED", "CONVICTED"]
VALUES = {"A": (10 * MICRO, 100_500_000), "B": (3 * MICRO, 1), "ONLY": (7 * MICRO, None), "PG": (None, 2 * MICRO)}


def random_crimes(seed):
    """80 crimes of 25 people, with repeated roles and statuses, and the graph of two themes."""
    print(f"seed {seed}")
    draw = random.Random(seed)
    rows = []
    for number in range(80):
        code = draw.choice(["A", "B", "ONLY", "PG", "?"])
        offence = {"offence_code": code, "offence_code_system": "recorded_crime"}
        rows += [
            on(f"C{number}", idx, offence, draw.choice([*STATUS, None, "NO_FURTHER_ACTION"]), role=role)
            for idx in draw.sample(range(25), draw.randint(1, 5))
            for role in draw.sample(["SUSPECT", "DEFENDANT"], draw.randint(1, 2))
        ]
    members = [
        {"theme": theme, "nominal_id": idx, "network_id": draw.choice([f"{theme} 1", f"{theme} 2", None])}
        for theme, share in (("all", 1.0), ("cse", 0.5))
        for idx in range(25)
        if draw.random() < share
    ]
    themed = draw.sample([f"C{number}" for number in range(80)], 30)
    return rows, members, themed


def by_hand(rows, members, themed):
    """(theme, network, scope, status) and (theme, person, scope, status) -> both sums, crime by crime."""
    reached = {}
    for row in rows:
        status = row["status"] or "SUSPECTED"
        if status in STATUS:
            key = (row["record_ref"], row["idx"])
            reached[key] = max(reached.get(key, 0), STATUS.index(status))
    codes = {row["record_ref"]: row["offence_code"] for row in rows}
    of_people, highest = {}, {}
    for member in members:
        for (crime, idx), rank in reached.items():
            if idx != member["nominal_id"]:
                continue
            for scope in ("ALL", "THEME") if member["theme"] == "cse" and crime in themed else ("ALL",):
                add(of_people, (member["theme"], idx, scope, STATUS[rank]), codes[crime])
                key = (member["theme"], member["network_id"], scope, crime)
                highest[key] = max(highest.get(key, 0), rank)
    of_networks = {}
    for (theme, network, scope, crime), rank in highest.items():
        if network is not None:
            add(of_networks, (theme, network, scope, STATUS[rank]), codes[crime])
    return of_people, of_networks


def add(sums, key, code):
    cchi, css = VALUES.get(code, (None, None))
    before = sums.get(key, (0, 0, 0))
    sums[key] = (before[0] + (cchi or 0), before[1] + (css or 0), before[2] + 1)


@pytest.mark.parametrize("seed", [1, 2])
def test_random_crimes_add_up_to_what_plain_python_counts(spark, seed):
    rows, members, themed = random_crimes(seed)
    hits = [{"theme": "cse", "source_system": "crimes", "rule": "a", "record_ref": crime} for crime in themed]
    frames = table_of(spark, NETWORK_MEMBERS, members), table_of(spark, THEME_HITS, hits)
    scoped = in_scopes(score(spark, rows), *frames).localCheckpoint()
    key = ("crime_scope", "status")
    people = tuples(nominal_harm(scoped), "theme", "nominal_id", *key, "cchi_full_micro", "css_full_micro", "crimes")
    networks = tuples(network_harm(scoped), "theme", "network_id", *key, "cchi_micro", "css_micro", "crimes")
    expected = by_hand(rows, members, themed)
    assert {row[:4]: row[4:] for row in people} == expected[0]
    assert {row[:4]: row[4:] for row in networks} == expected[1]


def test_the_two_indices_are_correlated_over_all_statuses_of_people_and_of_networks(spark):
    usual = {"theme": "all", "crime_scope": "ALL", "crimes": 1, "crimes_without_cchi": 0, "crimes_without_css": 0}
    harmed = [(0, "CHARGED", 5, 1), (0, "CONVICTED", 5, 1), (1, "CHARGED", 9, 9), (2, "CHARGED", 1, 5)]
    people = [
        usual | {"nominal_id": idx, "status": status, "cchi_full_micro": cchi, "css_full_micro": css}
        for idx, status, cchi, css in harmed
    ]
    people.append(usual | {"nominal_id": 3, "status": "CHARGED", "cchi_full_micro": 9, "css_full_micro": 0})
    people[-1] |= {"crimes_without_css": 1}
    networks = [usual | {"network_id": "net", "status": "CHARGED", "cchi_micro": 1, "css_micro": 1}]
    frames = table_of(spark, NOMINAL_HARM, people), table_of(spark, NETWORK_HARM, networks)
    # Ranks 3, 2, 1 against 1, 3, 2: person 0 has 10 and 2, person 3 no value in one index.
    assert tuples(conform(harm_correlations(*frames), HARM_CORRELATIONS)) == [
        ("all", "NETWORK", "ALL", "ALL", 1, 0, None),
        ("all", "NOMINAL", "ALL", "ALL", 3, 1, -0.5),
    ]
