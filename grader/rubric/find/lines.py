"""A document as one run of lines, each with what it is."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz import fuzz

from grader.rubric.find.documents import Document, code_lines
from grader.rubric.find.hidden import visible
from grader.rubric.find.markers import Marker, heading_level, marker, question_heading, score_sheet
from grader.rubric.find.plain import plain
from grader.rubric.find.wording import Wording

_TITLE = 90
"""No title is longer, reduced to its words."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document."""

    block: int
    text: str
    words: str
    """The line reduced to its words."""
    fenced: bool = False
    code: bool = False
    """Whether it belongs to a code cell."""
    marker: Marker | None = None
    question: bool = False
    """Whether it is the heading of some question."""
    section: bool = False
    """Whether handed-out text begins here."""
    level: int | None = None
    """The level of the heading that it is."""

    @property
    def blank(self) -> bool:
        """Whether there is nothing on it."""
        return not self.text.strip(" \t>#*_-")


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a document, and what was hidden in which block."""

    document: Document
    lines: tuple[Line, ...]
    hidden: dict[int, tuple[str, ...]]


def lines_of(document: Document, wording: Wording) -> Lines:
    """Cut a document into lines and tell what each is."""
    sections = _Sections(wording.sections)
    lines: list[Line] = []
    hidden: dict[int, tuple[str, ...]] = {}
    for number, block in enumerate(document.blocks):
        if block.code:
            lines.append(Line(number, block.text.strip()[:80], "", code=bool(block.text.strip())))
            continue
        seen = visible(block.text)
        if seen.hidden:
            hidden[number] = seen.hidden
        texts = seen.text.split("\n")
        for text, fenced in zip(texts, code_lines(texts), strict=True):
            lines.append(_line(number, text, fenced, sections))
    return Lines(document, tuple(lines), hidden)


def _line(block: int, text: str, fenced: bool, sections: _Sections) -> Line:
    words = plain(text)
    if fenced:
        return Line(block, text, words, fenced=True, section=score_sheet(text))
    found = marker(text)
    return Line(
        block,
        text,
        words,
        marker=found,
        question=found is None and question_heading(text),
        section=score_sheet(text) or sections.begin(text, words),
        level=heading_level(text),
    )


class _Sections:
    """Knows the handed-out text that follows answers."""

    def __init__(self, sections: tuple[str, ...]) -> None:
        self._phrases = tuple(filter(None, map(plain, sections)))

    def begin(self, text: str, words: str) -> bool:
        """Whether a line is the title or the beginning of handed-out text."""
        if not words:
            return False
        bare = words.lstrip("0123456789 ") or words
        numbered = bare != words
        for phrase in self._phrases:
            long = len(phrase) >= 25 and phrase.count(" ") >= 4
            if long and len(bare) >= len(phrase) - 2 and _close(bare[: len(phrase)], phrase, 90):
                return True
            titled = heading_level(text) in (1, 2) or numbered
            if titled and len(bare) <= _TITLE and _close(bare, phrase, 90):
                return True
        return False

    def title(self, words: str) -> bool:
        """Whether words are a title of handed-out text, whatever they look like."""
        bare = words.lstrip("0123456789 ")
        return len(bare) <= _TITLE and any(_close(bare, phrase, 85) for phrase in self._phrases)


def _close(one: str, other: str, least: int) -> bool:
    return abs(len(one) - len(other)) <= 0.25 * len(other) + 1 and fuzz.ratio(one, other, score_cutoff=least) > 0
