"""The written part on a page: an answer with the words that decided, and its marking scheme with ticks."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from grader.model import Outcome
from grader.report.redact import StudentAnswer, StudentItem
from grader.report.text import one_line, points, visible
from grader.written import ItemMark, WrittenAnswer

Tick = Literal["applies", "no", "open"]

_STATUS = {
    "found": "",
    "moved": "found, but not in its place",
    "too short": "something is there, but hardly an answer",
    "unchanged": "no answer: the place is as it was handed out",
    "placeholder only": "no answer: only the placeholder stands there",
    "blank": "no answer: its place is empty",
    "absent": "the question is nowhere in the hand-in",
}
_NONE = ("unchanged", "placeholder only", "blank")
_LONGEST = 6000


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the marking scheme."""

    number: int
    """Counted from 1; what the pieces of the answer refer to."""
    wording: str
    deduction: float
    tick: Tick
    remark: str = ""
    """Who decided or what is suggested, where that is worth a word."""

    @property
    def worth(self) -> str:
        """``- 0.5 pts``."""
        return f"- {points(self.deduction)} pts"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the answer."""

    text: str
    numbers: tuple[int, ...] = ()
    """The items that these words decided."""


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as a page shows it."""

    status: str
    """What was found, if that is not simply an answer in its place."""
    where: str
    pieces: tuple[Piece, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    outcome: Outcome
    lost: float
    provisional: bool

    @property
    def correct(self) -> bool:
        """Whether nothing is deducted and nothing is open."""
        return all(line.tick == "no" for line in self.lines)

    @property
    def tally(self) -> str:
        """How it went, in words."""
        applying = sum(line.tick == "applies" for line in self.lines)
        unsure = sum(line.tick == "open" for line in self.lines)
        words = []
        if unsure:
            words.append(f"needs review: {unsure} of {len(self.lines)} items undecided")
        if applying or not unsure:
            words.append(f"{applying or 'no'} deduction{'' if applying == 1 else 's'}")
        if self.provisional:
            words.append("provisional")
        return ", ".join([*([self.status] if self.status else []), *words])

    def summary(self) -> str:
        """What is deducted and what is open, a line each."""
        lines = [self.status] if self.status else []
        lines += [
            f"{line.worth}: {line.wording}{_bracket(line.remark)}"
            for line in self.lines
            if line.tick == "applies"
        ]
        lines += [
            f"needs review, {line.worth}: {line.wording}{_bracket(line.remark)}"
            for line in self.lines
            if line.tick == "open"
        ]
        return "\n".join(lines)


Answer = WrittenAnswer | StudentAnswer


def written(answer: Answer, remarks: Sequence[str] = ()) -> Written:
    """Lay an answer out.

    Parameters
    ----------
    answer : WrittenAnswer or StudentAnswer
    remarks : sequence of str
        One per item: what only the instructor may read.
    """
    items: Sequence[ItemMark | StudentItem] = answer.items
    lines = tuple(
        Line(
            number=number,
            wording=one_line(item.wording),
            deduction=item.deduction,
            tick="open" if item.applies is None else "applies" if item.applies else "no",
            remark=one_line(remark),
        )
        for number, (item, remark) in enumerate(
            zip(items, remarks or [""] * len(items), strict=True), start=1
        )
    )
    lost = answer.maximum - answer.earned - answer.undecided
    return Written(
        status=_STATUS.get(answer.status, one_line(answer.status)),
        where=one_line(_where(answer)),
        pieces=pieces(answer.text, answer.items),
        lines=lines,
        notes=tuple(map(one_line, answer.notes)),
        outcome=_outcome(answer, lost),
        lost=lost,
        provisional=any(item.by == "suggestion" for item in answer.items),
    )


def pieces(text: str, items: Sequence[ItemMark | StudentItem]) -> tuple[Piece, ...]:
    """The text cut where evidence begins or ends, each piece with the items that it decided."""
    text = text[:_LONGEST] + (" ..." if len(text) > _LONGEST else "")
    spans = [
        (max(0, span.start), min(len(text), span.end), number)
        for number, item in enumerate(items, start=1)
        for span in item.evidence
        if span.start < len(text)
    ]
    cuts = sorted({0, len(text), *(start for start, _, _ in spans), *(end for _, end, _ in spans)})
    found = []
    for start, end in itertools.pairwise(cuts):
        numbers = tuple(sorted({number for a, b, number in spans if a <= start and end <= b}))
        found.append(Piece(visible(text[start:end], _LONGEST), numbers))
    return tuple(found)


def _where(answer: Answer) -> str:
    if answer.file is None:
        return ""
    return answer.file if answer.cell is None else f"{answer.file}, cell {answer.cell}"


def _outcome(answer: Answer, lost: float) -> Outcome:
    if any(item.applies is None for item in answer.items):
        return Outcome.NEEDS_REVIEW
    if lost <= 1e-9:
        return Outcome.PASS
    return Outcome.MISSING if answer.status in _NONE else Outcome.FAIL


def _bracket(remark: str) -> str:
    return f" ({remark})" if remark else ""
