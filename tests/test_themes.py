"""Who is involved in a theme, who is a victim in it, who is connected, and by which rules."""

from datetime import date, timedelta

import pytest
from pyspark.sql import functions as F

from harmnet.config import Condition, Rule, Theme, Themes
from harmnet.contracts import conform
from harmnet.contracts.results import EDGES, THEME_HITS, THEME_MEMBERS
from harmnet.harm import offence_group_rows
from harmnet.themes import condition_of, find_hits, members
from typed_rows import AS_OF, SHIPPED, involvements_of, table_of, tuples

MURDER = {"offence_code": "1", "offence_code_system": "recorded_crime"}
ASSAULT = {"offence_code": "8N", "offence_code_system": "recorded_crime"}
SUBCLASS = {"offence_code_system": "ho_class_subclass"}
SUPPLY = {"offence_code": "92A", "offence_code_system": "recorded_crime"}
REPORT = {"source_system": "intelligence", "event_kind": "REPORT", "role": "SUBJECT", "crime_ref": None}
CUSTODY = {"source_system": "custody", "event_kind": "ARREST", "role": "DETAINEE"}
GROUP = {"source_system": "groups", "event_kind": "GROUP", "role": "MEMBER"}
MARKER = {"source_system": "markers", "event_kind": "MARKER", "basis": "ASSESSMENT"}
MISSING = {"source_system": "missing", "event_kind": "EPISODE", "role": "MISSING", "side": "VICTIM"}
VICTIM = {"role": "VICTIM", "side": "VICTIM"}
NEUTRAL = {"role": "WITNESS", "side": "NEUTRAL"}
NOT_CREDIBLE = {"credible": False, "quality_micro": 0, "side": "NEUTRAL"}
LET_GO = {"status": "NO_FURTHER_ACTION"}
EDGE = {"src_to_dst_micro": 0, "dst_to_src_micro": 0, "records": 1, "first_date": AS_OF, "last_date": AS_OF}

USG, OCG, LINE = (GROUP | {"kind": kind} for kind in ("USG", "OCG", "LINE"))
CSE = {"flags": ["CSE"]}

