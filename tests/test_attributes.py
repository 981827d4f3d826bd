"""Attributes of networks: each counts the members it says, one boundary per case."""

from datetime import date

import pytest
from pyspark.sql import functions as F

from harmnet import attributes
from harmnet.contracts import conform
from harmnet.contracts.linked import INVOLVEMENTS, NOMINAL_AREAS, NOMINAL_SIGNALS, NOMINALS
from harmnet.contracts.networks import NETWORK_ATTRIBUTES
from harmnet.contracts.results import GRAPH_EDGES, NETWORK_MEMBERS
from typed_rows import AS_OF, SHIPPED, InMemory, by_column, frame_of, involvements_of, table_of, tuples

SIGNAL = {"side": "OFFENDER", "credible": True, "no_further_action": False, "records": 1, "handling": 0}


def nominal(idx, age=30, **other):
    known = {"age_known": age is not None, "age_at_as_of": age, "is_child": None if age is None else age < 18}
    return {"nominal_id": idx, "in_prison": False, "handling": 0} | known | other


def signal(idx, kind, name, **other):
    return SIGNAL | {"nominal_id": idx, "kind": kind, "signal": name} | other


def marker(idx, name, still=True):
    return signal(idx, "MARKER", name, side="NEUTRAL", still=still)


def home(idx, area, relation="HOME"):
    return {"nominal_id": idx, "relation": relation, "area_code": area}


def tie(src, dst, weight, theme="soc"):
    return {"theme": theme, "src": src, "dst": dst, "weight_micro": weight}


def run(spark, members, *, nominals, edges=(), signals=(), events=(), homes=()):
    """network_attributes of (theme, network, person) rows."""
    rows = [{"theme": theme, "network_id": network, "nominal_id": idx} for theme, network, idx in members]
    io = InMemory(
        spark,
        {
            NOMINALS.name: table_of(spark, NOMINALS, nominals),
            NOMINAL_SIGNALS.name: table_of(spark, NOMINAL_SIGNALS, signals),
            NOMINAL_AREAS.name: table_of(spark, NOMINAL_AREAS, homes),
            INVOLVEMENTS.name: involvements_of(spark, events),
        },
    )
    attributes.run(io, table_of(spark, NETWORK_MEMBERS, rows), table_of(spark, GRAPH_EDGES, edges))
    return conform(io.read(NETWORK_ATTRIBUTES), NETWORK_ATTRIBUTES)


def test_a_network_nothing_is_known_of_has_its_row_and_people_alone_have_none(spark):
    found = run(
        spark, [("soc", "n", 0), ("soc", "n", 1), ("soc", None, 2)], nominals=[nominal(i, None) for i in range(3)]
    )
    [row] = [row.asDict() for row in found.collect()]
    nulls = {
        "youngest",
        "oldest",
        "workforce_youngest",
        "workforce_oldest",
        "area_of_origin",
        "first_seen",
        "last_seen",
    }
    nulls |= {"next_release"}
    assert {name for name, value in row.items() if value is None} == nulls
    rest = {name: value for name, value in row.items() if name not in nulls}
    given = {"theme": "soc", "network_id": "n", "unknown_age": 2, "listed_groups": []}
    assert rest == dict.fromkeys(rest, 0) | given


def test_ages_children_and_who_is_looked_after_or_missing(spark):
    """Network n: ages 17, 18, unknown and 41. Network m shares one of them in another theme."""
    members = [("soc", "n", idx) for idx in range(4)] + [("cse", "m", 0), ("cse", "m", 4)]
    nominals = [nominal(0, 17, handling=1), nominal(1, 18, handling=8), nominal(2, None), nominal(3, 41), nominal(4, 9)]
    signals = [
        *(marker(idx, "LOOKED_AFTER_CHILD") for idx in (0, 1, 2)),
        marker(4, "LOOKED_AFTER_CHILD", still=False),
        signal(0, "EPISODE", "MISSING", side="VICTIM", records=3),
        signal(3, "EPISODE", "MISSING", side="VICTIM", records=1),
    ]
    found = run(spark, members, nominals=nominals, signals=signals)
    columns = ("ages_known", "unknown_age", "children", "youngest", "oldest", "looked_after_children", "missing_people")
    assert by_column(found, "network_id", *columns, "missing_episodes", "handling") == {
        "n": (3, 1, 1, 17, 41, 2, 2, 4, 9),
        "m": (2, 0, 2, 9, 17, 1, 1, 3, 1),
    }


