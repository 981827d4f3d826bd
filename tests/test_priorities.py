"""Priorities as arithmetic, against counting: percentiles, parts that add up, ranks, ranks under other weightings."""

import random
from decimal import Decimal

import pyarrow as pa
import pytest

from harmnet.config import load_settings
from harmnet.priorities import Weightings, prioritise, weightings, weightings_of

MICRO = 1_000_000
PARTS = ("harm", "place")
OWN = {"harm": Decimal("0.7"), "place": Decimal("0.3")}
WEIGHTS = weightings(OWN, [{"harm": Decimal("0.1"), "place": Decimal("0.9")}])


def ranked(rows, weights=WEIGHTS):
    """(theme, id) -> the added columns."""
    added = [*(f"{name}_micro" for name in weights.shown), "score", "rank", "rank_best", "rank_worst"]
    found = prioritise(pa.Table.from_pylist(rows), key="id", weights=weights).to_pylist()
    return {(row["theme"], row["id"]): tuple(row[name] for name in added) for row in found}


def counted(mine, weights):
    """id -> parts of one theme's rows by counting, and id -> rank."""
    total, parts = sum(weights.values()), {}
    for row in mine:
        shares = [
            sum(other[name] < row[name] for other in mine) * MICRO // (len(mine) - 1) if len(mine) > 1 else 0
            for name in PARTS
        ]
        parts[row["id"]] = [share * weights[name] // total for name, share in zip(PARTS, shares, strict=True)]
    order = sorted(parts, key=lambda name: (-sum(parts[name]), name.encode()))
    return parts, {name: order.index(name) + 1 for name in order}


def worked_out(rows):
    found = {}
    for theme in {row["theme"] for row in rows}:
        mine = [row for row in rows if row["theme"] == theme]
        parts, rank = counted(mine, WEIGHTS.shown)
        every = [rank, *(counted(mine, other)[1] for other in WEIGHTS.others)]
        found |= {
            (theme, name): (
                *parts[name],
                sum(parts[name]),
                rank[name],
                min(ranks[name] for ranks in every),
                max(ranks[name] for ranks in every),
            )
            for name in parts
        }
    return found


def random_rows(seed):
    """Rows with few different values, so that many are equal; ids beyond ASCII, whose order is that of their bytes."""
    print(f"seed {seed}")
    draw = random.Random(seed)
    ids = [f"{letter}{n:02d}" for letter in ("N", "n", "é", "z", "\U0001f600", "￿") for n in range(8)]
    rows = [
        {"theme": theme, "id": name, "harm": draw.randrange(4) * 10**12, "place": draw.choice([0.0, 0.1, 0.25])}
        for theme, size in (("all", 48), ("cse", 7), ("soc", 2), ("alone", 1))
        for name in draw.sample(ids, size)
    ]
    draw.shuffle(rows)
    return rows


@pytest.mark.parametrize("seed", range(5))
def test_parts_are_shares_of_the_others_that_are_smaller_and_ranks_go_by_their_sum(seed):
    rows = random_rows(seed)
    found = ranked(rows)
    assert found == worked_out(rows)
    for parts_and_score in found.values():
        *parts, score, rank, best, worst = parts_and_score
        assert sum(parts) == score
        assert best <= rank <= worst
    assert any(best < worst for *_, best, worst in found.values())


def test_the_order_of_rows_changes_nothing():
    rows = random_rows(11)
    assert ranked(sorted(rows, key=lambda row: (row["id"], row["theme"]))) == ranked(rows) == ranked(rows[::-1])


def test_equal_values_have_equal_parts_and_equal_scores_rank_by_the_id():
    rows = [{"theme": "all", "id": name, "harm": harm, "place": 1.0} for name, harm in zip("dbca", (2, 2, 1, 2))]
    assert ranked(rows) == {
        ("all", "a"): (233_333, 0, 233_333, 1, 1, 1),
        ("all", "b"): (233_333, 0, 233_333, 2, 2, 2),
        ("all", "d"): (233_333, 0, 233_333, 3, 3, 4),
        ("all", "c"): (0, 0, 0, 4, 3, 4),
    }


def test_the_other_weightings_are_those_of_conf_all_parts_equal_and_each_part_left_out():
    own = {"harm": Decimal("0.5"), "place": Decimal("0.3"), "size": Decimal("0.2")}
    assert weightings(own, [{"harm": Decimal("0.2"), "place": Decimal("0.2"), "size": Decimal("0.6")}]) == Weightings(
        {"harm": 500_000, "place": 300_000, "size": 200_000},
        (
            {"harm": 200_000, "place": 200_000, "size": 600_000},
            {"harm": 1, "place": 1, "size": 1},
            {"harm": 0, "place": 300_000, "size": 200_000},
            {"harm": 500_000, "place": 0, "size": 200_000},
            {"harm": 500_000, "place": 300_000, "size": 0},
        ),
    )
    only = weightings({"harm": Decimal(1), "place": Decimal(0)}, [])
    assert only.others == ({"harm": 1, "place": 1},)


@pytest.mark.parametrize("of", ["networks", "nominals"])
def test_every_weighting_of_conf_is_taken(of):
    ranking = load_settings().ranking
    weights = weightings_of(of, ranking, ranking.weightings)
    assert sum(weights.shown.values()) == MICRO
    assert len(weights.others) == len(ranking.weightings) + 1 + len(weights.shown)
