"""Lays out both documents as the same kind of `grader.report.page.Page`.

Here every text is made safe to show (`grader.report.text`), long ones are cut, and what is missing gets
a sentence of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from grader.model import CheckResult, Outcome, Report, SpeedRecord
from grader.report.page import Block, Fact, Item, Page
from grader.report.redact import (
    StudentAnswer,
    StudentCheck,
    StudentFrame,
    StudentReport,
    StudentSection,
    StudentSpeed,
    for_student,
)
from grader.report.text import counted, one_line, visible
from grader.report.timed import timed_item
from grader.report.written import Written, written
from grader.speed.settings import SECTION
from grader.written import ItemMark, PrintedClaim, WrittenAnswer

_CAUSES = {
    Outcome.FAIL: "The result is not what was wanted.",
    Outcome.MISSING: "There is no implementation yet.",
    Outcome.CRASH: "The code raised an exception or ended its process.",
    Outcome.TIMEOUT: "The time limit ran out.",
    Outcome.MEMORY: "The memory limit was reached.",
    Outcome.BAD_OUTPUT: "What came back is not of the kind that was asked for.",
    Outcome.SKIPPED: "Something that this check needs does not run.",
    Outcome.NEEDS_REVIEW: "A person has to decide this.",
    Outcome.GRADER_FAULT: "The grader is at fault; nothing is lost.",
}

_LEVELS = {
    "A": "level A: isolated",
    "B": "level B: isolated, by the filter of system calls alone",
    "C": "level C: partly confined",
    "D": "level D: NOT isolated",
}

_MOST_FRAMES = 8
_MOST_LINES = 20
_LONGEST = 1000


def student_page(report: StudentReport) -> Page:
    """The page that a student may see."""
    return Page(
        audience="student",
        assignment=one_line(report.assignment),
        title=one_line(report.title),
        name=one_line(report.name),
        edition=one_line(report.edition),
        confinement=_LEVELS.get(report.confinement, f"level {one_line(report.confinement)}"),
        missing=(),
        notes=tuple(map(one_line, report.notes)),
        handed_out=tuple(map(one_line, report.handed_out)),
        blocks=_blocks(report),
        run=(("graded", one_line(report.started)), ("grader", one_line(report.grader_version))),
        seconds=report.seconds,
        started=report.started,
    )


def instructor_page(report: Report) -> Page:
    """The page for the instructor: the student's, with what it leaves out."""
    page = student_page(for_student(report))
    whole = iter(_by_section(report))
    answers = {answer.question: answer for answer in report.answers}
    blocks = tuple(
        _with_answer(block, _whole_answer(answers[block.id]))
        if block.answer is not None
        else replace(block, items=_timed(block.number, report.speed))
        if block.id == SECTION and report.speed
        else replace(block, items=tuple(_whole(item, next(whole)) for item in block.items))
        for block in page.blocks
    )
    confinement, run = report.confinement, report.run
    return replace(
        page,
        audience="instructor",
        missing=tuple(map(one_line, confinement.missing)),
        blocks=blocks,
        run=(
            *page.run,
            ("NumPy", one_line(run.numpy_version)),
            ("seed", one_line(run.seed)),
            ("kernel", one_line(confinement.kernel or "not recorded")),
            ("layers", one_line(", ".join(confinement.layers) or "none")),
            ("time", f"{run.seconds:.1f} s"),
        ),
        claims=tuple(one_line(_claim(claim)) for claim in report.claims),
    )


def _claim(claim: PrintedClaim) -> str:
    place = f"{claim.file}, cell {claim.cell}"
    missed = "" if claim.met else "; not reached"
    return f"{place}: the notebook shows {claim.says}; {claim.finds}{missed}"


def _whole_answer(answer: WrittenAnswer) -> Written:
    """The answer with what only the instructor may know."""
    remarks = [_remark(item) for item in answer.items]
    whole = written(answer, remarks)
    decision = answer.decision
    notes = [*whole.notes, *(f"objection: {one_line(text)}" for text in answer.objections)]
    if decision is not None:
        why = f": {decision.why}" if decision.why else ""
        notes.append(one_line(f"decided by {decision.who} on {decision.when}{why}"))
    return replace(whole, notes=tuple(notes))


def _remark(item: ItemMark) -> str:
    if item.by == "person":
        return "decided by a person"
    if item.applies is None:
        likely = "applies" if item.suggestion else "does not apply"
        return f"{item.reason or 'unsure'}; suggestion: {likely}"
    if item.by == "suggestion":
        return "provisional: the engine's suggestion"
    return item.reason if item.applies else ""


def _blocks(report: StudentReport) -> tuple[Block, ...]:
    known = {section.id for section in report.sections}
    others = dict.fromkeys(check.section for check in report.checks if check.section not in known)
    sections = [*report.sections, *map(_without_points, others)]
    answers = {answer.question: answer for answer in report.answers}
    return tuple(
        _question(number, section, answers[section.id])
        if section.id in answers
        else replace(_section(number, section, ()), items=_timed(number, report.speed))
        if section.id == SECTION and report.speed
        else _section(number, section, report.checks)
        for number, section in enumerate(sections, start=1)
    )


