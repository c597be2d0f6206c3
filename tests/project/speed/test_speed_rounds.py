"""The rounds, with contenders that say themselves how long they took: no time is measured."""

from itertools import cycle

import msgspec
import numpy as np
import pytest

from grader.errors import GraderFault
from grader.speed.stopwatch import CannotMeasure
from grader.speed.verdict import Decision, Unmeasurable
from grader.subject.outcomes import BadOutput, Crashed, TimedOut
from grader.suite.compare import Mismatch


@pytest.mark.parametrize(("seconds", "share"), [(0.01, 1.0), (0.05, 0.5), (0.2, 0.25), (1.0, 0.0)])
def test_speed_earns_what_the_ladder_says(race, seconds, share):
    tracks = race(own=lambda number: seconds).run()
    assert {which: track.end for which, track in tracks.items()} == {
        "forward": Decision(share),
        "backward": Decision(share),
    }
    assert len(tracks["forward"].samples) == 6


def test_everybody_takes_part_in_every_round_and_forgets_it(race):
    one = race()
    one.run()
    assert one.contenders.own.calls == ["forward", "backward", "release"] * 7  # the first is for warming up
    assert one.contenders.numpy.calls == one.contenders.own.calls
    assert one.contenders.echo.calls == one.contenders.own.calls


def test_a_first_call_may_be_slow(race):
    tracks = race(own=lambda number: 5.0 if number == 1 else 0.01).run()
    assert tracks["forward"].end == Decision(1.0)


def test_inputs_are_fresh_in_every_round(race):
    seen = []
    one = race(change=lambda result, number: seen.append(np.array(result)) or result)
    one.run(passes=("forward",))
    assert len({values.tobytes() for values in seen}) == len(seen) == 7


def test_what_a_call_costs_beside_the_function_is_taken_off_but_no_more_than_half(race):
    one = race(own=lambda number: 0.03, numpy=lambda number: 0.02, echo=lambda number: 0.01)
    sample = one.run()["forward"].samples[0]
    assert (sample.own, sample.numpy, sample.loops) == pytest.approx((0.02, 0.01, 0.99))
    sample = race(own=lambda number: 0.012, echo=lambda number: 0.01).run()["forward"].samples[0]
    assert sample.own == pytest.approx(0.006)


def test_a_fast_wrong_answer_earns_nothing(race):
    def change(result, number):
        return tuple(part * 1.001 for part in result) if isinstance(result, tuple) else result

    tracks = race(own=lambda number: 1e-6, change=change).run()
    assert tracks["forward"].end == Decision(1.0)
    assert isinstance(tracks["backward"].end, Mismatch)


@pytest.mark.parametrize("bad_round", [1, 2, 7])
def test_one_wrong_answer_is_enough_whatever_came_before(race, bad_round):
    tracks = race(change=lambda result, number: 2 * result if number == bad_round else result).run(
        passes=("forward",)
    )
    assert isinstance(tracks["forward"].end, Mismatch)


def forward_fast_and_backward_on_the_edge():
    """Its seconds: forward as fast as NumPy, backward now above and now below the last rung."""
    passes = cycle(("forward", "backward"))

    def seconds(number):
        return 0.01 if next(passes) == "forward" else 0.0316 * (1.05 if number % 2 else 0.95)

    return seconds


def test_a_decision_does_not_outlive_a_wrong_answer(race):
    def change(result, number):
        return result + 1 if number == 9 and not isinstance(result, tuple) else result

    tracks = race(own=forward_fast_and_backward_on_the_edge()).run()
    assert tracks["forward"].end == Decision(1.0)
    assert (len(tracks["forward"].samples), len(tracks["backward"].samples)) == (6, 12)
    tracks = race(own=forward_fast_and_backward_on_the_edge(), change=change).run()
    assert isinstance(tracks["forward"].end, Mismatch)


def test_results_kept_by_shape_earn_nothing(race):
    kept = {}

    def cached(result, number):
        parts = result if isinstance(result, tuple) else (result,)
        return kept.setdefault(tuple(part.shape for part in parts), result)

    tracks = race(own=lambda number: 1e-6, change=cached).run()
    assert isinstance(tracks["forward"].end, Mismatch)
    assert isinstance(tracks["backward"].end, Mismatch)  # for it was never asked again


@pytest.mark.parametrize("error", [Crashed("ValueError: no"), TimedOut("no answer after 20 s")])
def test_a_crash_ends_it_for_both_passes(race, error):
    def fail(result, number):
        if number == 3:
            raise error
        return result

    tracks = race(change=fail).run()
    assert tracks["forward"].end is tracks["backward"].end is error


def test_a_backward_pass_that_fails_leaves_the_forward_pass_alone(race):
    def fail(result, number):
        if isinstance(result, tuple):
            raise Crashed("ValueError: no")
        return result

    tracks = race(change=fail).run()
    assert tracks["forward"].end == Decision(1.0)
    assert isinstance(tracks["backward"].end, Crashed)


def test_the_wrong_number_of_results_is_no_result(race):
    def two(result, number):
        return result[:2] if isinstance(result, tuple) else result

    assert isinstance(race(change=two).run()["backward"].end, BadOutput)


def test_the_time_can_be_over_before_it_is_clear(race, speed):
    short = msgspec.structs.replace(speed, seconds=3.0)
    tracks = race().run(short)
    assert isinstance(tracks["forward"].end, Unmeasurable)
    assert "of 6" in tracks["forward"].end.reason


def test_sleeping_through_the_time_gains_nothing(race, speed):
    """By the CPU clock it is as fast as NumPy; by the clock on the wall it takes all the time."""
    short = msgspec.structs.replace(speed, seconds=3.0)
    tracks = race(wall=1000.0).run(short)
    assert isinstance(tracks["forward"].end, Decision)
    assert tracks["forward"].end.share == 0.0


def test_a_yardstick_that_is_wrong_is_our_fault_and_nobody_is_graded(race):
    with pytest.raises(GraderFault, match="'numpy' of the speed check is wrong"):
        race(change_numpy=lambda result, number: 1.0 * result + 1).run(passes=("forward",))


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_a_clock_that_stands_still_measures_nothing(race, seconds):
    with pytest.raises(CannotMeasure, match="CPU clock"):
        race(numpy=lambda number: seconds).run()
