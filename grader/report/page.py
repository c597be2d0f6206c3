"""The score sheet, line by line, before anybody decides what it looks like.

`student_page` and `instructor_page` turn the two documents into the same `Page`: sections numbered in
the order of the rubric, each with its checks; every text safe to show (`grader.report.text`); causes,
patterns and diagnoses as labelled facts. A renderer that takes a page can leave things out, but it
cannot say more than the page does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from grader.model import CheckResult, Outcome, Report, Visibility
from grader.report.redact import StudentCheck, StudentFrame, StudentReport, StudentSection, for_student
from grader.report.text import counted, fraction, one_line, points, visible

Mark = Literal["passed", "failed", "skipped", "open"]
Fact = tuple[str, str]
"""A label and what it says."""

WORDS = {
    Outcome.PASS: "passed",
    Outcome.FAIL: "wrong",
    Outcome.MISSING: "not implemented",
    Outcome.CRASH: "crashed",
    Outcome.TIMEOUT: "out of time",
    Outcome.MEMORY: "out of memory",
    Outcome.BAD_OUTPUT: "unusable result",
    Outcome.SKIPPED: "skipped",
    Outcome.NEEDS_REVIEW: "needs review",
    Outcome.GRADER_FAULT: "grader fault",
}

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

_MOST_FRAMES = 8
_MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class Item:
    """One check."""

    number: str
    """``3.2``: the second check of the third section."""
    id: str
    title: str
    visibility: Visibility
    outcome: Outcome
    points: float
    """What it is worth; 0 if its section is not in the rubric."""
    cause: str
    """Why it did not pass; may have several lines."""
    facts: tuple[Fact, ...]
    """Pattern, known mistake and question, where there are any."""
    trace: tuple[str, ...]
    """The way to an exception through the student's files, each line of theirs after its place."""
    notes: tuple[str, ...]
    seconds: float
    output: str = ""
    """What the student's code printed: on an instructor's page only."""

    @property
    def mark(self) -> Mark:
        """What the outcome means for the points."""
        if self.outcome.undecided:
            return "open"
        if self.outcome is Outcome.PASS:
            return "passed"
        return "skipped" if self.outcome is Outcome.SKIPPED else "failed"

    @property
    def word(self) -> str:
        """The outcome in words."""
        return WORDS[self.outcome]

    @property
    def lost(self) -> float:
        """The points that are lost for certain."""
        return self.points if self.mark in ("failed", "skipped") else 0.0

    def explanation(self) -> list[str]:
        """All that there is to say about it, as lines of plain text."""
        lines = self.cause.split("\n") if self.cause else []
        lines += [f"{label}: {text}" for label, text in self.facts]
        return [*lines, *self.trace, *(f"note: {note}" for note in self.notes)]


@dataclass(frozen=True)
class Block:
    """One section."""

    number: int
    id: str
    title: str
    maximum: float
    earned: float
    undecided: float
    counted: bool
    """Whether it belongs to the total, or is reported apart."""
    items: tuple[Item, ...]

    def marked(self, mark: Mark) -> tuple[Item, ...]:
        """The checks with this mark."""
        return tuple(item for item in self.items if item.mark == mark)

    @property
    def fraction(self) -> str:
        """``3.2 / 4``, or nothing if the section has no points to give."""
        return fraction(self.earned, self.maximum) if self.maximum else ""

    @property
    def open_note(self) -> str:
        """``1.5 open``, or nothing."""
        return f"{points(self.undecided)} open" if self.undecided else ""

    @property
    def tally(self) -> str:
        """How its checks went, in words."""
        if not self.items:
            return "no checks"
        passed = f"{len(self.marked('passed'))} of {counted(len(self.items), 'check')} passed"
        others = [(len(self.marked("skipped")), "skipped"), (len(self.marked("open")), "undecided")]
        return ", ".join([passed, *(f"{number} {word}" for number, word in others if number)])


@dataclass(frozen=True)
class Page:
    """One submission."""

    audience: Literal["student", "instructor"]
    assignment: str
    title: str
    name: str
    edition: str
    level: str
    missing: tuple[str, ...]
    """What the confinement lacked: on an instructor's page only."""
    notes: tuple[str, ...]
    handed_out: tuple[str, ...]
    blocks: tuple[Block, ...]
    run: tuple[Fact, ...]
    """When and with what it was graded; on an instructor's page also how to repeat it."""
    seconds: float
    started: str

    @cached_property
    def counted(self) -> tuple[Block, ...]:
        """The sections that make up the total."""
        return tuple(block for block in self.blocks if block.counted)

    @cached_property
    def apart(self) -> tuple[Block, ...]:
        """The sections that are reported, and change no total."""
        return tuple(block for block in self.blocks if not block.counted)

    @property
    def maximum(self) -> float:
        """The points of the counted sections."""
        return sum(block.maximum for block in self.counted)

    @property
    def earned(self) -> float:
        """The points that are certain."""
        return sum(block.earned for block in self.counted)

    @property
    def undecided(self) -> float:
        """The points that are open."""
        return sum(block.undecided for block in self.counted)

    @property
    def total(self) -> str:
        """``62.4 / 84``."""
        return fraction(self.earned, self.maximum)

    @property
    def items(self) -> tuple[Item, ...]:
        """All checks."""
        return tuple(item for block in self.blocks for item in block.items)

    @property
    def open_note(self) -> str:
        """Which points are open and why, in a sentence; nothing if none are."""
        if not self.undecided:
            return ""
        items = [item for block in self.counted for item in block.items]
        outcomes = Counter(item.outcome for item in items)
        empty = sum(1 for block in self.counted if block.undecided and not block.items)
        reasons = [
            (outcomes[Outcome.NEEDS_REVIEW], "check", "a person has to decide"),
            (outcomes[Outcome.GRADER_FAULT], "check", "the grader could not judge"),
            (empty, "section", "no check ran for"),
        ]
        why = "; ".join(f"{counted(number, noun)} that {text}" for number, noun, text in reasons if number)
        return f"{points(self.undecided)} of {points(self.maximum)} points are open, neither earned nor lost" + (
            f": {why}." if why else "."
        )

    def skipped(self) -> dict[str, tuple[Item, ...]]:
        """The skipped checks by cause."""
        causes: dict[str, tuple[Item, ...]] = {}
        for item in self.items:
            if item.mark == "skipped":
                causes[item.cause] = (*causes.get(item.cause, ()), item)
        return causes


def student_page(report: StudentReport) -> Page:
    """The page that a student may see."""
    return Page(
        audience="student",
        assignment=one_line(report.assignment),
        title=one_line(report.title),
        name=one_line(report.name),
        edition=one_line(report.edition),
        level=report.confinement,
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
    blocks = tuple(
        replace(block, items=tuple(_whole(item, next(whole)) for item in block.items))
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
    )


def _blocks(report: StudentReport) -> tuple[Block, ...]:
    known = {section.id for section in report.sections}
    others = dict.fromkeys(check.section for check in report.checks if check.section not in known)
    sections = [*report.sections, *map(_without_points, others)]
    return tuple(
        Block(
            number=number,
            id=one_line(section.id),
            title=one_line(section.title),
            maximum=section.maximum,
            earned=section.earned,
            undecided=section.undecided,
            counted=section.counted,
            items=tuple(
                _item(f"{number}.{place}", check)
                for place, check in enumerate(_of(section.id, report.checks), start=1)
            ),
        )
        for number, section in enumerate(sections, start=1)
    )


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
    lines = visible(text).strip().split("\n")
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