def test_a_member_counts_by_credible_signals_on_the_right_side_that_were_not_dropped(spark):
    """Person i has the i-th signal alone; a network of two with person 99, who has none."""
    cases = [
        ("FLAG", "FIREARM", {}, "firearms"),
        ("FLAG", "FIREARM", {"side": "VICTIM"}, None),
        ("FLAG", "FIREARM", {"side": "NEUTRAL"}, None),
        ("FLAG", "FIREARM", {"credible": False}, None),
        ("FLAG", "FIREARM", {"no_further_action": True}, None),
        ("MARKER", "FIREARMS", {"side": "NEUTRAL", "still": True}, "firearms"),
        ("MARKER", "FIREARMS", {"side": "NEUTRAL", "still": False}, None),
        ("MARKER", "FIREARM", {"still": True}, None),
        ("FLAG", "KNIFE", {}, "weapons"),
        ("OFFENCE", "weapons", {}, "weapons"),
        ("MARKER", "WEAPONS", {"side": "NEUTRAL", "still": True}, "weapons"),
        ("OFFENCE", "violence", {}, "violence"),
        ("OFFENCE", "violence", {"side": "VICTIM"}, None),
        ("MARKER", "VIOLENT", {"side": "NEUTRAL", "still": True}, None),
        ("FLAG", "COUNTY_LINES", {"side": "VICTIM"}, "exploited_people"),
        ("FLAG", "COUNTY_LINES", {}, None),
        ("FLAG", "COUNTY_LINES", {"side": "VICTIM", "credible": False}, None),
        ("OFFENCE", "modern_slavery", {"side": "VICTIM"}, "exploited_people"),
        ("MARKER", "CSE_RISK", {"side": "VICTIM", "still": False}, "exploited_people"),
        ("GROUP", "LINE EXPLOITED", {"side": "VICTIM", "still": False}, "exploited_people"),
        ("GROUP", "LINE RUNNER", {"still": False}, "workforce"),
        ("GROUP", "LINE MEMBER", {"still": True}, None),
    ]
    members = [("soc", f"n{place}", idx) for place in range(len(cases)) for idx in (place, 99)]
    # One person is in one network of a theme: here each pair is a theme of its own.
    members = [(network, network, idx) for _, network, idx in members]
    signals = [signal(place, kind, name, **other) for place, (kind, name, other, _) in enumerate(cases)]
    found = run(spark, members, nominals=[nominal(idx) for idx in (*range(len(cases)), 99)], signals=signals)
    counted = ("firearms", "weapons", "violence", "exploited_people", "workforce")
    rows = by_column(found, "network_id", *counted)
    assert rows == {
        f"n{place}": tuple(int(name == counts) for name in counted) for place, (*_, counts) in enumerate(cases)
    }


def test_the_workforce_are_runners_and_those_below_the_median_strength_within_the_network(spark):
    """n: strengths 5, 8, 9, 22 (median 8, half of 17 rounded down); a tie to another network adds nothing."""
    members = [("soc", "n", idx) for idx in range(4)] + [
        ("soc", "m", 4),
        ("soc", "m", 5),
        ("cse", "x", 0),
        ("cse", "x", 4),
    ]
    edges = [tie(0, 3, 5), tie(1, 3, 8), tie(2, 3, 9), tie(3, 4, 1000), tie(4, 5, 7), tie(0, 4, 1, "cse")]
    nominals = [nominal(0, 15), nominal(1, 50), nominal(2, None), nominal(3, 44), nominal(4, 16), nominal(5, 33)]
    listed = [signal(2, "GROUP", "LINE RUNNER"), signal(5, "GROUP", "OCG LEADER")]
    found = run(spark, members, nominals=nominals, edges=edges, signals=listed)
    columns = ("median_strength_micro", "workforce", "workforce_unknown_age", "workforce_children")
    assert by_column(found, "network_id", *columns, "workforce_youngest", "workforce_oldest") == {
        "n": (8, 2, 1, 1, 15, 15),
        "m": (7, 0, 0, 0, None, None),
        "x": (1, 0, 0, 0, None, None),
    }


