"""For each place where a question stands: which lines belong to its answer.

The answer begins after a marker, in the question's cell or in one of the next, or without a marker
straight after the question; where a marker has nothing after it, it may stand above, among the
options, or in a further cell. It ends before the next question and before handed-out text.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from grader.rubric.find.further import MOST_CELLS, block_behind_code, marker_behind_code, says
from grader.rubric.find.lines import Line, Lines
from grader.rubric.find.markers import section_number
from grader.rubric.find.plain import plain
from grader.rubric.find.recognise import Anchor

_TITLE = 90
_QUESTION_ENDS = ("?", "？")


@dataclass(frozen=True, slots=True)
class Region:
    """The lines that belong to one place of a question."""

    question: str
    before: tuple[Line, ...]
    """Between the question and the marker."""
    after: tuple[Line, ...]
    """After the marker, what stands on its own line first; all lines if there is no marker."""
    marked: bool
    beside: str
    """What stands on the question's last line after its last question mark."""
    span: tuple[int, int]
    """The numbers of the first line of the question and of the line after the last of the answer."""
    far: bool = False
    """Whether the marker had to be looked for behind code."""
    goes_on: int | None = None
    """The block behind code in which the student goes on with it."""
    title: str = ""
    """The marker, where it is such a title that an answer may have in its midst."""


def regions(text: Lines, anchors: list[Anchor]) -> list[Region]:
    """The regions of all places, in order."""
    heads = [_head(text.lines, anchor) for anchor in anchors]
    kept = [number for number in range(len(anchors)) if not _quoted(text.lines, anchors, heads, number)]
    found = []
    for place, number in enumerate(kept):
        limit = heads[kept[place + 1]] if place + 1 < len(kept) else len(text.lines)
        found.append(_region(text, anchors[number], heads[number], limit))
    return found


def _head(lines: tuple[Line, ...], anchor: Anchor) -> int:
    """The first line of the question: its heading, if there is one above."""
    head = anchor.first
    if head < len(lines) and lines[head].question:
        return head
    for number in range(anchor.first - 1, max(anchor.first - 12, -1), -1):
        line = lines[number]
        if line.block != lines[min(anchor.first, len(lines) - 1)].block or line.marker or line.code:
            break
        if line.question:
            return number
        if line.blank:
            continue
        same_paragraph = not any(other.blank for other in lines[number + 1 : anchor.first])
        if same_paragraph and number > anchor.first - 8:
            head = number
    return head


def _quoted(lines: tuple[Line, ...], anchors: list[Anchor], heads: list[int], number: int) -> bool:
    """Whether a question's words are only quoted in its own answer."""
    anchor = anchors[number]
    if number == 0 or anchors[number - 1].question != anchor.question or anchor.by_tag:
        return False
    if lines[anchor.first].marker:
        return True
    before = anchors[number - 1]
    between = [line for line in lines[before.last + 1 : anchor.first] if line.marker]
    if lines[heads[number]].question or not between:
        return False  # without a marker nothing says that the answer has begun
    block = lines[anchor.first].block
    if block != lines[before.first].block and block not in {line.block for line in between}:
        return False
    end = next((heads[other] for other in range(number + 1, len(anchors))), len(lines))
    rest = lines[anchor.last + 1 : end]
    return not any(line.marker for line in rest if line.block == lines[anchor.first].block)


def _region(text: Lines, anchor: Anchor, head: int, limit: int) -> Region:
    start = anchor.last + 1
    end = _end(text, anchor, start, limit)
    numbered = None if text.document.cells else _numbered(text.lines[head:end])
    lines = text.lines[start:end]
    beside, span = _beside(text.lines, anchor, wrapped=not text.document.cells), (head, end)
    found = next((number for number, line in enumerate(lines) if line.marker), None)
    if found is not None:
        rest = block_behind_code(text, start + found, end, limit)
        after, title = _from_marker(lines[found:], numbered), _own_title(lines[found])
        return Region(anchor.question, lines[:found], after, True, beside, span, False, rest, title)
    if text.document.cells and not any(says(line) for line in lines):
        further = marker_behind_code(text, end, limit)
        if further is not None:
            end = _end(text, Anchor(anchor.question, further, further - 1), further, limit)
            after = _from_marker(text.lines[further:end])
            return Region(anchor.question, (), after, True, beside, (head, end), far=True)
    lines = lines if text.document.cells else lines[_wrapped(text.lines, anchor, lines) :]
    rest = block_behind_code(text, start, end, limit)
    return Region(anchor.question, (), lines, False, beside, span, goes_on=rest)


def _own_title(line: Line) -> str:
    """A title such as ``### Explanation``, which need not begin the answer."""
    return line.text if line.marker and not line.marker.answer and line.level else ""


def _beside(lines: tuple[Line, ...], anchor: Anchor, *, wrapped: bool) -> str:
    """What stands after the question on its own line; in hard-wrapped text that may be its own next words."""
    if anchor.last < anchor.first:
        return ""
    text = lines[anchor.last].text
    place = max(map(text.rfind, _QUESTION_ENDS))
    rest = itertools.takewhile(lambda line: line.text.strip() and not line.marker, lines[anchor.last + 1 :])
    if place < 0 or (wrapped and any(_asks(line) for line in itertools.islice(rest, 3))):
        return ""
    return text[place + 1 :]


