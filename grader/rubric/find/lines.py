"""A document as one run of lines, each with what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz import fuzz

from grader.rubric.find.documents import Document, code_lines
from grader.rubric.find.hidden import visible
from grader.rubric.find.markers import Marker, heading_level, marker, question_heading, score_sheet
from grader.rubric.find.plain import plain
from grader.rubric.find.wording import Wording

_TITLE = 90
"""No title is longer, reduced to its words."""

_NUMBERED = re.compile(r"^\W{0,4}\d{1,2}(?:\.\d{1,2}){0,3}\s+\S")
_DATE = re.compile(
    r"^\s*(?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"\s\d{1,2},\s20\d\d\s*$"
)


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
    title: bool = False
    """Whether it reads like a title of handed-out text."""
    level: int | None = None
    """The level of the heading that it is."""

    @property
    def blank(self) -> bool:
        """Whether there is nothing on it."""
        return not self.text.strip(" \t>#*_-")


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a document, and what was hidden on which."""

    document: Document
    lines: tuple[Line, ...]
    hidden: tuple[tuple[int, str], ...]
    """By the number of the line."""


def lines_of(document: Document, wording: Wording) -> Lines:
    """Cut a document into lines and tell what each is."""
    sections = _Sections(wording)
    lines: list[Line] = []
    hidden: list[tuple[int, str]] = []
    for number, block in enumerate(document.blocks):
        if block.code:
            lines.append(Line(number, block.text.strip()[:80], "", code=bool(block.text.strip())))
            continue
        seen = visible(block.text)
        for piece in seen.hidden:
            hidden.append((len(lines) + piece.line, piece.text))
        texts = seen.text.split("\n")
        for text, fenced in zip(texts, code_lines(texts), strict=True):
            lines.append(_line(number, text, fenced, sections))
    return Lines(document, tuple(lines), tuple(hidden))


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
        title=sections.title(words),
        level=heading_level(text),
    )


class _Sections:
    """Knows the handed-out text that follows answers."""

    def __init__(self, wording: Wording) -> None:
        self._phrases = tuple(filter(None, map(plain, wording.sections)))
        self._titles = (*self._phrases, *filter(None, map(plain, wording.titles)))
        self._files = frozenset(
            title for title in wording.titles if re.fullmatch(r"[A-Z][a-z]+[A-Z]\w+", title)
        )

    def begin(self, text: str, words: str) -> bool:
        """Whether a line is the title or the beginning of handed-out text."""
        if not words:
            return False
        if text.strip() in self._files or _DATE.match(text):
            return True
        bare = words.lstrip("0123456789 ") or words
        if any(_begins(bare, phrase) for phrase in self._phrases):
            return True
        if len(bare) > _TITLE:
            return False
        if heading_level(text) in (1, 2):
            return any(_close(bare, title, 90) for title in self._titles)
        return bool(_NUMBERED.match(text)) and any(_close(bare, phrase, 90) for phrase in self._phrases)

    def title(self, words: str) -> bool:
        """Whether words are a title of handed-out text, whatever they look like."""
        bare = words.lstrip("0123456789 ")
        return 0 < len(bare) <= _TITLE and any(_close(bare, title, 85) for title in self._titles)


def _begins(words: str, phrase: str) -> bool:
    """Whether a line begins with the first words of a handed-out paragraph."""
    long = len(phrase) >= 25 and phrase.count(" ") >= 4
    return long and len(words) >= len(phrase) - 2 and _close(words[: len(phrase)], phrase, 90)


def _close(one: str, other: str, least: int) -> bool:
    return (
        abs(len(one) - len(other)) <= 0.25 * len(other) + 1 and fuzz.ratio(one, other, score_cutoff=least) > 0
    )
