"""The reports in a folder of results, for review: read, grouped, and written anew with the decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from grader.classroom.documents import FORMATS, NOTEBOOKS, REPORT, documents
from grader.classroom.results import Results
from grader.errors import GraderError, UsageError
from grader.model import Report
from grader.report import json
from grader.report.html import NearlyEqual
from grader.review.apply import decided
from grader.review.decisions import Made
from grader.review.groups import Answered, Group, grouped
from grader.rubric.schema import Question


def reports(results: Results) -> list[Report]:
    """The reports of all hand-ins that are graded."""
    return [_report(file) for file in _files(results)]


def _files(results: Results) -> list[Path]:
    graded = [standing.name for standing in results.standings() if standing.status == "graded"]
    return [results.place(name) / REPORT for name in graded]


def _report(file: Path) -> Report:
    try:
        return json.decode(file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}; grade again") from error


def groups(all_reports: Sequence[Report]) -> dict[str, tuple[Group, ...]]:
    """Question to the groups of its answers."""
    answers: dict[str, list[Answered]] = {}
    for report in all_reports:
        for answer in report.answers:
            answers.setdefault(answer.question, []).append(Answered(report.submission.name, answer))
    return {question: grouped(found) for question, found in answers.items()}


def nearly_equal(results: Results) -> tuple[NearlyEqual, ...]:
    """Long answers that several hand-ins give in nearly the same words; damaged reports are passed over."""
    readable = []
    for file in _files(results):
        with suppress(GraderError):
            readable.append(_report(file))
    found = []
    for question_groups in groups(readable).values():
        sets: list[set[str]] = []
        for group in question_groups:
            if group.may_be_copied:
                names = set(group.resembling)
                others = [one for one in sets if not one & names]
                sets = [*others, names.union(*(one for one in sets if one & names))]
        title = question_groups[0].first.answer.title
        found += [NearlyEqual(title, tuple(sorted(names))) for names in sets]
    return tuple(found)


def apply_decisions(
    results: Results, made: Sequence[Made], questions: Mapping[str, Question]
) -> tuple[str, ...]:
    """Write anew what decisions or deductions change; the names of the hand-ins that changed."""
    standings = {standing.name: standing for standing in results.standings()}
    changed = []
    for report in reports(results):
        name = report.submission.name
        new = decided(report, made, questions)
        if new != report:
            place = results.place(name)
            formats = [kind for kind, file in FORMATS.items() if (place / file).is_file()]
            files = documents(new, formats)
            if (place / NOTEBOOKS).is_file():  # decisions change nothing about them
                files[NOTEBOOKS] = (place / NOTEBOOKS).read_bytes()
            results.store(replace(standings[name], sections=new.sections), files)
            changed.append(name)
    return tuple(changed)