def _asks(line: Line) -> bool:
    return line.text.rstrip(" *_").endswith(_QUESTION_ENDS)


def _from_marker(lines: tuple[Line, ...], numbered: tuple[int, ...] | None = None) -> tuple[Line, ...]:
    """The lines from a marker on, markers replaced by what stands after them on their line.

    Titles of a student's own, such as ``### Explanation``, stay; the numbers that a printed export
    gives them do not.
    """
    found = []
    for number, line in enumerate(lines):
        own = section_number(line.text) if numbered else None
        if line.marker is not None and (not number or line.marker.answer):
            found.append(Line(line.block, line.marker.rest, ""))
        elif own and numbered and len(own) > len(numbered) and own[: len(numbered)] == numbered:
            title = re.sub(r"^\s*[\d.]+\s+", "### ", line.text)
            found.append(replace(line, text=title, words=plain(title)))
        else:
            found.append(line)
    return tuple(found)


def _numbered(lines: tuple[Line, ...]) -> tuple[int, ...] | None:
    """The number of the answer's title in a printed export, where all titles are numbered."""
    numbers = (section_number(line.text) for line in lines if line.marker or line.question)
    found = [number for number in numbers if number is not None and len(number) > 1]
    return found[-1] if found else None


def _next_title(line: Line, numbered: tuple[int, ...] | None) -> bool:
    """Whether a line is the title after a numbered one: 5.3 or 6 after 5.2."""
    number = section_number(line.text)
    if numbered is None or number is None or len(line.words) > _TITLE:
        return False
    place = len(number) - 1
    return place < len(numbered) and number == (*numbered[:place], numbered[place] + 1)


def _end(text: Lines, anchor: Anchor, start: int, limit: int) -> int:
    """Where the region ends at the latest."""
    cells, lines = text.document.cells, text.lines
    own = lines[min(start, len(lines) - 1)].block if anchor.last < anchor.first else lines[anchor.last].block
    level, marked, answered, blocks = _level(lines, anchor), False, False, {own}
    numbered = None if cells else _numbered(lines[_head(lines, anchor) : start])
    for number in range(start, limit):
        line = lines[number]
        begins = line.block not in blocks
        if line.code:
            return number
        if line.blank:
            continue
        if begins:
            blocks.add(line.block)
            if (
                cells
                and (len(blocks) > MOST_CELLS or line.section or (line.level or 9) <= 2)
                and not line.marker
            ):
                return number
        if line.question and not (cells and line.level is None and not begins and answered):
            return number
        if line.marker and not marked:
            marked, answered = True, answered or bool(line.marker.rest)
            level = max(level, line.level or 0)
            numbered = None if cells else _numbered((line,)) or numbered
            continue
        if not cells and line.fenced and _program(lines, number, limit):
            return number
        if not cells and (line.section or _next_title(line, numbered)):
            return _before_title(lines, start, number)
        if not cells and line.level is not None and line.level < level + answered:
            return number
        answered = answered or says(line)
    return limit


def _program(lines: tuple[Line, ...], number: int, limit: int) -> bool:
    """Whether a code cell of an exported notebook begins here; a few lines may illustrate an answer."""
    fence = re.match(r"\s*(?:```|~~~)\s*(\{?(?:i?python|code))?", lines[number].text)
    if fence is None:
        return False
    if (fence[1] or "").startswith("{"):  # cells of R Markdown and MyST
        return True
    fenced = list(itertools.takewhile(lambda line: line.fenced, lines[number + 1 : limit]))
    return len(fenced) > (8 if fence[1] else 15) or (bool(fenced) and not any(line.words for line in fenced))


def _level(lines: tuple[Line, ...], anchor: Anchor) -> int:
    """The level of the question's heading; a question without one is below all headings."""
    for line in lines[_head(lines, anchor) : anchor.last + 1]:
        if line.level is not None:
            return line.level
    return 6


def _before_title(lines: tuple[Line, ...], start: int, number: int) -> int:
    """Where handed-out text begins, given its first line: at its title, where that stands before."""
    place = number - 1
    while place >= start and lines[place].blank:
        place -= 1
    if place < start or lines[number].level is not None or not lines[place].title:
        return number
    return max(place - lines[place].title + 1, start)


def _wrapped(lines: tuple[Line, ...], anchor: Anchor, rest: tuple[Line, ...]) -> int:
    """How many lines after the last known one still belong to the question, in hard-wrapped text."""
    if anchor.last < anchor.first or lines[anchor.last].text.rstrip().endswith((*_QUESTION_ENDS, ".", "。")):
        return 0
    for number, line in enumerate(rest[:6]):
        if line.blank or line.level is not None:
            return 0 if number == 0 else number
        if line.text.rstrip().endswith(_QUESTION_ENDS):
            return number + 1
    return 0


def same_words(one: str, other: str) -> bool:
    """Whether two texts, reduced to their words, say the same with small changes."""
    return abs(len(one) - len(other)) <= 0.12 * max(len(one), len(other)) + 2 and fuzz.ratio(one, other) >= 90
