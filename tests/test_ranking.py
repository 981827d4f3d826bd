"""Priorities: parts that anyone can add up, ranks that are the same every time."""

import random
from datetime import date
from decimal import Decimal

import pytest

from harmnet.contracts import conform
from harmnet.contracts.linked import INVOLVEMENTS, NOMINALS
from harmnet.contracts.results import (
    NETWORK_HARM,
    NETWORK_PARTS,
    NETWORK_PRIORITIES,
    NETWORKS,
    NOMINAL_HARM,
    NOMINAL_MEASURES,
    NOMINAL_PARTS,
    NOMINAL_PRIORITIES,
)
from harmnet.ranking import network_values, nominal_values, rank, run
from typed_rows import SHIPPED, InMemory, by_column, frame_of, involvements_of, table_of, tuples

MICRO = 1_000_000
PARTS = ("harm", "place")
WEIGHTS = {"harm": Decimal("0.7"), "place": Decimal("0.3")}
VALUES = {"theme": "string", "id": "string", "harm": "bigint", "place": "double"}


def ranked(spark, rows, partitions=1):
    return rank(frame_of(spark, VALUES, rows).repartition(partitions), WEIGHTS, PARTS, "id")


def worked_out(rows):
    """(theme, id) -> parts, score and rank, by counting."""
    found = {}
    for theme in {row["theme"] for row in rows}:
        mine = [row for row in rows if row["theme"] == theme]
        scores = {}
        for row in mine:
            parts = []
            for name in PARTS:
                smaller = sum(other[name] < row[name] for other in mine)
                percentile = smaller * MICRO // (len(mine) - 1) if len(mine) > 1 else 0
                parts.append(percentile * int(WEIGHTS[name] * MICRO) // MICRO)
            scores[row["id"]] = (*parts, sum(parts))
        order = sorted(scores, key=lambda name: (-scores[name][-1], name))
        found |= {(theme, name): (*scores[name], order.index(name) + 1) for name in scores}
    return found


def test_parts_are_shares_of_the_others_that_are_smaller_and_add_up_to_the_score(spark):
    draw = random.Random(3)
    rows = [
        {"theme": theme, "id": f"N{n:02d}", "harm": draw.randrange(4) * 10**9, "place": draw.choice([0.0, 0.1, 0.25])}
        for theme, size in (("all", 23), ("cse", 7), ("soc", 2))
        for n in range(size)
    ] + [{"theme": "alone", "id": "N00", "harm": 5, "place": 1.0}]
    draw.shuffle(rows)
    columns = ("theme", "id", "harm_micro", "place_micro", "score", "rank")
    one, many = (tuples(ranked(spark, rows, partitions), *columns) for partitions in (1, 7))
    assert {row[:2]: row[2:] for row in one} == worked_out(rows)
    assert one == many
    for theme, size in (("all", 23), ("cse", 7), ("soc", 2), ("alone", 1)):
        assert sorted(row[-1] for row in one if row[0] == theme) == list(range(1, size + 1))


def test_equal_values_have_equal_parts_and_equal_scores_rank_by_the_id(spark):
    rows = [{"theme": "all", "id": name, "harm": harm, "place": 1.0} for name, harm in zip("dbca", (2, 2, 1, 2))]
    assert by_column(ranked(spark, rows), "id", "harm_micro", "place_micro", "score", "rank") == {
        "a": (233_333, 0, 233_333, 1),
        "b": (233_333, 0, 233_333, 2),
        "d": (233_333, 0, 233_333, 3),
        "c": (0, 0, 0, 4),
    }


def test_parts_of_a_network_are_harm_over_all_statuses_weight_last_tie_and_size(spark):
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
    frame = network_values(
        table_of(spark, NETWORKS, networks), table_of(spark, NETWORK_HARM, [{"theme": "cse"} | row for row in harm])
    )
    assert by_column(frame, "network_id", *NETWORK_PARTS) == {"a": (6, 11, 7, 10, 3), "b": (0, 0, 9, 1, 2)}


MEASURED = [
    ("offender", "net", 0.4, 0.9),
    ("child", "net", 0.3, 0.1),
    ("alone", None, 0.1, None),
    ("age not known", "net", 0.1, 0.0),
    ("under ten", "net", 0.1, 0.0),
    ("not credible", "net", 0.1, 0.0),
    ("victim", "net", 0.1, 0.0),
]


def tables(spark):
    names = [name for name, *_ in MEASURED]
    measures, nominals = [], []
    for idx, (name, network, full, immediate) in enumerate(MEASURED):
        row = {"theme": "all", "nominal_id": idx, "network_id": network}
        measures.append(row | {"scope": "FULL", "pagerank": full})
        if immediate is not None:
            measures.append(row | {"scope": "IMMEDIATE", "pagerank": immediate})
        is_child = {"child": True, "under ten": True, "age not known": None}.get(name, False)
        nominals.append({"nominal_id": idx, "idx": idx, "is_child": is_child})
    day = {"event_date": date(1970, 1, 3)}
    rows = [
        {"idx": names.index("offender")} | day,
        {"idx": names.index("offender"), "record_ref": "C2", "event_date": date(1970, 1, 6)},
        {"idx": names.index("offender"), "record_ref": "C3", "role": "VICTIM", "side": "VICTIM"},
        {"idx": names.index("child")} | day,
        {"idx": names.index("alone"), "status": "NO_FURTHER_ACTION"} | day,
        {"idx": names.index("age not known")} | day,
        {"idx": names.index("under ten"), "side": "NEUTRAL", "age_at_event": 9} | day,
        {"idx": names.index("not credible"), "credible": False} | day,
        {"idx": names.index("victim"), "side": "VICTIM", "role": "VICTIM"} | day,
    ]
    harm = [
        {"nominal_id": 0, "crime_scope": "ALL", "status": status, "cchi_full_micro": days}
        for status, days in (("CHARGED", 4), ("CONVICTED", 5))
    ]
    harm += [
        {"nominal_id": 0, "crime_scope": "THEME", "status": "CHARGED", "cchi_full_micro": 4, "cchi_shared_micro": 2}
    ]
    return names, {
        NOMINAL_MEASURES.name: table_of(spark, NOMINAL_MEASURES, measures),
        NOMINALS.name: table_of(spark, NOMINALS, nominals),
        INVOLVEMENTS.name: involvements_of(spark, rows),
        NOMINAL_HARM.name: table_of(spark, NOMINAL_HARM, [{"theme": "all"} | row for row in harm]),
    }


def test_only_people_with_a_credible_offender_role_are_ranked_and_a_child_is_shown_as_one(spark):
    names, held = tables(spark)
    held |= {table.name: table_of(spark, table, []) for table in (NETWORKS, NETWORK_HARM)}
    io = InMemory(spark, held)
    run(io)
    columns = ("rank", "nominal_id", "network_id", "is_child", "score")
    found = tuples(conform(io.read(NOMINAL_PRIORITIES), NOMINAL_PRIORITIES), *columns)
    assert [(row[0], names[row[1]], *row[2:4]) for row in found] == [
        (1, "offender", "net", False),
        (2, "child", "net", True),
        (3, "alone", None, False),
        (4, "age not known", "net", None),
    ]
    parts = [f"{name}_micro" for name in NOMINAL_PARTS]
    assert {row[0]: sum(row[1:]) for row in tuples(io.read(NOMINAL_PRIORITIES), "rank", *parts)} == {
        row[0]: row[4] for row in found
    }
    assert io.read(NETWORK_PRIORITIES).collect() == []


def test_parts_of_a_person_are_harm_in_full_place_in_both_scopes_and_the_last_offender_event(spark):
    names, held = tables(spark)
    offenders = held[INVOLVEMENTS.name].where("side = 'OFFENDER' and credible")
    measures, harm, nominals = (held[table.name] for table in (NOMINAL_MEASURES, NOMINAL_HARM, NOMINALS))
    found = by_column(nominal_values(measures, harm, offenders, nominals), "nominal_id", *NOMINAL_PARTS)
    assert {names[idx]: values for idx, values in found.items()} == {
        "offender": (4, 9, 0.4, 0.9, 5),
        "child": (0, 0, 0.3, 0.1, 2),
        "alone": (0, 0, 0.1, 0.0, 2),
        "age not known": (0, 0, 0.1, 0.0, 2),
    }


@pytest.mark.parametrize("of", ["networks", "nominals"])
def test_the_shipped_weights_are_of_the_parts_and_add_up_to_one(of):
    weights = getattr(SHIPPED.ranking, of)
    assert set(weights) == set(NETWORK_PARTS if of == "networks" else NOMINAL_PARTS)
    assert sum(weights.values()) == 1
