"""Documents to look for answers in: notebooks, Markdown, Python exports and plain text, as blocks."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

from grader.submission.contents import Notebook

LONGEST_BLOCK = 200_000
LONGEST_TEXT = 2_000_000
"""Exports contain the output of all cells, which runs to a million characters where training is logged."""
MOST_BLOCKS = 5000

_CELL_LINE = re.compile(r"^#\s?(?:%%|In\s?\[[\d\s*]{0,6}\]:?|<(?:codecell|markdowncell)>|\+ )")
_MARIMO = re.compile(r"\bmo\s?\.\s?md\(\s{0,200}[rRfF]{0,2}(\"\"\"|'''|\"|')")
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
            text, code = _uncommented(text), False
        blocks.append(Block(_lines(text), code, cell.number, cell.id, cell.tags))
    notes = () if notebook.error is None else (notebook.error,)
    return Document(path, tuple(blocks), True, notes)


def from_text(path: str, text: str) -> Document:
    """A Markdown file, a Python export of a notebook, or plain text; which of them is told by the name."""
    text = _lines(text, LONGEST_TEXT)
    if path.lower().endswith(".py"):
        blocks = _marimo(text) if _MARIMO.search(text) else _python(text)
        return Document(path, tuple(blocks[:MOST_BLOCKS]))
    return Document(path, (Block(_without_front_matter(text)),))


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


def _uncommented(text: str) -> str:
    return "\n".join(re.sub(r"^\s*#(?: |$)?", "", line) for line in text.split("\n"))


def _without_front_matter(text: str) -> str:
    if text.startswith("---\n"):
        end = text.find("\n---\n", 3)
        if 0 < end < 5000:
            return "\n" * text[: end + 4].count("\n") + text[end + 4 :]
    return text


def _python(text: str) -> list[Block]:
    """The comments of an exported notebook as text; what is not a comment, or says it is code, as code."""
    blocks: list[Block] = []
    gathered: list[str] = []
    code, announced, empty = False, "", 0

    def close() -> None:
        joined = "\n".join(gathered)
        if joined.strip():
            blocks.append(Block(joined if code else _uncommented(joined), code))
        gathered.clear()

    for line in text.split("\n"):
        begins = _CELL_LINE.match(line)
        empty = empty + 1 if not line.strip() else 0
        if begins:
            close()
            code = _is_code(line)
            announced = line if code else ""
        elif line.strip():
            if not announced and line.startswith("#") == code:
                close()
                code = not code
            gathered.append(line)
        else:
            gathered.append(line)
            if empty > 1 and "In" in announced and any(map(str.strip, gathered)):
                announced = ""  # what follows may be text, whose cells are not announced
    close()
    return blocks


def _is_code(line: str) -> bool:
    """Whether the line that announces a cell announces code."""
    return "markdown" not in line.lower() and "[md]" not in line


def _marimo(text: str) -> list[Block]:
    """The texts of ``mo.md(...)`` calls."""
    blocks, place = [], 0
    while found := _MARIMO.search(text, place):
        end = text.find(found[1], found.end())
        if end < 0:
            break
        if "\ndef " in text[place : found.start()] and _computes(text[place : found.start()]):
            blocks.append(Block(text[place : found.start()], True))
        blocks.append(Block(textwrap.dedent(text[found.end() : end])))
        place = end + len(found[1])
    return blocks


def _computes(code: str) -> bool:
    """Whether code between two texts is a cell of its own, not only the frame of a text cell."""
    return code.count("@app.cell") > 1
