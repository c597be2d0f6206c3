"""The score sheet, line by line, before anybody decides what it looks like.

A `Page` holds sections numbered in the order of the rubric, each with its checks; every text in it is
safe to show, and causes, patterns and diagnoses are labelled facts. `grader.report.layout` makes it. A
renderer that takes a page can leave things out, but it cannot say more than the page does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from grader.model import Outcome, Visibility
from grader.report.text import counted, fraction, points
from grader.report.written import Written

Mark = Literal["passed", "failed", "skipped", "open"]
Fact = tuple[str, str]
"""A label and what it says."""

_LONGEST_KINDS = 50
"""Characters; more variants than that are only counted."""

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


@dataclass(frozen=True, slots=True)
class Item:
    """One check."""

    number: str
    """``3.2``: the second check of the third section."""
    id: str
    title: str
    kind: str
    """Which variant it is, of a check that runs on several kinds of input; else empty."""
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
    deducted: float | None = None
    """Of a question or a timed function: the points that are lost for certain, perhaps a part of all."""
    verdict: str = ""
    """The outcome in other words, where those for checks do not fit."""

    @property
    def name(self) -> str:
        """Title and variant."""
        return f"{self.title} ({self.kind})" if self.kind else self.title

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
        return self.verdict or WORDS[self.outcome]

    @property
    def lost(self) -> float:
        """The points that are lost for certain."""
        if self.deducted is not None:
            return self.deducted
        return self.points if self.mark in ("failed", "skipped") else 0.0

    def explanation(self) -> list[str]:
        """All that there is to say about it, as lines of plain text."""
        lines = self.cause.split("\n") if self.cause else []
        lines += [f"{label}: {text}" for label, text in self.facts]
        return [*lines, *self.trace, *(f"note: {note}" for note in self.notes)]


@dataclass(frozen=True, slots=True)
class Row:
    """Checks of one title that came to the same end for the same reason: variants, told once."""

    items: tuple[Item, ...]

    @property
    def first(self) -> Item:
        """Any of them, for what they have in common."""
        return self.items[0]

    @property
    def title(self) -> str:
        """The title, with the variants that are meant."""
        kinds = ", ".join(item.kind for item in self.items if item.kind)
        if not kinds:
            return self.first.title
        if len(kinds) > _LONGEST_KINDS:
            kinds = f"{len(self.items)} variants"
        return f"{self.first.title} ({kinds})"

    @property
    def points(self) -> float:
        """What they are worth together."""
        return sum(item.points for item in self.items)

    @property
    def lost(self) -> float:
        """The points that are lost for certain."""
        return sum(item.lost for item in self.items)


def rows(items: Iterable[Item]) -> tuple[Row, ...]:
    """The items, variants together, in the order of the first of each."""
    groups: dict[tuple[str, Outcome, tuple[str, ...]], tuple[Item, ...]] = {}
    for item in items:
        key = item.title, item.outcome, tuple(item.explanation())
        groups[key] = (*groups.get(key, ()), item)
    return tuple(map(Row, groups.values()))


def alike(items: Iterable[Item]) -> list[tuple[Row, ...]]:
    """The rows in groups that came to the same end for the same reason, to be explained once."""
    groups: dict[tuple[Outcome, tuple[str, ...]], tuple[Row, ...]] = {}
    for row in rows(items):
        key = row.first.outcome, tuple(row.first.explanation())
        groups[key] = (*groups.get(key, ()), row)
    return [*groups.values()]


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
    answer: Written | None = None
    """Of an inline question; then its only item stands for the answer."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """Its checks, variants together."""
        return rows(self.items)

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
        if self.answer is not None:
            return self.answer.tally
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
    confinement: str
    """How well the code was confined, in words."""
    missing: tuple[str, ...]
    """What it lacked for more: on an instructor's page only."""
    notes: tuple[str, ...]
    handed_out: tuple[str, ...]
    blocks: tuple[Block, ...]
    run: tuple[Fact, ...]
    """When and with what it was graded; on an instructor's page also how to repeat it."""
    seconds: float
    started: str
    claims: tuple[str, ...] = ()
    """What the notebooks' saved outputs show: on an instructor's page only."""

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
        items = [item for block in self.counted if block.answer is None for item in block.items]
        unread = sum(1 for block in self.counted if block.answer is not None and block.undecided)
        outcomes = Counter(item.outcome for item in items)
        empty = sum(1 for block in self.counted if block.undecided and not block.items)
        reasons = [
            (unread, "answer", "a person has to decide"),
            (outcomes[Outcome.NEEDS_REVIEW], "check", "a person has to decide"),
            (outcomes[Outcome.GRADER_FAULT], "check", "the grader could not judge"),
            (empty, "section", "no check ran for"),
        ]
        why = "; ".join(f"{counted(number, noun)} that {text}" for number, noun, text in reasons if number)
        return (
            f"{points(self.undecided)} of {points(self.maximum)} points are open, neither earned nor lost"
            + (f": {why}." if why else ".")
        )

    def skipped(self) -> dict[str, str]:
        """From the cause to how many checks of which sections were skipped for it."""
        causes: dict[str, Counter[str]] = {}
        for block in self.blocks:
            for item in block.marked("skipped"):
                causes.setdefault(item.cause, Counter())[block.title] += 1
        return {
            cause: ", ".join(f"{number} of {title}" for title, number in sections.items())
            for cause, sections in causes.items()
        }