def _section(number: int, section: StudentSection, checks: Iterable[StudentCheck]) -> Block:
    return Block(
        number=number,
        id=one_line(section.id),
        title=one_line(section.title),
        maximum=section.maximum,
        earned=section.earned,
        undecided=section.undecided,
        counted=section.counted,
        items=tuple(
            _item(f"{number}.{place}", check) for place, check in enumerate(_of(section.id, checks), start=1)
        ),
    )


def _question(number: int, section: StudentSection, answer: StudentAnswer) -> Block:
    return _with_answer(_section(number, section, ()), written(answer))


def _with_answer(block: Block, answer: Written) -> Block:
    """The block with its answer, and an item that stands for it where only items are listed."""
    item = Item(
        number=f"{block.number}.1",
        id=f"question.{block.id}",
        title=block.title,
        kind="",
        visibility="public",
        outcome=answer.outcome,
        points=block.maximum,
        cause=answer.summary(),
        facts=(),
        trace=(),
        notes=answer.notes,
        seconds=0.0,
        deducted=answer.lost,
    )
    return replace(block, items=(item,), answer=answer)


def _timed(number: int, records: Iterable[SpeedRecord | StudentSpeed]) -> tuple[Item, ...]:
    """The timed functions as items of their section."""
    items = []
    for place, record in enumerate(records, start=1):
        text = record.cause if isinstance(record, StudentSpeed) else record.reason or record.safe_reason
        frames = (
            StudentFrame(path=frame.path, line=frame.line, function=frame.function, text=frame.text)
            for frame in record.trace
        )
        items.append(timed_item(f"{number}.{place}", record, _cause(record.outcome, text), _trace(frames)))
    return tuple(items)


def _without_points(section: str) -> StudentSection:
    """Checks of a section that the edition gives no points for are shown all the same."""
    return StudentSection(
        id=section, title=section, maximum=0.0, earned=0.0, undecided=0.0, counted=False
    )  # fmt: skip


def _of(section: str, checks: Iterable[StudentCheck]) -> list[StudentCheck]:
    return [check for check in checks if check.section == section]


def _by_section(report: Report) -> list[CheckResult]:
    """The checks in the order in which they stand on the page."""
    ids = dict.fromkeys([section.id for section in report.sections])
    ids |= dict.fromkeys(check.section for check in report.checks)
    return [check for section in ids for check in report.checks if check.section == section]


def _item(number: str, check: StudentCheck) -> Item:
    return Item(
        number=number,
        id=one_line(check.id),
        title=one_line(check.title),
        kind=one_line(check.id.partition("[")[2].rstrip("]")),
        visibility=check.visibility,
        outcome=check.outcome,
        points=check.points,
        cause=_cause(check.outcome, check.cause),
        facts=_facts(check),
        trace=_trace(check.trace),
        notes=_notes(check.warnings, check.follow_through),
        seconds=check.seconds,
    )


def _whole(item: Item, check: CheckResult) -> Item:
    """The item with what only the instructor may know."""
    frames = [
        StudentFrame(path=frame.path, line=frame.line, function=frame.function, text=frame.text)
        for frame in check.trace
    ]
    return replace(
        item,
        cause=_cause(check.outcome, check.reason or check.safe_reason),
        trace=_trace(frames),
        notes=_notes(check.warnings, check.follow_through),
        output=visible(check.output, 4000).strip("\n"),
    )


def _cause(outcome: Outcome, text: str) -> str:
    lines = visible(text, _LONGEST).strip().split("\n")
    if len(lines) > _MOST_LINES:
        lines[_MOST_LINES:] = [f"... ({counted(len(lines) - _MOST_LINES, 'more line')})"]
    return "\n".join(lines) or _CAUSES.get(outcome, "")


def _facts(check: StudentCheck) -> tuple[Fact, ...]:
    facts = []
    if check.finding is not None and check.finding.pattern:
        facts.append(("pattern", check.finding.pattern))
    if check.diagnosis is not None:
        facts += [("known mistake", check.diagnosis.says), ("ask yourself", check.diagnosis.asks)]
    return tuple((label, one_line(text)) for label, text in facts)


def _trace(frames: Iterable[StudentFrame]) -> tuple[str, ...]:
    """The innermost frames, each as a place and the line that stands there."""
    lines = []
    every = [*frames]
    if len(every) > _MOST_FRAMES:
        lines.append(f"... {counted(len(every) - _MOST_FRAMES, 'call')} before these")
    for frame in every[-_MOST_FRAMES:]:
        inside = f" in {frame.function}" if frame.function else ""
        lines.append(one_line(f"{frame.path}:{frame.line}{inside}"))
        if frame.text.strip():
            lines.append(f"    {one_line(frame.text)}")
    return tuple(lines)


def _notes(warnings: Iterable[str], follow_through: bool) -> tuple[str, ...]:
    notes = [one_line(warning) for warning in warnings]
    if follow_through:
        notes.append("passed on the reference's layers, because your own stood in the way")
    return tuple(notes)
