"""Draws: the same for the same seed and name, within their bounds, as often as their weights say."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from harmnet.synthetic import clock
from harmnet.synthetic.draws import Draws


def test_a_seed_and_a_name_give_the_same_draws_on_every_machine() -> None:
    assert Draws(7, "crimes").below(6, 1000).tolist() == [531, 637, 470, 933, 541, 331]
    assert Draws(7, "custody").below(6, 1000).tolist() != Draws(7, "crimes").below(6, 1000).tolist()


def test_draws_stay_below_their_bound_and_reach_every_number() -> None:
    assert set(Draws(1, "a").below(500, 7).tolist()) == set(range(7))
    highs = np.array([1, 2, 2**31 - 1] * 100)
    assert (Draws(1, "b").below(300, highs) < highs).all()


def test_a_place_is_picked_as_often_as_its_weight_says() -> None:
    found = np.bincount(Draws(1, "c").pick(20_000, (1, 0, 3)), minlength=3) / 20_000
    assert found[1] == 0
    assert found[2] == pytest.approx(0.75, abs=0.02)


def test_a_sample_holds_each_item_once() -> None:
    draws = Draws(1, "d")
    assert sorted(draws.sample("abcd", 9)) == ["a", "b", "c", "d"]
    assert len(set(draws.sample(range(100), 30))) == 30


def test_an_order_is_a_permutation() -> None:
    assert sorted(Draws(1, "e").order(50).tolist()) == list(range(50))


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        (date(2010, 6, 30), date(2020, 6, 29), 9),
        (date(2010, 6, 30), date(2020, 6, 30), 10),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 12, 31), date(2009, 1, 1), 0),
        (date(1950, 1, 31), date(2026, 3, 1), 76),
    ],
)
def test_years_count_as_birthdays_do(born: date, day: date, years: int) -> None:
    numbers = [np.array([clock.day_number(value)]) for value in (born, day)]
    assert clock.age_on(*numbers).tolist() == [years]


def test_days_lie_in_the_records_time_and_not_before_the_earliest() -> None:
    earliest = np.array([0, clock.FIRST_DAY + 2000, clock.LAST_DAY, clock.LAST_DAY + 50] * 200)
    days = clock.event_days(Draws(1, "f"), earliest)
    assert (days >= np.minimum(np.maximum(earliest, clock.FIRST_DAY), clock.LAST_DAY)).all()
    assert days.max() == clock.LAST_DAY
    assert clock.as_date(clock.LAST_DAY) == date(2026, 6, 30) == clock.as_date(clock.FIRST_DAY) + timedelta(3467)
