"""What a student may see of a report: a document of its own, copied field by field from a list.

Nothing gets into a `StudentReport` unless a line below puts it there, so a new field of the report
stays with the instructor until somebody decides otherwise. What never gets in:

- the run's seed, the student's printed output, the reasons written for the instructor, and what the
  machine lacks for a better confinement;
- of an answer: what the engine suggests where it is unsure, how sure it is, and its objections;
- of a hidden check: the sentence with the numbers, the warnings, and the names of functions in a trace
  (code can name its functions after what it was called with);
- of a timed function that went wrong: the same as of a hidden check, for its inputs are secret, too.

A hidden check that failed still says which call and which value, where, how much of it is wrong, the
pattern, and the known mistake. A public check says everything: its inputs are in the student's hands.
"""

from __future__ import annotations

from typing import Literal

from grader.model import (
    CheckResult,
    Diagnosis,
    Finding,
    Frame,
    Outcome,
    Record,
    Report,
    SectionScore,
    SpeedRecord,
    Timing,
    Visibility,
)
from grader.report.shares import shares
from grader.written import By, ItemMark, Span, WrittenAnswer

STUDENT_SCHEMA_VERSION = 2


class StudentFinding(Record, frozen=True, kw_only=True):
    """How a value differs from what was wanted, without the values."""

    call: str
    value: str
    kind: Literal["missing", "shape", "dtype", "finite", "values", "property"]
    pattern: str | None
    index: tuple[int, ...] | None
    wrong_share: float | None


class StudentDiagnosis(Record, frozen=True, kw_only=True):
    """The known mistake that gives the same values."""

    mistake: str
    says: str
    asks: str


class StudentFrame(Record, frozen=True, kw_only=True):
    """One of the student's own lines, on the way to an exception."""

    path: str
    line: int
    function: str
    """Empty for a hidden check."""
    text: str


class StudentCheck(Record, frozen=True, kw_only=True):
    """One check."""

    id: str
    section: str
    title: str
    visibility: Visibility
    outcome: Outcome
    points: float
    """What it is worth."""
    cause: str
    """Why the outcome is not PASS."""
    finding: StudentFinding | None
    diagnosis: StudentDiagnosis | None
    trace: tuple[StudentFrame, ...]
    targets: tuple[str, ...]
    follow_through: bool
    warnings: tuple[str, ...]
    """Empty for a hidden check."""
    seconds: float


class StudentItem(Record, frozen=True, kw_only=True):
    """One item of a question's marking scheme."""

    id: str
    wording: str
    deduction: float
    applies: bool | None
    by: By
    evidence: tuple[Span, ...]
    """The words of the student's own answer that decided it; empty as long as it is undecided."""


class StudentAnswer(Record, frozen=True, kw_only=True):
    """An answer to an inline question."""

    question: str
    title: str
    maximum: float
    earned: float
    undecided: float
    status: str
    text: str
    file: str | None
    cell: int | None
    items: tuple[StudentItem, ...]
    notes: tuple[str, ...]


class StudentSpeed(Record, frozen=True, kw_only=True):
    """What came of timing a function."""

    function: str
    outcome: Outcome
    measurable: bool
    maximum: float
    earned: float
    cause: str
    """Why it did not earn everything."""
    timing: Timing | None
    note: str
    loops: tuple[StudentFrame, ...]
    trace: tuple[StudentFrame, ...]


class StudentSection(Record, frozen=True, kw_only=True):
    """The points of one section."""

    id: str
    title: str
    maximum: float
    earned: float
    undecided: float
    counted: bool


class StudentReport(Record, frozen=True, kw_only=True):
    """One submission, graded, for the one who wrote it. Made by `for_student`."""

    document: Literal["student"] = "student"
    schema_version: int = STUDENT_SCHEMA_VERSION
    assignment: str
    title: str
    name: str
    edition: str
    files: tuple[str, ...]
    handed_out: tuple[str, ...]
    notes: tuple[str, ...]
    confinement: str
    """The level alone."""
    sections: tuple[StudentSection, ...]
    checks: tuple[StudentCheck, ...]
    answers: tuple[StudentAnswer, ...] = ()
    speed: tuple[StudentSpeed, ...] = ()
    grader_version: str
    started: str
    seconds: float


def for_student(report: Report) -> StudentReport:
    """The part of a report that its student may see."""
    submission = report.submission
    return StudentReport(
        assignment=report.assignment,
        title=report.title,
        name=submission.name,
        edition=submission.edition,
        files=submission.files,
        handed_out=submission.handed_out,
        notes=submission.notes,
        confinement=report.confinement.level,
        sections=tuple(map(_section, report.sections)),
        checks=tuple(map(_check, report.checks, shares(report))),
        answers=tuple(map(_answer, report.answers)),
        speed=tuple(map(_speed, report.speed)),
        grader_version=report.run.grader_version,
        started=report.run.started,
        seconds=report.run.seconds,
    )


def _section(section: SectionScore) -> StudentSection:
    return StudentSection(
        id=section.id,
        title=section.title,
        maximum=section.maximum,
        earned=section.earned,
        undecided=section.undecided,
        counted=section.counted,
    )


def _check(check: CheckResult, points: float) -> StudentCheck:
    public = check.visibility == "public"
    return StudentCheck(
        id=check.id,
        section=check.section,
        title=check.title,
        visibility=check.visibility,
        outcome=check.outcome,
        points=points,
        cause=check.safe_reason,
        finding=None if check.finding is None else _finding(check.finding),
        diagnosis=None if check.diagnosis is None else _diagnosis(check.diagnosis),
        trace=tuple(_frame(frame, public) for frame in check.trace),
        targets=check.targets,
        follow_through=check.follow_through,
        warnings=check.warnings if public else (),
        seconds=check.seconds,
    )


def _speed(record: SpeedRecord) -> StudentSpeed:
    return StudentSpeed(
        function=record.function,
        outcome=record.outcome,
        measurable=record.measurable,
        maximum=record.maximum,
        earned=record.earned,
        cause=record.safe_reason,
        timing=record.timing,
        note=record.note,
        # These are found in the text, before anything runs: no function can be named after an input.
        loops=tuple(_frame(frame, True) for frame in record.loops),
        trace=tuple(_frame(frame, False) for frame in record.trace),
    )


def _answer(answer: WrittenAnswer) -> StudentAnswer:
    return StudentAnswer(
        question=answer.question,
        title=answer.title,
        maximum=answer.maximum,
        earned=answer.earned,
        undecided=answer.undecided,
        status=answer.status,
        text=answer.text,
        file=answer.file,
        cell=answer.cell,
        items=tuple(map(_marked_item, answer.items)),
        notes=answer.notes,
    )


def _marked_item(item: ItemMark) -> StudentItem:
    return StudentItem(
        id=item.id,
        wording=item.wording,
        deduction=item.deduction,
        applies=item.applies,
        by=item.by,
        evidence=() if item.applies is None else item.evidence,
    )


def _finding(finding: Finding) -> StudentFinding:
    return StudentFinding(
        call=finding.call,
        value=finding.value,
        kind=finding.kind,
        pattern=finding.pattern,
        index=finding.index,
        wrong_share=finding.wrong_share,
    )


def _diagnosis(diagnosis: Diagnosis) -> StudentDiagnosis:
    return StudentDiagnosis(mistake=diagnosis.mistake, says=diagnosis.says, asks=diagnosis.asks)


def _frame(frame: Frame, public: bool) -> StudentFrame:
    return StudentFrame(
        path=frame.path,
        line=frame.line,
        function=frame.function if public else "",
        text=frame.text,
    )
