"""Runs all checks on one subject and says what came of each."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from msgspec.structs import replace

from grader.diagnosis import Diagnostician, Failure
from grader.model import CheckResult, Outcome
from grader.subject.outcomes import Crashed, Observed, SubjectError
from grader.suite.compare import Mismatch
from grader.suite.session import Check, Run, Suite

UNUSABLE = {Outcome.MISSING, Outcome.CRASH, Outcome.TIMEOUT, Outcome.MEMORY, Outcome.BAD_OUTPUT}
"""Outcomes after which nothing that builds on the function can say anything."""


MOST_TIMEOUTS = 3
"""After so many the function is not waited for again; without this a hand-in could take hours."""

PATIENCE_SECONDS = 120.0
"""Once so much has been lost to time-outs, a function is given up after its first."""

DIAGNOSED_SECONDS = 0.3
"""A check that takes longer (it trains a net) is not run again on every known mistake."""


class Subject(Protocol):
    """What grading asks of a subject beside its functions."""

    def begin(self, check: Check) -> None:
        """A check begins: fresh limits."""

    def end(self) -> Observed:
        """The check is over: what was seen meanwhile."""


@dataclass(slots=True)
class _Progress:
    """What is known of the functions so far."""

    total_seconds: float
    outcomes: dict[str, set[Outcome]] = field(default_factory=dict)
    timeouts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    seconds_lost: float = 0.0

    def note(self, check: Check, outcome: Outcome, seconds: float) -> None:
        self.seconds += seconds
        self.seconds_lost += seconds if outcome is Outcome.TIMEOUT else 0.0
        for name in check.about:
            self.outcomes.setdefault(name, set()).add(outcome)
            self.timeouts[name] += outcome is Outcome.TIMEOUT

    def out_of_time(self, check: Check) -> str | None:
        """Why the check cannot be waited for: a function that hangs, or all the time is used up."""
        if self.seconds >= self.total_seconds:
            return f"not run: the checks before it took the {self.total_seconds:g} s that a hand-in gets"
        most = MOST_TIMEOUTS if self.seconds_lost < PATIENCE_SECONDS else 1
        for name in check.about:
            if self.timeouts[name] >= most:
                times = "a check" if self.timeouts[name] == 1 else f"{self.timeouts[name]} checks"
                return f"not run: {name} ran out of time in {times} before"
        return None

    def unusable(self, names: Iterable[str]) -> str | None:
        """The first of ``names`` that has run in no check so far."""
        return next((name for name in names if self.outcomes.get(name, set()) & UNUSABLE
                     and not self.outcomes[name] & {Outcome.PASS, Outcome.FAIL}), None)  # fmt: skip

    def blamed(self, check: Check) -> tuple[str, ...]:
        """The functions that a check needs and that did not do all they should."""
        bad = UNUSABLE | {Outcome.FAIL}
        return tuple(name for name in check.needs if self.outcomes.get(name, set()) & bad)

    def failed(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if Outcome.FAIL in self.outcomes.get(name, ()))


def grade(
    suite: Suite,
    subject: Any,
    *,
    graded: frozenset[str],
    seed: str,
    reference: Any,
    diagnostician: Diagnostician | None = None,
    visible: Callable[[Check], bool] = lambda check: True,
    follow_through: Any = None,
    nets: Container[str] = (),
    total_seconds: float = math.inf,
) -> tuple[CheckResult, ...]:
    """Run every check that applies.

    Parameters
    ----------
    suite : Suite
    subject : object
        Functions by group, and the methods of `Subject`.
    graded : frozenset of str
        The functions that this edition asks for; checks about others are left out.
    seed : str
        The run's secret.
    reference : object
    diagnostician : Diagnostician, optional
    visible : callable
        Which checks to run at all, for example only the public ones.
    follow_through : object, optional
        The same submission's nets on right layers. Once all verdicts are final, checks of nets that
        rest on a layer which failed are run again on it; those that pass there earn their points.
    nets : container of str
        The classes of the interface.
    total_seconds : float
        For all checks together; follow-through gets as much once more.

    Returns
    -------
    tuple of CheckResult
        In the order of the suite.
    """
    wanted = [check for check in suite.checks if visible(check) and graded.issuperset(check.about)]
    run = partial(suite.run, seed=seed, reference=reference)
    progress = _Progress(total_seconds)
    failures: list[Failure] = []
    judged: dict[str, CheckResult] = {}
    for check in sorted(wanted, key=lambda check: _stage(check, nets)):
        judged[check.id] = _judge(check, subject, run, progress, failures)
    results = [judged[check.id] for check in wanted]
    if follow_through is not None:
        again = _Progress(total_seconds)
        results = [
            _follow(check, result, follow_through, run, progress.blamed(check), again)
            if result.outcome is not Outcome.PASS and any(name in nets for name in check.about)
            else result
            for check, result in zip(wanted, results, strict=True)
        ]
    if diagnostician is not None:
        slow = {result.id for result in results if result.seconds > DIAGNOSED_SECONDS}
        failed = {result.id for result in results if result.outcome is Outcome.FAIL} - slow
        explained = diagnostician.explain(f for f in failures if f.check_id in failed)
        results = [replace(result, diagnosis=explained.get(result.id)) for result in results]
    return tuple(results)


def _stage(check: Check, nets: Container[str]) -> int:
    """What a check rests on is judged first, so that it need not find out what does not run."""
    return (1 if check.needs else 0) + (1 if any(name in nets for name in check.about) else 0)


def _judge(
    check: Check, subject: Any, run: Callable[..., Run], progress: _Progress, failures: list[Failure]
) -> CheckResult:
    """The result of one check, noted in ``progress`` and, if values differ, in ``failures``."""
    blocker = progress.unusable(check.needs)
    if blocker is not None:
        return _not_run(check, Outcome.SKIPPED, f"{blocker} does not run, and this check needs it")
    late = progress.out_of_time(check)
    if late is not None:
        return _not_run(check, Outcome.TIMEOUT, late)
    subject.begin(check)
    done = run(check.id, subject)
    result = _result(done, subject.end())
    progress.note(check, result.outcome, done.seconds)
    if isinstance(done.error, Mismatch):
        suspects = (*check.about, *progress.failed(check.needs))
        failures.append(Failure(check.id, suspects, done.error))
    return result


def _follow(
    check: Check,
    result: CheckResult,
    subject: Any,
    run: Callable[..., Run],
    blamed: tuple[str, ...],
    progress: _Progress,
) -> CheckResult:
    """The result of a net's check on right layers, if it passes there; else the one it had."""
    if not blamed or progress.out_of_time(check) is not None:
        return result
    subject.close()  # what is kept for one check's calls is let go
    subject.begin(check)
    done = run(check.id, subject)
    outcome = _result(done, subject.end()).outcome
    progress.note(check, outcome, done.seconds)
    if outcome is not Outcome.PASS:
        return result
    reason = f"passes on right layers; its own {', '.join(blamed)} failed"
    return replace(
        result, outcome=Outcome.PASS, follow_through=True, reason=reason, safe_reason=reason,
        finding=None, diagnosis=None, trace=(),
    )  # fmt: skip


