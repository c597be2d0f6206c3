"""What stops a function from being timed, and how each ending is told."""

import pytest

from grader.model import CheckResult, Finding, Frame, Outcome
from grader.score import score
from grader.speed.check import timed_functions, without_measuring
from grader.speed.ladder import Sample
from grader.speed.prerequisite import Obstacle, obstacle
from grader.speed.records import faulty, hindered, record, unmeasurable
from grader.speed.rounds import Track
from grader.speed.verdict import Decision, Unmeasurable
from grader.subject.outcomes import BadOutput, Crashed, TimedOut
from grader.suite.compare import Mismatch

NAME = "conv_forward_fast"
LOOP = Frame(path="cs231n/fast_layers.py", line=7, function=NAME, text="for n in range(N):")


def check(outcome, *, about=NAME, section="fast", reason="a reason"):
    return CheckResult(
        id=f"{section}.{outcome}",
        section=section,
        title="",
        visibility="hidden",
        weight=1.0,
        outcome=outcome,
        targets=(about,),
        safe_reason=reason,
    )


def stopped(*results):
    return obstacle(NAME, results, {"fast"})


@pytest.mark.parametrize(
    "results",
    [
        (),
        (check(Outcome.PASS),),
        (check(Outcome.PASS), check(Outcome.FAIL, about="conv_backward_fast")),
        (check(Outcome.PASS), check(Outcome.FAIL, section="beyond")),
    ],
)
def test_nothing_stops_right_values(results):
    assert stopped(*results) is None


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Outcome.FAIL, Outcome.SKIPPED),
        (Outcome.CRASH, Outcome.SKIPPED),
        (Outcome.TIMEOUT, Outcome.SKIPPED),
        (Outcome.MISSING, Outcome.MISSING),
        (Outcome.GRADER_FAULT, Outcome.GRADER_FAULT),
    ],
)
def test_what_is_not_right_is_not_timed(outcome, told):
    assert stopped(check(Outcome.PASS), check(outcome)).outcome is told


def test_what_is_wrong_is_wrong_even_if_the_grader_failed_elsewhere():
    found = stopped(check(Outcome.GRADER_FAULT), check(Outcome.FAIL))
    assert found.outcome is Outcome.SKIPPED
    assert "2 of 2 checks of conv_forward_fast did not pass" in found.reason


def told(end, speed, samples=(), loops=(LOOP,), own=None, maximum=1.0):
    return record(NAME, maximum, Track(samples=list(samples), end=end), speed, loops, own)


SAMPLES = [Sample(loops=1.0, numpy=0.01, own=0.1)] * 6


def test_the_top_of_the_ladder(speed):
    got = told(Decision(1.0), speed, SAMPLES, own=0.7)
    assert (got.outcome, got.earned, got.maximum, got.reason) == (Outcome.PASS, 1.0, 1.0, "")
    assert got.timing.rounds == 6
    assert got.timing.position.middle == pytest.approx(0.5)
    assert got.timing.over_loops.middle == pytest.approx(10.0)
    assert got.timing.numpy_over_loops.middle == pytest.approx(100.0)
    assert got.timing.over_own_loops == pytest.approx(7.0)


def test_a_lower_rung_says_what_everything_would_take_and_where_the_loops_are(speed):
    got = told(Decision(0.5, "a close one"), speed, SAMPLES, maximum=2.0)
    assert (got.outcome, got.earned, got.note) == (Outcome.FAIL, 1.0, "a close one")
    assert got.reason == got.safe_reason
    assert got.reason == (
        "earns 50% of its points: 10 times as fast as the reference's loops; "
        "all of them are earned from 32 times on"  # 100 to the power of 0.75
    )
    assert got.loops == (LOOP,)


@pytest.mark.parametrize("own", [None, 1e-9, 1e9])
def test_ones_own_loops_change_no_points(speed, own):
    assert told(Decision(0.5), speed, SAMPLES, own=own).earned == 0.5


def test_what_cannot_be_measured_leaves_the_maximum_and_says_so(speed):
    for got in (told(Unmeasurable("the clock stands"), speed), unmeasurable(NAME, 1.0, "the clock stands")):
        assert (got.outcome, got.measurable, got.maximum, got.earned) == (Outcome.SKIPPED, False, 0.0, 0.0)
        assert got.safe_reason == (
            "not measurable here, so its points (1) are left out of the maximum: the clock stands"
        )


def test_a_wrong_value_is_told_without_its_numbers(speed):
    finding = Finding(
        call="f(x)", value="out", kind="values", message="out is 0.123", safe_message="out is off"
    )
    got = told(Mismatch(finding, None), speed, SAMPLES)
    assert (got.outcome, got.earned, got.timing) == (Outcome.FAIL, 0.0, None)
    assert "0.123" in got.reason
    assert got.safe_reason == "a wrong value earns nothing, however fast: out is off"


@pytest.mark.parametrize(
    "error", [Crashed("ValueError: 0.123", "ValueError", (LOOP,)), TimedOut("late"), BadOutput("a str")]
)
def test_what_failed_keeps_its_outcome(speed, error):
    got = told(error, speed)
    assert (got.outcome, got.earned, got.maximum) == (error.outcome, 0.0, 1.0)
    assert (got.reason, got.safe_reason) == (str(error), error.safe)
    assert got.trace == getattr(error, "trace", ())


def test_our_own_fault_leaves_the_points_open():
    got = faulty(NAME, 1.0, "a yardstick broke: 0.123")
    assert (got.outcome, got.undecided, got.maximum) == (Outcome.GRADER_FAULT, 1.0, 1.0)
    assert "0.123" not in got.safe_reason
    assert hindered(NAME, 1.0, Obstacle(Outcome.SKIPPED, "why")).undecided == 0.0


def test_the_functions_share_the_points_and_only_where_they_are_asked_for(assignment):
    worth = timed_functions(assignment.speed, assignment.graded("handout"))
    assert sum(worth.values()) == assignment.speed.points
    assert len(set(worth.values())) == 1
    assert timed_functions(assignment.speed, assignment.graded("2021")) == {}


def test_the_section_is_the_sum_of_the_records(assignment, speed):
    records = [
        told(Decision(1.0), speed, SAMPLES),
        told(Decision(0.25), speed, SAMPLES),
        unmeasurable(NAME, 1.0, "no clock"),
        faulty(NAME, 1.0, "why"),
    ]
    (section,) = [each for each in score(assignment, "handout", [], speed=records) if each.id == "speed"]
    assert (section.maximum, section.earned, section.undecided) == (3.0, 1.25, 1.0)
    assert section.counted


def test_where_nothing_can_be_measured_there_is_nothing_to_earn(assignment):
    records = without_measuring(timed_functions(assignment.speed, assignment.graded("handout")), "no clock")
    (section,) = [each for each in score(assignment, "handout", [], speed=records) if each.id == "speed"]
    assert (section.maximum, section.earned, section.undecided) == (0.0, 0.0, 0.0)
    assert len(records) == 4


def test_without_records_there_is_no_section(assignment):
    assert "speed" not in {section.id for section in score(assignment, "handout", [])}


def test_a_naive_function_that_fails_is_not_compared(race):
    def fail(result, number):
        raise Crashed("ValueError: no")

    assert race().own_loops(("forward", "backward")) == {"forward": 1.0, "backward": 1.0}
    assert race().own_loops(("forward",)) == {"forward": 1.0}
    assert race(change=fail).own_loops(("forward", "backward")) == {}
