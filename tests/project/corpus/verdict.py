"""Whether a report is the verdict that the corpus wants."""

import re
from collections.abc import Iterator

import msgspec

from corpus.entry import Entry, fits
from grader.model import CheckResult, Report
from grader.report import json
from grader.report.redact import for_student

TIGHT = {"wall_seconds": 2.0, "cpu_seconds": 30.0, "memory_mib": 256, "output_kib": 16}
"""The assignment's limits for hostile submissions, which mean to reach them."""


def differences(entry: Entry, report: Report) -> Iterator[str]:
    """Everything about a report that is not as expected, one line each."""
    if report.submission.edition != entry.edition:
        yield f"edition: got {report.submission.edition}, wanted {entry.edition}"
    if not report.checks:
        yield "no check was run"
    for check in report.checks:
        allowed = entry.allowed(check.id)
        if check.outcome not in allowed:
            yield f"{check.id}: got {check.outcome} ({check.reason[:300]}), wanted {' or '.join(allowed)}"
        if any(fits(check.id, pattern) for pattern in entry.none_of):
            yield f"{check.id}: must not be asked"
    yield from _texts(entry, report)
    yield from _unused(entry, report)
    shown = json.encode_student(for_student(report)).decode()
    for text in entry.never_shown:
        for check in for_student(report).checks:
            if text in msgspec.json.encode(check).decode():
                yield f"{check.id}: {text} is shown to the student"
        if text in shown:
            yield f"{text} is shown to the student"
    if entry.earned is not None and abs(report.earned - entry.earned) > 1e-9:
        yield f"earned: got {report.earned:g}, wanted {entry.earned:g}"
    if report.run.seconds > entry.seconds:
        yield f"seconds: got {report.run.seconds:.1f}, wanted at most {entry.seconds}"


def _texts(entry: Entry, report: Report) -> Iterator[str]:
    for pattern, wanted in entry.says.items():
        for check in _fitting(report, pattern):
            if not re.search(wanted, check.reason):
                yield f"{check.id}: says {check.reason[:300]!r}, wanted {wanted!r}"
    for pattern, mistake in entry.mistakes.items():
        for check in _fitting(report, pattern):
            named = check.diagnosis.mistake if check.diagnosis else None
            if named != mistake:
                yield f"{check.id}: diagnosed as {named}, wanted {mistake}"
    for pattern, wanted in entry.warns.items():
        for check in _fitting(report, pattern):
            if not any(re.search(wanted, warning) for warning in check.warnings):
                yield f"{check.id}: warns of {check.warnings}, wanted {wanted!r}"
    for wanted in entry.notes:
        if not any(re.search(wanted, note) for note in report.submission.notes):
            yield f"notes: got {report.submission.notes}, wanted {wanted!r}"


def _unused(entry: Entry, report: Report) -> Iterator[str]:
    """Patterns that say nothing: a misspelled one would hide what it was meant to find."""
    ids = [check.id for check in report.checks]
    for pattern in (*entry.checks, *entry.outcomes, *entry.says, *entry.mistakes, *entry.warns):
        if not any(fits(identity, pattern) for identity in ids):
            yield f"{pattern}: no check has such an id"


def _fitting(report: Report, pattern: str) -> list[CheckResult]:
    return [check for check in report.checks if fits(check.id, pattern)]
