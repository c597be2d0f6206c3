"""The audit: whether the suite accepts what is right, rejects what is wrong, and says what is wrong.

The same checks that grade submissions are run on

- the reference, which must pass all of them;
- the stubbed template, handed in as it is: 0 points, and everything `MISSING` or `SKIPPED`;
- the reference with one known mistake of the catalogue in it, for every mistake: it must lose points in
  a section of its own function and in no other, and the diagnosis must name it.

Code that can be trusted runs in this process; the template goes the way of every submission. A mistake
is run only on the checks that call the function it is in, which is found out by running the reference:
all others see nothing but the reference.
"""

from __future__ import annotations

import random
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import reference
from grader.assignment import Assignment
from grader.diagnosis import Diagnostician
from grader.grading import grade
from grader.model import CheckResult, Outcome
from grader.pipeline import Grader, Options, fork_server, suite_folders
from grader.resources import template_folder
from grader.subject.local import LocalSubject
from grader.subject.outcomes import Crashed, Observed, SubjectError
from grader.subject.remembered import Remembered
from grader.suite.compare import Mismatch
from grader.suite.session import Check, Suite, with_suite
from reference.mistakes import Mistake, catalogue
from reference.observations import trusted

SEED = "audit"

CONVENTIONS: Mapping[str, str] = {
    "max_pool_backward_naive.ties-share": "a valid convention where a window has several equal maxima",
    "max_pool_backward_fast.ties-share": "a valid convention where a window has several equal maxima",
}
"""Mistakes that no check may fail, since they differ from the reference by a convention left open."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the suite says of one mistake."""

    mistake: Mistake
    rejecting: tuple[CheckResult, ...]
    """The checks that it does not pass."""
    own: frozenset[str]
    """The sections in which its function is checked."""
    counted: frozenset[str]
    """The sections that count."""
    lost: float
    """The points that it costs, in the first edition."""

    @property
    def killed(self) -> bool:
        """Whether a check about its function fails."""
        return any(result.section in self.own for result in self.rejecting)

    @property
    def costs(self) -> bool:
        """Whether a check fails that counts."""
        return any(result.section in self.own & self.counted for result in self.rejecting)

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Sections that count and have nothing to do with it, and lose points all the same."""
        wrong = {result.section for result in self.rejecting} & (self.counted - self.own)
        return tuple(sorted(wrong))

    @property
    def named(self) -> bool:
        """Whether a diagnosis names it, or a mistake that has the same effect."""
        return bool(self.names & self._right)

    @property
    def confused_with(self) -> tuple[str, ...]:
        """Other mistakes that are named as well."""
        return tuple(sorted(self.names - self._right))

    @property
    def names(self) -> frozenset[str]:
        """The mistakes that are named."""
        found = (result.diagnosis for result in self.rejecting)
        return frozenset(diagnosis.mistake for diagnosis in found if diagnosis is not None)

    @property
    def faults(self) -> tuple[str, ...]:
        """Checks that fell over."""
        return tuple(result.id for result in self.rejecting if result.outcome is Outcome.GRADER_FAULT)

    @property
    def _right(self) -> frozenset[str]:
        return frozenset({self.mistake.id, *self.mistake.equivalent_to})


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything that was found."""

    checks: int
    reference_fails: tuple[str, ...]
    template_points: float
    template_outcomes: Mapping[Outcome, int]
    verdicts: tuple[Verdict, ...]
    not_graded: tuple[Mistake, ...]
    """Mistakes of functions that no edition asks students to write."""
    of: int
    """How many mistakes could have been tried."""

    @property
    def wanted(self) -> tuple[Verdict, ...]:
        """The mistakes that have to be rejected."""
        return tuple(verdict for verdict in self.verdicts if verdict.mistake.id not in CONVENTIONS)

    @property
    def survivors(self) -> tuple[Verdict, ...]:
        """Those that were not."""
        return tuple(verdict for verdict in self.wanted if not verdict.killed)

    @property
    def unnamed(self) -> tuple[Verdict, ...]:
        """Those that were rejected and not named."""
        return tuple(verdict for verdict in self.wanted if verdict.killed and not verdict.named)

    @property
    def template_stray(self) -> dict[Outcome, int]:
        """Outcomes of the template that should not be."""
        fine = (Outcome.MISSING, Outcome.SKIPPED)
        return {outcome: number for outcome, number in self.template_outcomes.items() if outcome not in fine}

    @property
    def problems(self) -> tuple[str, ...]:
        """What is not as it has to be, a line each."""
        lines = [f"the reference fails {check}" for check in self.reference_fails]
        if self.template_points:
            lines.append(f"the template earns {self.template_points:g} points, wanted 0")
        lines += [f"the template: {number} {outcome}" for outcome, number in self.template_stray.items()]
        lines += [f"{verdict.mistake.id}: no check rejects it" for verdict in self.survivors]
        lines += [
            f"{verdict.mistake.id}: rejected, though it is {CONVENTIONS[verdict.mistake.id]}"
            for verdict in self.verdicts
            if verdict.mistake.id in CONVENTIONS and verdict.rejecting
        ]
        for verdict in self.verdicts:
            where = ", ".join(verdict.elsewhere)
            lines += [f"{verdict.mistake.id}: costs points elsewhere ({where})"] if where else []
            lines += [f"{verdict.mistake.id}: the check {check} falls over" for check in verdict.faults]
        return tuple(lines)


