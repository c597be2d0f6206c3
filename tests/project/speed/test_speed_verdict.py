"""When it has been measured enough, and what it comes to: from series that are made up."""

import math

import pytest

from grader.speed.ladder import Sample
from grader.speed.verdict import Decision, Unmeasurable, decide


def at(position, gain=100.0):
    """A round in which a function stood there."""
    return Sample(loops=1.0, numpy=1.0 / gain, own=gain**-position)


def decided(samples, speed, *, last=False, own_part=0.1):
    return decide(samples, speed, last=last, own_part=own_part)


@pytest.mark.parametrize(("position", "share"), [(0.0, 0.0), (0.3, 0.25), (0.6, 0.5), (0.9, 1.0)])
def test_a_clear_case_is_decided_after_the_least_number_of_rounds(speed, position, share):
    assert decided([at(position)] * 5, speed) is None
    assert decided([at(position)] * 6, speed) == Decision(share)


def test_an_interval_over_a_rung_needs_more_rounds(speed):
    samples = [at(0.74), at(0.76)] * 3
    assert decided(samples, speed) is None


def test_between_two_rungs_the_better_one_counts_in_the_end_and_it_is_said(speed):
    verdict = decided([at(0.74), at(0.76)] * 6, speed, last=True)
    assert verdict.share == 1.0
    assert "reaches the higher rung" in verdict.note


def test_being_irregular_gains_nothing(speed):
    """Now and then as fast as NumPy, mostly as slow as loops, on a machine that runs steadily."""
    samples = [at(0.0)] * 7 + [at(1.0)] * 5
    verdict = decided(samples, speed, last=True)
    assert verdict.share == 0.0
    assert "vary" in verdict.note


def test_on_a_restless_machine_nothing_is_measured(speed):
    samples = [at(0.1, 20.0), at(0.9, 3000.0)] * 6
    verdict = decided(samples, speed, last=True)
    assert isinstance(verdict, Unmeasurable)
    assert "vary too much here" in verdict.reason


def test_where_numpy_is_hardly_faster_there_is_no_ladder(speed):
    assert decided([at(0.9, 4.0)] * 6, speed) is None
    verdict = decided([at(0.9, 4.0)] * 12, speed, last=True)
    assert isinstance(verdict, Unmeasurable)
    assert "only 4.0 times" in verdict.reason


def test_without_time_nothing_is_measured(speed):
    verdict = decided([at(0.9)] * 3, speed, last=True)
    assert isinstance(verdict, Unmeasurable)
    assert "3 rounds only, of 6" in verdict.reason
    assert isinstance(decided([], speed, last=True), Unmeasurable)


@pytest.mark.parametrize(("positions", "share"), [([], 0.0), ([0.1], 0.0), ([0.9, 0.3], 0.25)])
def test_whoever_used_the_time_up_gains_nothing_by_it(speed, positions, share):
    verdict = decided([at(position) for position in positions], speed, last=True, own_part=0.9)
    assert verdict.share == share
    assert "took most of the time" in verdict.note


def test_faster_than_the_yardstick_is_no_better_than_all_points(speed):
    assert decided([at(3.0)] * 6, speed) == Decision(1.0)
    assert math.isfinite(at(3.0).position)