# Each case is one person and the rows they are on.
CASES = {}
CASES["rules"] = {
    "primary": [MURDER],
    "one supporting": [ASSAULT],
    "the same supporting rule twice": [ASSAULT, ASSAULT],
    "one supporting rule in two systems": [{"flags": ["GANG"]}, CUSTODY | {"flags": ["GANG"]}],
    "two supporting rules": [ASSAULT, REPORT | {"flags": ["GANG"]}],
    "two supporting rules on one record": [ASSAULT | {"flags": ["GANG"]}],
    "nothing": [SUPPLY],
    "code in the other system": [MURDER | {"offence_code_system": "ho_class_subclass"}],
    "code without system": [MURDER | {"offence_code_system": None}],
    "armed": [ASSAULT | {"flags": ["KNIFE"]}],
    "armed elsewhere": [ASSAULT | {"offence_code": "53C"}, {"flags": ["KNIFE"]}],
}
CASES["violence"] = {
    "knife by flag and by word": [REPORT | {"flags": ["KNIFE"], "words": ["knife"]}],
    "knife by word, and injury": [REPORT | {"words": ["knife"]}, ASSAULT],
    "weapon by its offence, and injury": [ASSAULT | {"offence_code": "10C"}, ASSAULT],
    "gang, and common assault": [REPORT | {"flags": ["GANG"]}, ASSAULT | {"offence_code": "105A"}],
    "gang, and injury by its subclass": [REPORT | {"flags": ["GANG"]}, ASSAULT | SUBCLASS | {"offence_code": "8/6"}],
    "robbery": [ASSAULT | {"offence_code": "34B"}],
    "armed robbery": [ASSAULT | {"offence_code": "34B", "flags": ["KNIFE"]}],
    "aggravated burglary": [ASSAULT | {"offence_code": "29A"}],
    "wounding by its subclass": [ASSAULT | SUBCLASS | {"offence_code": "5/1"}],
}
CASES["alone"] = {
    "supply": [SUPPLY, SUPPLY],
    "supply and words": [SUPPLY, REPORT | {"words": ["county lines"]}],
    "supply and child": [SUPPLY | {"flags": ["CHILD_EXPLOITATION"]}],
    "line": [LINE],
    "flag": [CUSTODY | {"flags": ["COUNTY_LINES"]}],
    "usg": [USG],
    "usg and supply": [USG, SUPPLY],
    "ocg": [OCG],
    "line runner": [LINE | {"role": "RUNNER"}],
    "exploited on the line": [LINE | {"role": "EXPLOITED", "side": "VICTIM"}],
}
CASES["credible"] = {
    "suspect": [MURDER],
    "let go": [MURDER | LET_GO],
    "let go by custody": [CUSTODY | LET_GO | {"flags": ["ORGANISED"]}],
    "let go once": [MURDER | LET_GO, MURDER],
    "supported by what was let go": [ASSAULT, {"flags": ["GANG"]} | LET_GO],
    "not credible": [REPORT | NOT_CREDIBLE | {"flags": ["CSE", "COUNTY_LINES", "ORGANISED"]}],
    "supported by what is not credible": [ASSAULT, REPORT | NOT_CREDIBLE | {"flags": ["GANG"]}],
    "under ten": [MURDER | {"side": "NEUTRAL", "age_at_event": 9}],
    "witness": [MURDER | NEUTRAL],
    "victim": [MURDER | VICTIM],
}
CASES["flags"] = {
    "offender": [CSE],
    "victim": [CSE | VICTIM],
    "both": [CSE | VICTIM, CSE],
    "one supporting rule as a victim": [REPORT | VICTIM | {"words": ["grooming"]}],
    "missing": [MISSING | CSE],
    "marked": [MARKER | {"role": "CSE_RISK", "kind": "CSE_RISK", "side": "VICTIM"}],
    "marked for drugs": [MARKER | {"role": "DRUGS", "kind": "DRUGS", "side": "NEUTRAL"}],
    "found with": [MISSING | CSE | {"role": "FOUND_WITH", "side": "NEUTRAL"}],
    "uncorroborated victim": [REPORT | CSE | VICTIM | {"credible": False, "quality_micro": 0}],
    "supporting once on each side": [REPORT | {"words": ["grooming"]}, {"flags": ["CHILD_EXPLOITATION"]} | VICTIM],
}
CASES["near"] = {
    "involved": [MURDER],
    "at the threshold": [],
    "below it": [],
    "indirect": [],
    "harmed": [MURDER | VICTIM],
    "family": [],
    "found together": [],
    "co-victim": [],
    "two ties": [],
    "tied to the connected": [],
    "also involved": [MURDER],
    "one supporting rule": [ASSAULT],
    "not credible": [REPORT | NOT_CREDIBLE | {"flags": ["GANG"]}],
    "tied to one supporting rule": [],
    "tied to who is not credible": [],
    "tied to a victim": [],
}
NEAR = [
    ("involved", "at the threshold", "ASSOCIATION", 50_000),
    ("involved", "below it", "ASSOCIATION", 49_999),
    ("involved", "below it", "INDIRECT", 49_999),
    ("involved", "indirect", "INDIRECT", 50_000),
    ("involved", "harmed", "HARM", 800_000),
    ("involved", "family", "FAMILY", 300_000),
    ("involved", "found together", "TOGETHER", 400_000),
    ("involved", "co-victim", "SHARED_HARM", 300_000),
    ("involved", "two ties", "INDIRECT", 60_000),
    ("two ties", "also involved", "ASSOCIATION", 60_000),
    ("at the threshold", "tied to the connected", "ASSOCIATION", 900_000),
    ("involved", "also involved", "ASSOCIATION", 900_000),
    ("involved", "one supporting rule", "ASSOCIATION", 50_000),
    ("one supporting rule", "tied to one supporting rule", "ASSOCIATION", 900_000),
    ("not credible", "tied to who is not credible", "ASSOCIATION", 900_000),
    ("harmed", "tied to a victim", "ASSOCIATION", 900_000),
]


@pytest.fixture(scope="module")
def groups(spark):
    return offence_group_rows(spark, SHIPPED)


def run(spark, groups, cases, *, edges=(), themes=SHIPPED.themes):
    """(theme, case) -> its row of theme_members, and all hits."""
    idx = {name: place for place, name in enumerate(cases)}
    rows = [
        {"idx": idx[name], "record_ref": f"{idx[name]} {n}"} | row
        for name, rows in cases.items()
        for n, row in enumerate(rows)
    ]
    hits = find_hits(involvements_of(spark, rows), groups, themes=themes, as_of=AS_OF)
    hits = conform(hits, THEME_HITS).localCheckpoint()
    ties = [
        EDGE | {"src": idx[a], "dst": idx[b], "relation": how, "weight_micro": weight} for a, b, how, weight in edges
    ]
    found = conform(members(hits, table_of(spark, EDGES, ties), themes=themes), THEME_MEMBERS).collect()
    names = list(cases)
    return {(row.theme, names[row.nominal_id]): row for row in found}, hits