def audit(
    assignment: Assignment,
    *,
    seed: str = SEED,
    short: bool = False,
    listener: Callable[[int, int], None] = lambda done, total: None,
) -> Audit:
    """Run the audit.

    Parameters
    ----------
    assignment : Assignment
    seed : str
        Of the checks' inputs, and of the sample.
    short : bool
        Try a sample only: one mistake of every function.
    listener : callable
        Told how many mistakes are done, and how many there are.
    """
    options = Options(seed=seed)

    def run(suite: Suite) -> Audit:
        bench = _Bench(assignment, suite, options)
        graded = [mistake for mistake in catalogue() if mistake.target in bench.graded]
        tried = _sample(graded, seed) if short else graded
        failing = bench.try_reference()
        points, outcomes = bench.try_template()
        verdicts = []
        for number, mistake in enumerate(tried, start=1):
            verdicts.append(bench.try_mistake(mistake))
            listener(number, len(tried))
        return Audit(
            checks=len(bench.checks),
            reference_fails=failing,
            template_points=points,
            template_outcomes=outcomes,
            verdicts=tuple(verdicts),
            not_graded=tuple(m for m in catalogue() if m.target not in bench.graded),
            of=len(graded),
        )

    return with_suite(suite_folders(assignment, options), run)


def _worth(assignment: Assignment, checks: Iterable[Check]) -> dict[str, float]:
    """The points of every check in the first edition; 0 where they do not belong to the total."""
    edition = next(iter(assignment.editions))
    points, graded = assignment.section_points(edition), assignment.graded(edition)
    counted = {section.id for section in assignment.sections if section.counted}
    weights: dict[str, float] = defaultdict(float)
    shared = {check.id for check in checks if check.section in counted and graded.issuperset(check.about)}
    for check in checks:
        weights[check.section] += check.weight if check.id in shared else 0.0
    return {
        check.id: points[check.section] * check.weight / weights[check.section] if check.id in shared else 0.0
        for check in checks
    }


def _sample(mistakes: Iterable[Mistake], seed: str) -> list[Mistake]:
    """One mistake of every function, drawn by the seed."""
    by_target: dict[str, list[Mistake]] = defaultdict(list)
    for mistake in mistakes:
        if mistake.id not in CONVENTIONS:
            by_target[mistake.target].append(mistake)
    draw = random.Random(seed)  # noqa: S311 - a sample, no secret
    return [draw.choice(group) for group in by_target.values()]


