"""How far the two harm indices agree, against ranks averaged by hand."""

import random
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import spearmanr

from harmnet.correlation import correlate, spearman


def averaged(values):
    return [
        Fraction(sum(other < value for other in values) * 2 + sum(other == value for other in values) + 1, 2)
        for value in values
    ]


def test_equal_values_share_the_average_of_their_ranks():
    assert averaged([10, 20, 20, 30]) == [1, Fraction(5, 2), Fraction(5, 2), 4]
    # Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 over the root of 4.5 x 5.
    assert spearman(np.array([10, 20, 20, 30]), np.array([1, 2, 3, 4])) == 0.948683298051


@pytest.mark.parametrize("seed", range(5))
def test_many_equal_values_give_what_scipy_gives(seed):
    print(f"seed {seed}")
    draw = np.random.default_rng(seed)
    one = draw.integers(0, 5, 200) * 10**14
    other = one // 2 + draw.integers(0, 3, 200) * 10**14
    assert spearman(one, other) == pytest.approx(spearmanr(one, other).statistic, rel=1e-11)
    order = draw.permutation(200)
    assert spearman(one[order], other[order]) == spearman(one, other)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [([], [], None), ([1, 2], [1, 2], None), ([1, 2, 3], [5, 5, 5], None), ([1, 2, 3], [9, 8, 7], -1.0)],
)
def test_there_is_none_below_three_or_without_spread(one, other, expected):
    assert spearman(np.array(one, np.int64), np.array(other, np.int64)) == expected


def test_only_what_both_indices_value_is_correlated_and_the_rest_is_counted():
    draw = random.Random(2)
    rows = [
        {"theme": "all", "level": "NOMINAL", "crime_scope": "ALL", "cchi_micro": cchi, "css_micro": css, "valued": both}
        for cchi, css, both in [(1, 3, True), (2, 2, True), (3, 1, True), (0, 9, False), (0, 0, False)]
    ] + [{"theme": "cse", "level": "NETWORK", "crime_scope": "THEME", "cchi_micro": 1, "css_micro": 1, "valued": True}]
    draw.shuffle(rows)
    assert [tuple(row.values()) for row in correlate(pa.Table.from_pylist(rows)).to_pylist()] == [
        ("all", "NOMINAL", "ALL", "ALL", 3, 2, -1.0),
        ("cse", "NETWORK", "THEME", "ALL", 1, 0, None),
    ]