def _not_run(check: Check, outcome: Outcome, reason: str) -> CheckResult:
    return _record(check, outcome, reason=reason, safe_reason=reason)


def _result(run: Run, observed: Observed) -> CheckResult:
    check, error = run.check, run.error
    common: dict[str, Any] = {
        "seconds": run.seconds,
        "warnings": observed.warnings,
        "output": observed.output,
    }
    if error is None:
        return _record(check, Outcome.PASS, **common)
    if isinstance(error, Mismatch):
        outcome = Outcome.MISSING if error.finding.kind == "missing" else Outcome.FAIL
        finding = error.finding
        return _record(
            check,
            outcome,
            reason=finding.message,
            safe_reason=finding.message if check.visibility == "public" else finding.safe_message,
            finding=finding,
            **common,
        )
    if isinstance(error, SubjectError):
        safe = str(error) if check.visibility == "public" else error.safe
        trace = error.trace if isinstance(error, Crashed) else ()
        return _record(check, error.outcome, reason=str(error), safe_reason=safe, trace=trace, **common)
    if isinstance(error, AssertionError) and run.stage == "call":
        # A suite of an instructor's own may use plain assert; its text may hold hidden values.
        safe = str(error) if check.visibility == "public" else "the check does not hold"
        return _record(check, Outcome.FAIL, reason=str(error), safe_reason=safe, **common)
    reason = f"the grader is at fault: {type(error).__name__}: {error}"
    return _record(
        check,
        Outcome.GRADER_FAULT,
        reason=reason,
        safe_reason="the grader is at fault; nothing is lost",
        **common,
    )


def _record(check: Check, outcome: Outcome, **fields: Any) -> CheckResult:
    return CheckResult(
        id=check.id,
        section=check.section,
        title=check.title,
        visibility=check.visibility,
        weight=check.weight,
        outcome=outcome,
        targets=check.about,
        **fields,
    )
