"""Answers and parts of them that code cells separate from their question."""

from __future__ import annotations

import itertools
import re

from grader.rubric.find.lines import Line, Lines
from grader.rubric.find.plain import PICTURE

MOST_CELLS = 8
"""An answer is looked for in so many cells from the question on."""
_ANNOUNCES = re.compile(
    r"[:：]\s*$|\b(?:below|following|next)\b[^.]{0,60}\.?\s*$|(?:下面|以下|如下|아래|다음)[^。.]{0,30}[。.]?\s*$"
    r"|\b(?:siguiente|abajo|a continuaci[oó]n)\b[^.]{0,60}\.?\s*$",
    re.I,
)
"""The end of an answer that refers to what comes after it."""


def marker_behind_code(text: Lines, start: int, limit: int) -> int | None:
    """The marker of an answer cell that code separates from its question."""
    block = -1
    for number in range(start, limit):
        line = text.lines[number]
        if line.blank or line.code or line.block == block:
            continue
        block = line.block
        if line.marker:
            return number
        if line.section or line.question or (line.level or 9) <= 2:
            return None
    return None


def block_behind_code(text: Lines, start: int, end: int, limit: int) -> int | None:
    """The block in which a student goes on with an answer, behind the code that it speaks of.

    It is not taken into the answer, whose place is before the code, but it is said where it is.
    """
    said = [line for line in text.lines[start:end] if says(line)]
    if not text.document.cells or not said or not _ANNOUNCES.search(said[-1].text):
        return None
    place, cells = end, set()
    while place < limit and (text.lines[place].code or text.lines[place].blank):
        cells.add(text.lines[place].block)
        place += 1
    if place >= limit or len(cells) > MOST_CELLS:
        return None
    block = text.lines[place].block
    further = tuple(itertools.takewhile(lambda line: line.block == block, text.lines[place:limit]))
    handed_out = any(
        line.section or line.question or line.marker or (line.level or 9) <= 2 for line in further
    )
    return None if handed_out else block


def says(line: Line) -> bool:
    """Whether there are words on a line, other than a marker's and a picture's."""
    return bool(line.words) and not line.marker and not PICTURE.fullmatch(line.text.strip())
