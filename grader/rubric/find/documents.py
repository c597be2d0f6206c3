"""Documents to look for answers in: notebooks, Markdown, Python exports and plain text, as blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.rubric.find.scripts import script_pieces, uncommented
from grader.submission.contents import Notebook

LONGEST_BLOCK = 200_000
LONGEST_TEXT = 2_000_000
"""Exports contain the output of all cells, which runs to a million characters where training is logged."""
MOST_BLOCKS = 5000

_CELL_BREAK = re.compile(r"^\+\+\+(?:[ \t]{1,4}\{.{0,500}\})?[ \t]*$", re.M)
_FENCE = re.compile(r"^\s{0,3}(?:```|~~~)")
_ANSWER_WORD = re.compile(r"^\s*#[\s#*>]*(?:your\s+)?(?:answer|回答|答案|답|respuesta)\b", re.I | re.M)


@dataclass(frozen=True, slots=True)
class Block:
    """A cell, or a stretch of a document."""

    text: str
    code: bool = False
    cell: int | None = None
    """The number of the notebook's cell, counted from 0 as the notebook's file does."""
    id: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A file that answers may stand in."""

    path: str
    blocks: tuple[Block, ...]
    cells: bool = False
    """Whether the blocks are cells: a cell that begins with a title of its own is not part of an answer
    before it, and within a cell no title ends an answer."""
    notes: tuple[str, ...] = ()


def from_notebook(path: str, notebook: Notebook) -> Document:
    """A notebook that was read in a worker."""
    blocks = []
    for cell in notebook.cells[:MOST_BLOCKS]:
        text, code = cell.source, cell.type == "code"
        if code and _only_comments(text) and _ANSWER_WORD.search(text):
            text, code = uncommented(text), False
        blocks.append(Block(_lines(text), code, cell.number, cell.id, cell.tags))
    notes = () if notebook.error is None else (notebook.error,)
    return Document(path, tuple(blocks), True, notes)


def from_text(path: str, text: str) -> Document:
    """A Markdown file, a Python export of a notebook, or plain text; which of them is told by the name."""
    text = _lines(text, LONGEST_TEXT)
    if path.lower().endswith(".py"):
        pieces = script_pieces(text)[:MOST_BLOCKS]
        return Document(path, tuple(Block(piece, code) for piece, code in pieces))
    return Document(path, (Block(_CELL_BREAK.sub("", _without_front_matter(text))),))


def from_blocks(
    path: str, blocks: tuple[Block, ...], *, cells: bool, notes: tuple[str, ...] = ()
) -> Document:
    """What `grader.rubric.find.export` made of an HTML or PDF file."""
    return Document(path, blocks[:MOST_BLOCKS], cells, notes)


def code_lines(lines: list[str]) -> list[bool]:
    """Which lines of a Markdown text stand in a code fence, the fences included."""
    inside, found = False, []
    for line in lines:
        fence = bool(_FENCE.match(line))
        found.append(inside or fence)
        if fence:
            inside = not inside
    return found if not inside else [False] * len(lines)  # a fence that never closes is none


def _lines(text: str, most: int = LONGEST_BLOCK) -> str:
    return text[:most].replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")


def _only_comments(text: str) -> bool:
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.split("\n"))


def _without_front_matter(text: str) -> str:
    if text.startswith("---\n"):
        end = text.find("\n---\n", 3)
        if 0 < end < 5000:
            return "\n" * text[: end + 4].count("\n") + text[end + 4 :]
    return text
