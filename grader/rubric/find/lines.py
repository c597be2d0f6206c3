"""A document as one run of lines, each with what it is."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from grader.rubric.find.documents import Document, code_lines
from grader.rubric.find.hidden import visible
from grader.rubric.find.markers import Marker, heading_level, marker, question_heading, score_sheet
from grader.rubric.find.plain import plain
from grader.rubric.find.wording import Wording

_TITLE = 90
"""No title is longer, reduced to its words."""
_TITLE_LIKE = 85.0
_BEGINNING = 12
"""So many letters of a sentence stand on its first line at least."""

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
    title: int = 0
    """Over how many lines a title of handed-out text runs that ends here."""
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
    if not document.cells:
        lines = _rejoined(lines, sections)
    return Lines(document, tuple(lines), tuple(hidden))


def _rejoined(lines: list[Line], sections: _Sections) -> list[Line]:
    """Hard-wrapped lines: titles and first sentences of handed-out text may run over two of them."""
    found = list(lines)
    for place, (line, after) in enumerate(itertools.pairwise(lines)):
        if not line.words or not after.words or line.fenced or after.fenced or line.marker or after.marker:
            continue
        words = f"{line.words} {after.words}"
        if not line.section and len(line.words) >= _BEGINNING and sections.goes_on(words):
            found[place] = replace(line, section=True)
        elif not line.title and (like := sections.likeness(words)) and like >= sections.likeness(after.words):
            found[place + 1] = replace(found[place + 1], title=2)
    return found


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
        title=int(sections.likeness(words) > 0),
        level=heading_level(text),
    )


class _Sections:
    """Knows the handed-out text that follows answers."""

    def __init__(self, wording: Wording) -> None:
        self._phrases = tuple(filter(None, map(plain, wording.sections)))
        self._sentences = tuple(phrase for phrase in self._phrases if _is_sentence(phrase))
        self._titles = (*self._phrases, *filter(None, map(plain, wording.titles)))
        self._wordy = not any(map(str.isdigit, "".join(self._titles)))
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
        if self._begin(bare):
            return True
        if len(bare) > _TITLE:
            return False
        if heading_level(text) in (1, 2):
            return any(_close(bare, title, 90) for title in self._titles)
        return bool(_NUMBERED.match(text)) and any(_close(bare, phrase, 90) for phrase in self._phrases)

    def goes_on(self, words: str) -> bool:
        """Whether two lines together are the beginning of a handed-out paragraph."""
        return self._begin(words.lstrip("0123456789 "))

    def _begin(self, words: str) -> bool:
        return any(
            len(words) >= len(sentence) - 2 and _close(words[: len(sentence)], sentence, 90)
            for sentence in self._sentences
        )

    def likeness(self, words: str) -> float:
        """How much words are like a title of handed-out text, in percent; 0 for no title."""
        bare = words.lstrip("0123456789 ")
        if not 0 < len(bare) <= _TITLE or (self._wordy and any(map(str.isdigit, bare))):  # a log has many
            return 0.0
        best = process.extractOne(bare, self._titles, scorer=fuzz.ratio, score_cutoff=_TITLE_LIKE)
        return 0.0 if best is None else float(best[1])


def _is_sentence(phrase: str) -> bool:
    """Whether a phrase is the beginning of a paragraph; no title is as long."""
    return len(phrase) >= 25 and phrase.count(" ") >= 4


def _close(one: str, other: str, least: int) -> bool:
    alike = abs(len(one) - len(other)) <= 0.25 * len(other) + 1
    return alike and fuzz.ratio(one, other, score_cutoff=least) > 0
