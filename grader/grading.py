"""Runs all checks on one subject and says what came of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from msgspec.structs import replace

from grader.diagnosis import Diagnostician, Failure
from grader.model import CheckResult, Outcome
from grader.subject.outcomes import Crashed, SubjectError
from grader.suite.compare import Mismatch
from grader.suite.session import Check, Run, Suite

UNUSABLE = {Outcome.MISSING, Outcome.CRASH, Outcome.TIMEOUT, Outcome.MEMORY, Outcome.BAD_OUTPUT}
"""Outcomes after which nothing that builds on the function can say anything."""


class Subject(Protocol):
    """What grading asks of a subject beside its functions."""

    def begin(self, check: Check) -> None:
        """A check begins: fresh limits."""

    def end(self) -> Observed:
        """The check is over: what was seen meanwhile."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What happened beside the values."""

    warnings: tuple[str, ...] = ()
    output: str = ""


@dataclass(slots=True)
class _Progress:
    """What is known of the functions so far."""

    outcomes: dict[str, set[Outcome]] = field(default_factory=dict)

    def note(self, check: Check, outcome: Outcome) -> None:
        for name in check.about:
            self.outcomes.setdefault(name, set()).add(outcome)

    def unusable(self, names: Iterable[str]) -> str | None:
        """The first of ``names`` that has run in no check so far."""
        return next((name for name in names if self.outcomes.get(name, set()) & UNUSABLE
                     and not self.outcomes[name] & {Outcome.PASS, Outcome.FAIL}), None)  # fmt: skip

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

    Returns
    -------
    tuple of CheckResult
        In the order of the suite.
    """
    progress = _Progress()
    results: list[CheckResult] = []
    failures: list[Failure] = []
    for check in suite.checks:
        if not visible(check) or not graded.issuperset(check.about):
            continue
        blocker = progress.unusable(check.needs)
        if blocker is not None:
            results.append(_skipped(check, blocker))
            continue
        subject.begin(check)
        run = suite.run(check.id, subject, seed=seed, reference=reference)
        result = _result(run, subject.end())
        progress.note(check, result.outcome)
        results.append(result)
        if isinstance(run.error, Mismatch):
            suspects = (*check.about, *progress.failed(check.needs))
            failures.append(Failure(check.id, suspects, run.error))
    if diagnostician is None:
        return tuple(results)
    explained = diagnostician.explain(failures)
    return tuple(_with(result, diagnosis=explained.get(result.id)) for result in results)


def _skipped(check: Check, blocker: str) -> CheckResult:
    reason = f"{blocker} does not run, and this check needs it"
    return _record(check, Outcome.SKIPPED, reason=reason, safe_reason=reason)


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


def _with(result: CheckResult, **changes: Any) -> CheckResult:
    return replace(result, **changes)