@pytest.fixture(scope="module")
def ran(spark, groups):
    """All the cases in one run: set of cases -> (theme, case) -> row of theme_members, and hits by case."""
    cases = {(of, name): rows for of, named in CASES.items() for name, rows in named.items()}
    edges = [(("near", a), ("near", b), how, weight) for a, b, how, weight in NEAR]
    found, hits = run(spark, groups, cases, edges=edges)
    names = list(cases)
    hits = [(*names[row.nominal_id], row) for row in hits.collect()]
    return {
        of: (
            {(theme, name): row for (theme, (one, name)), row in found.items() if one == of},
            [(name, row) for one, name, row in hits if one == of],
        )
        for of in CASES
    }


def involved(found, theme):
    return {name for (of, name), row in found.items() if of == theme and row.involved}


def test_one_primary_rule_or_two_different_supporting_ones_make_someone_involved(ran):
    found, _ = ran["rules"]
    assert involved(found, "violent_crime") == {
        "primary",
        "two supporting rules",
        "two supporting rules on one record",
        "armed",
    }
    assert found["violent_crime", "two supporting rules"].rules == ["gang_flag", "violence"]
    assert "nothing" not in {name for theme, name in found if theme == "violent_crime"}


def test_serious_violence_is_known_by_either_code_and_no_sign_of_it_counts_twice(ran):
    found, _ = ran["violence"]
    assert involved(found, "violent_crime") == set(CASES["violence"]) - {
        "knife by flag and by word",
        "gang, and common assault",
        "robbery",
    }


def test_drug_supply_alone_is_not_county_lines_and_a_street_gang_alone_is_not_organised_crime(ran):
    found, _ = ran["alone"]
    assert involved(found, "county_lines") == {"supply and words", "supply and child", "line", "flag", "line runner"}
    assert involved(found, "soc") == {"usg and supply", "ocg"}
    assert found["county_lines", "exploited on the line"].victim_only


def test_the_window_ends_with_its_first_day_and_a_rule_may_have_its_own(spark, groups):
    own = Rule(strength="PRIMARY", source=("custody",), flags=("ORGANISED",), window_days=30)
    days = SHIPPED.themes.window_days
    soc = SHIPPED.themes.themes["soc"]
    short = soc.model_copy(update={"rules": {"listed_ocg": soc.rules["listed_ocg"], "recent": own}})
    themes = SHIPPED.themes.model_copy(update={"themes": {"soc": short}})
    listed = GROUP | {"kind": "OCG"}
    held = CUSTODY | {"flags": ["ORGANISED"]}
    cases = {
        "first day": [listed | {"event_date": AS_OF - timedelta(days=days)}],
        "day before": [listed | {"event_date": AS_OF - timedelta(days=days + 1)}],
        "today": [listed | {"event_date": AS_OF}],
        "own first day": [held | {"event_date": AS_OF - timedelta(days=30)}],
        "own day before": [held | {"event_date": AS_OF - timedelta(days=31)}],
    }
    found, hits = run(spark, groups, cases, themes=themes)
    assert involved(found, "soc") == {"first day", "today", "own first day"}
    assert found["soc", "first day"].first_date == found["soc", "first day"].last_date == date(2020, 7, 1)
    # What is too old is still shown, and not counted.
    assert tuples(hits.where("not counted"), "nominal_id", "rule") == [(1, "listed_ocg"), (4, "recent")]


def test_only_a_credible_offender_who_was_not_let_go_is_involved(ran):
    found, hits = ran["credible"]
    assert involved(found, "violent_crime") == {"suspect", "let go once"}
    assert {name for theme, name in found if theme == "violent_crime"} == {"suspect", "let go once", "victim"}
    assert {theme for theme, name in found if name in ("let go", "let go by custody", "not credible")} == set()
    shown = sorted((row.theme, row.credible, row.counted) for name, row in hits if name == "not credible")
    assert shown == [("county_lines", False, False), ("cse", False, False), ("soc", False, False)]


def test_involved_and_victim_are_two_flags_of_which_neither_hides_the_other(ran):
    found, _ = ran["flags"]
    flags = {
        name: (row.involved, row.victim, row.victim_only) for (theme, name), row in found.items() if theme == "cse"
    }
    assert flags == {
        "offender": (True, False, False),
        "victim": (False, True, True),
        "both": (True, True, False),
        "one supporting rule as a victim": (False, True, True),
        "missing": (False, True, True),
        "marked": (False, True, True),
        "supporting once on each side": (False, True, True),
    }


def test_connected_is_a_strong_enough_tie_of_the_right_kind_to_someone_involved(ran):
    found, _ = ran["near"]
    near = {
        name: (row.involved, row.victim, row.connected_by)
        for (theme, name), row in found.items()
        if theme == "violent_crime" and (row.connected or row.connected_by)
    }
    assert near == {
        "at the threshold": (False, False, ["ASSOCIATION"]),
        "indirect": (False, False, ["INDIRECT"]),
        "harmed": (False, True, ["HARM"]),
        "two ties": (False, False, ["ASSOCIATION", "INDIRECT"]),
        "one supporting rule": (False, False, ["ASSOCIATION"]),
    }
    assert {name for theme, name in found if theme == "violent_crime"} - set(near) == {"involved", "also involved"}
    assert {theme for theme, _ in found} == {"violent_crime"}


