"""What grading waits for: the seconds of this file are said, not spent."""

from dataclasses import dataclass, field

import pytest

from grader.grading import MOST_TIMEOUTS, PATIENCE_SECONDS, grade
from grader.model import Outcome
from grader.subject.outcomes import Observed, TimedOut
from grader.suite.session import Check, Run


def check(name, about, needs=()):
    return Check(name, name, "s", 1.0, "hidden", (about,), needs, None)


@dataclass
class Suite:
    """Checks that take as long as they are told, and hang if they are among ``hanging``."""

    checks: tuple
    seconds: float
    hanging: frozenset = frozenset()
    ran: list = field(default_factory=list)

    def run(self, check_id, subject, *, seed, reference):
        self.ran.append(check_id)
        (check,) = [check for check in self.checks if check.id == check_id]
        hangs = check_id in self.hanging or check.about[0] in self.hanging
        return Run(check, TimedOut("no answer") if hangs else None, self.seconds)


class Subject:
    def begin(self, check):
        pass

    def end(self):
        return Observed()

    def close(self):
        pass


def graded(suite, **options):
    names = frozenset(name for check in suite.checks for name in check.about)
    return grade(suite, Subject(), graded=names, seed="", reference=None, **options)


def checks(*names, each=5):
    return tuple(check(f"{name}{number}", name) for name in names for number in range(each))


def test_a_function_that_hangs_is_given_up_and_the_others_keep_their_points():
    suite = Suite(checks("f", "g"), seconds=1.0, hanging=frozenset({"f"}))
    results = graded(suite)
    assert [result.outcome for result in results] == [Outcome.TIMEOUT] * 5 + [Outcome.PASS] * 5
    assert suite.ran == ["f0", "f1", "f2", "g0", "g1", "g2", "g3", "g4"]
    assert results[4].reason == f"not run: f ran out of time in {MOST_TIMEOUTS} checks before"


def test_patience_ends_when_much_has_been_lost():
    suite = Suite(checks("f", "g", "h"), seconds=PATIENCE_SECONDS / 2, hanging=frozenset("fg"))
    results = graded(suite)
    assert suite.ran == ["f0", "f1", "g0", "h0", "h1", "h2", "h3", "h4"]
    assert results[6].reason == "not run: g ran out of time in a check before"
    assert {result.outcome for result in results[10:]} == {Outcome.PASS}


@pytest.mark.parametrize(("total", "count"), [(10.0, 4), (9.0, 3), (3.0, 1)])
def test_all_checks_together_have_a_limit(total, count):
    suite = Suite(checks("f", "g"), seconds=3.0)
    results = graded(suite, total_seconds=total)
    assert len(suite.ran) == count
    assert [result.outcome for result in results] == [Outcome.PASS] * count + [Outcome.TIMEOUT] * (10 - count)
    assert (
        results[-1].safe_reason == f"not run: the checks before it took the {total:g} s that a hand-in gets"
    )


def test_following_through_gives_up_too():
    layers = (check("layer0", "layer"),)
    nets = tuple(check(f"net{number}", "Net", needs=("layer",)) for number in range(6))
    suite = Suite((*layers, *nets), seconds=1.0, hanging=frozenset({"layer0", "Net"}))
    follow = Subject()
    results = graded(suite, follow_through=follow, nets={"Net"})
    assert suite.ran == ["layer0", "net0", "net1", "net2"]
    assert [result.outcome for result in results[1:]] == [Outcome.SKIPPED] * 6
