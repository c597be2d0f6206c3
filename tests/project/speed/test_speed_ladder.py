"""From seconds to a position, from many positions to an interval, and from there to a rung: no clock runs."""

import math

import numpy as np
import pytest

from grader.speed.interval import mapped, median_interval
from grader.speed.ladder import Sample, rung, share


@pytest.mark.parametrize(
    ("own", "position"),
    [(1.0, 0.0), (0.01, 1.0), (0.1, 0.5), (0.001, 1.5), (10.0, -0.5)],
)
def test_the_position_is_logarithmic_between_the_yardsticks(own, position):
    assert Sample(loops=1.0, numpy=0.01, own=own).position == pytest.approx(position)


def test_a_machine_that_slows_all_down_moves_nobody():
    fast, slow = (Sample(loops=1.0 * by, numpy=0.01 * by, own=0.05 * by) for by in (1.0, 3.7))
    assert fast.position == pytest.approx(slow.position)


def test_yardsticks_that_coincide_still_give_a_number():
    assert math.isfinite(Sample(loops=1.0, numpy=1.0, own=0.5).position)


@pytest.mark.parametrize(
    ("position", "rungs"), [(-1, 0), (0.2499, 0), (0.25, 1), (0.6, 2), (0.75, 3), (9, 3)]
)
def test_a_rung_is_reached_or_not(speed, position, rungs):
    assert rung(position, speed.ladder) == rungs


def test_no_rung_earns_nothing_and_the_last_everything(speed):
    assert [share(number, speed.ladder) for number in range(4)] == [0.0, 0.25, 0.5, 1.0]


@pytest.mark.parametrize(
    ("count", "left_out"),  # at either end; by tables of the sign test at 5 %
    [(1, 0), (5, 0), (6, 0), (8, 0), (9, 1), (11, 1), (12, 2), (15, 3), (20, 5)],
)
def test_the_interval_leaves_out_as_many_values_as_the_sign_test_says(count, left_out):
    got = median_interval([float(value) for value in range(count)])
    assert (got.low, got.high) == (left_out, count - 1 - left_out)


def test_the_interval_covers_the_median_nineteen_times_in_twenty():
    draw = np.random.default_rng(5)
    series = np.exp(draw.standard_normal((2000, 11)))  # of which the median is 1
    intervals = [median_interval(list(one)) for one in series]
    covered = sum(each.low <= 1 <= each.high for each in intervals) / len(intervals)
    assert 0.95 <= covered < 0.995
    assert all(each.low <= each.middle <= each.high for each in intervals)


def test_one_wild_round_does_not_move_the_median():
    calm = median_interval([1.0, 1.1, 0.9, 1.05, 0.95, 1.0, 1.02, 0.98, 1.0])
    wild = median_interval([1.0, 1.1, 0.9, 1.05, 0.95, 1.0, 1.02, 0.98, 90.0])
    assert (calm.middle, calm.low) == (wild.middle, wild.low)
    assert wild.high < 90


def test_a_growing_function_of_an_interval():
    assert mapped(median_interval([0.0, 1.0]), math.exp).high == pytest.approx(math.e)