def test_one_record_hits_once_by_a_rule_whatever_it_names_twice(spark, groups):
    spells = GROUP | {"kind": "OCG", "event_id": "G", "record_ref": "G"}
    long_ago = {"event_date": date(2015, 1, 1), "from_date": date(2015, 1, 1), "handling": 1}
    cases = {"member twice": [spells | long_ago, spells | {"from_date": date(2024, 1, 1), "handling": 2}]}
    _, hits = run(spark, groups, cases)
    assert tuples(hits, "rule", "record_ref", "event_date", "counted", "handling") == [
        ("listed_ocg", "G", date(2025, 6, 30), True, 3)
    ]


def test_every_part_of_a_condition_must_hold_and_a_missing_value_never_does(spark):
    rows = {
        "full": {"flags": ["CSE", "KNIFE"], "words": ["ocg"], **MURDER},
        "bare": {"flags": None, "words": None},
        "marker": MARKER | {"kind": "CSE_RISK", "role": "CSE_RISK"},
        "group": GROUP | {"kind": "OCG"},
        "odd": {"kind": "OCG"},
    }
    conditions = {
        "flag": Condition(flags=("KNIFE", "GANG")),
        "word": Condition(words=("ocg",)),
        "code": Condition(offence_codes=("recorded_crime:1", "recorded_crime:2")),
        "code as text": Condition(offence_codes=("recorded_crime:1.0", "1", "ho_class_subclass:1")),
        "group": Condition(offence_groups=("violence",)),
        "marker": Condition(markers=("CSE_RISK",)),
        "kind": Condition(group_kinds=("OCG",)),
        "role": Condition(roles=("MEMBER", "DEFENDANT")),
        "source and flag": Condition(source=("crimes",), flags=("CSE",)),
        "source but flag": Condition(source=("groups",), flags=("CSE",)),
        "all": Condition(all_of=(Condition(flags=("CSE",)), Condition(flags=("KNIFE",)))),
        "not all": Condition(all_of=(Condition(flags=("CSE",)), Condition(flags=("GANG",)))),
        "any": Condition(any_of=(Condition(flags=("GANG",)), Condition(words=("ocg",)))),
        "any, and source": Condition(
            source=("groups",), any_of=(Condition(words=("ocg",)), Condition(roles=("MEMBER",)))
        ),
        "nested": Condition(any_of=(Condition(all_of=(Condition(flags=("CSE",)), Condition(words=("ocg",)))),)),
        "none named": Condition(flags=()),
    }
    frame = involvements_of(spark, [{"record_ref": name, **row} for name, row in rows.items()])
    groups = F.when(F.col("offence_code") == "1", F.array(F.lit("violence")))
    frame = frame.withColumn("groups", groups)
    marks = frame.select("record_ref", *(condition_of(c).alias(name) for name, c in conditions.items())).collect()
    held = {name: {row.record_ref for row in marks if row[name]} for name in conditions}
    assert held == {
        "flag": {"full"},
        "word": {"full"},
        "code": {"full"},
        "code as text": set(),
        "group": {"full"},
        "marker": {"marker"},
        "kind": {"group"},
        "role": {"group"},
        "source and flag": {"full"},
        "source but flag": set(),
        "all": {"full"},
        "not all": set(),
        "any": {"full"},
        "any, and source": {"group"},
        "nested": {"full"},
        "none named": set(),
    }
    assert all(row[name] is not None for row in marks for name in conditions)


def test_a_theme_that_nobody_hits_has_no_members_and_no_rows(spark, groups):
    quiet = Theme(
        title="Quiet", relations=("ASSOCIATION",), rules={"never": Rule(strength="PRIMARY", flags=("NEVER",))}
    )
    themes = Themes(window_days=1, connected_min_weight=SHIPPED.themes.connected_min_weight, themes={"quiet": quiet})
    assert run(spark, groups, {"suspect": [MURDER]}, themes=themes)[0] == {}


@pytest.mark.parametrize("theme", sorted(SHIPPED.themes.themes))
def test_no_theme_takes_drug_supply_or_a_street_gang_as_primary(theme):
    rules = SHIPPED.themes.themes[theme].rules.values()
    alone = [rule for rule in rules if rule.strength == "PRIMARY"]
    assert alone
    assert not any("drugs_supply" in (rule.offence_groups or ()) or "USG" in (rule.group_kinds or ()) for rule in alone)
