"""Finds the questions in a document by their wording.

Numbers, headings and markup say nothing: what counts is that a phrase of the question stands there,
typing errors forgiven. Phrases are compared with stretches of text of their own length, paragraph
by paragraph, so that hard-wrapped text and text on one line are the same.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from grader.rubric.find.documents import Block
from grader.rubric.find.lines import Line, Lines
from grader.rubric.find.plain import plain
from grader.rubric.find.wording import QuestionText

_LONG = 22
"""A phrase of fewer letters has to be there nearly letter by letter."""
_MOST_HITS = 50
_HEADING = 12
"""A question's heading is looked for so many lines above its words."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a question stands: its first and last line that is known, by number."""

    question: str
    first: int
    last: int
    by_tag: bool = False
    asks: bool = True
    """Whether it is asked there; an answer may say the same words."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    question: str
    words: str
    tokens: frozenset[str]
    least: float


@dataclass(frozen=True, slots=True)
class _Hit:
    question: str
    start: int
    end: int
    score: float


class Recogniser:
    """Knows the phrases of all questions."""

    def __init__(self, questions: tuple[QuestionText, ...]) -> None:
        self._ids = frozenset(question.id for question in questions)
        self._phrases = tuple(
            _Phrase(question.id, words, frozenset(words.split()), 87.0 if len(words) >= _LONG else 94.0)
            for question in questions
            for words in dict.fromkeys(map(plain, question.recognise))
            if words
        )

    def anchors(self, text: Lines) -> list[Anchor]:
        """All places where a question stands, in order."""
        found = [
            anchor for start, end in _paragraphs(text.lines) for anchor in self._in(text.lines, start, end)
        ]
        found += self._tagged(text, {text.lines[anchor.first].block for anchor in found})
        asked = {anchor.question for anchor in found if anchor.asks}
        found = [anchor for anchor in found if anchor.asks or anchor.question not in asked]
        found.sort(key=lambda anchor: (anchor.first, anchor.last))
        return _joined(found, text.lines)

    def _in(self, lines: tuple[Line, ...], start: int, end: int) -> Iterator[Anchor]:
        words, offsets = "", []
        for line in lines[start:end]:
            offsets.append(len(words))
            words += line.words + " "
        for hit in sorted(self._hits(words.rstrip()), key=lambda hit: hit.start):
            first = start + bisect_right(offsets, hit.start) - 1
            last = start + bisect_right(offsets, max(hit.end - 2, hit.start)) - 1
            yield Anchor(hit.question, first, last, asks=_asks(lines, first, end))

    def _hits(self, words: str) -> list[_Hit]:
        if len(words) < 8:
            return []
        tokens = frozenset(words.split())
        foreign = not words.isascii()
        hits: list[_Hit] = []
        for phrase in self._phrases:
            if phrase.words.isascii():
                if len(phrase.tokens & tokens) < 0.55 * len(phrase.tokens):
                    continue
            elif not foreign:
                continue
            hits += _matches(phrase, words)
        return _best(hits)

    def _tagged(self, text: Lines, known: set[int]) -> Iterator[Anchor]:
        """Cells that say themselves which question they hold, where no wording tells."""
        first: dict[int, int] = {}
        for number, line in enumerate(text.lines):
            first.setdefault(line.block, number)
        for number, block in enumerate(text.document.blocks):
            question = self._tag(block)
            if question is None or block.code or number in known:
                continue
            start = first[number]
            if "inline-answer" in block.tags or block.id.endswith("-answer"):
                yield Anchor(question, start, start - 1, by_tag=True)
            else:
                yield Anchor(question, start, _last_of_question(text.lines, start), by_tag=True)

    def _tag(self, block: Block) -> str | None:
        named = {block.id.removesuffix("-question").removesuffix("-answer"), *block.tags} & self._ids
        return named.pop() if len(named) == 1 else None


def _asks(lines: tuple[Line, ...], first: int, end: int) -> bool:
    """Whether a paragraph that says the words of a question, from some line on, does ask it."""
    if any(map(_has_mark, lines[first:end])):
        return True
    for line in reversed(lines[max(first - _HEADING, 0) : first + 1]):
        if line.question:
            return True
        if line.block != lines[first].block or line.marker or _has_mark(line):
            return False
    return False


def _has_mark(line: Line) -> bool:
    return "?" in line.text or "？" in line.text


def _last_of_question(lines: tuple[Line, ...], start: int) -> int:
    """The last line of a tagged question cell that may belong to the question."""
    end = start
    for number in range(start, len(lines)):
        if lines[number].block != lines[start].block or lines[number].marker:
            break
        if not lines[number].blank:
            end = number
    return end


def _paragraphs(lines: tuple[Line, ...]) -> Iterator[tuple[int, int]]:
    """Runs of lines between blank lines, fences and the borders of blocks."""
    start: int | None = None
    for number, line in enumerate(lines):
        apart = line.blank or line.fenced or line.code
        if start is not None and (apart or line.block != lines[start].block):
            yield start, number
            start = None
        if not apart and start is None:
            start = number
    if start is not None:
        yield start, len(lines)


def _matches(phrase: _Phrase, words: str) -> Iterator[_Hit]:
    """Where a phrase stands in a text, every time that it does."""
    open_stretches = [(0, len(words))]
    count = 0
    while open_stretches and count < _MOST_HITS:
        start, end = open_stretches.pop()
        if end - start < 0.8 * len(phrase.words):
            continue
        stretch = words[start:end]
        if len(stretch) < len(phrase.words):
            score = fuzz.ratio(phrase.words, stretch, score_cutoff=phrase.least)
            if score:
                yield _Hit(phrase.question, start, end, score)
            continue
        found = fuzz.partial_ratio_alignment(phrase.words, stretch, score_cutoff=phrase.least)
        if found is None or found.dest_end - found.dest_start < 0.7 * len(phrase.words):
            continue
        count += 1
        yield _Hit(phrase.question, start + found.dest_start, start + found.dest_end, found.score)
        open_stretches += [(start, start + found.dest_start), (start + found.dest_end, end)]


def _best(hits: list[_Hit]) -> list[_Hit]:
    """Of hits of different questions on the same words, the one that fits best."""
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (-hit.score * (hit.end - hit.start), hit.start, hit.question)):
        rivals = (other for other in kept if other.question != hit.question)
        if all(
            min(hit.end, other.end) - max(hit.start, other.start) < 0.4 * (hit.end - hit.start)
            for other in rivals
        ):
            kept.append(hit)
    return kept


def _joined(anchors: list[Anchor], lines: tuple[Line, ...]) -> list[Anchor]:
    """Anchors of one question with no marker between them are one: a text and its translation."""
    joined: list[Anchor] = []
    for anchor in anchors:
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.question == anchor.question
            and not anchor.by_tag
            and lines[max(anchor.first, 0)].block == lines[before.first].block
            and not any(
                line.marker or (line.question and line.text) for line in lines[before.last + 1 : anchor.first]
            )
        ):
            joined[-1] = Anchor(before.question, before.first, max(before.last, anchor.last), before.by_tag)
        else:
            joined.append(anchor)
    return joined
