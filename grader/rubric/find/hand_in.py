"""Which files of a hand-in answers may stand in."""

from __future__ import annotations

import time
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from grader.rubric.find.apart import read_document
from grader.rubric.find.documents import Document, from_notebook
from grader.submission.contents import Notebook

MOST_LINES = 60_000
"""Of text in a hand-in that answers are looked for in. Real ones have under 20 000, code included."""

EXPORT_SECONDS = 60.0
"""For all HTML and PDF files of a hand-in together. A real one takes a second or two."""

_EXPORTS = {".html", ".htm", ".pdf"}


def texts(
    notebooks: Mapping[str, Notebook], files: Mapping[str, bytes], modules: Container[str]
) -> Iterator[Document]:
    """Notebooks, Markdown, plain text, and Python files that are exports of notebooks.

    Parameters
    ----------
    notebooks : mapping
        By path, as a worker has read them.
    files : mapping
        All files by path.
    modules : container of str
        The files of the package, in which nobody answers.
    """
    for path, notebook in notebooks.items():
        yield from_notebook(path, notebook)
    for path, data in files.items():
        suffix = PurePosixPath(path).suffix.lower()
        if path not in modules and path not in notebooks and suffix not in _EXPORTS:
            document = read_document(path, data)
            if document is not None:
                yield document


def exports(files: Mapping[str, bytes]) -> Iterator[Document]:
    """HTML and PDF files: slow to read, so asked for only where an answer is missing, and not for ever."""
    end = time.monotonic() + EXPORT_SECONDS
    for path, data in files.items():
        if PurePosixPath(path).suffix.lower() in _EXPORTS:
            left = end - time.monotonic()
            if left <= 0:
                reason = f"reading the documents before it took {EXPORT_SECONDS:g} s"
                yield Document(path, (), notes=(f"{path}: not looked through for answers, {reason}",))
                continue
            document = read_document(path, data, seconds=left)
            if document is not None:
                yield document


def bounded(documents: Iterable[Document], most_lines: int = MOST_LINES) -> list[Document]:
    """The documents up to so many lines of text in all: looking for answers takes time for each."""
    kept = []
    left = most_lines
    for document in documents:
        blocks = []
        for block in document.blocks:
            lines = block.text.split("\n")
            blocks.append(block if len(lines) <= left else replace(block, text="\n".join(lines[:left])))
            left = max(0, left - len(lines))
        if tuple(blocks) != document.blocks:
            note = f"{document.path}: only the first {most_lines} lines of all text are looked through"
            document = replace(document, blocks=tuple(blocks), notes=(*document.notes, note))
        kept.append(document)
    return kept