class _Bench:
    """The suite, set up to try things on."""

    def __init__(self, assignment: Assignment, suite: Suite, options: Options) -> None:
        self.assignment = assignment
        self.options = options
        editions = map(assignment.graded, assignment.editions)
        about = {name for check in suite.checks for name in check.about}
        self.graded = frozenset(frozenset().union(*editions) & about)
        """What an edition asks students to write, and a check is about."""
        self.checks = tuple(check for check in suite.checks if self.graded.issuperset(check.about))
        self._suite = suite
        self._counted = frozenset(section.id for section in assignment.sections if section.counted)
        # Not those of `reference` itself: the mistakes read the caches of these.
        self._trusted = {name: trusted(name) for name in assignment.interface.names}
        self._reference = Remembered(reference)
        self._diagnostician = Diagnostician(suite, self._candidate, self._reference, options.seed)
        self._callers: dict[str, set[str]] = defaultdict(set)
        self._worth = _worth(assignment, self.checks)

    def try_reference(self) -> tuple[str, ...]:
        """The checks that the reference fails; meanwhile it is noted which check calls what."""
        noting = {
            name: _noting(implementation, name, self._note) for name, implementation in self._trusted.items()
        }
        failing = []
        for check in self.checks:
            self._present = check
            failing += [result.id for result in self._grade(noting, {check.id}) if not _passed(result)]
        return tuple(failing)

    def try_template(self) -> tuple[float, Counter[Outcome]]:
        """The points of the template, and the outcomes of its checks."""
        with fork_server(self.assignment, self.options) as server:
            grader = Grader(self.assignment, self._suite, server, self.options)
            report = grader.grade(template_folder(self.assignment.id))
        return report.earned, Counter(check.outcome for check in report.checks)

    def try_mistake(self, mistake: Mistake) -> Verdict:
        """What the checks say that call its function."""
        results = self._grade(
            {mistake.target: mistake.implementation}, self._callers[mistake.target], self._diagnostician
        )
        rejecting = tuple(result for result in results if not _passed(result))
        return Verdict(
            mistake=mistake,
            rejecting=rejecting,
            lost=sum(self._worth[result.id] for result in rejecting),
            own=frozenset(check.section for check in self.checks if mistake.target in check.about),
            counted=self._counted,
        )

    def _grade(
        self,
        replaced: Mapping[str, Callable[..., Any]],
        checks: set[str],
        diagnostician: Diagnostician | None = None,
    ) -> tuple[CheckResult, ...]:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a mistake may divide by zero; the outcome is what counts
            return grade(
                self._suite,
                self._candidate(replaced),
                graded=self.graded,
                seed=self.options.seed,
                reference=self._reference,
                diagnostician=diagnostician,
                visible=lambda check: check.id in checks,
            )

    def _candidate(self, replaced: Mapping[str, Callable[..., Any]]) -> Candidate:
        # What a submission raises is its own fault, wherever it raises.
        code = {name: _crashing(function) for name, function in {**self._trusted, **replaced}.items()}
        return Candidate(self.assignment.interface, code)

    def _note(self, name: str) -> None:
        self._callers[name].add(self._present.id)

    _present: Check


class Candidate(LocalSubject):
    """A subject in this process that can be graded."""

    def train(self, *arguments: Any, **settings: Any) -> dict[str, list[float]]:
        """Train; a net that the solver cannot work with has crashed, as it would have in a worker."""
        histories: dict[str, list[float]] = _guarded(super().train)(*arguments, **settings)
        return histories

    def begin(self, check: Check) -> None:
        """Nothing to do: there are no limits here."""

    def end(self) -> Observed:
        """Nothing is seen beside the values."""
        return Observed()


def _passed(result: CheckResult) -> bool:
    return result.outcome is Outcome.PASS


def _noting(implementation: Any, name: str, note: Callable[[str], None]) -> Any:
    """The same function or class, which says when it is called."""
    if isinstance(implementation, type):

        def build(self: Any, *arguments: Any, **settings: Any) -> None:
            note(name)
            implementation.__init__(self, *arguments, **settings)  # type: ignore[misc]

        return type(name, (implementation,), {"__init__": build})

    def call(*arguments: Any) -> Any:
        note(name)
        return implementation(*arguments)

    return call


def _crashing(implementation: Any) -> Any:
    """The same function or class; its exceptions are those of a submission and not the grader's."""
    if not isinstance(implementation, type):
        return _guarded(implementation)
    guarded = {name: _guarded(getattr(implementation, name)) for name in ("__init__", "loss")}
    return type(implementation.__name__, (implementation,), guarded)


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **settings: Any) -> Any:
        try:
            return function(*arguments, **settings)
        except (SubjectError, Mismatch):
            raise
        except Exception as error:
            raise Crashed(f"{type(error).__name__}: {error}") from error

    return call
