"""Points from outcomes.

A section's points are shared among its checks by weight. The maximum comes from the rubric, never
from the checks that happened to report. A check that the grader could not judge leaves its share
open: it is neither earned nor lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.assignment import Assignment
from grader.model import CheckResult, Outcome, SectionScore, SpeedRecord
from grader.speed.settings import SECTION
from grader.written import WrittenAnswer


def score(
    assignment: Assignment,
    edition: str,
    results: Iterable[CheckResult],
    answers: Iterable[WrittenAnswer] = (),
    speed: Sequence[SpeedRecord] = (),
) -> tuple[SectionScore, ...]:
    """The points of every section that the edition has.

    Parameters
    ----------
    assignment : Assignment
    edition : str
    results : iterable of CheckResult
    answers : iterable of WrittenAnswer
        To the inline questions: each is a section of its own, with the question's id.
    speed : sequence of SpeedRecord
        Together they are a section; what could not be measured is not in its maximum.

    Returns
    -------
    tuple of SectionScore
        Sections without points in this edition are left out; those that do not count come last.
    """
    points = assignment.section_points(edition)
    by_section: dict[str, list[CheckResult]] = {section.id: [] for section in assignment.sections}
    for result in results:
        by_section[result.section].append(result)
    scores = []
    for section in assignment.sections:
        maximum, checks = points[section.id], by_section[section.id]
        if maximum == 0:
            continue
        total = sum(check.weight for check in checks)
        earned = sum(check.weight for check in checks if check.outcome is Outcome.PASS)
        undecided = sum(check.weight for check in checks if check.outcome.undecided)
        scores.append(
            SectionScore(
                id=section.id,
                title=section.title,
                maximum=maximum,
                earned=maximum * earned / total if total else 0.0,
                # A section with points and without a single check says nothing about the student.
                undecided=maximum * undecided / total if total else maximum,
                counted=section.counted,
            )
        )
    counted = [section for section in scores if section.counted]
    apart = [section for section in scores if not section.counted]
    return (*counted, *_timed(assignment, speed), *map(_written, answers), *apart)


def _timed(assignment: Assignment, speed: Sequence[SpeedRecord]) -> tuple[SectionScore, ...]:
    if assignment.speed is None or not speed:
        return ()
    section = SectionScore(
        id=SECTION,
        title=assignment.speed.title,
        maximum=sum(record.maximum for record in speed),
        earned=sum(record.earned for record in speed),
        undecided=sum(record.undecided for record in speed),
    )
    return (section,)


def _written(answer: WrittenAnswer) -> SectionScore:
    return SectionScore(
        id=answer.question,
        title=answer.title,
        maximum=answer.maximum,
        earned=answer.earned,
        undecided=answer.undecided,
    )