@pytest.mark.parametrize(
    ("values", "middle"),
    [((7,), 7), ((3, 4), 3), ((9, 1, 5), 5), ((1, 2, 5, 100), 3), ((10**17, 10**17 + 2), 10**17 + 1)],
)
def test_the_median_is_the_middle_one_or_half_the_sum_of_the_middle_two_rounded_down(spark, values, middle):
    rows = frame_of(spark, {"value": "bigint"}, [{"value": value} for value in values])
    assert tuples(rows.agg(attributes.median(F.col("value")))) == [(middle,)]


def test_areas_groups_and_dates_are_those_of_credible_records_on_the_offender_side(spark):
    day = date(2025, 1, 1)
    events = [
        {"idx": 0, "area_code": "B", "event_date": date(2024, 1, 1)},
        {"idx": 0, "area_code": "B", "record_ref": "C2", "event_date": date(2024, 5, 1)},
        {"idx": 1, "area_code": "A", "event_date": date(2025, 3, 1)},
        {"idx": 1, "area_code": None, "record_ref": "C3", "event_date": date(2023, 1, 1)},
        {"idx": 1, "area_code": "V", "side": "VICTIM", "event_date": date(2026, 1, 1)},
        {"idx": 1, "area_code": "R", "credible": False, "event_date": date(2020, 1, 1)},
        *(
            {"idx": idx, "source_system": "groups", "event_kind": "GROUP", "event_id": ref, "kind": kind, "role": role}
            | {"event_date": day, "side": side}
            for idx, ref, kind, role, side in (
                (0, "G2", "OCG", "LEADER", "OFFENDER"),
                (1, "G2", "OCG", "MEMBER", "OFFENDER"),
                (1, "G1", "LINE", "RUNNER", "OFFENDER"),
                (1, "G3", "LINE", "EXPLOITED", "VICTIM"),
            )
        ),
    ]
    homes = [home(0, "Z"), home(0, "Y"), home(1, "Z"), home(1, "Y"), home(1, "X"), home(0, "W", "ACTIVE")]
    found = run(
        spark, [("soc", "n", 0), ("soc", "n", 1)], nominals=[nominal(0), nominal(1)], events=events, homes=homes
    )
    columns = ("areas_affected", "area_of_origin", "listed_groups", "first_seen", "last_seen")
    assert tuples(found, *columns) == [(2, "Y", ["LINE G1", "OCG G2"], date(2023, 1, 1), date(2025, 3, 1))]


def test_a_person_counts_in_the_networks_of_every_theme_and_nobody_who_is_in_none(spark):
    members = [("all", "n", 0), ("all", "n", 1), ("soc", "m", 1), ("soc", "m", 2), ("all", None, 3)]
    found = run(
        spark,
        members,
        nominals=[nominal(idx) for idx in range(5)],
        signals=[signal(idx, "FLAG", "FIREARM") for idx in range(5)],
        events=[{"idx": idx, "area_code": f"A{idx}", "record_ref": f"C{idx}"} for idx in range(5)],
    )
    assert tuples(found, "theme", "firearms", "areas_affected") == [("all", 2, 2), ("soc", 2, 2)]


def test_members_due_for_release_are_those_in_prison_with_a_date_from_as_of_to_the_end_of_the_window(spark):
    assert (SHIPPED.attributes.release_days, AS_OF) == (180, date(2026, 6, 30))
    due = [date(2026, 6, 29), date(2026, 6, 30), date(2026, 12, 27), date(2026, 12, 28), None]
    inside = [nominal(idx, in_prison=True, release_due=day) for idx, day in enumerate(due)]
    free = nominal(5, in_prison=False, release_due=date(2026, 7, 1))
    members = [(f"t{idx}", f"n{idx}", person) for idx in range(6) for person in (idx, 6)]
    members += [("soc", "n", idx) for idx in range(7)]
    found = run(spark, members, nominals=[*inside, free, nominal(6)])
    assert by_column(found, "network_id", "in_prison", "release_due_members", "next_release") == {
        "n0": (1, 0, None),
        "n1": (1, 1, date(2026, 6, 30)),
        "n2": (1, 1, date(2026, 12, 27)),
        "n3": (1, 0, date(2026, 12, 28)),
        "n4": (1, 0, None),
        "n5": (0, 0, None),
        "n": (5, 2, date(2026, 6, 30)),
    }
