"""The audit as text: the kill matrix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.audit import CONVENTIONS, Audit, Verdict
from grader.model import Outcome
from grader.report.text import counted, points


@dataclass(frozen=True, slots=True)
class Line:
    """What became of the mistakes of one function."""

    function: str
    mistakes: int
    rejected: int
    cost_points: int
    named: int


def lines(audit: Audit) -> tuple[Line, ...]:
    """The kill matrix by function, with the sum as its last line."""
    groups: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in audit.wanted:
        groups[verdict.mistake.target].append(verdict)
    every = [_line(function, verdicts) for function, verdicts in groups.items()]
    return (*every, _line("all", audit.wanted))


def _line(function: str, verdicts: Iterable[Verdict]) -> Line:
    group = list(verdicts)
    return Line(
        function,
        len(group),
        sum(verdict.killed for verdict in group),
        sum(verdict.costs for verdict in group),
        sum(verdict.named for verdict in group),
    )


def remarks(audit: Audit) -> tuple[str, ...]:
    """What the matrix does not say, a line each."""
    return tuple(_remarks(audit))


def _remarks(audit: Audit) -> Iterator[str]:
    template = ", ".join(f"{number} {outcome}" for outcome, number in sorted(audit.template_outcomes.items()))
    passed = audit.checks - len(audit.reference_fails)
    yield f"The reference passes {passed} of {counted(audit.checks, 'check')}."
    yield f"The template earns {points(audit.template_points)} points: {template}."
    yield (
        f"{audit.of} known mistakes are in functions that an edition asks for; tried: {len(audit.verdicts)}."
    )
    yield (
        f"{len(audit.not_graded)} more are in functions that nobody has to write "
        f"({', '.join(sorted({mistake.target for mistake in audit.not_graded}))})."
    )
    for verdict in audit.verdicts:
        if verdict.mistake.id in CONVENTIONS:
            yield f"{verdict.mistake.id} is no mistake to the suite: {CONVENTIONS[verdict.mistake.id]}."
    for verdict in audit.unnamed:
        yield f"{verdict.mistake.id} is rejected and not named: {_why(verdict)}."
    free = [verdict.mistake.id for verdict in audit.wanted if verdict.killed and not verdict.costs]
    if free:
        yield f"Seen only beyond the notebook, where no points are lost: {', '.join(free)}."


def _why(verdict: Verdict) -> str:
    if verdict.confused_with:
        return f"what it does there is also what {', '.join(verdict.confused_with)} does"
    if all(result.outcome is not Outcome.FAIL for result in verdict.rejecting):
        return "it gives no values to compare"
    return "no value that a check compares is its own"


def markdown(audit: Audit, title: str) -> str:
    """The whole of it, for ``docs/``."""
    return "\n".join(_markdown(audit, title))


def _markdown(audit: Audit, title: str) -> Iterator[str]:
    yield f"# Audit of the graded suite\n\n{title}. Written by `grader audit --write`; do not edit.\n"
    yield "Every known mistake is put into the reference, and the graded checks run on it. A check has to"
    yield "reject it, in a section of its own function and in no other that counts, and the diagnosis has"
    yield "to name it.\n"
    yield from (f"- {remark}" for remark in remarks(audit))
    yield from (f"- **{problem}**" for problem in audit.problems)
    yield "\n## By function\n\n| function | mistakes | rejected | cost points | named |"
    yield "|---|--:|--:|--:|--:|"
    for line in lines(audit):
        yield (
            f"| `{line.function}` | {line.mistakes} | {line.rejected} | {line.cost_points} | {line.named} |"
        )
    yield "\n## By mistake\n\n| mistake | rejecting checks: public | hidden | points lost | named |"
    yield "|---|--:|--:|--:|---|"
    for verdict in audit.wanted:
        public = sum(result.visibility == "public" for result in verdict.rejecting)
        hidden = len(verdict.rejecting) - public
        named = "yes" if verdict.named else "no"
        yield f"| `{verdict.mistake.id}` | {public} | {hidden} | {points(verdict.lost)} | {named} |"
    yield ""
